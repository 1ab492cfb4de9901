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


def _halve(x):
    """Return x times the polynomial's variable: a shift to the right, as the bits are mirrored."""
    return (x >> 1) ^ (_REDUCTION if x & 1 else 0)


def _remainders():
    """Return what each four bits shifted out of the end weigh at the front."""
    remainders = array("I", bytes(64))
    for i in range(16):
        x = i
        for _ in range(4):
            x = _halve(x)
        remainders[i] = x >> 96
    return remainders


_REMAINDERS = _remainders()


def seal(key: bytes, nonce: bytes, aad: bytes, plaintext: bytes) -> bytes:
    """Return ciphertext || 16-byte tag; SealError for a key or nonce of another size."""
    if len(key) not in _KEY_SIZES or len(nonce) != _NONCE_BYTES:
        raise SealError  # a key or nonce of another size
    cipher = cryptolib.aes(key, _ECB)
    size = len(plaintext)
    stream = _counter_blocks(nonce, 1 + (size + _BLOCK_BYTES - 1) // _BLOCK_BYTES)
    cipher.encrypt(stream, stream)
    text = memoryview(stream)[_BLOCK_BYTES : _BLOCK_BYTES + size]
    _xor(text, plaintext, size)
    ghash = _Ghash(cipher.encrypt(bytes(_BLOCK_BYTES)))
    ghash.update(aad)
    ghash.update(text)
    tag = ghash.digest(len(aad), size)
    _xor(tag, stream, _BLOCK_BYTES)
    return bytes(text) + tag


def _counter_blocks(nonce, count):
    blocks = bytearray(count * _BLOCK_BYTES)
    for i in range(count):
        struct.pack_into(">12sI", blocks, i * _BLOCK_BYTES, nonce, i + 1)
    return blocks


@micropython.viper
def _xor(target: ptr8, source: ptr8, size: int):
    i = 0
    while i < size:
        target[i] = target[i] ^ source[i]
        i += 1


class _Ghash:
    """GHASH under one key, four bits at a time with Shoup's tables.

    The tables are looked up with secret indices: constant time from the RP2040's RAM, which has
    no cache. 0.40 million Cortex-M0+ instructions a KiB against 40 with big integers.
    """

    def __init__(self, key):
        self._products = _products(int.from_bytes(key, "big"))
        self._y = array("I", bytes(_BLOCK_BYTES))

    def update(self, data):
        """Hash the data, padded with zeros to whole blocks."""
        whole = len(data) // _BLOCK_BYTES * _BLOCK_BYTES
        _absorb(self._y, self._products, _REMAINDERS, data, whole)
        if whole < len(data):
            last = bytearray(_BLOCK_BYTES)
            last[: len(data) - whole] = data[whole:]
            _absorb(self._y, self._products, _REMAINDERS, last, _BLOCK_BYTES)

    def digest(self, aad_bytes, text_bytes):
        """Hash the lengths and return the 16 bytes as a bytearray."""
        self.update(struct.pack(">QQ", 8 * aad_bytes, 8 * text_bytes))
        tag = bytearray(_BLOCK_BYTES)
        struct.pack_into(">4I", tag, 0, *self._y)
        return tag


def _products(h):
    """Return the words of h times each four-bit value."""
    products = array("I", bytes(16 * _BLOCK_BYTES))
    for bit in (8, 4, 2, 1):
        words = struct.unpack(">4I", h.to_bytes(_BLOCK_BYTES, "big"))
        for i in range(16):
            if i & bit:
                for j in range(4):
                    products[4 * i + j] ^= words[j]
        h = _halve(h)
    return products


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
