"""Feeds the watchdog, on progress only; gives every reset a reason.

The sampling loop feeds, when it has been round. It does so only while every other task has shown
progress within its limit: a loop that spins, or a task that hangs on a peer, starves the tag.
"""

from store import StoreError
from tag import reasons

# The longest that a task may be silent. Sealing waits for gaps of the receiver, an upload for a
# peer: 60 s a post, and 20 s to join.
_LIMIT_MS = {
    reasons.WARN: 30_000,
    reasons.SEAL: 180_000,
    reasons.SEND: 180_000,
    reasons.TAMPER: 30_000,
}


class Supervisor:
    """Over a watchdog with feed() and reset(reason), and a clock."""

    def __init__(self, watchdog, clock):
        self._watchdog = watchdog
        self._clock = clock
        self._seen_ms = {}

    def progress(self, task):
        """Note that a task has got on; from its first word on it is expected to go on so."""
        self._seen_ms[task] = self._clock.ms()

    def feed(self):
        """Feed the watchdog if all tasks live; for the sampling loop alone."""
        now_ms = self._clock.ms()
        for task, seen_ms in self._seen_ms.items():
            if now_ms - seen_ms > _LIMIT_MS[task]:
                self._watchdog.reset(reasons.died(task, reasons.STALLED))
        self._watchdog.feed()

    async def guard(self, task, work, on_error):
        """Await a task's work; whatever ends it resets the tag. `on_error` gets the exception."""
        try:
            await work
            how = reasons.ENDED
        except Exception as error:  # noqa: BLE001 - the one place where any death is a reset
            on_error(error)
            how = how_of(error)
        self._watchdog.reset(reasons.died(task, how))


def how_of(error):
    """Return how an exception killed a task, as reasons.py numbers it."""
    for kind, how in (
        (MemoryError, reasons.MEMORY),
        (StoreError, reasons.STORE),
        (OSError, reasons.SYSTEM),
    ):
        if isinstance(error, kind):
            return how
    return reasons.FAULT
