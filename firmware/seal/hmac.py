"""HMAC-SHA256 (RFC 2104)."""

import hashlib

from seal.parts import as_parts

_BLOCK_BYTES = 64
_INNER_PAD = b"\x36" * _BLOCK_BYTES
_OUTER_PAD = b"\x5c" * _BLOCK_BYTES


def hmac_sha256(key: bytes, message) -> bytes:
    """Return the 32-byte MAC of the message: bytes, or a list or tuple of its parts."""
    if len(key) > _BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    inner = hashlib.sha256(_masked(key, _INNER_PAD))
    for part in as_parts(message):
        inner.update(part)
    outer = hashlib.sha256(_masked(key, _OUTER_PAD))
    outer.update(inner.digest())
    return outer.digest()


def _masked(key, pad):
    block = bytearray(pad)
    for i, byte in enumerate(key):
        block[i] ^= byte
    return block
