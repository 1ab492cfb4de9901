"""Ed25519 (RFC 8032, section 5.1): public keys and signatures; verification.py has the rest."""

from seal import SealError, edwards25519, sha512
from seal.parts import as_parts
from seal.workspace import Workspace

_SEED_BYTES = 32
_NOISE_BYTES = 32
_REST_OF_BLOCK = bytes(128 - _NOISE_BYTES - 32)  # of SHA-512's, behind noise and prefix


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
