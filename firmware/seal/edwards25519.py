"""The group of Ed25519 (RFC 8032, section 5.1): points, their bytes, multiples of the base.

Owns the point formulas ("hwcd-3" and "hwcd" of the Explicit-Formulas Database for extended
coordinates, complete on this curve) and the selection from the base point's table.
"""

import micropython

from seal.edwards25519_table import TABLE
from seal.field25519 import element, to_bytes, zero
from seal.limbs25519 import butterfly, copy, load, multiply, swap

P = (1 << 255) - 19

_BYTES = 32
_D = 0x52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3
_ROOT_OF_MINUS_1 = 0x2B8324804FC1DF0B2B4D00993DFBD7A72F431806AD2FE478C4EE1B274A0EA0B0
_BASE_X = 0x216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A
_BASE_Y = 0x6666666666666666666666666666666666666666666666666666666666666658

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

    def has_small_order(self):
        """Return whether eight times the point is the neutral one; the point becomes that."""
        for _ in range(3):
            self.double()
        return to_bytes(self.x) == bytes(_BYTES)

    def negated(self):
        """Return a new point, minus this one."""
        point = Point()
        rest = zero()
        butterfly(element(0), self.x, rest, point.x)
        butterfly(element(0), self.t, rest, point.t)
        butterfly(element(0), self.y, point.y, rest)
        butterfly(element(0), self.z, point.z, rest)
        return point

    def cached(self):
        """Return the point as add() takes it."""
        plus, minus, z2, t2, t2d, rest = tuple(zero() for _ in range(6))
        butterfly(self.y, self.x, plus, minus)
        butterfly(self.z, self.z, z2, rest)
        butterfly(self.t, self.t, t2, rest)
        multiply(t2d, 0, t2, element(_D))
        return plus, minus, t2d, z2

    def encode_steps(self, powers):
        """Return, in steps, the 32 bytes of the point (section 5.1.2)."""
        inverse = yield from powers.invert_steps(self.z)
        x, y = self.elements[4], self.elements[5]
        multiply(x, 0, self.x, inverse)
        multiply(y, 0, self.y, inverse)
        out = bytearray(to_bytes(y))
        out[31] |= (to_bytes(x)[0] & 1) << 7
        return bytes(out)


def base():
    """Return the base point."""
    return Point(_BASE_X, _BASE_Y)


def decode_steps(data: bytes, powers):
    """Return, in steps, the point of 32 bytes, or None if they are no point's only encoding.

    For public points: the time depends on them.
    """
    encoded_y = int.from_bytes(data, "little")
    sign = encoded_y >> 255
    encoded_y &= (1 << 255) - 1
    if encoded_y >= P:
        return None  # section 5.1.3, step 1
    x = yield from _x_steps(element(encoded_y), powers)
    if x is None or (x == 0 and sign):
        return None
    return Point(P - x if x & 1 != sign else x, encoded_y)


def _x_steps(y, powers):
    """Return, in steps, an x of the curve's point with this y as an integer, or None."""
    one, yy, dyy, u, v, rest = element(1), zero(), zero(), zero(), zero(), zero()
    multiply(yy, 0, y, y)
    multiply(dyy, 0, yy, element(_D))
    butterfly(yy, one, rest, u)  # x**2 = u / v = (y**2 - 1) / (d y**2 + 1)
    butterfly(dyy, one, v, rest)
    v3, v7, x = zero(), zero(), zero()
    multiply(rest, 0, v, v)
    multiply(v3, 0, rest, v)
    multiply(rest, 0, v3, v3)
    multiply(v7, 0, rest, v)
    multiply(rest, 0, u, v7)
    power = yield from powers.root_power_steps(rest)
    multiply(rest, 0, u, v3)
    multiply(x, 0, rest, power)
    multiply(yy, 0, x, x)
    multiply(rest, 0, yy, v)
    butterfly(rest, u, v3, v7)
    if to_bytes(v7) == bytes(_BYTES):
        return int.from_bytes(to_bytes(x), "little")
    if to_bytes(v3) == bytes(_BYTES):  # v x**2 = -u: the other root
        multiply(rest, 0, x, element(_ROOT_OF_MINUS_1))
        return int.from_bytes(to_bytes(rest), "little")
    return None


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
