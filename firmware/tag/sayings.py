"""What each type of sentence says of its epoch. A sentence says all of it, or nothing at all.

RMC, GGA, GNS and GLL of the same UTC time give the position; VTG, GSA, GSV, ZDA and GST add to it.
Any of them that says "no fix" makes the epoch none.
"""

from micropython import const

from tag.epoch import BY_GGA, BY_GLL, BY_GNS, BY_RMC
from tag.fields import (
    FIRST,
    NOT_SAID,
    SECOND,
    SIGNED,
    THIRD,
    UP,
    WHOLE,
    add_signals,
    days,
    letter,
    letters,
    numbers,
    place,
    time_ms,
    whole,
)
from tag.nmea import COUNT

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
# GPS, DGPS, PPS, RTK, float RTK, SBAS; never estimated.
_GOOD_QUALITIES = const(1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9)
_MOST_ERROR_CM = const(100_000_000)  # a thousand kilometres: no fix, and still a small int
_MOST_KNOTS_X1000 = const(1_200_000)  # receivers stop at 1,000 knots by themselves
_MOST_CDEG = const(36_000)

# Which numbers of a sentence are asked for: field, power of ten, how.
_RMC_MOTION = bytes((2, 7, 3, 0, 8, 2, 0))
_VTG_MOTION = bytes((2, 5, 3, 0, 1, 2, 0))
_SOLUTION = bytes((3, 7, 0, WHOLE, 8, 2, UP, 9, 3, SIGNED))  # satellites, HDOP, altitude
_GSA_HDOP = bytes((1, 16, 2, UP))
_GST_ERRORS = bytes((2, 6, 2, UP, 7, 2, UP))


class Sayings:
    """Takes checked sentences into an epoch; which one, `_begin` of the class above says."""

    def __init__(self, epoch):
        """Take the epoch that sentences without a time belong to, until `_begin` names another."""
        self._current = epoch
        self._usual_mode = 2  # of an epoch without a GSA: 3 once the receiver has said so much
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

    def _begin(self, at_ms):
        """Return the epoch of this time of day."""
        raise NotImplementedError

    # Each of these takes the state of a checked sentence, and returns False, with nothing changed,
    # where a value does not belong. None has more than eleven locals and values at once:
    # MicroPython takes the frame of a larger one from the heap.

    def _rmc(self, st):
        status = letter(st, 2)
        mode = letter(st, 12)
        if st[COUNT] < 10 or mode < 0 or (status != _A and status != _V):
            return False
        at_ms = time_ms(st, 1)
        date = days(st, 9)
        if status == _V or mode & _NO_MODES:
            return self._deny(at_ms, date)
        if at_ms < 0 or date < 0 or not _has_motion(st, _RMC_MOTION) or not place(st, 3):
            return False
        epoch = self._begin(at_ms)
        epoch.set_position(st, BY_RMC)
        epoch.set_days(date)
        epoch.set_motion(st)
        return True

    def _gga(self, st):
        quality = whole(st, 6, 0)
        if st[COUNT] < 9 or quality < 0:
            return False
        if quality > 9 or not _GOOD_QUALITIES >> quality & 1:
            return self._deny(time_ms(st, 1), -1)
        return self._solution(st, BY_GGA)

    def _gns(self, st):
        modes = letters(st, 6)
        if st[COUNT] < 9 or modes == 0:
            return False
        if modes & _FALSE_MODES or not modes & _GOOD_MODES:
            return self._deny(time_ms(st, 1), -1)
        return self._solution(st, BY_GNS)

    def _solution(self, st, source):
        """Take what GGA and GNS have in common: position, satellites, HDOP, altitude."""
        at_ms = time_ms(st, 1)
        if at_ms < 0 or not numbers(st, _SOLUTION) or st[FIRST] > 99 or not place(st, 2):
            return False
        epoch = self._begin(at_ms)
        if st[FIRST] == 0:
            epoch.is_denied = True
            return True
        epoch.set_position(st, source)
        epoch.set_solution(st)
        if st[THIRD] != NOT_SAID:
            self._usual_mode = 3
        return True

    def _gll(self, st):
        status = letter(st, 6)
        mode = letter(st, 7)
        # NMEA 1.5 has neither time nor status.
        if st[COUNT] < 7 or mode < 0 or (status != _A and status != _V):
            return False
        at_ms = time_ms(st, 5)
        if status == _V or mode & _NO_MODES:
            return self._deny(at_ms, -1)
        if at_ms < 0 or not place(st, 1):
            return False
        self._begin(at_ms).set_position(st, BY_GLL)
        return True

    def _vtg(self, st):
        unit = letter(st, 6)
        if st[COUNT] < 9 or unit != _N:
            return unit == 0
        if not _has_motion(st, _VTG_MOTION):
            return False
        self._current.set_motion(st)
        return True

    def _gsa(self, st):
        mode = whole(st, 2, 1)
        if st[COUNT] < 18 or not 1 <= mode <= 3 or not numbers(st, _GSA_HDOP):
            return False
        # The best of an epoch's GSAs: one of a system that is not in use says "no fix".
        epoch = self._current
        if mode > epoch.mode:
            epoch.mode = mode
        if mode == 3:
            self._usual_mode = 3
        if epoch.hdop_x100 < 0 and mode > 1:
            epoch.hdop_x100 = st[FIRST]
        return True

    def _gsv(self, st):
        epoch = self._current
        if not add_signals(st, epoch.tally):
            return False
        epoch.has_gsv = True
        return True

    def _zda(self, st):
        at_ms = time_ms(st, 1)
        date = days(st, 2)
        if st[COUNT] < 5 or at_ms < 0 or date < 0:
            return False
        self._begin(at_ms).set_days(date)
        return True

    def _gst(self, st):
        at_ms = time_ms(st, 1)
        if st[COUNT] < 9 or at_ms < 0 or not numbers(st, _GST_ERRORS):
            return False
        epoch = self._begin(at_ms)
        if st[FIRST] >= 0 and st[SECOND] >= 0:
            lat_cm, lon_cm = min(st[FIRST], _MOST_ERROR_CM), min(st[SECOND], _MOST_ERROR_CM)
            # Not below the root of the sum of squares, without a root.
            epoch.gst_error_cm = max(lat_cm, lon_cm) + min(lat_cm, lon_cm) // 2 + 1
        return True

    def _deny(self, at_ms, date):
        """Take a sentence's word that there is no fix; without a time there is no epoch either."""
        if at_ms >= 0:
            epoch = self._begin(at_ms)
            epoch.is_denied = True
            if date >= 0:
                epoch.set_days(date)
        return True


def _has_motion(st, plan):
    """Stage knots x 1000 and centidegrees; return whether they are in range, or not said."""
    return numbers(st, plan) and st[FIRST] <= _MOST_KNOTS_X1000 and st[SECOND] <= _MOST_CDEG
