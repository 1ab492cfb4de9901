"""UART bytes to checked NMEA 0183 sentences: a byte machine over preallocated integers.

It owns the sentence that is being read, and nothing else: no line buffer, no heap a byte. A
sentence without a right checksum, or with a byte that does not belong, is dropped; the next `$`
starts anew. Field values stay below 2**30 (small ints on the chip): the whole and the decimal part
are kept apart.
"""

from array import array

import micropython
from micropython import const

RMC = const(0x524D43)  # the sentence's three letters as one int
GGA = const(0x474741)

FIELDS = const(24)  # more fields than any standard sentence has
_MOST_BODY = const(117)  # $, 116 bytes, * and two digits are 120; NMEA itself allows 82 with CR LF

EMPTY, NUMBER, LETTER, OTHER = 0, 1, 2, 3  # what a field holds

# Layout of the state: registers, then for each field its whole part, decimals and form.
_WHOLE = const(16)
_DECIMALS = const(40)
_FORM = const(64)
_SIZE = const(88)
_CONSUMED = const(9)


@micropython.viper
def _scan(data: ptr8, at: int, end: int, st: ptr32) -> int:
    """Advance over data[at:end]; return 1 when st holds a whole checked sentence, else 0.

    st[9] tells how far it came. Registers: 0 phase, 1 running XOR, 2 field, 3 length, 4 whole
    part, 5 decimals, 6 count of digits before the point, 7 count after it, 8 form, 10 high nibble.
    A form is kind | digits << 4 | decimals << 8; no register is ever negative, as a 32-bit load
    does not extend the sign on a 64-bit host.
    """
    phase = st[0]
    xor = st[1]
    field = st[2]
    length = st[3]
    whole = st[4]
    decimals = st[5]
    digits = st[6]
    places = st[7]
    kind = st[8]
    done = 0
    while at < end and done == 0:
        c = data[at]
        at += 1
        if c == 36:  # $
            phase = 1
            xor = field = length = whole = decimals = digits = places = kind = 0
        elif phase == 1:
            length += 1
            if length > _MOST_BODY:
                phase = 0
            elif c == 44 or c == 42:  # , or * ends a field
                st[16 + field] = whole
                st[40 + field] = decimals
                st[64 + field] = (kind & 15) | digits << 4 | places << 8
                whole = decimals = digits = places = kind = 0
                field += 1
                if c == 42:
                    phase = 2
                else:
                    xor ^= c
                    if field > 23:
                        phase = 0
            else:
                xor ^= c
                if c < 32 or c > 126:
                    phase = 0
                elif field == 0:  # the address: its last three letters
                    whole = (whole & 0xFFFF) << 8 | c
                    digits += 1
                elif c >= 48 and c <= 57:
                    if kind == 0 or kind == 1:
                        kind = 1
                        digits += 1
                        if digits > 9:
                            kind = 3
                        else:
                            whole = whole * 10 + c - 48
                    elif kind == 17:  # a number behind its point
                        if places < 8:
                            decimals = decimals * 10 + c - 48
                            places += 1
                    else:
                        kind = 3
                elif c == 46 and (kind == 0 or kind == 1):
                    kind = 17
                elif c >= 65 and c <= 90 and kind == 0:
                    kind = 2
                    whole = c
                else:
                    kind = 3
        elif phase > 1:
            if c >= 48 and c <= 57:
                c -= 48
            elif c >= 65 and c <= 70:
                c -= 55
            elif c >= 97 and c <= 102:
                c -= 87
            else:
                c = 16
            if c == 16:
                phase = 0
            elif phase == 2:
                st[10] = c
                phase = 3
            else:
                phase = 0
                if (st[10] << 4 | c) == xor:
                    st[11] = field
                    done = 1
    st[0] = phase
    st[1] = xor
    st[2] = field
    st[3] = length
    st[4] = whole
    st[5] = decimals
    st[6] = digits
    st[7] = places
    st[8] = kind
    st[9] = at
    return done


class Sentences:
    """Reads a stream of bytes piece by piece; holds the fields of the last whole sentence.

    The fields are only good between a True from `scan` and the next call of it.
    """

    def __init__(self):
        self._state = array("i", bytes(4 * _SIZE))
        self.at = 0

    def scan(self, data, start, end):
        """Read data[start:end] up to the end of the next checked sentence; True if there is one.

        `at` then is the position behind it, where the next scan goes on.
        """
        found = _scan(data, start, end, self._state)
        self.at = self._state[_CONSUMED]
        return found == 1

    def formatter(self):
        """Return RMC, GGA or another three letters as an int; 0 where the address has not five."""
        return self._state[_WHOLE] if self._state[_FORM] >> 4 & 15 == 5 else 0

    def count(self):
        """Return how many fields the sentence has, its address included."""
        return self._state[11]

    def form(self, field):
        """Return (kind, digits before the point, digits behind it)."""
        form = self._state[_FORM + field]
        return form & 15, form >> 4 & 15, form >> 8 & 15

    def kind(self, field):
        """Return EMPTY, NUMBER, LETTER or OTHER."""
        return self._state[_FORM + field] & 15

    def whole(self, field):
        """Return a number's part before the point, or a letter's code."""
        return self._state[_WHOLE + field]

    def decimals(self, field):
        """Return a number's digits behind the point as an int."""
        return self._state[_DECIMALS + field]
