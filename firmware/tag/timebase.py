"""Which UTC second it is, and whether that can be believed: monotonic time joined to GNSS time.

Time never runs below the floor (the last ack's, or the build date). A receiver whose time is more
than five minutes off the monotonic clock is not believed, nor is one whose first date after a boot
is below the floor or ends the order: time then goes on by the monotonic clock, and is in doubt
until an ack agrees (DESIGN.md, section 7). So a spoofed date neither ends an order nor starts one.
"""

_MOST_OFF_S = 300


class Timebase:
    """Knows UTC from the first fix on; `in_doubt` says that no coordinate may be told."""

    def __init__(self, floor_s):
        self.floor_s = floor_s
        self.in_doubt = False
        self._term_s = (0, None)  # of the order
        self._utc_s = None  # at _monotonic_ms
        self._monotonic_ms = 0
        self._anchor_s = 0  # at _anchor_ms: the time that a fix must agree with
        self._anchor_ms = 0

    def expect(self, starts_s, ends_s):
        """Take the order's term: a first date at its end or later is not believed by itself."""
        self._term_s = starts_s, ends_s

    def observe(self, utc_s, monotonic_ms):
        """Take a fix's time; return 0 if it is believed, else by how many seconds it is off."""
        if self._utc_s is None:
            return self._begin(utc_s, monotonic_ms)
        # Against the anchor, not the last fix: a receiver must not draw time along in small steps.
        # The crystal's 100 ppm make 300 s in 34 days; an ack moves the anchor each upload slot.
        off_s = utc_s - self._anchored_s(monotonic_ms)
        if abs(off_s) > _MOST_OFF_S:
            self.in_doubt = True
            return off_s
        self._utc_s = utc_s
        self._monotonic_ms = monotonic_ms
        return 0

    def confirm(self, utc_s, monotonic_ms):
        """Take an ack's time, which is certain: time agrees with it, or follows it from now on."""
        known_s = self.utc_s(monotonic_ms)
        if known_s is None or abs(utc_s - known_s) > _MOST_OFF_S:
            self._utc_s = utc_s
            self._monotonic_ms = monotonic_ms
        self._anchor_s = utc_s
        self._anchor_ms = monotonic_ms
        self.in_doubt = False
        self.floor_s = max(self.floor_s, utc_s)

    def utc_s(self, monotonic_ms):
        """Return the UTC second at this moment, or None before the first fix or ack."""
        if self._utc_s is None:
            return None
        return self._utc_s + (monotonic_ms - self._monotonic_ms) // 1000

    def least_s(self, monotonic_ms):
        """Return UTC where it is known, else the floor: TLS needs a date."""
        known = self.utc_s(monotonic_ms)
        return self.floor_s if known is None else known

    def _begin(self, utc_s, monotonic_ms):
        """Take the first date since boot; one that cannot be is replaced by the least there is."""
        starts_s, ends_s = self._term_s
        least_s = max(self.floor_s, starts_s)
        off_s = 0
        if utc_s < self.floor_s:
            off_s = utc_s - self.floor_s
        elif ends_s is not None and utc_s >= ends_s > least_s:
            off_s = utc_s - least_s
        if off_s:
            self.in_doubt = True
            utc_s = least_s
        self._utc_s = self._anchor_s = utc_s
        self._monotonic_ms = self._anchor_ms = monotonic_ms
        return off_s

    def _anchored_s(self, monotonic_ms):
        return self._anchor_s + (monotonic_ms - self._anchor_ms) // 1000
