"""Runs on the Pico: how long the steps are in which the largest orders are decoded.

Prints "name us_in_all us_of_the_longest steps bytes" for each order-*.cbor: the bytes are the heap
that the order keeps.
"""

import gc
import os
import time

from store.files import View
from tag import policy

GARBAGE_BYTES = 16_384  # duty/orders.py's: how often the heap is collected meanwhile


def measured(steps):
    """Run a generator; return (us in all, us of the longest step, steps, bytes of its value)."""
    gc.collect()
    heap = gc.mem_alloc()
    value = None
    longest_us = count = 0
    started = before = time.ticks_us()
    while value is None:
        try:
            next(steps)
        except StopIteration as end:
            value = end.value
        now = time.ticks_us()
        longest_us = max(longest_us, time.ticks_diff(now, before))
        before = now
        count += 1
    gc.collect()
    return time.ticks_diff(now, started), longest_us, count, gc.mem_alloc() - heap


gc.threshold(GARBAGE_BYTES)
for name in sorted(os.listdir("/")):
    if name.startswith("order-"):
        data = View(name)
        print(name[:-5], *measured(policy.decode_steps(data, 0, len(data))))
        data.close()
