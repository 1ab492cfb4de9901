"""Seals random batches on MicroPython into one file, a CBOR sequence (RFC 8742).

usage: micropython sealed_batches.py FIRMWARE SUPPORT FIRST COUNT OUT
"""

import sys

firmware, support, first, count, out = sys.argv[1:6]
sys.path[:0] = [firmware, support]

import random_batches
from seal import ed25519, envelope, x25519
from seal.drbg import Drbg
from seal.steps import run
from wire import batch
from wire.envelope import ZERO_HASH, Header, hash_of, kid_of

seed = random_batches.identity_seed()
tag = kid_of(run(ed25519.public_key(seed)))
keys = [
    run(x25519.public_key(random_batches.private_key(place)))
    for place in range(random_batches.RECIPIENTS)
]
drbg = Drbg(b"%48d" % int(first))
previous = ZERO_HASH
with open(out, "wb") as file:
    for number in range(int(first), int(first) + int(count)):
        kind, version, week, records, places = random_batches.make(number)
        plain = batch.encode(kind, version, week, records)
        header = Header(tag, kind, number, version, previous, hash_of(plain))
        recipients = [keys[place] for place in places]
        sealed = run(envelope.seal(header, plain, recipients, seed, drbg))
        previous = hash_of(sealed)
        file.write(sealed)
