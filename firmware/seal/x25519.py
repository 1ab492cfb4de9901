"""X25519 (RFC 7748): the function itself, public keys and shared secrets.

The ladder's work does not depend on the scalar; what the interpreter does with a bit of it (a
small integer) does not either.
"""

from seal import SealError, edwards25519
from seal.field25519 import to_bytes
from seal.limbs25519 import butterfly, load, multiply, scale_add, swap
from seal.workspace import Workspace

_BYTES = 32
_ZERO = bytes(_BYTES)
_ONE = b"\x01" + bytes(_BYTES - 1)
_A24 = 121665  # (486662 - 2) / 4, of the curve's coefficient
_LADDER_STEPS_A_PIECE = 16


def scalar_mult(scalar: bytes, u: bytes, space: Workspace | None = None):
    """Return, in steps, the 32-byte u coordinate of the product; SealError for other sizes."""
    if len(u) != _BYTES:
        raise SealError  # not 32 bytes
    k = _clamped(scalar)
    space = space or Workspace()
    state = space.ladder
    x1, x2, z2, x3, z3 = space.ladder_points
    load(x1, u, 0)
    load(x2, _ONE, 0)
    load(z2, _ZERO, 0)
    load(x3, u, 0)
    load(z3, _ONE, 0)
    swapped = 0
    for t in range(254, -1, -1):
        bit = (k[t >> 3] >> (t & 7)) & 1
        swap(x2, x3, z2, z3, swapped ^ bit)
        swapped = bit
        _ladder_step(state)
        if t % _LADDER_STEPS_A_PIECE == 0:
            yield
    # A clamped scalar ends in three zero bits: nothing is left swapped.
    return (yield from _quotient(x2, z2, space))


def public_key(private: bytes, space: Workspace | None = None):
    """Return, in steps, the 32-byte public key: scalar_mult(private, 9) on the Edwards curve.

    There the base point has a table, which makes it twice as fast.
    """
    space = space or Workspace()
    point = yield from edwards25519.base_mult(_clamped(private), space)
    butterfly(point.z, point.y, point.x, point.t)  # u = (z + y) / (z - y), section 4.1
    return (yield from _quotient(point.x, point.t, space))


def shared_secret(private: bytes, public: bytes, space: Workspace | None = None):
    """Return, in steps, the 32-byte shared secret; SealError if it is all zero (section 6.1)."""
    secret = yield from scalar_mult(private, public, space)
    bits = 0
    for byte in secret:
        bits |= byte
    if not bits:
        raise SealError  # the other side's point has a low order
    return secret


def _clamped(scalar):
    if len(scalar) != _BYTES:
        raise SealError  # not 32 bytes
    k = bytearray(scalar)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    return k


def _ladder_step(state):
    """Section 5, in its order; a to f are temporaries."""
    x1, x2, z2, x3, z3, a, b, c, d, e, f = state
    butterfly(x2, z2, a, b)
    butterfly(x3, z3, c, d)
    multiply(e, 0, d, a)
    multiply(f, 0, c, b)
    butterfly(e, f, c, d)  # da + cb, da - cb
    multiply(x3, 0, c, c)
    multiply(e, 0, d, d)
    multiply(z3, 0, e, x1)
    multiply(c, 0, a, a)
    multiply(d, 0, b, b)
    multiply(x2, 0, c, d)
    butterfly(c, d, f, e)  # e = aa - bb
    scale_add(a, e, _A24, c)
    multiply(z2, 0, e, a)


def _quotient(x, z, space):
    inverse = yield from space.powers.invert_steps(z)
    out = space.ladder[-1]
    multiply(out, 0, x, inverse)
    return to_bytes(out)
