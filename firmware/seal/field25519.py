"""The field modulo p = 2**255 - 19: elements, their bytes, and powers in steps (RFC 7748).

An element is an array of limbs; limbs25519 has the arithmetic on them.
"""

from array import array

from seal.limbs25519 import copy, load, multiply, reduce, store

ORDER = (1 << 252) + 27742317777372353535851937790883648493  # of the base point's group, L
_LIMBS = 20
_BYTES = 32

# Powers of z by repeated squaring: (into, from, squarings, times), the numbers of registers.
# Register 0 is z; a bracket holds the exponent.
_CHAIN = (
    (1, 0, 1, None),  # [2]
    (2, 1, 2, 0),  # [9]
    (3, 2, 0, 1),  # [11]
    (4, 3, 1, 2),  # [2**5 - 1]
    (5, 4, 5, 4),  # [2**10 - 1]
    (4, 5, 10, 5),  # [2**20 - 1]
    (4, 4, 20, 4),  # [2**40 - 1]
    (6, 4, 10, 5),  # [2**50 - 1]
    (4, 6, 50, 6),  # [2**100 - 1]
    (4, 4, 100, 4),  # [2**200 - 1]
    (4, 4, 50, 6),  # [2**250 - 1]
)
_INVERSE = (4, 4, 5, 3)  # [p - 2]
_ROOT = (4, 4, 2, 0)  # [(p - 5) / 8]
_REGISTERS = 7


_NOTHING = array("i", bytes(4 * _LIMBS))


def zero():
    """Return a new element, 0."""
    return _NOTHING[:]


def element(value: int):
    """Return a new element of an integer below 2**255, which is public: its size takes time."""
    out = zero()
    load(out, value.to_bytes(_BYTES, "little"), 0)
    return out


def to_bytes(a) -> bytes:
    """Return the element's 32 bytes, below p; its limbs become those of that value."""
    reduce(a)
    out = bytearray(_BYTES)
    store(out, a)
    return bytes(out)


class Powers:
    """Inverses and roots of one element at a time; what they return is overwritten by the next."""

    def __init__(self):
        self.elements = tuple(zero() for _ in range(_REGISTERS + 2))

    def invert_steps(self, z):
        """Return, in steps, z**(p - 2): the inverse of z, or 0 of 0."""
        yield from self._power_steps(z, _INVERSE)
        return self.elements[4]

    def root_power_steps(self, z):
        """Return, in steps, z**((p - 5) / 8), of which square roots are made."""
        yield from self._power_steps(z, _ROOT)
        return self.elements[4]

    def _power_steps(self, z, last):
        """Go along the chain and its last row: 254 squarings at most, and a dozen products."""
        registers = self.elements
        first, second = registers[_REGISTERS:]
        copy(registers[0], z)
        for row in range(len(_CHAIN) + 1):
            into, start, squarings, times = _CHAIN[row] if row < len(_CHAIN) else last
            out, other = first, second
            copy(other, registers[start])
            for _ in range(squarings):
                multiply(out, 0, other, other)
                out, other = other, out
            if times is None:
                copy(registers[into], other)
            else:
                multiply(out, 0, other, registers[times])
                copy(registers[into], out)
            yield
