"""What each type of sentence says of its epoch. A sentence says all of it, or nothing at all.

RMC, GGA, GNS and GLL of the same UTC time give the position; VTG, GSA, GSV, ZDA and GST add to it.
Any of them that says "no fix" makes the epoch none.
"""

from micropython import const

from tag import fields, nmea
from tag.epoch import BY_GGA, BY_GLL, BY_GNS, BY_RMC

# Sets of letters as fields.letters gives them, A as bit 0.
_A = const(1 << 0)
_E = const(1 << 4)
_N = const(1 << 13)
_S = const(1 << 18)
_V = const(1 << 21)
_W = const(1 << 22)
_GOOD_MODES = const(1 << 0 | 1 << 3 | 1 << 5 | 1 << 15 | 1 << 17)  # A D F P R
_FALSE_MODES = const(1 << 4 | 1 << 12 | 1 << 18)  # E estimated, M manual, S simulated
_NO_MODES = const(1 << 4 | 1 << 12 | 1 << 13 | 1 << 18)  # and N, none
_GOOD_QUALITIES = (1, 2, 3, 4, 5, 9)  # GPS, DGPS, PPS, RTK, float RTK, SBAS; never estimated
_MOST_ERROR_CM = const(100_000_000)  # a thousand kilometres: no fix, and still a small int


class Sayings:
    """Takes checked sentences into an epoch; which one, `_begin` of the class above says."""

    def __init__(self, epoch):
        """Take the epoch that sentences without a time belong to, until `_begin` names another."""
        self._current = epoch
        self._usual_mode = 2  # of an epoch without a GSA: 3 once the receiver has said so much
        self._lat_udeg = self._lon_udeg = 0  # _place's result
        self._handlers = {
            0x524D43: self._rmc,
            0x474741: self._gga,
            0x474E53: self._gns,
            0x474C4C: self._gll,
            0x565447: self._vtg,
            0x475341: self._gsa,
            0x475356: self._gsv,
            0x5A4441: self._zda,
            0x475354: self._gst,
        }

    def _begin(self, time_ms):
        """Return the epoch of this time of day."""
        raise NotImplementedError

    # Each of these takes the state of a checked sentence, and returns False, with nothing changed,
    # where a value does not belong.

    def _rmc(self, st):
        time_ms = fields.time_ms(st, 1)
        status = fields.letter(st, 2)
        if st[nmea.COUNT] < 10 or (status != _A and status != _V):
            return False
        mode = self._mode(st, 12)
        if mode < 0:
            return False
        days = fields.days(st, 9)
        if status == _V or mode & _NO_MODES:
            return self._deny(time_ms, days)
        knots = fields.scaled(st, 7, 3, 0)
        course = fields.scaled(st, 8, 2, 0)
        if time_ms < 0 or days < 0 or not fields.is_motion(st, 7, knots, 8, course):
            return False
        if not self._place(st, 3):
            return False
        epoch = self._begin(time_ms)
        epoch.set_position(self._lat_udeg, self._lon_udeg, BY_RMC)
        epoch.set_days(days)
        epoch.set_motion(knots, course)
        return True

    def _gga(self, st):
        quality = fields.whole(st, 6, 0)
        if st[nmea.COUNT] < 9 or quality < 0:
            return False
        time_ms = fields.time_ms(st, 1)
        if quality not in _GOOD_QUALITIES:
            return self._deny(time_ms, -1)
        return self._solution(st, time_ms, BY_GGA)

    def _gns(self, st):
        modes = fields.letters(st, 6)
        if st[nmea.COUNT] < 9 or modes == 0:
            return False
        time_ms = fields.time_ms(st, 1)
        if modes & _FALSE_MODES or not modes & _GOOD_MODES:
            return self._deny(time_ms, -1)
        return self._solution(st, time_ms, BY_GNS)

    def _solution(self, st, time_ms, source):
        """Take what GGA and GNS have in common: position, satellites, HDOP, altitude."""
        sats = fields.whole(st, 7, 0)
        hdop = fields.scaled(st, 8, 2, fields.UP)
        has_alt = st[nmea.COUNT] > 9 and not fields.is_empty(st, 9)
        alt_mm = fields.scaled(st, 9, 3, fields.SIGNED) if has_alt else 0
        if time_ms < 0 or sats > 99 or alt_mm < 0:
            return False
        if sats < 0 and not fields.is_empty(st, 7) or hdop < 0 and not fields.is_empty(st, 8):
            return False
        if not self._place(st, 2):
            return False
        epoch = self._begin(time_ms)
        if sats == 0:
            epoch.is_denied = True
            return True
        epoch.set_position(self._lat_udeg, self._lon_udeg, source)
        epoch.sats_used = sats
        epoch.hdop_x100 = hdop
        if has_alt:
            epoch.has_alt = True
            self._usual_mode = 3
            epoch.alt_mm = -alt_mm if fields.is_negative(st, 9) else alt_mm
        return True

    def _gll(self, st):
        if st[nmea.COUNT] < 7:
            return False  # NMEA 1.5 has neither time nor status
        time_ms = fields.time_ms(st, 5)
        status = fields.letter(st, 6)
        mode = self._mode(st, 7)
        if mode < 0 or (status != _A and status != _V):
            return False
        if status == _V or mode & _NO_MODES:
            return self._deny(time_ms, -1)
        if time_ms < 0 or not self._place(st, 1):
            return False
        self._begin(time_ms).set_position(self._lat_udeg, self._lon_udeg, BY_GLL)
        return True

    def _vtg(self, st):
        if st[nmea.COUNT] < 9 or fields.letter(st, 6) != _N:
            return fields.is_empty(st, 6)
        knots = fields.scaled(st, 5, 3, 0)
        course = fields.scaled(st, 1, 2, 0)
        if not fields.is_motion(st, 5, knots, 1, course):
            return False
        self._current.set_motion(knots, course)
        return True

    def _gsa(self, st):
        mode = fields.whole(st, 2, 1)
        if st[nmea.COUNT] < 18 or not 1 <= mode <= 3:
            return False
        hdop = fields.scaled(st, 16, 2, fields.UP)
        if hdop < 0 and not fields.is_empty(st, 16):
            return False
        # The best of an epoch's GSAs: one of a system that is not in use says "no fix".
        if mode > self._current.mode:
            self._current.mode = mode
        if mode == 3:
            self._usual_mode = 3
        if self._current.hdop_x100 < 0 and mode > 1:
            self._current.hdop_x100 = hdop
        return True

    def _gsv(self, st):
        if not fields.add_signals(st, self._current.tally):
            return False
        self._current.has_gsv = True
        return True

    def _zda(self, st):
        time_ms = fields.time_ms(st, 1)
        if st[nmea.COUNT] < 5 or time_ms < 0:
            return False
        day, month, year = 2, 3, 4
        days = fields.days_or_bad(
            fields.whole(st, year, 4), fields.whole(st, month, 0), fields.whole(st, day, 0)
        )
        if days < 0:
            return False
        self._begin(time_ms).set_days(days)
        return True

    def _gst(self, st):
        time_ms = fields.time_ms(st, 1)
        if st[nmea.COUNT] < 9 or time_ms < 0:
            return False
        lat_cm = fields.scaled(st, 6, 2, fields.UP)
        lon_cm = fields.scaled(st, 7, 2, fields.UP)
        if lat_cm < 0 and not fields.is_empty(st, 6) or lon_cm < 0 and not fields.is_empty(st, 7):
            return False
        epoch = self._begin(time_ms)
        if lat_cm >= 0 and lon_cm >= 0:
            lat_cm, lon_cm = min(lat_cm, _MOST_ERROR_CM), min(lon_cm, _MOST_ERROR_CM)
            # Not below the root of the sum of squares, without a root.
            epoch.gst_error_cm = max(lat_cm, lon_cm) + min(lat_cm, lon_cm) // 2 + 1
        return True

    def _deny(self, time_ms, days):
        """Take a sentence's word that there is no fix; without a time there is no epoch either."""
        if time_ms >= 0:
            epoch = self._begin(time_ms)
            epoch.is_denied = True
            if days >= 0:
                epoch.set_days(days)
        return True

    def _mode(self, st, field):
        """Return the letter of a mode, 0 where NMEA 2.0 has none, -1 for what is no letter."""
        if st[nmea.COUNT] <= field or fields.is_empty(st, field):
            return 0
        return fields.letter(st, field) or -1

    def _place(self, st, field):
        """Stage the position in four fields from this one on; return whether it is one."""
        lat = fields.angle_udeg(st, field, 4, 90)
        lon = fields.angle_udeg(st, field + 2, 5, 180)
        north_south = fields.letter(st, field + 1)
        east_west = fields.letter(st, field + 3)
        if lat < 0 or lon < 0:
            return False
        if (north_south != _N and north_south != _S) or (east_west != _E and east_west != _W):
            return False
        self._lat_udeg = lat if north_south == _N else -lat
        self._lon_udeg = lon if east_west == _E else -lon
        return True
