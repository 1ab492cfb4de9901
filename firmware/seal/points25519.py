"""Public points of Ed25519's group (RFC 8032, section 5.1): from bytes, negated, tested.

What verification needs beside edwards25519.py. The time depends on the points.
"""

from seal.edwards25519 import Point
from seal.field25519 import element, to_bytes, zero
from seal.limbs25519 import butterfly, multiply

P = (1 << 255) - 19

_BYTES = 32
_D = 0x52036CEE2B6FFE738CC740797779E89800700A4D4141D8AB75EB4DCA135978A3
_ROOT_OF_MINUS_1 = 0x2B8324804FC1DF0B2B4D00993DFBD7A72F431806AD2FE478C4EE1B274A0EA0B0
_BASE_X = 0x216936D3CD6E53FEC0A4E231FDD6DC5C692CC7609525A7B2C9562D608F25D51A
_BASE_Y = 0x6666666666666666666666666666666666666666666666666666666666666658


def base():
    """Return the base point."""
    return Point(_BASE_X, _BASE_Y)


def cached(point):
    """Return a point as Point.add() takes it."""
    plus, minus, z2, t2, t2d, rest = tuple(zero() for _ in range(6))
    butterfly(point.y, point.x, plus, minus)
    butterfly(point.z, point.z, z2, rest)
    butterfly(point.t, point.t, t2, rest)
    multiply(t2d, 0, t2, element(_D))
    return plus, minus, t2d, z2


def negated(point):
    """Return a new point, minus this one."""
    out = Point()
    rest = zero()
    butterfly(element(0), point.x, rest, out.x)
    butterfly(element(0), point.t, rest, out.t)
    butterfly(element(0), point.y, out.y, rest)
    butterfly(element(0), point.z, out.z, rest)
    return out


def has_small_order(point):
    """Return whether eight times a point is the neutral one; the point becomes that."""
    for _ in range(3):
        point.double()
    return to_bytes(point.x) == bytes(_BYTES)


def decode_steps(data: bytes, powers):
    """Return, in steps, the point of 32 bytes, or None if they are no point's only encoding."""
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
