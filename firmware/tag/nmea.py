"""UART bytes to checked NMEA 0183 sentences: a byte machine over preallocated integers.

It owns the sentence that is being read, and nothing else: no line buffer, no heap a byte. Each `$`
starts anew, whatever was before it, so that nothing costs the next good sentence; a sentence
without a right checksum, or with a byte that does not belong, is dropped. Binary protocols in
between (UBX, RTCM) are not followed by their lengths: a damaged length would swallow sentences.

Field values stay below 2**30 (small ints on the chip): the whole and the decimal part are kept
apart. What a field means is fields.py's.
"""

from array import array

import micropython
from micropython import const

FIELDS = const(24)  # more fields than any sentence read here has
_MOST_BODY = const(117)  # $, 116 bytes, * and two digits are 120; NMEA itself allows 82 with CR LF

EMPTY, NUMBER, LETTERS, OTHER = 0, 1, 2, 3  # what a field holds

# Layout of the state: registers, then for each field its whole part, decimals and form.
WHOLE = const(16)  # a number's digits before the point; letters' set, A as bit 0
DECIMALS = const(40)  # a number's digits behind the point, 8 at most
FORM = const(64)  # kind | negative << 2 | digits or letters << 4 | decimals << 8
_SIZE = const(88)
CONSUMED = const(9)
COUNT = const(11)  # fields of the whole sentence, its address included


@micropython.viper
def scan(data: ptr8, at: int, end: int, st: ptr32) -> int:
    """Advance over data[at:end]; return 1 when st holds a whole checked sentence, else 0.

    st[9] tells how far it came. Registers: 0 phase, 1 running XOR, 2 field, 3 length, 4 whole
    part, 5 decimals, 6 count of digits or letters, 7 count of decimals, 8 kind with 4 for a minus
    and 16 for a point, 10 high nibble. No register is ever negative, as a 32-bit load does not
    extend the sign on a 64-bit host. Field 0 is the address: its last three letters in the whole
    part, the two before them in the decimals.
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
            if c >= 48 and c <= 57 and field > 0:
                xor ^= c
                if kind < 16:
                    digits += 1
                    if kind & 2 or digits > 9:
                        kind = 3
                    else:
                        kind |= 1
                        whole = whole * 10 + c - 48
                elif places < 8:
                    decimals = decimals * 10 + c - 48
                    places += 1
            elif c == 44 or c == 42:  # , or * ends a field
                if kind & 3 == 1 and digits + places == 0:
                    kind = 3  # a sign or a point alone
                st[16 + field] = whole
                st[40 + field] = decimals
                st[64 + field] = (kind & 7) | digits << 4 | places << 8
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
                elif field == 0:
                    decimals = (decimals & 0xFF) << 8 | whole >> 16
                    whole = (whole & 0xFFFF) << 8 | c
                    digits += 1
                elif c == 46 and kind < 8 and kind & 2 == 0:
                    kind |= 17
                elif c >= 65 and c <= 90 and (kind == 0 or kind == 2):
                    kind = 2
                    digits += 1
                    whole |= 1 << (c - 65)
                elif c == 45 and kind == 0:
                    kind = 5
                else:
                    kind = 3
                    digits = 1
            if length > 117:
                phase = 0
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


@micropython.viper
def formatter(st: ptr32) -> int:
    """Return the three letters of a standard sentence as one int, whoever the talker is.

    0 where the address has not five characters, or is proprietary (it begins with a P).
    """
    if st[64] >> 4 != 5 or st[40] >> 8 == 0x50:
        return 0
    return st[16]


class Sentences:
    """Reads a stream of bytes piece by piece; holds the fields of the last whole sentence.

    The fields in `state` are only good between a True from `scan` and the next call of it.
    """

    def __init__(self):
        self.state = array("i", bytes(4 * _SIZE))
        self.at = 0

    def scan(self, data, start, end):
        """Read data[start:end] up to the end of the next checked sentence; True if there is one.

        `at` then is the position behind it, where the next scan goes on.
        """
        found = scan(data, start, end, self.state)
        self.at = self.state[CONSUMED]
        return found == 1

    def formatter(self):
        """Return what `formatter` says of the last whole sentence."""
        return formatter(self.state)
