"""Fresh entropy for the generator: never enough alone (PLATFORM: one oscillator bit a draw)."""

import os
import time


def fresh():
    """Return 40 bytes: the port's random source, and when it was asked."""
    return os.urandom(32) + int(time.ticks_us()).to_bytes(8, "big")
