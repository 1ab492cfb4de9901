"""A strap's or a case's contact: from its levels to the openings that are told."""

OPEN_MS = 1_000  # shorter is a bounce, or a knock
CLOSED_MS = 10_000  # a contact that is loose is told once, not each time it trembles


class Contact:
    """One contact, taken for closed at first: one that is open at a boot is told."""

    def __init__(self):
        self._is_open = False  # as far as it is believed
        self._since_ms = None  # since when it is otherwise

    def opens(self, is_open, now_ms):
        """Take the level of this moment; return True once for each opening that lasts."""
        if is_open == self._is_open:
            self._since_ms = None
            return False
        if self._since_ms is None:
            self._since_ms = now_ms
        if now_ms - self._since_ms < (CLOSED_MS if self._is_open else OPEN_MS):
            return False
        self._is_open = is_open
        self._since_ms = None
        return is_open
