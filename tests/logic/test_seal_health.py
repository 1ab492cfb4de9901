"""Health tests of noise sources (SP 800-90B, section 4.4): cutoffs and verdicts."""

from binascii import hexlify
from hashlib import sha256

from cases import Skip
from seal import health
from seal.health import HALF_A_BIT, QUARTER_OF_A_BIT, SAMPLES, is_healthy


def coin(count, ones_of_256=128, seed=0):
    """Return bits of which so many of 256 are ones."""
    out = bytearray()
    while len(out) < count:
        block = sha256(b"coin %d %d" % (seed, len(out))).digest()
        out.extend(bytes(byte < ones_of_256 for byte in block))
    return out[:count]


def test_fair_and_somewhat_biased_bits_pass():
    for ones in (128, 110, 146):
        for seed in range(20):
            assert is_healthy(coin(SAMPLES, ones, seed), HALF_A_BIT), (ones, seed)


def test_dead_and_strongly_biased_sources_fail():
    stuck = coin(SAMPLES)
    stuck[300:361] = b"\x01" * 61
    dead_at_the_end = coin(SAMPLES)
    dead_at_the_end[-61:] = bytes(61)
    for name, samples in (
        ("zeros", bytearray(SAMPLES)),
        ("ones", bytearray(b"\x01" * SAMPLES)),
        ("61 in a row", stuck),
        ("dead at the end", dead_at_the_end),
        ("nine of ten", bytearray(b"\x01") + coin(SAMPLES - 1, 230)),
        ("too few", coin(SAMPLES - 1)),
        ("none", bytearray()),
    ):
        assert not is_healthy(samples, HALF_A_BIT), name


def test_one_fewer_in_a_row_or_in_the_window_passes():
    runs = coin(SAMPLES)
    runs[299:361] = b"\x00" + b"\x01" * 60 + b"\x00"
    assert is_healthy(runs, HALF_A_BIT), hexlify(runs)
    for _, most_equal in (HALF_A_BIT, QUARTER_OF_A_BIT):
        for equal in (most_equal - 1, most_equal):
            samples = spread(equal)
            assert health._equal_to_first(samples) == equal
            assert is_healthy(samples, (SAMPLES, most_equal)) == (equal < most_equal), equal


def spread(ones):
    """Return that many ones, the first among them, and the zeros spread between them."""
    samples = bytearray(b"\x01" * SAMPLES)
    zeros = SAMPLES - ones
    for i in range(zeros):
        samples[(i + 1) * SAMPLES // (zeros + 1)] = 0
    return samples


def test_cutoffs_are_the_standards():
    try:
        from math import ceil, comb
    except ImportError:
        raise Skip("MicroPython's math has no comb") from None
    for entropy, cutoffs in ((0.5, HALF_A_BIT), (0.25, QUARTER_OF_A_BIT)):
        p = 2.0**-entropy
        tail, count = 0.0, SAMPLES
        while True:
            chance = comb(SAMPLES, count) * p**count * (1 - p) ** (SAMPLES - count)
            if tail + chance > 2.0**-30:
                break
            tail += chance
            count -= 1
        assert cutoffs == (1 + ceil(30 / entropy), 1 + count)
