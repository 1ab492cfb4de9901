"""Field arithmetic against big integers, at the limits of what the limbs may hold."""

from array import array
from binascii import hexlify

from seal import limbs25519
from seal.field25519 import Powers, element, to_bytes, zero
from seal.limbs25519 import butterfly, copy, load, multiply, scale_add, swap
from seal.steps import run

P = (1 << 255) - 19


def number(a):
    return sum(limb << (13 * i) for i, limb in enumerate(a))


def largest():
    """The largest limbs that a kernel gives, all at once."""
    limbs = array("i", [8191] * 20)
    limbs[0] = limbs[1] = limbs[2] = 10015
    return limbs


def elements():
    values = [0, 1, 2, 18, 19, P - 1, P - 2, (1 << 255) - 1, 1 << 254, 8191, 8192]
    values += [pow(3, 400 * i, P) for i in range(1, 9)]
    return [element(value) for value in values] + [largest()]


def assert_taken_by_every_kernel(a, case):
    for i, limb in enumerate(a):
        assert 0 <= limb <= (10015 if i < 3 else 8191), (case, i, limb)


def test_products_sums_and_differences():
    out, other = zero(), zero()
    for i, a in enumerate(elements()):
        for j, b in enumerate(elements()):
            x, y = number(a), number(b)
            multiply(out, 0, a, b)
            assert number(out) % P == x * y % P, ("product", i, j)
            assert_taken_by_every_kernel(out, ("product", i, j))
            scale_add(out, a, 121665, b)
            assert number(out) % P == (x * 121665 + y) % P, ("scale_add", i, j)
            assert_taken_by_every_kernel(out, ("scale_add", i, j))
            butterfly(a, b, out, other)
            assert number(out) % P == (x + y) % P, ("sum", i, j)
            assert number(other) % P == (x - y) % P, ("difference", i, j)
            assert_taken_by_every_kernel(out, ("sum", i, j))
            assert_taken_by_every_kernel(other, ("difference", i, j))


def test_a_butterfly_may_replace_its_inputs():
    a, b, out, other = largest(), element(P - 7), zero(), zero()
    butterfly(a, b, out, other)
    butterfly(a, b, b, a)
    assert (a, b) == (other, out)


def test_the_largest_column_stays_below_32_bits():
    """Plain integers would hide an overflow of the RP2040's word: bound it here."""
    limbs = largest()
    columns = [0] * 39
    for i in range(20):
        for j in range(20):
            columns[i + j] += limbs[i] * limbs[j]
    # A column takes 608 times the low half of one that left at the top, or the high half of it.
    top = (max(columns) + 608 * 8191) * 8192 // (8192 - 608)
    assert top < 1 << 31
    assert 121665 * 10015 + 10015 + (1 << 18) < 1 << 31


def test_swaps_happen_if_the_bit_is_set():
    for bit in (0, 1):
        a, b, c, d = element(1), element(2), element(3), largest()
        swap(a, b, c, d, bit)
        expected = (element(1), element(2), element(3), largest())
        if bit:
            expected = (element(2), element(1), largest(), element(3))
        assert (a, b, c, d) == expected, bit


def test_bytes_are_those_of_the_value_below_p():
    for value in (0, 1, 18, 19, P - 1, P, P + 1, P + 18, (1 << 255) - 1):
        expected = (value % P).to_bytes(32, "little")
        assert to_bytes(element(value)) == expected, value
    for a in elements():
        expected = (number(a) % P).to_bytes(32, "little")
        assert to_bytes(a) == expected, hexlify(expected)
        assert number(a) == int.from_bytes(expected, "little"), hexlify(expected)


def test_loading_starts_anywhere_and_drops_the_top_bit():
    out = zero()
    for at in (0, 1, 7):
        load(out, b"\xaa" * at + b"\xff" * 32, at)
        assert number(out) == (1 << 255) - 1, at


def test_powers_in_steps():
    chain = Powers()
    for value in (0, 1, 2, P - 1, pow(5, 777, P)):
        inverse = run(chain.invert_steps(element(value)))
        assert number(inverse) % P == pow(value, P - 2, P), value
        power = run(chain.root_power_steps(element(value)))
        assert number(power) % P == pow(value, (P - 5) // 8, P), value
    assert len(list(chain.invert_steps(element(2)))) >= 8


def test_no_kernel_needs_the_heap():
    try:
        import micropython

        lock, unlock = micropython.heap_lock, micropython.heap_unlock
    except AttributeError:
        return  # CPython's shim has no heap to lock
    a, b, c, d, data = element(1), element(2), zero(), zero(), bytearray(32)
    lock()
    try:
        multiply(c, 0, a, b)
        butterfly(a, b, c, d)
        scale_add(c, a, 121665, b)
        swap(a, b, c, d, 1)
        load(c, data, 0)
        copy(b, a)
        limbs25519.reduce(a)
        limbs25519.store(data, a)
    finally:
        unlock()
