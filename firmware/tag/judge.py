"""Whether a closed epoch is a fix: its validity, its place in time, its confirmation.

Holds what has to be remembered from epoch to epoch, as small ints (no heap): the last date and
time of day, a time that is claimed but not yet believed, the last position.
"""

from micropython import const

from tag.epoch import UNKNOWN

_MS_PER_DAY = const(86_400_000)
_FORWARD_CLAIMS = const(2)  # epochs in a row before a jump of more than a day is believed
_HELD_CM = const(5_000)  # who drives so far while the position stands still has lost the sky
_USUAL_MOST = const(8)
_NO_FIX = const(1)  # a GSA's mode


class Judge:
    """Takes epochs in the order in which they closed, and says which of them are fixes."""

    def __init__(self, least_days, backward_claims, first_claims):
        self._backward_claims = backward_claims
        self._first_claims = first_claims
        self._least_days = least_days
        self.days = UNKNOWN  # since 1970, of the epoch that was accepted last
        self._days = UNKNOWN  # and time of day, of the one that was believed last
        self.time_ms = -1
        self._claim_days = UNKNOWN
        self._claim_ms = 0
        self._claims = 0
        self.is_doubtful = False
        self._usual = 0  # how sure it is that two sentences confirm each other in this stream
        self._has_tracked = False
        self._lat_udeg = self._lon_udeg = 0
        self._held_cm = 0
        self.denied = 0  # by a validity field, or the sky is lost
        self.contradicted = 0
        self.undated = 0  # no date yet, or one before the build date
        self.stale = 0  # repeated, or back in time

    def accepts(self, epoch):
        """Return whether the epoch is a fix; `days` and `is_doubtful` then belong to it."""
        if epoch.is_contradicted:
            self.contradicted += 1
            return False
        if epoch.is_denied or epoch.mode == _NO_FIX or self._has_lost_sky(epoch):
            self.denied += 1
            return False
        if epoch.sources == 0:
            return False
        days = self._days_of(epoch)
        if days < self._least_days or days == UNKNOWN:
            self.undated += 1
            return False
        self.is_doubtful = self._is_unconfirmed(epoch)
        if not self._follows(days, epoch.time_ms):
            self.stale += 1
            return False
        self.days = days
        return not self._is_held(epoch)

    def _days_of(self, epoch):
        """Return the epoch's date; one without its own has the last one's, past midnight its next.

        A position sentence just after midnight can be the first to say the new time.
        """
        if epoch.days != UNKNOWN or self._days == UNKNOWN:
            return epoch.days
        if epoch.time_ms - self.time_ms < -_MS_PER_DAY // 2:
            return self._days + 1
        return self._days

    def _follows(self, days, time_ms):
        """Return whether the time may come after the last one, and remember it.

        A jump that a damaged date can explain is believed when the next epochs go on from it.
        """
        if self._days == UNKNOWN:
            # A wrong first date would make every right one after it stale.
            self._claim(days, time_ms)
            if self._claims < self._first_claims:
                return False
        else:
            step = days - self._days
            if step == 0 and time_ms == self.time_ms:
                return False
            if step == 1 and time_ms <= self.time_ms - _MS_PER_DAY:
                return False  # the second after a leap second is the same UTC second once more
            is_back = step < 0 or step == 0 and time_ms < self.time_ms
            if is_back or step > 1 or step == 1 and time_ms > self.time_ms:
                self._claim(days, time_ms)
                if self._claims < (self._backward_claims if is_back else _FORWARD_CLAIMS):
                    return False
        if not self.is_doubtful:  # one damaged sentence must not move the clock
            self._claims = 0
            self._days = days
            self.time_ms = time_ms
        return True

    def _claim(self, days, time_ms):
        """Count the epochs in a row that go on from one another, away from the believed time."""
        step = days - self._claim_days
        goes_on = step == 0 and time_ms > self._claim_ms or step == 1 and time_ms < self._claim_ms
        self._claims = self._claims + 1 if self._claims and goes_on else 1
        self._claim_days = days
        self._claim_ms = time_ms

    def _is_unconfirmed(self, epoch):
        """Return whether a single sentence gave the position where there usually are two."""
        if not epoch.is_lone():
            self._usual = _USUAL_MOST
            return False
        is_unusual = self._usual > 0
        self._usual = max(self._usual - 1, 0)
        return is_unusual

    def _has_lost_sky(self, epoch):
        """Return whether the receiver tracks no signal any more, whatever it says."""
        if not epoch.has_gsv:
            return False
        if epoch.tally[0]:
            self._has_tracked = True
            return False
        return self._has_tracked

    def _is_held(self, epoch):
        """Return whether the position stands still although the speed should have moved it."""
        if epoch.lat_udeg != self._lat_udeg or epoch.lon_udeg != self._lon_udeg:
            self._held_cm = 0
            self._lat_udeg = epoch.lat_udeg
            self._lon_udeg = epoch.lon_udeg
            return False
        if epoch.speed_cm_s > 100 and self._held_cm < _HELD_CM:
            self._held_cm += epoch.speed_cm_s
        if self._held_cm < _HELD_CM:
            return False
        self.denied += 1
        return True
