"""What the tag's secrets need of the chip: its noise, its flash below LittleFS, a clean heap."""

import gc

import rp2

from hal import entropy

_PIECE_BYTES = 4096


class Chip:
    """Of the RP2040 whose ring oscillator's RANDOMBIT register has this address."""

    def __init__(self, ring_oscillator):
        self.flash = rp2.Flash()  # the block device that the port mounts at boot
        self._ring_oscillator = ring_oscillator

    def draw(self, count):
        """Return (the port's bytes, (ring oscillator's bits, converter's)), `count` bits each."""
        ring = entropy.ring_oscillator(self._ring_oscillator, count)
        return entropy.port(), (ring, entropy.converter(count))

    def scrub(self):
        """Collect, then write zeros over all free memory: what is freed keeps its bytes.

        A generator. What is in use, and the C stack, stay.
        """
        gc.collect()
        yield
        gc.disable()  # a failed allocation would collect each time
        try:
            _fill()
        finally:
            gc.enable()  # the next allocation collects what was filled


def _fill():
    """Allocate zeroed memory until there is none left, and keep nothing of it.

    In pieces that know nothing of each other: where the C stack still holds an address, the
    collector keeps that piece, which may be for good (24 KB of a Pico's heap once were).
    """
    for piece in (_large, object):  # an object is a single block, of what lies between
        try:
            while True:
                piece()
        except MemoryError:
            pass


def _large():
    bytearray(_PIECE_BYTES)
