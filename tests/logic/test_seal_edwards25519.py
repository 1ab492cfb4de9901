"""The Edwards curve: its base point's table and its multiples against plain big integers."""

from binascii import hexlify

from seal import edwards25519
from seal import points25519 as points
from seal.edwards25519_table import TABLE
from seal.field25519 import Powers
from seal.steps import run
from seal.workspace import Workspace

P = (1 << 255) - 19
ORDER = (1 << 252) + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P
TEETH = (0, 64, 128, 192)


def add(p, q):
    """The affine addition of RFC 8032, section 5.1."""
    product = D * p[0] * q[0] * p[1] * q[1] % P
    x = (p[0] * q[1] + q[0] * p[1]) * pow(1 + product, P - 2, P)
    y = (p[1] * q[1] + p[0] * q[0]) * pow(1 - product, P - 2, P)
    return x % P, y % P


def negated(p):
    return P - p[0], p[1]


def even_square_root(square):
    """Return the even x of x**2, modulo p."""
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert (x * x - square) % P == 0
    return P - x if x & 1 else x


def base_powers():
    """Return 2**i * base for i from 0 to 255."""
    yy = BASE_Y * BASE_Y
    powers = [(even_square_root((yy - 1) * pow(D * yy + 1, P - 2, P) % P), BASE_Y)]
    for _ in range(255):
        powers.append(add(powers[-1], powers[-1]))
    return powers


POWERS = base_powers()
CHAIN = Powers()


def multiple(scalar):
    point = (0, 1)
    for i in range(256):
        if scalar >> i & 1:
            point = add(point, POWERS[i])
    return point


def test_the_table_is_what_its_definition_gives():
    expected = b""
    for shift in (0, 32):
        for index in range(8):
            point = POWERS[192 + shift]
            for t in range(3):
                tooth = POWERS[TEETH[t] + shift]
                point = add(point, tooth if index >> t & 1 else negated(tooth))
            x, y = point
            for value in ((y + x) % P, (y - x) % P, 2 * D * x * y % P):
                expected += value.to_bytes(32, "little")
    assert TABLE == expected


def test_multiples_of_the_base_are_those_of_big_integers():
    scalars = [0, 1, 2, ORDER - 1, ORDER, ORDER + 1, 1 << 254, (1 << 255) - 8, (1 << 255) - 1]
    scalars += [pow(7, i, ORDER) for i in (90, 91)]
    space = Workspace()
    for scalar in scalars:
        x, y = multiple(scalar)
        point = run(edwards25519.base_mult(scalar.to_bytes(32, "little"), space))
        encoded = run(point.encode_steps(space.powers))
        assert encoded == (y | (x & 1) << 255).to_bytes(32, "little"), scalar


def test_points_decode_to_what_was_encoded():
    for i in (0, 1, 2, 3, 200):
        for x, y in (POWERS[i], negated(POWERS[i])):
            encoded = (y | (x & 1) << 255).to_bytes(32, "little")
            point = run(points.decode_steps(encoded, CHAIN))
            assert run(point.encode_steps(CHAIN)) == encoded, hexlify(encoded)


def test_addition_is_complete():
    """Doubling by addition, a point and its negative, and the neutral point are no exceptions."""
    cached = points.cached(points.base())
    double = points.base()
    double.add(cached)
    by_doubling = points.base()
    by_doubling.double()
    assert run(double.encode_steps(CHAIN)) == run(by_doubling.encode_steps(CHAIN))
    neutral = points.base()
    neutral.add(points.cached(points.negated(points.base())))
    assert run(neutral.encode_steps(CHAIN)) == b"\x01" + bytes(31)
    neutral.double()
    neutral.add(cached)
    assert run(neutral.encode_steps(CHAIN)) == BASE_Y.to_bytes(32, "little")
