"""Ed25519 (RFC 8032, section 5.1)."""

from seal import SealError, sha512
from seal.parts import as_parts

_P = (1 << 255) - 19
_L = (1 << 252) + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)


def public_key(seed: bytes):
    """Return, in steps, the 32-byte public key."""
    scalar, _ = yield from _expand(seed)
    return (yield from _base_mult(scalar))


def sign(seed: bytes, message: bytes, noise: bytes = b""):
    """Return, in steps, the 64-byte signature."""
    scalar, prefix = yield from _expand(seed)
    if noise:
        if len(noise) != 32:
            raise SealError  # noise of another size
        prefix = noise + prefix + bytes(64)
    r = yield from _hash((prefix,) + as_parts(message))
    point = yield from _base_mult(r)
    public = yield from _base_mult(scalar)
    k = yield from _hash((point, public) + as_parts(message))
    return point + ((r + k * scalar) % _L).to_bytes(32, "little")


def verify(public: bytes, signature: bytes, message: bytes):
    """Return, in steps, whether the signature is the key's; strict about every encoding."""
    if len(public) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    a = _decode(public)
    if a is None or s >= _L:
        return False
    k = yield from _hash((signature[:32], public) + as_parts(message))
    x, y, z, t = a
    sum_ = _add((yield from _mult(s, _BASE)), (yield from _mult(k, (_P - x, y, z, _P - t))))
    return _encode(sum_) == signature[:32]


def _expand(seed):
    if len(seed) != 32:
        raise SealError  # not 32 bytes
    digest = yield from sha512.digest_steps(seed)
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return scalar, digest[32:]


def _hash(parts):
    return int.from_bytes((yield from sha512.digest_steps(parts)), "little") % _L


def _base_mult(scalar):
    return _encode((yield from _mult(scalar, _BASE)))


def _mult(scalar, point):
    total = (0, 1, 1, 0)
    for i in range(254, -1, -1):
        total = _add(total, total)
        if scalar >> i & 1:
            total = _add(total, point)
        if i & 15 == 0:
            yield
    return total


def _add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % _P
    b = (p[1] + p[0]) * (q[1] + q[0]) % _P
    c = 2 * p[3] * q[3] * _D % _P
    d = 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _encode(p):
    inverse = pow(p[2], _P - 2, _P)
    x, y = p[0] * inverse % _P, p[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decode(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P) % _P, (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * _ROOT % _P
    if y >= _P or (v * x * x - u) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


_BASE = _decode((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
