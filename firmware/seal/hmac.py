"""HMAC-SHA256 (RFC 2104)."""

import hashlib

from seal.parts import as_parts

_BLOCK_BYTES = 64


def hmac_sha256(key: bytes, message) -> bytes:
    """Return the 32-byte MAC of the message: bytes, or a list or tuple of its parts."""
    if len(key) > _BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    inner = hashlib.sha256(_padded(key, 0x36))
    for part in as_parts(message):
        inner.update(part)
    outer = hashlib.sha256(_padded(key, 0x5C))
    outer.update(inner.digest())
    return outer.digest()


def _padded(key, filler):
    block = bytearray((filler,) * _BLOCK_BYTES)
    for i, byte in enumerate(key):
        block[i] ^= byte
    return block
