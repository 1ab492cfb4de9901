"""What the sentences of one epoch have said so far: staged here, judged when the epoch closes.

Plain small ints, set anew for each epoch: no heap. UNKNOWN stands for what was not said.
"""

from array import array

from micropython import const

from tag.fields import FIRST, LAT, LON, NOT_SAID, SECOND, THIRD

UNKNOWN = const(-1)
NO_TIME = const(-1)

# Sentences of one epoch give the same position, each rounded at its own decimals.
_SAME_UDEG = const(2)

# Who gave a position, as bits.
BY_RMC, BY_GGA, BY_GNS, BY_GLL = 1, 2, 4, 8


class Epoch:
    """The staged values of one time of day; a position means nothing without sources."""

    def __init__(self):
        self.tally = array("i", bytes(16))  # fields.add_signals
        self.clear(NO_TIME)

    def clear(self, time_ms):
        """Begin the epoch of this time of day in milliseconds."""
        self.time_ms = time_ms
        self.days = UNKNOWN
        self.sources = 0  # which sentences gave a position
        self.lat_udeg = self.lon_udeg = 0
        self.is_denied = False  # a sentence says that there is no fix
        self.is_contradicted = False  # two sentences do not agree
        self.speed_cm_s = self.course_cdeg = UNKNOWN
        self.hdop_x100 = self.sats_used = self.mode = UNKNOWN
        self.alt_mm = NOT_SAID
        self.gst_error_cm = UNKNOWN
        self.has_gsv = False
        tally = self.tally
        tally[0] = tally[1] = tally[2] = tally[3] = 0

    def set_position(self, st, source):
        """Take the staged position; a second one that is elsewhere makes the epoch worthless."""
        lat_udeg = st[LAT]
        lon_udeg = st[LON]
        if self.sources == 0:
            self.lat_udeg = lat_udeg
            self.lon_udeg = lon_udeg
        elif lat_udeg != self.lat_udeg or lon_udeg != self.lon_udeg:
            off_udeg = max(abs(lat_udeg - self.lat_udeg), abs(lon_udeg - self.lon_udeg))
            if off_udeg > _SAME_UDEG:
                self.is_contradicted = True
        self.sources |= source

    def set_solution(self, st):
        """Take the staged satellites, HDOP and altitude."""
        self.sats_used = st[FIRST]
        self.hdop_x100 = st[SECOND]
        self.alt_mm = st[THIRD]

    def set_days(self, days):
        """Take a sentence's date."""
        if self.days != UNKNOWN and self.days != days:
            self.is_contradicted = True
        self.days = days

    def set_motion(self, st):
        """Take the staged speed and course where they were said; a knot is 463 / 9 cm/s."""
        if st[FIRST] >= 0:
            self.speed_cm_s = (st[FIRST] // 10 * 463 + 450) // 900
        if st[SECOND] >= 0:
            self.course_cdeg = st[SECOND]

    def is_lone(self):
        """Return whether no second kind of sentence confirms the position."""
        return self.sources & (self.sources - 1) == 0
