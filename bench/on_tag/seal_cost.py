"""Runs on MicroPython, on the unix port and on the Pico: what sealing costs, step by step.

Prints lines "name value ..."; times in microseconds, heap in bytes.
"""

import gc
import os
import sys
import time

from duty import overlay


def load(name, modules):
    """Import what is in memory only while it is needed; print the time, as of other steps."""
    gc.collect()
    heap = gc.mem_alloc()
    started, longest_us = time.ticks_us(), 0
    for module in modules:
        before = time.ticks_us()
        __import__(module)
        longest_us = max(longest_us, time.ticks_diff(time.ticks_us(), before))
    us = time.ticks_diff(time.ticks_us(), started)
    gc.collect()
    print(name, us, longest_us, len(modules), gc.mem_alloc() - heap)


for resident in overlay._RESIDENT + ("store.outbox", "wire.envelope"):
    __import__(resident)
load("load_verifying", overlay._VERIFYING)
overlay.drop()
load("load_sealing", overlay._SEALING + ("seal.sha512", "seal.ed25519"))

from seal import ed25519, envelope, gcm, sha512, verification, x25519
from seal.drbg import Drbg
from seal.workspace import Workspace
from store.outbox import ROUTINE, Outbox
from wire.envelope import ZERO_HASH, Header

SEED = bytes(range(32))
BATCH = bytes(i & 255 for i in range(1024))
MESSAGE = bytes(1_400)
FOLDER = "/outbox"


def drain(steps):
    """Run a generator; return (its value, us in all, us of the longest step, steps)."""
    longest_us = count = 0
    started = before = time.ticks_us()
    while True:
        try:
            next(steps)
            value = None
            is_over = False
        except StopIteration as end:
            value = end.value
            is_over = True
        now = time.ticks_us()
        longest_us = max(longest_us, time.ticks_diff(now, before))
        before = now
        count += 1
        if is_over:
            return value, time.ticks_diff(now, started), longest_us, count


def measured(name, steps):
    """Print a generator's times and the heap it took; return its value."""
    gc.collect()
    heap = gc.mem_alloc()
    gc.disable()
    try:
        value, us, longest_us, count = drain(steps)
        heap = gc.mem_alloc() - heap
    finally:
        gc.enable()
    print(name, us, longest_us, count, heap)
    return value


def once(call, *arguments):
    """A call as a generator of one step."""
    return call(*arguments)
    yield  # a generator all the same


def ghash_bitwise(key, text):
    """GHASH bit by bit in big integers (NIST SP 800-38D, section 6.3): what tables are worth."""
    h = int.from_bytes(key, "big")
    y = 0
    for at in range(0, len(text), 16):
        y ^= int.from_bytes(text[at : at + 16], "big")
        z, v = 0, h
        for i in range(127, -1, -1):
            if y >> i & 1:
                z ^= v
            v = (v >> 1) ^ (0xE1 << 120 if v & 1 else 0)
        y = z
    return y.to_bytes(16, "big")


def ghash(key, text):
    """The same by the kernel."""
    hashing = gcm._Ghash(key, 0)
    hashing.update(text, len(text))
    tag = bytearray(16)
    gcm._store(tag, hashing._y)
    return bytes(tag)


def header(kind=0):
    return Header(bytes(8), kind, 7, 1, ZERO_HASH, ZERO_HASH)


def put(outbox, number, recipients, drbg, space):
    """From the call to the closed file, in steps."""
    sealed = yield from envelope.seal(header(), BATCH, recipients, SEED, drbg, space)
    yield
    yield from outbox.put_steps(number, ROUTINE, sealed)
    return sealed


def main():
    """Print a line of each step: name, us, us of the longest step, steps, bytes of heap."""
    drbg, space = Drbg(SEED), Workspace()
    recipients = [drain(x25519.public_key(bytes((i,)) * 32))[0] for i in (1, 2)]
    outbox = Outbox(FOLDER, 100)
    measured("x25519", x25519.scalar_mult(SEED, recipients[0], space))
    measured("x25519_base", x25519.public_key(SEED, space))
    signature = measured("sign", ed25519.sign(SEED, MESSAGE, SEED, space))
    public = measured("ed25519_base", ed25519.public_key(SEED, space))
    measured("verify", verification.verify(public, signature, MESSAGE))
    measured("sha512", sha512.digest_steps(MESSAGE, space.hasher))
    measured("gcm", once(gcm.seal, SEED, bytes(12), bytes(180), BATCH))
    if sys.platform != "rp2":  # half a second a KiB there
        assert ghash(SEED[:16], BATCH) == ghash_bitwise(SEED[:16], BATCH)
        # Short runs, of which the shortest counts: other work on the machine is not their cost.
        # Collected before each: fresh memory of the host is none of it either. For 16 KiB.
        for name, call, kib in (("ghash", ghash, 16), ("ghash_bitwise", ghash_bitwise, 1)):
            least_us = 1 << 30
            for _ in range(20):
                gc.collect()
                least_us = min(least_us, drain(once(call, SEED[:16], BATCH * kib))[1])
            print(name, least_us * 16 // kib)
    measured("drbg", once(drbg.generate, 32))
    measured("batch", envelope.seal(header(), BATCH, recipients, SEED, drbg, space))
    measured("put", outbox.put_steps(1, ROUTINE, bytes(1_500)))
    measured("to_file", put(outbox, 2, recipients, drbg, space))
    os.remove(FOLDER + "/00000001.r")


main()
