"""How often a breach's positions are said: one in 15 s for its first 10 minutes, then in 5."""

_CLOSE_S = 15
_CLOSE_FOR_S = 600
_WIDE_S = 300


class Rate:
    """Over all exclusion zones together; the ledger knows when the breach began, over reboots."""

    def __init__(self, ledger):
        self._ledger = ledger
        self._said_s = None

    def start(self, utc_s):
        """Begin a life. In a breach that goes on the last one may just have said a position."""
        if self._ledger.breach_s:
            self._said_s = utc_s

    def follow(self, before):
        """Go on where the rate of the order before ended."""
        self._said_s = before._said_s

    def is_due(self, utc_s):
        """Return whether a position may be said in this second."""
        if self._said_s is None:
            return True
        is_close = 0 <= utc_s - self._ledger.breach_s < _CLOSE_FOR_S
        return utc_s - self._said_s >= (_CLOSE_S if is_close else _WIDE_S)

    def say(self, utc_s):
        """Note that a position is said."""
        self._said_s = utc_s
