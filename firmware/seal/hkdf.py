"""HKDF with SHA-256 (RFC 5869)."""

from seal import SealError
from seal.hmac import hmac_sha256

_HASH_BYTES = 32
_MAX_BLOCKS = 255


def extract(salt: bytes, ikm) -> bytes:
    """Return the 32-byte pseudorandom key of the input keying material (bytes or parts)."""
    return hmac_sha256(salt, ikm)  # HMAC pads an empty salt with the zeros that the RFC asks for


def expand(prk: bytes, info: bytes, length: int) -> bytes:
    """Return `length` bytes of output keying material; SealError above 255 * 32."""
    if length > _MAX_BLOCKS * _HASH_BYTES:
        raise SealError  # more output than HKDF defines
    okm = bytearray()
    block = b""
    counter = 1
    while len(okm) < length:
        block = hmac_sha256(prk, (block, info, bytes((counter,))))
        okm.extend(block)
        counter += 1
    return bytes(memoryview(okm)[:length])
