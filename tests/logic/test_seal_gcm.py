"""AES-GCM sealing against NIST's vectors and Wycheproof's."""

import json
import os
import sys
from binascii import unhexlify

from cases import data_path, vector_path
from seal import SealError, gcm

FAST = bool(os.getenv("RETICENT_FULL")) or sys.implementation.name == "micropython"
# CPython, where the kernels are plain Python, takes every third of NIST's 375 cases a key size
# without RETICENT_FULL=1.
STRIDE = 1 if FAST else 3


def nist_cases(key_bits):
    """Yield dicts of the file's values where the IV has 96 bits and the tag 128."""
    group = {}
    case = {}
    with open(vector_path("ciphers/AES/GCM/gcmEncryptExtIV%d.rsp" % key_bits)) as lines:
        for line in lines:
            line = line.strip()
            if line.startswith("["):
                name, value = line.strip("[]").split(" = ")
                group[name] = int(value)
            elif " =" in line:
                name, value = line.split(" =")
                case[name] = value.strip()
                if name == "Tag" and group["IVlen"] == 96 and group["Taglen"] == 128:
                    yield case


def test_nist_ciphertexts_and_tags():
    for key_bits in (128, 256):
        count = 0
        for case in nist_cases(key_bits):
            count += 1
            if count % STRIDE:
                continue
            sealed = gcm.seal(
                unhexlify(case["Key"]),
                unhexlify(case["IV"]),
                unhexlify(case["AAD"]),
                unhexlify(case["PT"]),
            )
            assert sealed == unhexlify(case["CT"] + case["Tag"]), (key_bits, case["Count"])
        assert count == 375, (key_bits, count)


def test_wycheproof_verdicts():
    with open(data_path("crypto/wycheproof_aes_gcm_even_tcId.json")) as file:
        groups = json.load(file)["testGroups"]
    for group in groups:
        for case in group["tests"]:
            key, iv = unhexlify(case["key"]), unhexlify(case["iv"])
            if group["keySize"] == 192 or group["ivSize"] != 96:
                assert refused(key, iv), case["tcId"]
                continue
            sealed = gcm.seal(key, iv, unhexlify(case["aad"]), unhexlify(case["msg"]))
            same = sealed == unhexlify(case["ct"] + case["tag"])
            assert same == (case["result"] == "valid"), (case["tcId"], case["comment"])


def test_keys_and_nonces_of_another_size_are_refused():
    for key_size, nonce_size in ((15, 12), (24, 12), (33, 12), (16, 11), (32, 13), (32, 16)):
        assert refused(bytes(key_size), bytes(nonce_size)), (key_size, nonce_size)


def test_a_batch_of_1_kib_in_a_bytearray_or_a_view_seals_as_bytes_do():
    text = bytes(i & 255 for i in range(1024))
    expected = gcm.seal(bytes(32), bytes(12), b"header", text)
    assert len(expected) == 1024 + 16
    for kind in (bytearray, memoryview):
        assert gcm.seal(bytes(32), bytes(12), kind(b"header"), kind(text)) == expected, kind


def refused(key, nonce):
    try:
        gcm.seal(key, nonce, b"", b"")
    except SealError:
        return True
    return False
