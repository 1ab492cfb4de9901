"""X25519 (RFC 7748)."""

from seal import SealError

_P = (1 << 255) - 19
_BASE = b"\x09" + bytes(31)


def scalar_mult(scalar: bytes, u: bytes):
    """Return, in steps, the 32-byte u coordinate of scalar * u."""
    if len(scalar) != 32 or len(u) != 32:
        raise SealError  # not 32 bytes
    k = bytearray(scalar)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    x1 = int.from_bytes(u, "little") & ((1 << 255) - 1)
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in range(254, -1, -1):
        bit = (k[t >> 3] >> (t & 7)) & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b = x2 + z2, x2 - z2
        aa, bb = a * a % _P, b * b % _P
        e = aa - bb
        da, cb = (x3 - z3) * a % _P, (x3 + z3) * b % _P
        x3 = (da + cb) * (da + cb) % _P
        z3 = x1 * ((da - cb) * (da - cb) % _P) % _P
        x2 = aa * bb % _P
        z2 = e * (aa + 121665 * e) % _P
        if t & 15 == 0:
            yield
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, _P - 2, _P) % _P).to_bytes(32, "little")


def public_key(scalar: bytes):
    """Return, in steps, the 32-byte public key of a private one."""
    return (yield from scalar_mult(scalar, _BASE))


def shared_secret(private: bytes, public: bytes):
    """Return, in steps, the 32-byte shared secret; SealError if it is all zero (section 6.1)."""
    secret = yield from scalar_mult(private, public)
    if secret == bytes(32):
        raise SealError  # the other side's point has a low order
    return secret
