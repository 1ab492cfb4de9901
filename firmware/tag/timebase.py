"""Which UTC second it is, and whether that can be believed: monotonic time joined to GNSS time.

Time never runs below the floor (the last ack's, or the build date). A receiver whose time is more
than five minutes off the monotonic clock is not believed, nor is one whose first date after a boot
is below the floor or ends the order: time then goes on by the monotonic clock, and is in doubt
until an ack agrees (DESIGN.md, section 7). So a spoofed date neither ends an order nor starts one.

Nor does an ack alone end an order, or run more than a day ahead of the receiver: a collector whose
clock is wrong must not stop a tag for good. Both together do.
"""

_MOST_OFF_S = 300
_DAY_S = 86_400


class Timebase:
    """Knows UTC from the first fix on; `in_doubt` says that no coordinate may be told."""

    def __init__(self, floor_s):
        self.floor_s = self._booted_s = floor_s
        self.in_doubt = False
        self._term_s = (0, None)  # of the order
        self._utc_s = None  # at _monotonic_ms
        self._monotonic_ms = 0
        self._anchor_s = 0  # at _anchor_ms: the time that a fix must agree with
        self._anchor_ms = 0
        self._told_s = None  # the receiver's last date, less the seconds since boot

    def expect(self, starts_s, ends_s):
        """Take the order's term: a first date at its end or later is not believed by itself."""
        self._term_s = starts_s, ends_s

    def observe(self, utc_s, monotonic_ms):
        """Take a fix's time; return 0 if it is believed, else by how many seconds it is off."""
        self._told_s = utc_s - monotonic_ms // 1000
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
        """Take an ack's time; return 0 if it is believed, else by how many seconds it is off.

        Time agrees with it, or follows it from now on. One below the floor changes nothing.
        """
        least_s = self.least_s(monotonic_ms)
        off_s = utc_s - least_s
        if utc_s < self.floor_s - _MOST_OFF_S:
            return off_s
        uptime_s = monotonic_ms // 1000
        # The floor follows acks as far as the receiver bears them out; else a day ahead a boot.
        most_s = self._booted_s + uptime_s + _DAY_S
        seen_s = None
        if self._told_s is not None and self._told_s + uptime_s >= self.floor_s - _MOST_OFF_S:
            seen_s = self._told_s + uptime_s
            most_s = seen_s + _MOST_OFF_S
        if self._utc_s is None or abs(off_s) > _MOST_OFF_S:
            if self._is_alone(utc_s, least_s, seen_s):
                self.in_doubt = True
                return off_s
            self._utc_s = utc_s
            self._monotonic_ms = monotonic_ms
        self._anchor_s = utc_s
        self._anchor_ms = monotonic_ms
        self.in_doubt = False
        self.floor_s = max(self.floor_s, min(utc_s, most_s))
        return 0

    def utc_s(self, monotonic_ms):
        """Return the UTC second at this moment, or None before the first fix or ack."""
        if self._utc_s is None:
            return None
        return self._utc_s + (monotonic_ms - self._monotonic_ms) // 1000

    def least_s(self, monotonic_ms):
        """Return UTC where it is known, else the floor: TLS needs a date."""
        known = self.utc_s(monotonic_ms)
        return self.floor_s if known is None else known

    def _is_alone(self, utc_s, least_s, seen_s):
        """Return whether an ack ends the order, or is a day ahead, and the receiver is not."""
        ends_s = self._term_s[1]
        if ends_s is not None and utc_s >= ends_s > least_s:
            return seen_s is None or abs(utc_s - seen_s) > _MOST_OFF_S
        return seen_s is not None and utc_s - seen_s > _DAY_S

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
