"""Long work in pieces: a generator that yields between them and returns its result.

Whoever has a watchdog to feed or a UART to read loops over it; `yield from` joins two of them.
"""


def run(steps, between=None):
    """Exhaust the generator and return its value; `between` (watchdog.feed) is called in it."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        if between is not None:
            between()
