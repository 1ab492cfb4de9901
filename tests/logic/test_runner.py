"""The runner itself: shared test files run on both interpreters."""

import sys


def test_integers_hold_at_least_32_bits():
    assert sys.maxsize >= 2**31 - 1
