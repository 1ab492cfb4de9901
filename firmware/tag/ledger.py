"""What the tag's next life must know of what was told: the breach that goes on, exceptions used.

Without it a reboot would give back three exceptions a day, and a breach's first ten minutes. It is
encoded for a small file, and written before what it counts is sealed.
"""

from wire import FormatError, cbor
from wire.record import LOCATE

MOST = 3  # strap and case events with a position a day; locate orders an order
_MOST_REFUSED = 8  # locate orders that are told to be refused, a version and life
_DAY_S = 86_400
_FIELDS = 5
_EVERY_DAY = -1
_FULL = (0,) * MOST


class Ledger:
    """Under one version of an order; `stored` is what an earlier life has encoded, or None."""

    def __init__(self, version, stored=None):
        self._version = version
        self.breach_s = 0  # when the breach that goes on began; 0: none does
        self._day = 0
        self._tampers = 0  # of that day
        self._located = []  # the numbers of this version's locate orders
        self._refused = []  # and of those that were refused: a collector may bring them for ever
        self.is_changed = False
        if stored is not None:
            self._load(stored)

    def begin_breach(self, utc_s):
        """Note that a breach begins; one that goes on goes on."""
        if self.breach_s == 0:
            self.breach_s = utc_s
            self.is_changed = True

    def end_breach(self):
        """Note that no breach goes on."""
        if self.breach_s:
            self.breach_s = 0
            self.is_changed = True

    def has_had(self, number):
        """Return whether this version's locate order of this number was acted on."""
        return number in self._located

    def refuse(self, number):
        """Note a locate order that is refused; return whether that has to be told."""
        if number in self._refused or len(self._refused) >= _MOST_REFUSED:
            return False
        self._refused.append(number)
        return True

    def spend(self, cause, number, utc_s):
        """Use up one exception; return False where none is left, or this locate order was had."""
        if cause == LOCATE:
            if number in self._located or len(self._located) >= MOST:
                return False
            self._located.append(number)
        elif not self._spend_tamper(utc_s // _DAY_S):
            return False
        self.is_changed = True
        return True

    def _spend_tamper(self, day):
        if day != self._day and self._day != _EVERY_DAY:
            self._day = day
            self._tampers = 0
        if self._tampers >= MOST:
            return False
        self._tampers += 1
        return True

    def follow(self, version):
        """Count for a newer version: its locate orders are anew, the breach and the day go on."""
        self._version = version
        self._located = []
        self._refused = []
        self.is_changed = True

    def encode(self):
        """Return the file's bytes; it is then no longer changed."""
        self.is_changed = False
        fields = [self._version, self.breach_s, self._day, self._tampers, self._located]
        return cbor.encode(fields)

    def _load(self, stored):
        """Take what was stored. What cannot be read is taken for the worst: no exception is left.

        A new version has its locate orders again, and neither its breach nor its day anew.
        """
        try:
            version, breach_s, day, tampers, located = _fields(stored)
        except FormatError:
            version, breach_s, day, tampers, located = self._version, 1, _EVERY_DAY, MOST, _FULL
        self.breach_s, self._day, self._tampers = breach_s, day, tampers
        if version == self._version:
            self._located = list(located)


def _fields(stored):
    fields = cbor.decode(stored)
    if not isinstance(fields, list) or len(fields) != _FIELDS:
        raise FormatError  # LittleFS gave back other bytes than were written
    return fields
