"""Runs on MicroPython, on the Pico too: the kernels' own tests, then published vectors.

/vectors.txt has a case a line, in hex: what, the arguments, the result ("-" is empty, "!" what
must be refused). Prints how many of each there were, and the cases that failed.
"""

import gc
from binascii import unhexlify

from seal import SealError, ed25519, gcm, hpke, sha512, verification, x25519
from seal.hkdf import expand, extract
from seal.hmac import hmac_sha256
from seal.steps import run
from seal.workspace import Workspace

TESTS = ("test_seal_field25519", "test_seal_scalar25519")

space = Workspace()


def seal_hpke(aead_id, public, info, text, ikm, aad):
    enc, sealed = run(hpke.seal(public, info, text, ikm, aead_id[0], aad, space))
    return enc + sealed


def verdict(public, signature, message):
    return b"\x01" if run(verification.verify(public, signature, message)) else None


CALLS = {
    "x25519": lambda scalar, u: run(x25519.scalar_mult(scalar, u, space)),
    "x25519_shared": lambda scalar, u: run(x25519.shared_secret(scalar, u, space)),
    "x25519_base": lambda scalar: run(x25519.public_key(scalar, space)),
    "ed25519_public": lambda seed: run(ed25519.public_key(seed, space)),
    "ed25519_sign": lambda seed, message: run(ed25519.sign(seed, message, b"", space)),
    "ed25519_verify": verdict,
    "gcm": gcm.seal,
    "hpke": seal_hpke,
    "hmac": hmac_sha256,
    "hkdf": lambda salt, ikm, info, size: expand(extract(salt, ikm), info, size[0]),
    "sha512": sha512.digest,
}


def result_of(call, arguments):
    try:
        return call(*arguments)
    except SealError:
        return None


def parse(word):
    return b"" if word == "-" else unhexlify(word)


def main():
    """Print lines: "failed" with the case, and in the end "vectors" with the counts."""
    for name in TESTS:
        module = __import__(name)
        tests = [test for test in dir(module) if test.startswith("test_")]
        for test in tests:
            gc.collect()
            getattr(module, test)()
        print("kernels", name, len(tests))
    counts = {}
    with open("vectors.txt") as lines:
        for line in lines:
            what, *words, expected = line.split()
            result = result_of(CALLS[what], [parse(word) for word in words])
            counts[what] = counts.get(what, 0) + 1
            if result != (None if expected == "!" else parse(expected)):
                print("failed", line)
    for what in sorted(counts):
        print("vectors", what, counts[what])


main()
