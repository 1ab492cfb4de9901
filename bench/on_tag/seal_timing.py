"""Runs on the emulated Pico, once a boot: operations with one secret, for timing.mjs to time.

A write to a scratch register of the watchdog begins a measurement and ends it. Boots are equal to
the cycle, so two that differ in the secret's bytes alone differ in time as the secret has it:
neither the heap nor an interrupt can.
"""

import gc
from hashlib import sha256

import machine

from seal import ed25519, envelope, gcm, x25519
from seal.drbg import Drbg
from seal.hmac import hmac_sha256
from seal.scalar25519 import Scalars
from seal.sha512 import digest
from seal.steps import run
from seal.workspace import Workspace
from wire.envelope import ZERO_HASH, Header

SCRATCH = 0x4005800C
U = b"\x09" + bytes(31)
RECIPIENTS = (U, sha256(U).digest())
TEXT = bytes(256)
REST_OF_BATCH = bytes(992)

space, scalars = Workspace(), Scalars()


def sign(secret):
    run(ed25519.sign(secret, TEXT, secret, space))


def batch(secret):
    header = Header(bytes(8), 0, 7, 1, ZERO_HASH, ZERO_HASH)
    text = secret + REST_OF_BATCH
    run(envelope.seal(header, text, RECIPIENTS, secret, Drbg(secret), space))


CALLS = (
    ("x25519", lambda secret: run(x25519.scalar_mult(secret, U, space))),
    ("x25519_base", lambda secret: run(x25519.public_key(secret, space))),
    ("sign", sign),
    ("product_sum", lambda secret: scalars.product_sum(secret, secret, secret)),
    ("reduced", lambda secret: scalars.reduced(secret + secret)),
    ("hmac", lambda secret: hmac_sha256(secret, TEXT)),
    ("sha512", digest),
    ("gcm", lambda secret: gcm.seal(secret, secret[:12], TEXT, TEXT)),
    ("batch", batch),
    ("big_product", lambda secret: int.from_bytes(secret, "little") ** 2 % ((1 << 252) + 1)),
)


def main(secret):
    """Do each operation between two writes; print the names in that order."""
    for _name, call in CALLS:
        space.signing_key = None
        gc.collect()
        gc.disable()
        machine.mem32[SCRATCH] = 1
        call(secret)
        machine.mem32[SCRATCH] = 0
        gc.enable()
    print(*(name for name, _call in CALLS))
