"""X25519 against RFC 7748 and Wycheproof."""

import json
import os
import sys
from binascii import hexlify, unhexlify

from cases import Skip, data_path, vector_path
from seal import SealError, x25519
from seal.steps import run
from seal.workspace import Workspace

IS_MICROPYTHON = sys.implementation.name == "micropython"
FAST = bool(os.getenv("RETICENT_FULL")) or IS_MICROPYTHON
BASE = b"\x09" + bytes(31)
ITERATED = {  # RFC 7748, section 5.2
    1: b"422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
    1_000: b"684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
    1_000_000: b"7c3911e0ab2586fd864497297e575e6f3bc601c0883c30df5f4dd2d24f665424",
}
A_MILLIONS_STRIDE = 10_000


def test_the_three_multiplications_of_rfc_7748():
    values = []
    with open(vector_path("asymmetric/X25519/rfc7748.txt")) as lines:
        for line in lines:
            if " = " in line and not line.startswith("COUNT"):
                values.append(unhexlify(line.split(" = ")[1].strip()))
    assert len(values) == 9
    for i in range(0, 9, 3):
        scalar, u, product = values[i : i + 3]
        assert run(x25519.scalar_mult(scalar, u)) == product, hexlify(scalar)


def products():
    """Yield (count, product) of RFC 7748, section 5.2: a product is the next scalar, which is then
    the next u."""
    scalar = u = BASE
    space = Workspace()
    count = 0
    while True:
        count += 1
        scalar, u = run(x25519.scalar_mult(scalar, u, space)), scalar
        yield count, scalar


def products_of_another_library():
    """Yield what products() does, by `cryptography`; every so-manieth is demanded of ours too."""
    from cryptography.hazmat.primitives.asymmetric import x25519 as theirs

    scalar = u = BASE
    space = Workspace()
    count = 0
    while True:
        count += 1
        public = theirs.X25519PublicKey.from_public_bytes(u)
        product = theirs.X25519PrivateKey.from_private_bytes(scalar).exchange(public)
        if count % A_MILLIONS_STRIDE == 0:
            assert run(x25519.scalar_mult(scalar, u, space)) == product, count
        scalar, u = product, scalar
        yield count, scalar


def test_rfc_7748_iterated():
    """The 1,000 run on CPython with RETICENT_FULL=1 alone: the kernels are plain Python there."""
    most = 1_000 if FAST else 1
    for count, product in products():
        if count in ITERATED:
            assert hexlify(product) == ITERATED[count], count
        if count == most:
            break


def test_rfc_7748_iterated_a_million_times():
    """With RETICENT_MILLION=1. MicroPython makes all products, in a quarter of an hour. On CPython
    ours would take 30 hours: `cryptography` makes them there, and ours every 10,000th."""
    if not os.getenv("RETICENT_MILLION"):
        raise Skip("the million takes a quarter of an hour: RETICENT_MILLION=1")
    for count, product in products() if IS_MICROPYTHON else products_of_another_library():
        if count in ITERATED:
            assert hexlify(product) == ITERATED[count], count
        if count == 1_000_000:
            break


def test_the_key_agreement_of_rfc_7748():
    """Section 6.1."""
    alice = unhexlify("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
    bob = unhexlify("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
    secret = unhexlify("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
    alice_public = run(x25519.public_key(alice))
    bob_public = run(x25519.public_key(bob))
    assert hexlify(alice_public).startswith(b"8520f0098930a754748b7ddcb43ef75a")
    assert hexlify(bob_public).startswith(b"de9edb7d7b7dc1b4d35b61c2ece43537")
    assert run(x25519.shared_secret(alice, bob_public)) == secret
    assert run(x25519.shared_secret(bob, alice_public)) == secret


def test_a_public_key_is_the_scalar_times_nine():
    cases = [bytes(32), b"\xff" * 32, b"\x08" + bytes(31), bytes(range(200, 232))]
    for bit in range(3, 254, 25):
        cases.append((1 << bit).to_bytes(32, "little"))
    for scalar in cases:
        expected = run(x25519.scalar_mult(scalar, BASE))
        assert run(x25519.public_key(scalar)) == expected, hexlify(scalar)


def test_wycheproof_products_and_refusal_of_low_order():
    with open(data_path("crypto/wycheproof_x25519_even_tcId.json")) as file:
        cases = json.load(file)["testGroups"][0]["tests"]
    refused = 0
    # All 259 cases where the kernels are fast; on CPython every 12th and those refused.
    for number, case in enumerate(cases):
        zero = "ZeroSharedSecret" in case["flags"]
        if not FAST and number % 12 and not zero:
            continue
        steps = x25519.shared_secret(unhexlify(case["private"]), unhexlify(case["public"]))
        try:
            assert run(steps) == unhexlify(case["shared"]) and not zero, case["tcId"]
        except SealError:
            assert zero, case["tcId"]
            refused += 1
    assert refused == 16


def test_values_of_another_size_are_refused():
    for scalar, u in ((bytes(31), BASE), (bytes(33), BASE), (BASE, bytes(31)), (BASE, bytes(33))):
        try:
            run(x25519.scalar_mult(scalar, u))
        except SealError:
            continue
        raise AssertionError((len(scalar), len(u)))


def test_work_is_cut_into_pieces():
    assert len(list(x25519.scalar_mult(BASE, BASE))) >= 16
    assert len(list(x25519.public_key(BASE))) >= 8
