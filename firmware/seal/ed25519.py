"""Ed25519 (RFC 8032, section 5.1): public keys, signatures, and their strict verification."""

from seal import SealError, edwards25519, sha512
from seal.parts import as_parts
from seal.scalar25519 import ORDER
from seal.workspace import Workspace

_SEED_BYTES = 32
_PUBLIC_BYTES = 32
_SIGNATURE_BYTES = 64
_NOISE_BYTES = 32
_REST_OF_BLOCK = bytes(128 - _NOISE_BYTES - 32)  # of SHA-512's, behind noise and prefix
_SCALAR_BITS = 253
_BITS_A_PIECE = 16


def public_key(seed: bytes, space: Workspace | None = None):
    """Return, in steps, the 32-byte public key; SealError for a seed of another size."""
    space = space or Workspace()
    scalar, _prefix = yield from _expand(seed, space)
    return (yield from _encoded_base_mult(scalar, space))


def sign(seed: bytes, message, noise: bytes = b"", space: Workspace | None = None):
    """Return, in steps, the 64-byte signature of the message (bytes, or its parts).

    32 bytes of noise hedge the nonce against faults and against what a power trace of the same
    hash tells (draft-irtf-cfrg-det-sigs-with-noise). The public key is made from the seed, not
    taken from the caller: a signature with a wrong one would give the private key away. A
    workspace keeps it for the next signature of the same seed.
    """
    if noise and len(noise) != _NOISE_BYTES:
        raise SealError  # noise of another size
    space = space or Workspace()
    key = space.signing_key
    if key is None or key[0] != seed:
        scalar, prefix = yield from _expand(seed, space)
        public = yield from _encoded_base_mult(scalar, space)
        key = space.signing_key = (seed, scalar, prefix, public)
    _seed, scalar, prefix, public = key
    message = tuple(as_parts(message))  # it is read twice
    if noise:
        # The secrets fill a block of their own, so that the message cannot steer its digest.
        hashed = (noise, prefix, _REST_OF_BLOCK) + message
    else:
        hashed = (prefix,) + message
    r = yield from _hash_to_scalar(hashed, space)
    encoded_r = yield from _encoded_base_mult(r, space)
    k = yield from _hash_to_scalar((encoded_r, public) + message, space)
    return encoded_r + space.scalars.product_sum(k, scalar, r)


def verify(public: bytes, signature: bytes, message):
    """Return, in steps, whether the signature of the message (bytes, or its parts) is the key's.

    The parts are taken once, one after the other: a generator may read them from flash.

    Section 5.1.7 without the cofactor, and strictly: S below the group's order, both points in
    their only encoding, R compared as bytes, and no key of small order (a key of zeros is one: for
    it anybody can sign). Everything here is public: the time depends on it.
    """
    if len(public) != _PUBLIC_BYTES or len(signature) != _SIGNATURE_BYTES:
        return False
    encoded_r, s = signature[:32], signature[32:]
    if int.from_bytes(s, "little") >= ORDER:
        return False
    space = Workspace()
    point = yield from edwards25519.decode_steps(public, space.powers)
    if point is None:
        return False
    k = yield from _hash_to_scalar(_behind((encoded_r, public), message), space)
    expected_r = yield from _base_mult_less(s, k, point)
    if point.has_small_order():
        return False
    return (yield from expected_r.encode_steps(space.powers)) == encoded_r


def _behind(first, message):
    yield from first
    yield from as_parts(message)


def _expand(seed, space):
    """Return, in steps, the bytes of the secret scalar and the nonces' prefix (section 5.1.5)."""
    if len(seed) != _SEED_BYTES:
        raise SealError  # not 32 bytes
    digest = yield from sha512.digest_steps(seed, space.hasher)
    scalar = bytearray(digest[:32])
    scalar[0] &= 248
    scalar[31] = scalar[31] & 127 | 64
    return bytes(scalar), digest[32:]


def _hash_to_scalar(parts, space):
    digest = yield from sha512.digest_steps(parts, space.hasher)
    return space.scalars.reduced(digest)


def _encoded_base_mult(scalar, space):
    point = yield from edwards25519.base_mult(scalar, space)
    return (yield from point.encode_steps(space.powers))


def _base_mult_less(s, k, point):
    """Return, in steps, s * base - k * point, bit by bit of both scalars (Shamir's trick)."""
    minus_point = point.negated()
    both = edwards25519.base()
    addends = {1: both.cached(), 2: minus_point.cached()}
    both.add(addends[2])
    addends[3] = both.cached()
    total = edwards25519.Point()
    for i in range(_SCALAR_BITS - 1, -1, -1):
        total.double()
        bits = (s[i >> 3] >> (i & 7)) & 1 | ((k[i >> 3] >> (i & 7)) & 1) << 1
        if bits:
            total.add(addends[bits])
        if i % _BITS_A_PIECE == 0:
            yield
    return total
