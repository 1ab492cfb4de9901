"""The sentences of one epoch to one Fix. A fix without its validity fields is no fix.

RMC, GGA, GNS and GLL of the same UTC time give the position, and have to agree on it; VTG, GSA,
GSV, ZDA and GST add to it. Any of them that says "no fix" makes the epoch none. A sentence with a
value that does not belong counts for nothing at all.

An epoch closes when the next one begins, or when the receiver falls silent: `feed(b"", 0)`.
"""

from micropython import const

from tag import fields, nmea
from tag.epoch import BY_GGA, BY_GLL, BY_GNS, BY_RMC, NO_TIME, Epoch
from tag.fix import Fix, fix_of
from tag.judge import Judge

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

_REPEATED_MS = const(10_000)
_MOST_ERROR_CM = const(100_000_000)  # a thousand kilometres: no fix, and still a small int


__all__ = ["Epochs", "Fix"]


class Epochs:
    """Turns bytes into Fixes, one an epoch; counts what it saw.

    `read` and `fix` are the two halves of `feed`: `read` takes no heap, `fix` makes the object.
    A date before `least_utc_s` is refused: a receiver whose week number has rolled over is 1,024
    weeks late. Time that runs backwards is stale until so many epochs in a row go on from it; a
    log may be several logs, and takes 1. The first time of all is believed when so many epochs
    say it. `on_signals` is called with the tally of each epoch that
    had GSV sentences, fix or not: count, sum, weakest and strongest C/N0.
    """

    def __init__(self, least_utc_s=0, backward_claims=10, first_claims=1, on_signals=None):
        self._sentences = nmea.Sentences()
        self._state = self._sentences.state
        self._current = Epoch()
        self._closed = Epoch()
        self._void = Epoch()
        self.judge = Judge(least_utc_s // 86_400, backward_claims, first_claims)
        self._on_signals = on_signals
        self._has_fix = False  # in _closed, not yet taken
        self._usual_mode = 2  # of an epoch without a GSA: 3 once the receiver has said so much
        self._lat_udeg = self._lon_udeg = 0  # _place's result
        self.at = 0
        self.sentences = 0
        self.refused = 0  # sentences with a right checksum and a wrong value
        self.epochs = 0
        self.fixes = 0
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

    def feed(self, data, count):
        """Read data[:count]; return the list of Fixes that became whole, oldest first.

        A count of 0 says that the receiver is silent: its epoch is over.
        """
        found = []
        if count == 0 and self.end():
            found.append(self.fix())
        at = 0
        while at < count:
            if self.read(data, at, count):
                found.append(self.fix())
            at = self.at
        return found

    def read(self, data, start, end):
        """Read data[start:end] until an epoch with a fix is over; return whether there is one.

        `at` then tells how far it came; `fix` returns the fix.
        """
        state = self._state
        while start < end:
            if not nmea.scan(data, start, end, state):
                break
            start = state[nmea.CONSUMED]
            handler = self._handlers.get(nmea.formatter(state))
            if handler is not None:
                self.sentences += 1
                if not handler(self._state):
                    self.refused += 1
                if self._has_fix:
                    self._has_fix = False
                    self.at = start
                    return True
        self.at = end
        return False

    def end(self):
        """Close the epoch; return whether it has a fix."""
        if self._current.time_ms == NO_TIME:
            self._current.clear(NO_TIME)  # signals without a time belong to no epoch
            return False
        has_fix = self._close(NO_TIME)
        self._has_fix = False
        return has_fix

    def fix(self):
        """Return the Fix of the epoch that closed last."""
        return fix_of(self._closed, self.judge.days, self.judge.is_doubtful)

    def _begin(self, time_ms):
        """Go on with the epoch of this time of day, or close the one before and start it.

        A sentence that is a little older, and not after the last fix, is a repetition: it may not
        end the epoch, and is read into one that nobody looks at.
        """
        ahead_ms = self._current.time_ms - time_ms
        if 0 < ahead_ms <= _REPEATED_MS and time_ms <= self.judge.time_ms:
            return self._void
        if time_ms != self._current.time_ms:
            self.epochs += 1
            if self._current.time_ms == NO_TIME:
                self._current.clear(time_ms)
            else:
                self._has_fix = self._close(time_ms)
        return self._current

    def _close(self, next_ms):
        """Judge the current epoch, put it into _closed and begin the next one."""
        epoch = self._current
        if epoch.mode < 0:
            epoch.mode = self._usual_mode
        self._current = self._closed
        self._closed = epoch
        self._current.clear(next_ms)
        if epoch.has_gsv and self._on_signals is not None:
            tally = epoch.tally
            self._on_signals(tally[0], tally[1], tally[2], tally[3])
        if not self.judge.accepts(epoch):
            return False
        self.fixes += 1
        return True

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
