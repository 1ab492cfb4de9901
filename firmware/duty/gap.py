"""The receiver's silent gap: when the flash may be written without losing its bytes.

An erase keeps interrupts off for 45 ms, and the UART's own memory holds 32 bytes: 33 ms at 9,600
baud. A receiver sends its sentences in one burst an epoch and is silent until the next.
"""

import asyncio

_POLL_MS = 250
_POLL_SOON_MS = 60  # while a batch is sealed, which is to be stored next
_POLL_WANTED_MS = 15  # while somebody waits: the burst's end is to be seen soon
_SILENT_MS = 30  # without a byte: the burst is over
_NEED_MS = 120  # two erases and their pages: the most that one step of a write mostly takes
_LEAST_PERIOD_MS = 100
_MOST_WAIT_MS = 8_000  # a receiver that never pauses: then its bytes are lost, and it is counted


class Gap:
    """Knows the burst from the sampling loop's reads; `period_ms` is the receiver's epoch."""

    def __init__(self, clock, period_ms):
        self._clock = clock
        self._most_ms = self._period_ms = period_ms
        self._start_ms = self._heard_ms = self._empty_ms = -9 * period_ms  # mute so far
        self._is_silent = True
        self._is_sure = False  # where an epoch begins: not by the first burst, or after a rest
        self._waiting = 0
        self.is_wanted_soon = False
        self.forced = 0  # writes that found no gap

    def poll_ms(self):
        """Return how long the sampling loop may sleep before it reads again."""
        if self._waiting:
            return _POLL_WANTED_MS
        return _POLL_SOON_MS if self.is_wanted_soon else _POLL_MS

    def resume(self):
        """Take note that bytes count again from now on: closed until a burst was heard."""
        self._empty_ms = self._heard_ms = self._clock.ms()
        self._start_ms = self._heard_ms - self._most_ms
        self._is_silent = self._is_sure = False  # it may be in the middle of one

    def hear(self, count):
        """Take note of a read that brought so many bytes."""
        now_ms = self._clock.ms()
        if count == 0:
            self._empty_ms = now_ms
            self._is_silent = now_ms - self._heard_ms >= _SILENT_MS
            return
        if self._is_silent:
            self._begin(now_ms)
            self._is_silent = False
        self._heard_ms = now_ms

    def is_open(self):
        """Return whether there is time for a step before the next burst."""
        now_ms = self._clock.ms()
        if not self._is_silent:
            return False
        return self._is_mute(now_ms) or now_ms + _NEED_MS <= self._start_ms + self._period_ms

    async def wait(self):
        """Return when the gap is open, or after 8 s: what is to be stored is not lost for it."""
        if self.is_open():
            return
        self._waiting += 1
        last_ms = self._clock.ms() + _MOST_WAIT_MS
        while not self.is_open():
            if self._clock.ms() >= last_ms:
                self.forced += 1
                break
            await asyncio.sleep_ms(_POLL_WANTED_MS)
        self._waiting -= 1

    def _is_mute(self, now_ms):
        return now_ms - self._heard_ms > 2 * self._most_ms

    def _begin(self, now_ms):
        """Take note of a burst that began between the last empty read and this one.

        Taken for the earliest that agrees with the epochs before: each narrows it, as the reads
        are not in step with the receiver.
        """
        if self._is_mute(now_ms):
            self.resume()
            return
        since_ms = now_ms - self._start_ms
        period_ms = self._period_ms
        least_ms = max(self._empty_ms - self._start_ms, _LEAST_PERIOD_MS)
        if since_ms < period_ms:  # faster than believed, for certain
            period_ms = least_ms
        else:
            slower_ms = min(period_ms + period_ms // 16, least_ms, self._most_ms)
            period_ms = max(period_ms, slower_ms)
        self._period_ms = period_ms
        expected_ms = now_ms - since_ms % period_ms
        self._start_ms = max(expected_ms, self._empty_ms) if self._is_sure else self._empty_ms
        self._is_sure = True
