"""Ed25519 against its published vectors and Wycheproof's."""

import json
import os
import sys
from binascii import hexlify, unhexlify

from cases import data_path, vector_path
from seal import SealError, ed25519
from seal.steps import run

FULL = bool(os.getenv("RETICENT_FULL"))
# The kernels are plain Python on CPython. There every 16th line runs, of 1,024; all of them do on
# MicroPython and with RETICENT_FULL=1.
STRIDE = 1 if FULL or sys.implementation.name == "micropython" else 16


def vectors():
    """Yield (number, seed, public, message, signature) of the authors' sign.input."""
    with open(vector_path("asymmetric/Ed25519/sign.input")) as lines:
        for number, line in enumerate(lines):
            if number % STRIDE == 0:
                seed, public, message, signed = (unhexlify(v) for v in line.split(":")[:4])
                yield number, seed[:32], public, message, signed[:64]


def test_signatures_and_public_keys_are_those_of_the_authors_vectors():
    for number, seed, public, message, signature in vectors():
        assert run(ed25519.public_key(seed)) == public, number
        assert run(ed25519.sign(seed, message)) == signature, number


def test_signatures_of_the_vectors_verify_and_changed_ones_do_not():
    for number, _seed, public, message, signature in vectors():
        if number % 16 == 0:
            assert run(ed25519.verify(public, signature, message)), number
            changed = bytearray(signature)
            changed[number % 63] ^= 1 << number % 8
            assert not run(ed25519.verify(public, bytes(changed), message)), number
            assert not run(ed25519.verify(public, signature, message + b"\x00")), number


def test_wycheproof_verdicts():
    with open(data_path("crypto/wycheproof_ed25519_even_tcId.json")) as file:
        groups = json.load(file)["testGroups"]
    for group in groups:
        public = unhexlify(group["publicKey"]["pk"])
        for case in group["tests"]:
            steps = ed25519.verify(public, unhexlify(case["sig"]), unhexlify(case["msg"]))
            assert run(steps) == (case["result"] == "valid"), (case["tcId"], case["comment"])


def test_noise_changes_the_signature_and_it_still_verifies():
    seed, message = bytes(range(32)), b"a message in two parts"
    public = run(ed25519.public_key(seed))
    plain = run(ed25519.sign(seed, message))
    for noise in (bytes(32), b"\xff" * 32):
        signature = run(ed25519.sign(seed, message, noise))
        assert signature != plain, hexlify(noise)
        assert signature == run(ed25519.sign(seed, [message[:7], message[7:]], noise))
        assert run(ed25519.verify(public, signature, message)), hexlify(noise)


def test_keys_and_noise_of_another_size_are_refused():
    for seed, noise in ((bytes(31), b""), (bytes(33), b""), (bytes(32), bytes(31))):
        try:
            run(ed25519.sign(seed, b"", noise))
        except SealError:
            continue
        raise AssertionError((len(seed), len(noise)))
