"""Scalars modulo the base point's order against big integers."""

from seal.scalar25519 import ORDER, Scalars

LARGEST = (1 << 255) - 1


def little(value, size=32):
    return value.to_bytes(size, "little")


def number(data):
    return int.from_bytes(data, "little")


def values():
    """Numbers below 2**255 at the borders, and spread."""
    edges = [0, 1, 2, 8191, 8192, ORDER - 1, ORDER, ORDER + 1, 2 * ORDER - 1, 2 * ORDER]
    edges += [1 << 252, (1 << 252) - 1, 1 << 254, LARGEST - 7, LARGEST]
    return edges + [pow(3, 1000 * i, ORDER) for i in range(1, 9)]


def test_digests_are_reduced():
    scalars = Scalars()
    wide = [0, (1 << 512) - 1, (1 << 512) - ORDER, ORDER << 259, (ORDER << 259) - 1, 1 << 511]
    wide += [a * b for a in values() for b in values()]
    wide += [ORDER * k + d for k in (1, 1 << 13, 1 << 200, 1 << 258) for d in (-1, 0, 1)]
    for value in wide:
        assert number(scalars.reduced(little(value, 64))) == value % ORDER, value


def test_products_and_sums():
    scalars = Scalars()
    for a in values():
        for b in values():
            for c in (0, ORDER - 1, LARGEST):
                result = scalars.product_sum(little(a), little(b), little(c))
                assert number(result) == (a * b + c) % ORDER, (a, b, c)


def test_signs_sum_to_the_scalar():
    scalars = Scalars()
    for value in values():
        bits = number(scalars.signs(little(value)))
        assert bits < ORDER, value
        assert (2 * bits - (1 << 256) + 1 - value) % ORDER == 0, value


def test_wiping_leaves_nothing():
    scalars = Scalars()
    scalars.reduced(b"\xff" * 64)
    scalars.product_sum(little(LARGEST), little(LARGEST), little(LARGEST))
    scalars.wipe()
    assert not any(any(limbs) for limbs in scalars.elements)
