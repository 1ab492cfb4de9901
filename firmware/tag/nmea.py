"""UART bytes to checked NMEA 0183 sentences: a byte machine over preallocated integers.

It owns the sentence that is being read, and nothing else: no line buffer, no heap a byte. Each `$`
starts anew, whatever was before it, so that nothing costs the next good sentence; a sentence
without a right checksum, or with a byte that does not belong, is dropped. Binary protocols in
between (UBX, RTCM) are not followed by their lengths: a damaged length would swallow sentences.

Field values stay below 2**30 (small ints on the chip): the whole and the decimal part are kept
apart. What a field means is fields.py's, which stages what it has read behind the fields.
"""

from array import array

import micropython
from micropython import const

# The state: registers, then of each of 24 fields, more than any sentence read here has,
# - from 16 its whole part: digits before the point, or the set of its letters, A as bit 0,
# - from 40 its decimals: digits behind the point, 8 at most,
# - from 64 its form: kind | negative << 2 | digits or letters << 4 | decimals << 8; the kind is
#   0 empty, 1 a number, 2 letters, 3 anything else,
# and from 88 what fields.py stages.
AT = const(9)  # the register of where the next scan begins
COUNT = const(11)  # the register of how many fields the sentence has, its address included
_SIZE = const(93)


@micropython.viper
def scan(data: ptr8, end: int, st: ptr32) -> int:
    """Advance over data[st[9]:end] to the end of the next checked sentence; 0 if there is none.

    Else return the three letters of a standard sentence as one int, whoever the talker is, and 1
    where the address has not five characters, or is proprietary: it begins with a P.

    Registers: 0 phase (1 address, 2 other fields, 3 and 4 checksum), 1 running XOR, 2 field,
    3 length, 4 whole part, 5 decimals, 6 count of digits or letters, 7 count of decimals, 8 kind
    (4 for a number behind its point), 9 position, 10 high nibble, 12 minus. None is ever
    negative, as a 32-bit load does not extend the sign on a 64-bit host. Field 0 is the address:
    its last three letters in the whole part, the two before them in the decimals.
    """
    phase = st[0]
    xor = st[1]
    field = st[2]
    whole = st[4]
    decimals = st[5]
    digits = st[6]
    places = st[7]
    kind = st[8]
    at = st[9]
    begin = at - st[3]
    found = 0
    while at < end and found == 0:
        c = data[at]
        at += 1
        if c < 58 and c >= 48 and phase == 2:  # first, as most bytes are digits
            xor ^= c
            if kind == 4:
                if places < 8:
                    decimals = decimals * 10 + c - 48
                    places += 1
            elif kind < 2 and digits < 9:
                kind = 1
                digits += 1
                whole = whole * 10 + c - 48
            else:
                kind = 3
        elif c == 36:  # $
            phase = 1
            begin = at
            xor = field = whole = decimals = digits = places = kind = 0
            st[12] = 0
        elif phase == 2 or phase == 1:
            if c == 44 or c == 42:  # , or * ends a field
                if kind == 4:
                    kind = 1
                if kind == 1 and digits + places == 0:
                    kind = 3  # a sign or a point alone
                st[16 + field] = whole
                st[40 + field] = decimals
                st[64 + field] = kind | st[12] | digits << 4 | places << 8
                whole = decimals = digits = places = kind = 0
                st[12] = 0
                field += 1
                if c == 42:
                    phase = 3
                else:
                    xor ^= c
                    phase = 2 if field < 24 else 0
                # $, 116 bytes, * and two digits are 120; NMEA itself allows 82 with CR LF.
                if at - begin > 117:
                    phase = 0
            elif c < 32 or c > 126:
                phase = 0
            else:
                xor ^= c
                if phase == 1:
                    decimals = (decimals & 0xFF) << 8 | whole >> 16
                    whole = (whole & 0xFFFF) << 8 | c
                    digits += 1
                elif c == 46 and kind < 2:
                    kind = 4
                elif c >= 65 and c <= 90 and (kind == 0 or kind == 2):
                    kind = 2
                    digits += 1
                    whole |= 1 << (c - 65)
                elif c == 45 and kind == 0:
                    kind = 1
                    st[12] = 4
                else:
                    kind = 3
        elif phase > 2:
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
            elif phase == 3:
                st[10] = c
                phase = 4
            else:
                phase = 0
                if (st[10] << 4 | c) == xor:
                    st[11] = field
                    found = 1
                    if st[64] >> 4 == 5 and st[40] >> 8 != 0x50:
                        found = st[16]
    if at - begin > 117 and phase < 3:
        phase = 0  # too long already, and its length must not grow without end
    st[0] = phase
    st[1] = xor
    st[2] = field
    st[3] = at - begin if phase > 0 else 0
    st[4] = whole
    st[5] = decimals
    st[6] = digits
    st[7] = places
    st[8] = kind
    st[9] = at
    return found


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
        self.state[AT] = start
        found = scan(data, end, self.state)
        self.at = self.state[AT]
        return found > 0
