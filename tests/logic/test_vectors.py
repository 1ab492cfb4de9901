"""tests/vectors/*.json against the tag's own code, on both interpreters.

What these files say is docs/FORMAT.md's; tests/host has the host's opener and a third reader.
"""

import json
import sys
from binascii import hexlify, unhexlify

from cases import own_vector_path
from seal import envelope as tag_envelope
from seal.drbg import Drbg
from seal.hmac import hmac_sha256
from seal.steps import run
from tag import grid, locate, policy
from wire import FormatError, ack, batch, cbor, config, envelope, record

_FULL = sys.implementation.name == "micropython"  # CPython is what made the files


def vectors(name):
    """Return a file's content."""
    with open(own_vector_path(name)) as file:
        return json.load(file)


def data_of(case):
    """Return a case's bytes: `hex`, then what comes so many times, then `end`."""
    entry, count = case.get("then", ("", 0))
    return unhexlify(case["hex"]) + unhexlify(entry) * count + unhexlify(case.get("end", ""))


def value_of(plain):
    """Return the value that vectors_cbor.plain has put in JSON's terms."""
    if isinstance(plain, list):
        return [value_of(entry) for entry in plain]
    if isinstance(plain, dict):
        if "bytes" in plain:
            return unhexlify(plain["bytes"])
        return {value_of(key): value_of(entry) for key, entry in plain["map"]}
    return plain


def check(name, read, error=FormatError):
    """Read every case of a file: those that are refused raise, the others go on to their check.

    `read(data, case)` reads, and for a case that is good compares.
    """
    counts = [0, 0]
    for case in vectors(name)["cases"]:
        refused = case.get("refused")
        try:
            read(data_of(case), case)
        except error as why:
            assert refused, (case["name"], why)
            assert case.get("rule", str(why)) == str(why), case["name"]
            counts[1] += 1
            continue
        assert not refused, case["name"]
        counts[0] += 1
    assert counts[0] and counts[1], name


def test_cbor_is_read_and_refused_as_in_the_vectors():
    def read(data, case):
        value = cbor.decode(data)
        assert cbor.encode(value) == data, case["name"]
        if "value" in case:
            assert value == value_of(case["value"]), case["name"]

    check("cbor", read)


def test_records_are_read_and_refused_as_in_the_vectors():
    def read(data, case):
        value = record.check(cbor.decode(data))
        assert value == case.get("value"), case["name"]

    check("records", read)


def test_batches_are_read_and_refused_as_in_the_vectors():
    def read(data, case):
        data += bytes(max(case["size"] - len(data), 0))
        read = batch.decode(data)
        fields = [read.kind, read.policy_version, read.week, read.records]
        assert [1] + fields == case.get("value"), case["name"]
        assert batch.encode(*fields) == data, case["name"]

    check("batches", read)


def test_answers_are_read_and_refused_and_acks_believed_as_in_the_vectors():
    file = vectors("answers")
    key, sealed_hash = unhexlify(file["ack_key"]), unhexlify(file["envelope"])

    def read(data, case):
        acks, newer = ack.decode_answer(data)
        genuine = [hmac_sha256(key, one.message(sealed_hash)) == one.mac for one in acks]
        assert genuine == case.get("genuine"), case["name"]
        assert ack.encode_answer(acks, newer) == data, case["name"]

    check("answers", read)


def test_personalisations_are_read_and_refused_as_in_the_vectors():
    def read(data, case):
        assert config.decode(data).encode() == data, case["name"]

    check("personalisations", read)


def test_orders_are_taken_and_refused_with_their_rule_as_in_the_vectors():
    def read(data, case):
        policy.decode(data)

    check("policies", read, policy.PolicyError)


def test_locate_orders_are_taken_and_refused_with_their_rule_as_in_the_vectors():
    def read(data, case):
        locate.check(cbor.decode(data))

    check("locates", read, policy.PolicyError)


def test_cells_are_those_of_the_vectors():
    for case in vectors("cells")["cases"]:
        (lat, lon), cell_m = case["position"], case["cell_m"]
        row, col = grid.cell(lat, lon, cell_m, *case["offset"])
        assert [row, col] == case["cell"], case
        assert grid.columns(row, cell_m) == case["columns"], case
        assert list(grid.bounds_udeg(row, col, cell_m)) == case["bounds"], case


def test_envelopes_are_framed_and_refused_as_in_the_vectors():
    """The tag frames and never opens: what fails at a signature or a key is parsed here."""
    unreadable = ("cose", "payload", "header", "recipients", "kid")
    for case in vectors("envelopes")["cases"]:
        data = data_of(case)
        try:
            read = envelope.parse(data)
        except FormatError:
            assert case.get("refused") in unreadable, case["name"]
            continue
        assert case.get("refused") not in unreadable, case["name"]
        again = envelope.encode_payload(read.header.encode(), read.wrapped, read.ciphertext)
        assert again == read.payload, case["name"]


def test_sealing_again_gives_the_vectors_to_the_byte():
    file = vectors("envelopes")
    seed, tag = unhexlify(file["tag"]["identity_seed"]), unhexlify(file["tag"]["id"])
    sealed = [case for case in file["cases"] if "drbg_entropy" in case]
    for case in sealed if _FULL else sealed[1:2]:
        said = case["header"]
        header = envelope.Header(
            tag,
            said["class"],
            said["number"],
            said["policy_version"],
            unhexlify(said["previous"]),
            unhexlify(said["log_head"]),
        )
        plain = batch.encode(*case["batch"][1:])
        recipients = [unhexlify(key) for key in case["recipients"]]
        drbg = Drbg(unhexlify(case["drbg_entropy"]))
        again = run(tag_envelope.seal(header, plain, recipients, seed, drbg))
        assert hexlify(again).decode() == case["hex"], case["name"]
