"""HMAC-SHA256 and HKDF against RFC 5869 and Wycheproof."""

import json
from binascii import unhexlify

from cases import data_path, vector_path
from seal import SealError, hkdf
from seal.hmac import hmac_sha256


def wycheproof(name):
    """Yield (group, case) of a file."""
    with open(data_path("crypto/wycheproof_%s_even_tcId.json" % name)) as file:
        for group in json.load(file)["testGroups"]:
            for case in group["tests"]:
                yield group, case


def test_hmac_has_wycheproofs_verdicts():
    for group, case in wycheproof("hmac_sha256"):
        mac = hmac_sha256(unhexlify(case["key"]), unhexlify(case["msg"]))
        same = mac[: group["tagSize"] // 8] == unhexlify(case["tag"])
        assert same == (case["result"] == "valid"), (case["tcId"], case["comment"])


def test_hmac_of_parts_is_that_of_the_whole():
    message = bytes(range(200))
    for key_size in (0, 32, 64, 65, 200):
        key = bytes(range(key_size))
        whole = hmac_sha256(key, message)
        for cut in (0, 1, 64, 200):
            assert hmac_sha256(key, (message[:cut], message[cut:])) == whole, (key_size, cut)
            assert hmac_sha256(key, [b"", message[:cut], message[cut:]]) == whole, (key_size, cut)


def test_hmac_hashes_a_key_longer_than_a_block():
    """RFC 4231, test case 6: a key longer than the hash's block."""
    mac = hmac_sha256(b"\xaa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First")
    assert mac == unhexlify("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")


def test_hkdf_gives_rfc_5869s_values():
    case = {}
    count = 0
    with open(vector_path("KDF/rfc-5869-HKDF-SHA256.txt")) as lines:
        for line in lines:
            if "=" in line and not line.startswith("#"):
                name, value = line.split("=")
                case[name.strip()] = value.strip()
            if line.startswith("OKM"):
                count += 1
                prk = hkdf.extract(unhexlify(case["salt"]), unhexlify(case["IKM"]))
                assert prk == unhexlify(case["PRK"]), case["COUNT"]
                okm = hkdf.expand(prk, unhexlify(case["info"]), int(case["L"]))
                assert okm == unhexlify(case["OKM"]), case["COUNT"]
    assert count == 3


def test_hkdf_has_wycheproofs_verdicts():
    for _group, case in wycheproof("hkdf_sha256"):
        prk = hkdf.extract(unhexlify(case["salt"]), unhexlify(case["ikm"]))
        try:
            okm = hkdf.expand(prk, unhexlify(case["info"]), case["size"])
        except SealError:
            assert case["result"] == "invalid", case["tcId"]
            continue
        assert case["result"] == "valid", case["tcId"]
        assert okm == unhexlify(case["okm"]), (case["tcId"], case["comment"])
