"""Ed25519 (RFC 8032, section 5.1): public keys, signatures, and their strict verification."""

from seal import SealError, edwards25519, sha512
from seal.edwards25519 import ORDER
from seal.parts import as_parts

_SEED_BYTES = 32
_PUBLIC_BYTES = 32
_SIGNATURE_BYTES = 64
_NOISE_BYTES = 32
_HASH_BLOCK_BYTES = 128
_SCALAR_BITS = 253
_BITS_A_PIECE = 16


def public_key(seed: bytes):
    """Return, in steps, the 32-byte public key; SealError for a seed of another size."""
    scalar, _prefix = yield from _expand(seed)
    return (yield from _encoded_base_mult(scalar))


def sign(seed: bytes, message, noise: bytes = b""):
    """Return, in steps, the 64-byte signature of the message (bytes, or its parts).

    32 bytes of noise hedge the nonce against faults and against what a power trace of the same
    hash tells (draft-irtf-cfrg-det-sigs-with-noise). The public key is made from the seed, not
    taken from the caller: a signature with a wrong one would give the private key away.
    """
    scalar, prefix = yield from _expand(seed)
    if noise:
        if len(noise) != _NOISE_BYTES:
            raise SealError  # noise of another size
        # The secrets fill a block of their own, so that the message cannot steer its digest.
        prefix = noise + prefix + bytes(_HASH_BLOCK_BYTES - _NOISE_BYTES - len(prefix))
    message = as_parts(message)
    r = yield from _hash_to_scalar((prefix,) + message)
    encoded_r = yield from _encoded_base_mult(r)
    public = yield from _encoded_base_mult(scalar)
    k = yield from _hash_to_scalar((encoded_r, public) + message)
    return encoded_r + ((r + k * scalar) % ORDER).to_bytes(32, "little")


def verify(public: bytes, signature: bytes, message):
    """Return, in steps, whether the signature of the message (bytes, or its parts) is the key's.

    Strict: S below the group's order, both points in their only encoding, no cofactor. Everything
    here is public: the time depends on it.
    """
    if len(public) != _PUBLIC_BYTES or len(signature) != _SIGNATURE_BYTES:
        return False
    encoded_r, s = signature[:32], signature[32:]
    if int.from_bytes(s, "little") >= ORDER:
        return False
    point = yield from edwards25519.decode_steps(public)
    if point is None:
        return False
    k = yield from _hash_to_scalar((encoded_r, public) + as_parts(message))
    k = k.to_bytes(32, "little")
    expected_r = yield from _base_mult_less(s, k, point)
    return (yield from expected_r.encode_steps()) == encoded_r


def _expand(seed):
    """Return, in steps, the secret scalar and the prefix of nonces (section 5.1.5)."""
    if len(seed) != _SEED_BYTES:
        raise SealError  # not 32 bytes
    digest = yield from sha512.digest_steps(seed)
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return scalar, digest[32:]


def _hash_to_scalar(parts):
    digest = yield from sha512.digest_steps(parts)
    return int.from_bytes(digest, "little") % ORDER


def _encoded_base_mult(scalar):
    point = yield from edwards25519.base_mult(scalar)
    return (yield from point.encode_steps())


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
