"""Runs on the Pico: how long one step of a write takes, as an envelope after the other is stored.

Prints "name us" of the longest of each kind: the steps of store's own generators, which a tag
yields between, and LittleFS's calls alone, of which no step can be shorter.
"""

import gc
import os
import time

from store.commit import commit
from store.counters import Counters
from store.outbox import ROUTINE, Outbox

ENVELOPES = 40
KEPT = 12
SEALED = bytes(1_476)
longest_us = {}


def timed(name, call, *arguments):
    """Note how long a call takes; return its value."""
    started = time.ticks_us()
    try:
        return call(*arguments)
    finally:
        us = time.ticks_diff(time.ticks_us(), started)
        longest_us[name] = max(longest_us.get(name, 0), us)


def drain(name, steps):
    """Run a generator of writes, each step by itself."""
    is_over = False
    while not is_over:
        gc.collect()  # or one of them has the collection in it
        is_over = timed(name, next, steps, True) is True


def stored():
    """Store envelopes and remove them, as a tag does."""
    outbox = Outbox("/outbox", 2 * KEPT)
    counters = Counters("/counters", outbox, True)
    for number in range(1, ENVELOPES + 1):
        drain("commit", commit(outbox, counters, ROUTINE, SEALED, False))
        if number > KEPT:
            drain("remove", outbox.remove_steps(number - KEPT))


def alone():
    """The calls of LittleFS that a step is made of, with small files beside each other."""
    for number in range(ENVELOPES):
        gc.collect()
        file = timed("lfs_open", open, "/outbox/new", "wb")
        timed("lfs_write", file.write, SEALED[:90])
        timed("lfs_close", file.close)
        timed("lfs_rename", os.rename, "/outbox/new", f"/outbox/old{number % KEPT}")
        if number % 3 == 0:
            file = open(f"/outbox/old{number % KEPT}", "ab")
            timed("lfs_write_block", file.write, SEALED[:256])
            file.close()


stored()
alone()
for name in sorted(longest_us):
    print(name, longest_us[name])
