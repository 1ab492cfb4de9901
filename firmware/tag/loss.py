"""Loss of position as an event (R8): no usable fix for two minutes, and its return.

The state is said at most once a slot, with nothing finer: how many seconds a tag was under ground
would name the tunnel, and a second change in a slot would count the doors somebody went through.
"""

from tag import events

LOST_S = 120
LATE_S = 5
SILENT_S = 60  # without a sentence with a right checksum: not the sky, the receiver


class Loss:
    """Knows whether there is a position; `now_s` is the monotonic clock's.

    `slot_s` is the order's in force, and may change with it.
    """

    def __init__(self, now_s, slot_s):
        self.slot_s = slot_s
        self._fix_s = now_s
        self._heard_s = now_s
        self._sentences = 0
        self._lost_s = None  # the UTC second of the loss that was said and is not over
        self._said_s = None

    def take_fix(self, now_s):
        """Take note of a fix that passed the order's gate."""
        self._fix_s = now_s

    def hear(self, now_s, sentences):
        """Take the count of sentences so far."""
        if sentences != self._sentences:
            self._sentences = sentences
            self._heard_s = now_s

    def rest(self, seconds):
        """The receiver was off for so long, on purpose."""
        self._fix_s += seconds
        self._heard_s += seconds

    def is_late(self, now_s):
        """Return whether the last fix is so old that the receiver has to look for one."""
        return now_s - self._fix_s >= LATE_S

    def is_silent(self, now_s):
        """Return whether the receiver says nothing that can be read."""
        return now_s - self._heard_s >= SILENT_S

    def change(self, now_s, utc_s):
        """Return (event code, value) where position was lost or found, else None."""
        is_lost = now_s - self._fix_s >= LOST_S
        if is_lost == (self._lost_s is not None):
            return None
        if self._said_s is not None and self._slots_since(self._said_s, utc_s) == 0:
            return None
        self._said_s = utc_s
        if is_lost:
            self._lost_s = utc_s
            return events.FIX_LOST, 2 if self.is_silent(now_s) else 1
        slots = self._slots_since(self._lost_s, utc_s)
        self._lost_s = None
        return events.FIX_FOUND, max(slots, 0)

    def _slots_since(self, before_s, utc_s):
        return utc_s // self.slot_s - before_s // self.slot_s
