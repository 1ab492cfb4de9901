"""The strict verification of Ed25519's signatures (RFC 8032, section 5.1.7).

With as little code at a time as can be: an order is verified where an upload has just been.
"""

from seal.parts import as_parts

_PUBLIC_BYTES = 32
_SIGNATURE_BYTES = 64
_SCALAR_BITS = 253
_BITS_A_PIECE = 16
# Code that is not there beside each other: what hashes, then what multiplies.
_HASHING = ("seal.sha512",)
_MULTIPLYING = ("seal.limbs25519", "seal.edwards25519", "seal.points25519")


def verify(public: bytes, signature: bytes, message, forget=None):
    """Return, in steps, whether the signature of the message (bytes, or its parts) is the key's.

    The parts are taken once, one after the other: a generator may read them from flash.
    `forget(names)` drops modules that are not needed any more.

    Without the cofactor, and strictly: S below the group's order, both points in their only
    encoding, R compared as bytes, and no key of small order (a key of zeros is one: for it anybody
    can sign). Everything here is public: the time depends on it.
    """
    if len(public) != _PUBLIC_BYTES or len(signature) != _SIGNATURE_BYTES:
        return False
    from seal import sha512

    digest = yield from sha512.digest_steps(_behind((signature[:32], public), message))
    del sha512
    if forget is not None:
        forget(_HASHING)
    for name in _MULTIPLYING:
        __import__(name)
        yield
    return (yield from _is_right(public, signature[:32], signature[32:], digest))


def _behind(first, message):
    yield from first
    yield from as_parts(message)


def _is_right(public, encoded_r, s, digest):
    """Return, in steps, whether R is s * base - k * key, where k is the digest."""
    from seal import points25519 as points
    from seal.field25519 import ORDER, Powers

    if int.from_bytes(s, "little") >= ORDER:
        return False
    powers = Powers()
    point = yield from points.decode_steps(public, powers)
    if point is None:
        return False
    k = (int.from_bytes(digest, "little") % ORDER).to_bytes(32, "little")
    expected_r = yield from _base_mult_less(s, k, point)
    if points.has_small_order(point):
        return False
    return (yield from expected_r.encode_steps(powers)) == encoded_r


def _base_mult_less(s, k, point):
    """Return, in steps, s * base - k * point, bit by bit of both scalars (Shamir's trick)."""
    from seal import points25519 as points

    both = points.base()
    addends = {1: points.cached(both), 2: points.cached(points.negated(point))}
    both.add(addends[2])
    addends[3] = points.cached(both)
    total = points.Point()
    for i in range(_SCALAR_BITS - 1, -1, -1):
        total.double()
        bits = (s[i >> 3] >> (i & 7)) & 1 | ((k[i >> 3] >> (i & 7)) & 1) << 1
        if bits:
            total.add(addends[bits])
        if i % _BITS_A_PIECE == 0:
            yield
    return total
