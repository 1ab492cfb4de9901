"""Ed25519 against its published vectors and Wycheproof's."""

import json
import os
import sys
from binascii import hexlify, unhexlify

from cases import data_path, vector_path
from seal import SealError, ed25519, edwards25519, points25519, sha512, verification
from seal.field25519 import Powers
from seal.scalar25519 import ORDER
from seal.steps import run
from seal.workspace import Workspace

# The kernels are plain Python on CPython, where a signature takes a fifth of a second. It takes
# every 32nd of the 1,024 lines, and fewer verifications: MicroPython and RETICENT_FULL=1 take all.
FAST = bool(os.getenv("RETICENT_FULL")) or sys.implementation.name == "micropython"
STRIDE = 1 if FAST else 32


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
        if number % (16 if FAST else 128) == 0:
            assert run(verification.verify(public, signature, message)), number
            changed = bytearray(signature)
            changed[number % 63] ^= 1 << number % 8
            assert not run(verification.verify(public, bytes(changed), message)), number
            assert not run(verification.verify(public, signature, message + b"\x00")), number


def test_wycheproof_verdicts():
    with open(data_path("crypto/wycheproof_ed25519_even_tcId.json")) as file:
        groups = json.load(file)["testGroups"]
    for group in groups:
        public = unhexlify(group["publicKey"]["pk"])
        for case in group["tests"]:
            if not FAST and case["tcId"] % 6:
                continue  # every third
            steps = verification.verify(public, unhexlify(case["sig"]), unhexlify(case["msg"]))
            assert run(steps) == (case["result"] == "valid"), (case["tcId"], case["comment"])


def test_keys_of_small_order_sign_nothing():
    """With A of small order, R = S * base (or one of eight turns of it) would sign anything."""
    base = b"\x58" + b"\x66" * 31
    signature = base + b"\x01" + bytes(31)
    p = (1 << 255) - 19
    eighth = int.from_bytes(
        unhexlify("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
    )
    for y in (0, 1, p - 1, eighth, p - eighth):
        for sign in (0, 1 << 255):
            public = (y | sign).to_bytes(32, "little")
            for k in range(8):  # some hash makes k * A vanish
                assert not run(verification.verify(public, signature, bytes((k,)))), (y, sign, k)


def test_only_the_one_encoding_of_a_point_is_taken():
    chain = Powers()
    p = (1 << 255) - 19
    for name, encoded, accepted in (
        ("y = 1", (1).to_bytes(32, "little"), True),
        ("x = 0 with a sign", (1 | 1 << 255).to_bytes(32, "little"), False),
        ("y = p + 1", (p + 1).to_bytes(32, "little"), False),
        ("y = 2 is on no point", (2).to_bytes(32, "little"), False),
        ("y = 2**255 - 1", ((1 << 255) - 1).to_bytes(32, "little"), False),
    ):
        point = run(points25519.decode_steps(encoded, chain))
        assert (point is not None) == accepted, name
        assert accepted or not run(verification.verify(encoded, bytes(64), b"")), name


def test_a_second_signature_made_from_the_first_is_refused():
    """S + L satisfies the equation too (RFC 8032, section 8.4), and so may a sign on R."""
    seed = bytes(range(32))
    public = run(ed25519.public_key(seed))
    signature = run(ed25519.sign(seed, b"order"))
    s = int.from_bytes(signature[32:], "little")
    for name, changed in (
        ("S + L", signature[:32] + (s + ORDER).to_bytes(32, "little")),
        ("R negated", signature[:31] + bytes((signature[31] ^ 0x80,)) + signature[32:]),
        ("cut", signature[:63]),
        ("long", signature + b"\x00"),
    ):
        assert not run(verification.verify(public, changed, b"order")), name
    assert not run(verification.verify(public + b"\x00", signature, b"order"))
    assert run(verification.verify(public, signature, b"order"))


def test_hedged_nonces_are_those_of_the_draft():
    """r = SHA-512(Z || prefix || zeros to a block || M), so R = r * base."""
    seed, noise, message = bytes(range(32)), b"\x5a" * 32, b"M" * 200
    prefix = sha512.digest(seed)[32:]
    r = int.from_bytes(sha512.digest(noise + prefix + bytes(64) + message), "little")
    space = Workspace()
    point = run(edwards25519.base_mult((r % ORDER).to_bytes(32, "little"), space))
    assert run(ed25519.sign(seed, message, noise))[:32] == run(point.encode_steps(space.powers))


def test_noise_changes_the_signature_and_it_still_verifies():
    seed, message = bytes(range(32)), b"a message in two parts"
    public = run(ed25519.public_key(seed))
    plain = run(ed25519.sign(seed, message))
    for noise in (bytes(32), b"\xff" * 32):
        signature = run(ed25519.sign(seed, message, noise))
        assert signature != plain, hexlify(noise)
        assert signature == run(ed25519.sign(seed, [message[:7], message[7:]], noise))
        assert run(verification.verify(public, signature, message)), hexlify(noise)


def test_keys_and_noise_of_another_size_are_refused():
    for seed, noise in ((bytes(31), b""), (bytes(33), b""), (bytes(32), bytes(31))):
        try:
            run(ed25519.sign(seed, b"", noise))
        except SealError:
            continue
        raise AssertionError((len(seed), len(noise)))
