"""SHA-512 against NIST's examples and, on CPython, hashlib."""

import hashlib
from binascii import hexlify, unhexlify

from cases import Skip, vector_path
from seal import sha512
from seal.steps import run


def nist_cases(name):
    """Yield (message, digest) of a file of NIST's SHA test vectors (byte messages)."""
    length = 0
    message = b""
    with open(vector_path("hashes/SHA2/" + name)) as lines:
        for line in lines:
            if line.startswith("Len ="):
                length = int(line[5:]) // 8
            elif line.startswith("Msg ="):
                message = unhexlify(line[5:].strip())[:length]
            elif line.startswith("MD ="):
                yield message, unhexlify(line[4:].strip())


def test_nist_short_messages():
    count = 0
    for message, digest in nist_cases("SHA512ShortMsg.rsp"):
        assert sha512.digest(message) == digest, len(message)
        count += 1
    assert count == 129  # 0 to 128 bytes


def test_nist_long_messages():
    # Every eighth of the 128, from 227 to 13,571 bytes.
    for number, (message, digest) in enumerate(nist_cases("SHA512LongMsg.rsp")):
        if number % 8 == 0:
            assert run(sha512.digest_steps(message)) == digest, len(message)


def test_parts_are_hashed_as_their_whole():
    message = bytes(i & 255 for i in range(700))
    whole = sha512.digest(message)
    for cut in (0, 1, 111, 112, 127, 128, 129, 256, 700):
        parts = [message[:cut], memoryview(message)[cut:]]
        assert sha512.digest(parts) == whole, cut
        assert run(sha512.digest_steps(tuple(parts))) == whole, cut


def test_every_length_around_a_block_is_hashlibs():
    if not hasattr(hashlib, "sha512"):
        raise Skip("MicroPython's hashlib has no SHA-512")
    for size in range(100, 300):
        message = bytes(i * 7 & 255 for i in range(size))
        assert hexlify(sha512.digest(message)) == hexlify(hashlib.sha512(message).digest()), size


def test_long_messages_are_hashed_in_pieces():
    assert len(list(sha512.digest_steps(bytes(20000)))) >= 9
