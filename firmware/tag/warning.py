"""The wearer is warned before an exclusion zone: a vibration, seldom, and not at night.

Nothing of it is disclosed. An order may name its quiet hours; else the night is taken from the
sun, 22:00 to 07:00 of the local mean solar time, which the longitude gives and which lies within
some two hours of any civil time.
"""

_PATTERN_MS = (400, 200, 400, 200, 800)  # on, off, on ...
_STEADY_S = 5  # so many fixes in a row in the buffer: a jump alone is no warning
_AGAIN_S = 900  # at most one warning in this time, however often the buffer is entered
_MOST_A_STAY = 3  # who stays in the buffer has understood

_NIGHT_FROM_S, _NIGHT_TO_S = 22 * 3600, 7 * 3600
_UDEG_PER_S = 4_167  # 360 degrees a day, rounded


def is_night(utc_s, lon_udeg):
    """Return whether it is night by the sun at this longitude."""
    solar_s = (utc_s + lon_udeg // _UDEG_PER_S) % 86_400
    return solar_s >= _NIGHT_FROM_S or solar_s < _NIGHT_TO_S


class Warner:
    """Says when to vibrate; `warn_m` 0 is never, `quiet` the order's Hours or None."""

    def __init__(self, warn_m, quiet):
        self._warn_dm = 10 * warn_m
        self._quiet = quiet
        self._steady = 0
        self._said = 0  # in this stay
        self._last_s = None
        self._due = False

    def step(self, utc_s, lon_udeg, before_dm):
        """Take a fix's distance to the nearest exclusion zone not entered, None without one."""
        if before_dm is None or before_dm >= self._warn_dm:
            self._steady = max(self._steady - 1, 0)
            if self._steady == 0:
                self._said = 0
            return
        self._steady = min(self._steady + 1, _STEADY_S)
        if self._steady < _STEADY_S or self._said == _MOST_A_STAY:
            return
        if self._last_s is not None and utc_s - self._last_s < _AGAIN_S:
            return
        if self._is_quiet(utc_s, lon_udeg):
            return
        self._last_s = utc_s
        self._said += 1
        self._due = True

    def _is_quiet(self, utc_s, lon_udeg):
        if self._quiet is None:
            return is_night(utc_s, lon_udeg)
        return self._quiet.hold(utc_s)

    def take(self):
        """Return the pattern that is due, once; else None."""
        if not self._due:
            return None
        self._due = False
        return _PATTERN_MS
