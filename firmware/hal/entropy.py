"""Noise for the generator, raw: bits of the RP2040's ring oscillator and of its converter.

Neither is enough alone and nothing here judges them: seal/health.py does.
"""

import os
import time

import machine

_DRAW_BYTES = 32


def port():
    """Return 40 bytes, which count for nothing: the port's random source, and when it was asked.

    The port mixes one oscillator bit a draw (os.urandom of the rp2 port).
    """
    return bytearray(os.urandom(_DRAW_BYTES) + int(time.ticks_us()).to_bytes(8, "big"))


def ring_oscillator(address, count):
    """Return bits of the RANDOMBIT register (RP2040 datasheet, section 2.17.7), one a byte.

    Some 10 us pass between two, in which the oscillator runs through 60 periods.
    """
    samples = bytearray(count)
    registers = machine.mem32
    for i in range(count):
        samples[i] = registers[address] & 1
    return samples


def converter(count):
    """Return the last bits of readings of the chip's own temperature, one a byte."""
    samples = bytearray(count)
    read = machine.ADC(machine.ADC.CORE_TEMP).read_u16
    for i in range(count):
        samples[i] = (read() >> 4) & 1  # the port scales 12 bits to 16
    return samples
