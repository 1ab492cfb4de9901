"""HPKE's sender against RFC 9180's vectors."""

import json
from binascii import unhexlify

from cases import vector_path
from seal import SealError, gcm, hpke
from seal.steps import run

_CASES = []  # the file is large: it is read once


def vectors():
    """Return RFC 9180's cases: base mode, DHKEM(X25519), HKDF-SHA256, AES-GCM."""
    if not _CASES:
        with open(vector_path("HPKE/test-vectors.json")) as file:
            for case in json.load(file):
                if [case[name] for name in ("mode", "kem_id", "kdf_id")] == [0, 32, 1]:
                    if case["aead_id"] in (hpke.AES_128_GCM, hpke.AES_256_GCM):
                        _CASES.append(case)
    return _CASES


def test_both_suites_have_vectors():
    assert sorted(case["aead_id"] for case in vectors()) == [1, 2]


def test_key_pairs_derive_as_in_the_vectors():
    for case in vectors():
        for party in ("E", "R"):
            pair = run(hpke.derive_key_pair(unhexlify(case["ikm" + party])))
            expected = (unhexlify(case["sk" + party + "m"]), unhexlify(case["pk" + party + "m"]))
            assert pair == expected, (case["aead_id"], party)


def test_the_first_message_of_each_vector_is_sealed_byte_for_byte():
    for case in vectors():
        first = case["encryptions"][0]
        sealed = run(
            hpke.seal(
                unhexlify(case["pkRm"]),
                unhexlify(case["info"]),
                unhexlify(first["pt"]),
                unhexlify(case["ikmE"]),
                case["aead_id"],
                unhexlify(first["aad"]),
            )
        )
        assert sealed == (unhexlify(case["enc"]), unhexlify(first["ct"])), case["aead_id"]


def test_key_schedules_are_those_of_the_vectors_and_seal_every_message_of_them():
    """The tag sends one message a context; the vectors' others prove key and nonce."""
    count = 0
    for case in vectors():
        key, nonce = hpke._key_schedule(
            unhexlify(case["shared_secret"]), unhexlify(case["info"]), case["aead_id"]
        )
        assert (key, nonce) == (unhexlify(case["key"]), unhexlify(case["base_nonce"]))
        for message in case["encryptions"]:
            number = unhexlify(message["nonce"])
            sealed = gcm.seal(key, number, unhexlify(message["aad"]), unhexlify(message["pt"]))
            assert sealed == unhexlify(message["ct"]), (case["aead_id"], message["nonce"])
            count += 1
    assert count >= 24


def test_the_256_bit_suite_without_aad_is_what_nothing_asked_for_gives():
    public = run(hpke.derive_key_pair(bytes(32)))[1]
    plain = run(hpke.seal(public, b"info", b"text", b"\x01" * 32))
    assert plain == run(hpke.seal(public, b"info", b"text", b"\x01" * 32, 2, b""))


def test_low_order_keys_short_material_and_unknown_aeads_are_refused():
    public = b"\x09" + bytes(31)
    for case in (
        (bytes(32), bytes(32), 2),  # a recipient of order one
        (public, bytes(31), 2),
        (public, bytes(32), 3),  # ChaCha20-Poly1305
        (public[:31], bytes(32), 2),
    ):
        try:
            run(hpke.seal(case[0], b"", b"", case[1], case[2]))
        except SealError:
            continue
        raise AssertionError(case)
