"""Which UTC second it is, and whether that can be believed: monotonic time joined to GNSS time.

Time never runs below the floor (stored floor or build date), and a receiver whose time jumps by
more than five minutes against the monotonic clock is not believed (DESIGN.md, section 8).
"""

_MOST_JUMP_S = 300


class Timebase:
    """Knows UTC from the first believable fix on."""

    def __init__(self, floor_s):
        self.floor_s = floor_s
        self._utc_s = None  # at _monotonic_ms
        self._monotonic_ms = 0

    def observe(self, utc_s, monotonic_ms):
        """Take a fix's time; return 0 if it is believed, else by how many seconds it is off."""
        if utc_s < self.floor_s:
            return utc_s - self.floor_s
        if self._utc_s is not None:
            off_s = utc_s - self.utc_s(monotonic_ms)
            if abs(off_s) > _MOST_JUMP_S:
                return off_s
        self._utc_s = utc_s
        self._monotonic_ms = monotonic_ms
        return 0

    def utc_s(self, monotonic_ms):
        """Return the UTC second at this moment, or None before the first believable fix."""
        if self._utc_s is None:
            return None
        return self._utc_s + (monotonic_ms - self._monotonic_ms) // 1000

    def raise_floor(self, utc_s):
        """Take a time that has surely passed: an ack's, or the last one before power-off."""
        self.floor_s = max(self.floor_s, utc_s)

    def least_s(self, monotonic_ms):
        """Return UTC where it is known, else the floor: TLS needs a date."""
        known = self.utc_s(monotonic_ms)
        return self.floor_s if known is None else known
