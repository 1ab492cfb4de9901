"""One AES-GCM ciphertext under two keys: GCM does not commit to its key.

Published as "invisible salamanders" (Dodis, Grubbs, Ristenpart, Woodage: Fast Message Franking,
CRYPTO 2018): the tags are linear in one free block, so a block can be solved for that makes both
equal. Here it is 16 bytes of the header's `log_head`, which a rigged tag may write at will.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_REDUCTION = 0xE1 << 120  # NIST SP 800-38D, section 6.3: bits mirrored
_ONE = 1 << 127
_BLOCK = 16


def multiply(x: int, y: int) -> int:
    """Return the product in GF(2^128) as GHASH has it."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = (y >> 1) ^ (_REDUCTION if y & 1 else 0)
    return product


def power(x: int, exponent: int) -> int:
    """Return x to that power."""
    product = _ONE
    while exponent:
        if exponent & 1:
            product = multiply(product, x)
        x = multiply(x, x)
        exponent >>= 1
    return product


def blocks(data: bytes) -> list[int]:
    """Return the data, padded with zeros, as blocks."""
    padded = data + bytes(-len(data) % _BLOCK)
    return [int.from_bytes(padded[at : at + 16], "big") for at in range(0, len(padded), _BLOCK)]


class Key:
    """One key with the constant nonce of twelve zero bytes."""

    def __init__(self, key: bytes) -> None:
        self._ecb = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        self.hash_key = self._block(0)
        self.mask = self._block(1)  # of the tag

    def _block(self, counter: int) -> int:
        return int.from_bytes(self._ecb.update(counter.to_bytes(_BLOCK, "big")), "big")

    def stream(self, size: int) -> bytes:
        """Return what plaintext and ciphertext differ by."""
        count = -(-size // _BLOCK)
        counters = b"".join((i + 2).to_bytes(_BLOCK, "big") for i in range(count))
        return self._ecb.update(counters)[:size]

    def tag(self, aad: bytes, ciphertext: bytes) -> int:
        """Return GCM's tag."""
        y = 0
        for block in _hashed(aad, ciphertext):
            y = multiply(y ^ block, self.hash_key)
        return y ^ self.mask


def _hashed(aad: bytes, ciphertext: bytes) -> list[int]:
    lengths = (8 * len(aad) << 64) | 8 * len(ciphertext)
    return [*blocks(aad), *blocks(ciphertext), lengths]


def solve(first: bytes, second: bytes, aad: bytes, free_block: int, ciphertext: bytes):
    """Return (AAD, tag): with that block of it changed, both keys give the ciphertext one tag."""
    keys = Key(first), Key(second)
    at = free_block * _BLOCK
    zeroed = aad[:at] + bytes(_BLOCK) + aad[at + _BLOCK :]
    power_of_block = len(_hashed(aad, ciphertext)) - free_block
    weight = power(keys[0].hash_key, power_of_block) ^ power(keys[1].hash_key, power_of_block)
    difference = keys[0].tag(zeroed, ciphertext) ^ keys[1].tag(zeroed, ciphertext)
    inverse = power(weight, (1 << 128) - 2)
    block = multiply(difference, inverse).to_bytes(_BLOCK, "big")
    solved = zeroed[:at] + block + zeroed[at + _BLOCK :]
    return solved, keys[0].tag(solved, ciphertext).to_bytes(_BLOCK, "big")
