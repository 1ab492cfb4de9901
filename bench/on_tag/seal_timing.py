"""Runs on the emulated Pico: does the time of an operation depend on its secret?

The emulator counts cycles, the same at every run: so what differs between two secrets depends on
them. Prints "timing name least_us most_us"; a microsecond is 125 cycles, and the clock's step.
"""

import gc
import time
from hashlib import sha256

from seal import ed25519, gcm, x25519
from seal.hmac import hmac_sha256
from seal.scalar25519 import Scalars
from seal.sha512 import digest
from seal.steps import run
from seal.workspace import Workspace

SECRETS = [bytes(32), b"\xff" * 32, b"\x01" + bytes(31), bytes(31) + b"\x40", b"\x55" * 32]
SECRETS += [sha256(bytes((i,))).digest() for i in range(5)]
U = b"\x09" + bytes(31)
TEXT = bytes(256)

space, scalars = Workspace(), Scalars()


def sign(secret):
    space.signing_key = None
    return run(ed25519.sign(secret, TEXT, secret, space))


CALLS = (
    ("x25519", lambda secret: run(x25519.scalar_mult(secret, U, space))),
    ("x25519_base", lambda secret: run(x25519.public_key(secret, space))),
    ("sign", sign),
    ("product_sum", lambda secret: scalars.product_sum(secret, secret, secret)),
    ("reduced", lambda secret: scalars.reduced(secret + secret)),
    ("big_product", lambda secret: int.from_bytes(secret, "little") ** 2 % ((1 << 252) + 1)),
    ("gcm", lambda secret: gcm.seal(secret, secret[:12], TEXT, TEXT)),
    ("hmac", lambda secret: hmac_sha256(secret, TEXT)),
    ("sha512", digest),
)


def spent_us(call, secret):
    """Return the microseconds of a call, from a heap that is collected."""
    gc.collect()
    gc.disable()
    started = time.ticks_us()
    call(secret)
    took_us = time.ticks_diff(time.ticks_us(), started)
    gc.enable()
    return took_us


def main():
    for name, call in CALLS:
        spent_us(call, SECRETS[0])  # what is made at the first call alone
        same = [spent_us(call, SECRETS[5]) for _ in SECRETS]
        times = [spent_us(call, secret) for secret in SECRETS]
        print("timing", name, min(same), max(same), min(times), max(times))


main()
