"""Hours within an order's term: UTC windows, packed, for 1,024 of them fit a Pico's heap so.

The host expanded them from local time, over the changes of its clocks; the tag knows UTC only.
"""

from array import array

_BITS = 16
_MASK = 0xFFFF


class Hours:
    """Windows by their edges in minutes since `base_s`: start, end, start, end ... rising.

    In force from a start on until before its end. `len()` is the number of windows.
    """

    def __init__(self, base_s, minutes):
        self._base_s = base_s
        # Of each its low 16 bits, and where the rest rises by one: half the heap.
        self._low = array("H", range(len(minutes)))
        self._rises = []
        for at in range(len(minutes)):
            self._low[at] = minutes[at] & _MASK
            self._rises += [at] * ((minutes[at] >> _BITS) - len(self._rises))

    def __len__(self):
        return len(self._low) >> 1

    def hold(self, utc_s):
        """Return whether a window holds this second."""
        return self._passed(utc_s) & 1 == 1

    def next_start_s(self, utc_s):
        """Return when the next window after this second starts, or None."""
        passed = self._passed(utc_s)
        start = passed + (passed & 1)
        return self._edge_s(start) if start < len(self._low) else None

    def end_s(self):
        """Return the end of the last window, of which there is one at least, in UTC seconds."""
        return self._edge_s(len(self._low) - 1)

    def spans_s(self):
        """Return [(start, end)] in UTC seconds."""
        edges = range(0, len(self._low), 2)
        return [(self._edge_s(edge), self._edge_s(edge + 1)) for edge in edges]

    def _edge_s(self, number):
        return self._base_s + 60 * self._minute(number)

    def _minute(self, number):
        minute = self._low[number]
        for rise in self._rises:
            if number >= rise:
                minute += 1 << _BITS
        return minute

    def _passed(self, utc_s):
        """Return how many edges lie at or before this second (binary search)."""
        minute = (utc_s - self._base_s) // 60
        low, high = 0, len(self._low)
        while low < high:
            middle = (low + high) >> 1
            if self._minute(middle) <= minute:
                low = middle + 1
            else:
                high = middle
        return low
