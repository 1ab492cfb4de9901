"""Scalars modulo the order L of Ed25519's base point (RFC 8032, section 5.1), in limbs.

A scalar is 20 limbs of 13 bits, as the field's elements are. No step depends on a value: unlike
the interpreter's big integers, whose `%` and `*` take the time that the numbers ask for.
"""

from array import array

import micropython

from seal.field25519 import ORDER
from seal.limbs25519 import load, store

_LIMBS = 20
_WIDE_LIMBS = 40
_BYTES = 32
_WIDE_BYTES = 64
_ONE = b"\x01" + bytes(_BYTES - 1)
_ALL_ONES = (1 << 256) - 1


def _limbs(value):
    return array("i", [value >> 13 * i & 8191 for i in range(_LIMBS)])


_ORDER = _limbs(ORDER)
_SHIFT = _limbs(_ALL_ONES % ORDER)


class Scalars:
    """Arithmetic on one scalar at a time, with its scratch."""

    def __init__(self):
        self.elements = tuple(_limbs(0) for _ in range(3)) + (array("i", bytes(4 * _WIDE_LIMBS)),)
        self._bytes = bytearray(_WIDE_BYTES + 3)  # a limb is read from three bytes at a time

    def reduced(self, digest: bytes) -> bytes:
        """Return the 32 bytes of a 64-byte little-endian number modulo L."""
        wide = self.elements[3]
        self._bytes[:_WIDE_BYTES] = digest
        _load_wide(wide, self._bytes)
        return self._stored(wide)

    def product_sum(self, a: bytes, b: bytes, c: bytes) -> bytes:
        """Return the 32 bytes of a * b + c modulo L, of numbers below 2**255."""
        x, y, z, wide = self.elements
        load(x, a, 0)
        load(y, b, 0)
        load(z, c, 0)
        _multiply_add(wide, x, y, z)
        return self._stored(wide)

    def signs(self, scalar) -> bytearray:
        """Return 256 bits, which stand for digits 1 (set) and -1: their sum is the scalar mod L.

        sum((2 bit(i) - 1) * 2**i) = 2 b - (2**256 - 1), so b is half of what is reduced here.
        """
        x, y, _z, wide = self.elements
        load(x, scalar, 0)
        load(y, _ONE, 0)
        _multiply_add(wide, x, y, _SHIFT)
        _reduce(x, wide, _ORDER)
        _halve(x, _ORDER)
        out = bytearray(_BYTES)
        store(out, x)
        return out

    def wipe(self):
        """Leave no scalar in the scratch."""
        for limbs in self.elements:
            for i in range(len(limbs)):
                limbs[i] = 0
        for i in range(len(self._bytes)):
            self._bytes[i] = 0

    def _stored(self, wide):
        x = self.elements[0]
        _reduce(x, wide, _ORDER)
        out = bytearray(_BYTES)
        store(out, x)
        return bytes(out)


@micropython.viper
def _load_wide(out: ptr32, data: ptr8):
    """out = the 64 bytes, in 40 limbs."""
    i = 0
    bit = 0
    while i < 40:
        k = bit >> 3
        out[i] = ((data[k] | (data[k + 1] << 8) | (data[k + 2] << 16)) >> (bit & 7)) & 8191
        bit += 13
        i += 1


@micropython.viper
def _multiply_add(wide: ptr32, a: ptr32, b: ptr32, c: ptr32):
    """wide = a * b + c. A column of 20 products of 13 bits each stays below 2**31."""
    carry = 0
    k = 0
    while k < 39:
        low = 0
        high = k
        if k > 19:
            low = k - 19
            high = 19
        i = low
        while i <= high:
            carry = a[i] * b[k - i] + carry
            i += 1
        if k < 20:
            carry += c[k]
        wide[k] = carry & 8191
        carry = carry >> 13
        k += 1
    wide[39] = carry


@micropython.viper
def _reduce(out: ptr32, wide: ptr32, order: ptr32):
    """out = wide modulo L: Horner's rule from the highest limb down.

    After each step out = out * 2**13 + limb - (q - 1) * L, where q is what lies above 2**252: one
    L more than is taken off keeps it positive, and below 2**254.
    """
    i = 0
    while i < 20:
        out[i] = 0
        i += 1
    limb = 39
    while limb >= 0:
        top = (out[19] << 8) | (out[18] >> 5)
        i = 19
        while i > 0:
            out[i] = out[i - 1]
            i -= 1
        out[0] = wide[limb]
        out[19] = out[19] & 31
        carry = 0
        i = 0
        while i < 19:
            carry = out[i] + (1 - top) * order[i] + carry
            out[i] = carry & 8191
            carry = carry >> 13
            i += 1
        out[19] = out[19] + 32 + carry
        limb -= 1
    step = 0
    while step < 2:
        carry = 0  # of out - L: -1 at the end where that is negative
        i = 0
        while i < 20:
            carry = (out[i] - order[i] + carry) >> 13
            i += 1
        mask = (0 - 1) - carry
        carry = 0
        i = 0
        while i < 20:
            carry = out[i] - (order[i] & mask) + carry
            out[i] = carry & 8191
            carry = carry >> 13
            i += 1
        step += 1


@micropython.viper
def _halve(a: ptr32, order: ptr32):
    """a = a / 2 modulo L, for a below L: L is added first where a is odd."""
    mask = 0 - (a[0] & 1)
    carry = 0
    i = 0
    while i < 20:
        carry = a[i] + (order[i] & mask) + carry
        a[i] = carry & 8191
        carry = carry >> 13
        i += 1
    i = 0
    while i < 19:
        a[i] = (a[i] >> 1) | ((a[i + 1] & 1) << 12)
        i += 1
    a[19] = a[19] >> 1
