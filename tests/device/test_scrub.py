"""Scrubbing the heap, seen from outside of it: the interpreter's own memory is read."""
# path: host_tools/reticent/sim/mock
# heap: 600k

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


def other_work(depth):
    """Call deep enough that nothing of what is over is left on the C stack."""
    return sorted((depth, 0), key=lambda value: other_work(depth - 1) if depth else value)


def test_scrubbing_leaves_nothing_of_what_was_freed():
    if sys.platform != "linux":
        raise Skip("needs /proc/self/mem")
    mocked.power_on(flash=io.BytesIO(b"\xff" * 4096 * 4), board={"flash_blocks": 4})
    from hal.chip import Chip

    chip = Chip(0x4006_001C)
    masked = masked_secret()
    scatter(masked)
    before = count_in_heap(masked)
    # The collector reads the C stack, where a copy's address may be left: without this one of 201
    # stays (the digest itself is the 201st). So a tag scrubs again once it has done other work.
    other_work(6)
    assert len(list(chip.scrub())) == 1
    after = count_in_heap(masked)
    print("%d copies before, %d after" % (before, after))
    assert before >= COPIES, before
    assert after == 0, after
