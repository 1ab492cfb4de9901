"""The field modulo p = 2**255 - 19: elements, their bytes, and powers in steps (RFC 7748).

An element is an array of limbs; limbs25519 has the arithmetic on them.
"""

from array import array

from seal.limbs25519 import load, multiply, reduce, store

_LIMBS = 20
_BYTES = 32


def zero():
    """Return a new element, 0."""
    return array("i", bytes(4 * _LIMBS))


def element(value: int):
    """Return a new element of an integer below 2**255."""
    out = zero()
    load(out, value.to_bytes(_BYTES, "little"), 0)
    return out


def to_bytes(a) -> bytes:
    """Return the element's 32 bytes, below p; its limbs become those of that value."""
    reduce(a)
    out = bytearray(_BYTES)
    store(out, a)
    return bytes(out)


def invert_steps(z):
    """Return, in steps, a new element: z**(p - 2), the inverse of z, or 0 of 0."""
    power, z11 = yield from _power_250_steps(z)
    power = yield from _squared_steps(power, 5)
    out = zero()
    multiply(out, 0, power, z11)
    return out


def root_power_steps(z):
    """Return, in steps, a new element: z**((p - 5) / 8), of which square roots are made."""
    power, _ = yield from _power_250_steps(z)
    power = yield from _squared_steps(power, 2)
    out = zero()
    multiply(out, 0, power, z)
    return out


def _power_250_steps(z):
    """Return, in steps, z**(2**250 - 1) and z**11: 249 squarings and 10 products."""
    z2 = yield from _squared_steps(z, 1)
    z8 = yield from _squared_steps(z2, 2)
    z9, z11, power = zero(), zero(), zero()
    multiply(z9, 0, z8, z)
    multiply(z11, 0, z9, z2)
    z22 = yield from _squared_steps(z11, 1)
    multiply(power, 0, z22, z9)  # z**(2**5 - 1)
    saved = {5: power}
    for bits, more in ((5, 5), (10, 10), (20, 20), (40, 10), (50, 50), (100, 100), (200, 50)):
        shifted = yield from _squared_steps(saved[bits], more)
        power = zero()
        multiply(power, 0, shifted, saved[more])
        saved[bits + more] = power
    return power, z11


def _squared_steps(a, times):
    """Return, in steps, a new element: a squared so many times."""
    out, other = zero(), zero()
    multiply(out, 0, a, a)
    for _ in range(times - 1):
        multiply(other, 0, out, out)
        out, other = other, out
    yield
    return out
