"""Scrubbing the heap, seen from outside of it: the interpreter's own memory is read."""
# path: host_tools/reticent/sim/mock
# heap: 600k

import gc
import io
import sys

import vfs

_MEMORY = vfs.VfsPosix()  # before the mock takes the host's files away

import mocked
from cases import Skip

MASK = 0x5A
COPIES = 200


def masked_secret():
    """Return 32 bytes that are nowhere else, masked: unmasked they would be found here."""
    import hashlib

    return bytes(byte ^ MASK for byte in hashlib.sha256(b"scrub").digest())


def scatter(masked):
    """Make garbage that holds the secret."""
    for _ in range(COPIES):
        bytearray(byte ^ MASK for byte in masked)


def count_in_heap(masked):
    """Return how often the secret lies in this process's heap, without making a copy of it."""
    start, end = heap_range()
    count = 0
    step = 4096
    buffer = bytearray(step + 32)
    with _MEMORY.open("/proc/self/mem", "rb") as memory:
        at = start
        while at < end:
            memory.seek(at)
            got = memory.readinto(buffer)
            count += occurrences(buffer, min(got, step), masked)
            at += step
        for i in range(len(buffer)):
            buffer[i] = 0
    return count


def occurrences(buffer, count, masked):
    found = 0
    first, second = masked[0] ^ MASK, masked[1] ^ MASK
    at = buffer.find(bytes((first, second)))
    while 0 <= at < count:
        if all(buffer[at + i] ^ MASK == masked[i] for i in range(min(32, len(buffer) - at))):
            found += 1
        at = buffer.find(bytes((first, second)), at + 1)
    return found


def heap_range():
    """Return the addresses of the mapping that an object of ours lies in."""
    here = id(bytearray(1))
    with _MEMORY.open("/proc/self/maps", "r") as maps:
        for line in maps:
            start, end = (int(word, 16) for word in line.split(" ")[0].split("-"))
            if start <= here < end:
                return start, end
    raise Skip("the heap's mapping is not found")


def take_every_block():
    """Give each free block an object of its own, once: some are kept for good from then on.

    A module whose table of names fills its blocks, and that has no constants, points at the block
    behind them (py/emitglue.c, mp_module_context_alloc_tables): the collector keeps what begins
    there. A tag's modules do not (reticent.deploy), these tests' may.
    """
    gc.disable()
    try:
        while True:
            object()
    except MemoryError:
        pass
    gc.enable()
    gc.collect()


def test_scrubbing_leaves_nothing_of_what_was_freed():
    if sys.platform != "linux":
        raise Skip("needs /proc/self/mem")
    mocked.power_on(flash=io.BytesIO(b"\xff" * 4096 * 4), board={"flash_blocks": 4})
    from hal.chip import Chip

    chip = Chip(0x4006_001C)
    masked = masked_secret()
    take_every_block()
    scatter(masked)
    before = count_in_heap(masked)
    assert len(list(chip.scrub())) == 1
    after = count_in_heap(masked)
    print("%d copies before, %d after" % (before, after))
    assert before >= COPIES, before
    assert after == 0, after
