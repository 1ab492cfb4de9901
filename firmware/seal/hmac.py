"""HMAC-SHA256 (RFC 2104, FIPS 198-1): making and, in constant time, comparing MACs."""

import hashlib

import micropython

from seal.parts import as_parts

_BLOCK_BYTES = 64
_INNER_PAD, _OUTER_PAD = 0x36, 0x5C

_block = bytearray(_BLOCK_BYTES)  # of one call at a time: nothing here yields


def hmac_sha256(key: bytes, message) -> bytes:
    """Return the 32-byte MAC of the message: bytes, or a list or tuple of its parts."""
    if len(key) > _BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    _pad(_block, key, len(key), _INNER_PAD)
    inner = hashlib.sha256(_block)
    for part in as_parts(message):
        inner.update(part)
    _pad(_block, key, len(key), _OUTER_PAD)
    outer = hashlib.sha256(_block)
    outer.update(inner.digest())
    _pad(_block, key, 0, 0)  # no key is left behind
    return outer.digest()


def is_mac(key: bytes, message, mac: bytes) -> bool:
    """Return whether `mac` is the message's; the time does not tell how much of it is right."""
    expected = hmac_sha256(key, message)
    if len(mac) != len(expected):
        return False
    difference = 0
    for i in range(len(expected)):
        difference |= expected[i] ^ mac[i]
    return difference == 0


@micropython.viper
def _pad(block: ptr8, key: ptr8, key_bytes: int, pad: int):
    """block = key || zeros, each byte xor pad."""
    i = 0
    while i < key_bytes:
        block[i] = key[i] ^ pad
        i += 1
    while i < 64:
        block[i] = pad
        i += 1
