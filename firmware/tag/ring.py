"""The last event numbers, in RAM: what the tag would have logged, had it a log."""

_SIZE = 16


class Ring:
    """Numbers of events.py, without value or time; the newest is last."""

    def __init__(self):
        self._codes = bytearray(_SIZE)
        self._next = 0

    def log(self, code):
        """Note an event; the oldest is forgotten."""
        self._codes[self._next % _SIZE] = code
        self._next += 1

    def codes(self):
        """Return the event numbers that there are, oldest first."""
        start = max(self._next - _SIZE, 0)
        return [self._codes[place % _SIZE] for place in range(start, self._next)]
