"""AES-GCM, sealing only (NIST SP 800-38D): 16- or 32-byte keys, 96-bit nonces, 128-bit tags.

Owns counter mode and GHASH; the block cipher is cryptolib's, block by block (its CTR mode is not
in the Pico's firmware).
"""

import struct
from array import array

import cryptolib
import micropython

from seal import SealError

_ECB = 1
_BLOCK_BYTES = 16
_NONCE_BYTES = 12
_KEY_SIZES = (16, 32)
_REDUCTION = 0xE1 << 120  # x**128 + x**7 + x**2 + x + 1, bits mirrored as in section 6.3


def _remainders():
    """Return what each four bits shifted out of the end weigh at the front."""
    remainders = array("I", bytes(64))
    for i in range(16):
        x = i
        for _ in range(4):
            x = (x >> 1) ^ (_REDUCTION if x & 1 else 0)
        remainders[i] = x >> 96
    return remainders


_REMAINDERS = _remainders()
_NO_PRODUCTS = array("I", bytes(16 * _BLOCK_BYTES))  # copied: one allocation, not two


def seal(key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """Return ciphertext || 16-byte tag; SealError for a key or nonce of another size."""
    if len(key) not in _KEY_SIZES or len(nonce) != _NONCE_BYTES:
        raise SealError  # a key or nonce of another size
    size = len(plaintext)
    end = (size + _BLOCK_BYTES - 1) // _BLOCK_BYTES * _BLOCK_BYTES
    # Encrypted in one go: the counters of the text, the tag's, and the zeros that key GHASH.
    out = bytearray(end + 2 * _BLOCK_BYTES)
    for at in range(0, end + _BLOCK_BYTES, _BLOCK_BYTES):
        _count(out, nonce, at, at // _BLOCK_BYTES + 2 if at < end else 1)
    cryptolib.aes(key, _ECB).encrypt(out, out)
    _xor(out, 0, plaintext, size)
    ghash = _Ghash(out, end + _BLOCK_BYTES)
    ghash.update(aad, len(aad))
    ghash.update(out, size)
    tag = ghash.digest(len(aad), size)
    _xor(tag, 0, memoryview(out)[end:], _BLOCK_BYTES)
    out[size : size + _BLOCK_BYTES] = tag
    return bytes(memoryview(out)[: size + _BLOCK_BYTES])


@micropython.viper
def _count(out: ptr8, nonce: ptr8, at: int, count: int):
    """Write nonce || count at `at`; a count has 16 bits."""
    i = 0
    while i < 12:
        out[at + i] = nonce[i]
        i += 1
    out[at + 14] = (count >> 8) & 255
    out[at + 15] = count & 255


@micropython.viper
def _xor(target: ptr8, at: int, source: ptr8, size: int):
    """Change the target from `at`."""
    i = 0
    while i < size:
        target[at + i] = target[at + i] ^ source[i]
        i += 1


class _Ghash:
    """GHASH under one key, four bits at a time with Shoup's tables.

    The tables are looked up with secret indices: constant time from the RP2040's RAM, which has
    no cache. 0.40 million Cortex-M0+ instructions a KiB against 40 with big integers.
    """

    def __init__(self, data, at):
        """Take the key from the 16 bytes of the data at `at`."""
        self._products = _NO_PRODUCTS[:]
        self._y = _NO_PRODUCTS[:4]
        _multiples(self._products, data, at)

    def update(self, data, size):
        """Hash the data's first bytes, padded with zeros to whole blocks."""
        whole = size // _BLOCK_BYTES * _BLOCK_BYTES
        _absorb(self._y, self._products, _REMAINDERS, data, whole)
        if whole < size:
            last = bytearray(_BLOCK_BYTES)
            last[: size - whole] = memoryview(data)[whole:size]
            _absorb(self._y, self._products, _REMAINDERS, last, _BLOCK_BYTES)

    def digest(self, aad_bytes, text_bytes):
        """Hash the lengths and return the 16 bytes as a bytearray."""
        self.update(struct.pack(">QQ", 8 * aad_bytes, 8 * text_bytes), _BLOCK_BYTES)
        tag = bytearray(_BLOCK_BYTES)
        _store(tag, self._y)
        return tag


@micropython.viper
def _multiples(products: ptr32, data: ptr8, at: int):
    """products = the key times each four-bit value, four words each; no branch on its bits."""
    z0 = (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]
    z1 = (data[at + 4] << 24) | (data[at + 5] << 16) | (data[at + 6] << 8) | data[at + 7]
    z2 = (data[at + 8] << 24) | (data[at + 9] << 16) | (data[at + 10] << 8) | data[at + 11]
    z3 = (data[at + 12] << 24) | (data[at + 13] << 16) | (data[at + 14] << 8) | data[at + 15]
    one = 1  # constants of 31 bits and more would be objects on the RP2040: they are made here
    low_bits = (one << 30) - 1 + (one << 30)
    reduction = (one << 31) | (one << 30) | (one << 29) | (one << 24)
    bit = 8
    while bit:
        i = 0
        while i < 16:
            if i & bit:
                k = i << 2
                products[k] = products[k] ^ z0
                products[k + 1] = products[k + 1] ^ z1
                products[k + 2] = products[k + 2] ^ z2
                products[k + 3] = products[k + 3] ^ z3
            i += 1
        out = 0 - (z3 & 1)  # all ones where the bit that leaves is set
        z3 = ((z3 >> 1) & low_bits) | ((z2 & 1) << 31)
        z2 = ((z2 >> 1) & low_bits) | ((z1 & 1) << 31)
        z1 = ((z1 >> 1) & low_bits) | ((z0 & 1) << 31)
        z0 = ((z0 >> 1) & low_bits) ^ (reduction & out)
        bit = bit >> 1


@micropython.viper
def _store(out: ptr8, y: ptr32):
    i = 0
    while i < 16:
        out[i] = (y[i >> 2] >> (24 - ((i & 3) << 3))) & 255
        i += 1


@micropython.viper
def _absorb(y: ptr32, products: ptr32, remainders: ptr32, data: ptr8, size: int):
    """y = (y ^ block) * h for each block. Shifts are masked: a word's top bit is no sign."""
    at = 0
    while at < size:
        i = 0
        while i < 4:
            y[i] = y[i] ^ (
                (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]
            )
            at += 4
            i += 1
        z0 = z1 = z2 = z3 = 0
        i = 31
        while i >= 0:
            out = z3 & 15
            z3 = ((z3 >> 4) & 0x0FFFFFFF) | ((z2 & 15) << 28)
            z2 = ((z2 >> 4) & 0x0FFFFFFF) | ((z1 & 15) << 28)
            z1 = ((z1 >> 4) & 0x0FFFFFFF) | ((z0 & 15) << 28)
            z0 = ((z0 >> 4) & 0x0FFFFFFF) ^ remainders[out]
            k = ((y[i >> 3] >> (28 - ((i & 7) << 2))) & 15) << 2
            z0 = z0 ^ products[k]
            z1 = z1 ^ products[k + 1]
            z2 = z2 ^ products[k + 2]
            z3 = z3 ^ products[k + 3]
            i -= 1
        y[0] = z0
        y[1] = z1
        y[2] = z2
        y[3] = z3
