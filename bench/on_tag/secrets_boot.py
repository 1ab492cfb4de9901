"""Runs on the emulated Pico, once a power-on: the tag's secrets as its boot starts them, timed.

Prints lines "name value ...": times in microseconds, then "output" and "tag" in hex. After that it
writes files, as a tag does, so that LittleFS takes and gives back blocks.
"""

import gc
import time
from binascii import hexlify

from duty.noise import Noise
from duty.secrets import FOLDER, Secrets
from hal.chip import Chip
from seal.health import SAMPLES
from store import files
from store.blocks import BlockPair

RING_OSCILLATOR = 0x4006_001C


def timed(name, call, *arguments):
    """Call and print the time that it took; return what it returned."""
    started = time.ticks_us()
    value = call(*arguments)
    print(name, time.ticks_diff(time.ticks_us(), started))
    return value


def main():
    chip, noise = Chip(RING_OSCILLATOR), Noise()
    port, draws = timed("draw", chip.draw, SAMPLES)
    fresh = timed("health", noise.fresh, port, draws)
    blocks = timed("find", BlockPair, chip.flash, FOLDER)
    secrets = Secrets(blocks)
    drbg = timed("start", secrets.start_generator, fresh)
    print("output", hexlify(drbg.generate(32)).decode())
    _, tag = timed("identity", secrets.load_identity, drbg)
    print("offset", *secrets.load_offset(1_000, drbg))
    scrub = chip.scrub()
    timed("collect", next, scrub)
    timed("fill", list, scrub)
    timed("collect", gc.collect)
    print("tag", hexlify(tag).decode())
    print("failed", noise.failed)
    print("blocks", *blocks._blocks)
    files.ensure_folder("/outbox")
    for name in ("/outbox/1", "/outbox/2", "/outbox/3"):
        files.replace(name, tag * 190)
    print("done")


main()
