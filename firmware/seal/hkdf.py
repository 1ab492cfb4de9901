"""HKDF with SHA-256 (RFC 5869)."""

from seal import SealError
from seal.hmac import hmac_sha256
from seal.parts import as_parts

_HASH_BYTES = 32
_MAX_BLOCKS = 255


def extract(salt: bytes, ikm) -> bytes:
    """Return the 32-byte pseudorandom key of the input keying material (bytes or parts)."""
    return hmac_sha256(salt, ikm)  # HMAC pads an empty salt with the zeros that the RFC asks for


def expand(prk: bytes, info, length: int) -> bytes:
    """Return `length` bytes of output keying material; SealError above 255 * 32.

    `info` is bytes, or a list or tuple of its parts.
    """
    if length > _MAX_BLOCKS * _HASH_BYTES:
        raise SealError  # more output than HKDF defines
    info = tuple(as_parts(info))
    okm = block = hmac_sha256(prk, info + (b"\x01",))
    counter = 1
    while len(okm) < length:
        counter += 1
        block = hmac_sha256(prk, (block,) + info + (bytes((counter,)),))
        okm += block
    return okm if len(okm) == length else okm[:length]
