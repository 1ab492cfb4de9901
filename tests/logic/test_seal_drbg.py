"""HMAC-DRBG against NIST's known answers and an implementation of its own from the standard."""

import hashlib
from binascii import unhexlify

from seal import SealError
from seal.drbg import Drbg


def test_the_first_of_nists_known_answers():
    """NIST CAVP drbgvectors_no_reseed, HMAC_DRBG.rsp, SHA-256, COUNT = 0: the second request."""
    drbg = Drbg(
        unhexlify("ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488")
        + unhexlify("659ba96c601dc69fc902940805ec0ca8")
    )
    drbg.generate(128)
    assert drbg.generate(128) == unhexlify(
        "e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89"
        "d54fbb978a15b5c443c9ec21036d2460b6f73ebad0dc2aba6e624abf07745bc1"
        "07694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668"
        "961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8"
    )


def plain_hmac(key, message):
    """HMAC-SHA256 for a 32-byte key, from RFC 2104's one line, with nothing of ours."""
    pads = [bytes(byte ^ pad for byte in key + bytes(32)) for pad in (0x36, 0x5C)]
    return hashlib.sha256(pads[1] + hashlib.sha256(pads[0] + message).digest()).digest()


def plain_drbg(script):
    """Run ("seed" or "reseed", bytes) and ("generate", size) by section 10.1.2; return outputs."""
    key, value, outputs = bytes(32), b"\x01" * 32, []
    for verb, argument in script:
        provided = b"" if verb == "generate" else argument
        if verb == "generate":
            output = b""
            while len(output) < argument:
                value = plain_hmac(key, value)
                output += value
            outputs.append(output[:argument])
        key = plain_hmac(key, value + b"\x00" + provided)
        value = plain_hmac(key, value)
        if provided:
            key = plain_hmac(key, value + b"\x01" + provided)
            value = plain_hmac(key, value)
    return outputs


def test_seeding_reseeding_and_odd_sizes_follow_the_standard():
    entropy, personal, fresh = bytes(range(48)), b"tag 7", b"\xa5" * 33
    drbg = Drbg(entropy, personal)
    outputs = [drbg.generate(size) for size in (0, 1, 32, 33, 100)]
    drbg.reseed(fresh)
    outputs.append(drbg.generate(65))
    script = [("seed", entropy + personal)]
    script += [("generate", size) for size in (0, 1, 32, 33, 100)]
    script += [("reseed", fresh), ("generate", 65)]
    assert outputs == plain_drbg(script)


def test_the_same_entropy_gives_the_same_and_another_another():
    def first(entropy, personal=b""):
        return Drbg(entropy, personal).generate(32)

    assert first(bytes(32)) == first(bytes(32))
    outputs = {first(bytes(32)), first(bytes(33)), first(bytes(32), b"a"), first(b"\x01" * 32)}
    assert len(outputs) == 4


def test_thin_entropy_and_too_large_requests_are_refused():
    drbg = Drbg(bytes(32))
    for call in (
        lambda: Drbg(bytes(31)),
        lambda: drbg.reseed(bytes(31)),
        lambda: drbg.generate((1 << 16) + 1),
        lambda: drbg.generate(-1),
    ):
        try:
            call()
        except SealError:
            continue
        raise AssertionError(call)
