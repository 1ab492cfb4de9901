"""The group of Ed25519 (RFC 8032, section 5.1): points, multiples of the base; points25519.py has
what only verification does with them.

Owns the point formulas ("hwcd-3" and "hwcd" of the Explicit-Formulas Database for extended
coordinates, complete on this curve) and the selection from the base point's table.
"""

import micropython

from seal.edwards25519_table import TABLE
from seal.field25519 import element, to_bytes, zero
from seal.limbs25519 import butterfly, copy, load, multiply, swap

_BYTES = 32

_COLUMNS = 32
_COLUMNS_A_PIECE = 4
_ENTRY_BYTES = 96
_HALF_BYTES = 8 * _ENTRY_BYTES
_ZERO, _ONE = element(0), element(1)


class Point:
    """A point in extended coordinates that is doubled and added to, with its temporaries."""

    def __init__(self, x: int = 0, y: int = 1):
        """A point of affine coordinates; the neutral one without."""
        self.x, self.y, self.z = element(x), element(y), element(1)
        self.t = zero()
        multiply(self.t, 0, self.x, self.y)
        self._temporaries = tuple(zero() for _ in range(8))
        self.elements = (self.x, self.y, self.z, self.t) + self._temporaries

    def set_neutral(self):
        """Make it the neutral point."""
        for own, value in zip(self.elements, (_ZERO, _ONE, _ONE, _ZERO)):
            copy(own, value)

    def double(self):
        """Add the point to itself."""
        a, b, c, s, e, f, g, h = self._temporaries
        butterfly(self.x, self.y, e, f)
        multiply(s, 0, e, e)
        multiply(a, 0, self.x, self.x)
        multiply(b, 0, self.y, self.y)
        multiply(c, 0, self.z, self.z)
        butterfly(c, c, c, f)
        butterfly(b, a, h, g)
        butterfly(s, h, a, e)
        butterfly(c, g, b, f)
        self._close()

    def add(self, addend):
        """Add what cached() or the table gives: (y + x, y - x, 2 d t, 2 z or None for z = 1)."""
        plus, minus, t2d, z2 = addend
        a, b, c, s, e, f, g, h = self._temporaries
        butterfly(self.y, self.x, e, f)
        multiply(a, 0, f, minus)
        multiply(b, 0, e, plus)
        multiply(c, 0, self.t, t2d)
        if z2 is None:
            butterfly(self.z, self.z, s, f)
        else:
            multiply(s, 0, self.z, z2)
        butterfly(b, a, h, e)
        butterfly(s, c, g, f)
        self._close()

    def _close(self):
        _a, _b, _c, _s, e, f, g, h = self._temporaries
        multiply(self.x, 0, e, f)
        multiply(self.y, 0, g, h)
        multiply(self.z, 0, f, g)
        multiply(self.t, 0, e, h)

    def encode_steps(self, powers):
        """Return, in steps, the 32 bytes of the point (section 5.1.2)."""
        inverse = yield from powers.invert_steps(self.z)
        x, y = self.elements[4], self.elements[5]
        multiply(x, 0, self.x, inverse)
        multiply(y, 0, self.y, inverse)
        out = bytearray(to_bytes(y))
        out[31] |= (to_bytes(x)[0] & 1) << 7
        return bytes(out)


def base_mult(scalar: bytes, space):
    """Return, in steps, space.point: scalar * base, by 31 doublings and 64 additions.

    The scalar (below 2**255) is recoded to 256 digits, each 1 or -1, so that every column of the
    comb adds: the work does not depend on it. `space` is a seal.workspace.Workspace.
    """
    digits = space.scalars.signs(scalar)
    point, selection = space.point, space.selection
    point.set_neutral()
    for column in range(_COLUMNS - 1, -1, -1):
        point.double()
        point.add(selection.read(digits, column + _COLUMNS, _HALF_BYTES))
        point.add(selection.read(digits, column, 0))
        if column % _COLUMNS_A_PIECE == 0:
            yield
    return point


class Selection:
    """One point of the table at a time, and the buffers it is read into."""

    def __init__(self):
        self._packed = bytearray(_ENTRY_BYTES)
        self._elements = tuple(zero() for _ in range(6))
        self._addend = self._elements[:3] + (None,)

    def read(self, digits, position, first):
        """Return the addend for the four digits from the position, 64 bits apart."""
        is_negative = _scan(self._packed, TABLE, digits, first << 8 | position)
        plus, minus, t2d, negated, rest, nothing = self._elements
        load(plus, self._packed, 0)
        load(minus, self._packed, _BYTES)
        load(t2d, self._packed, 2 * _BYTES)
        butterfly(nothing, t2d, rest, negated)
        swap(plus, minus, t2d, negated, is_negative)
        return self._addend

    def wipe(self):
        """Leave nothing of what was selected."""
        for own in self._elements:
            copy(own, _ZERO)
        for i in range(len(self._packed)):
            self._packed[i] = 0


@micropython.viper
def _scan(out: ptr8, table: ptr8, digits: ptr8, where: int) -> int:
    """out = the entry of the eight that the digits name; return 1 where it is to be negated.

    All eight are read. `where` is the first entry's byte << 8 | the first digit's bit. The table
    has the points whose top digit is 1: the others are theirs, with all four digits turned.
    """
    first = where >> 8
    at = where & 255
    byte = at >> 3
    at = at & 7
    index = (digits[byte] >> at) & 1
    index = index | (((digits[byte + 8] >> at) & 1) << 1)
    index = index | (((digits[byte + 16] >> at) & 1) << 2)
    negative = 1 - ((digits[byte + 24] >> at) & 1)
    index = index ^ ((0 - negative) & 7)
    m0 = (index - 1) >> 31  # all ones for the one entry that is named
    m1 = ((index ^ 1) - 1) >> 31
    m2 = ((index ^ 2) - 1) >> 31
    m3 = ((index ^ 3) - 1) >> 31
    m4 = ((index ^ 4) - 1) >> 31
    m5 = ((index ^ 5) - 1) >> 31
    m6 = ((index ^ 6) - 1) >> 31
    m7 = ((index ^ 7) - 1) >> 31
    i = 0
    while i < 96:
        x = (table[first] & m0) | (table[first + 96] & m1) | (table[first + 192] & m2)
        x = x | (table[first + 288] & m3) | (table[first + 384] & m4)
        x = x | (table[first + 480] & m5) | (table[first + 576] & m6)
        out[i] = x | (table[first + 672] & m7)
        first += 1
        i += 1
    return negative
