"""tests/vectors/*.json against the host's opener and a third reader, and whether they are current.

The third reader (tests/support/third_reader.py) is written from docs/FORMAT.md alone, with cbor2
and `cryptography` only. The tag's code has tests/logic/test_vectors.py.
"""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

import third_reader
import third_reader_orders
import vector_files
from reticent.archive import opener
from reticent.bench.registration import Identity
from reticent.collector.store import Sealed
from reticent.tagcode import envelope
from third_reader import Refused
from vectors_cbor import plain


def vectors(name):
    return json.loads((vector_files.FOLDER / f"{name}.json").read_text())


def data_of(case):
    entry, count = case.get("then", ("", 0))
    return bytes.fromhex(case["hex"] + entry * count + case.get("end", ""))


def outcome(read, case):
    """Return (what was read, None) or (None, why it was refused)."""
    try:
        return read(data_of(case)), None
    except Refused as reason:
        return None, str(reason)


def test_the_files_are_current():
    stale = [path.name for path, text in vector_files.made().items() if path.read_text() != text]
    assert stale == [], "run make vectors"


def record_of(data):
    value = third_reader.item(data)
    third_reader.check_record(value)
    return value


@pytest.mark.parametrize(
    ("name", "read", "key"),
    [
        ("cbor", third_reader.item, "value"),
        ("records", record_of, "value"),
        ("answers", third_reader.read_answer, None),
        ("personalisations", third_reader.read_personalisation, None),
        ("policies", third_reader_orders.read_order, None),
        ("locates", third_reader_orders.read_locate_order, None),
    ],
)
def test_the_third_reader_reads_and_refuses_as_the_document_says(name, read, key):
    for case in vectors(name)["cases"]:
        value, refused = outcome(read, case)
        assert refused == case.get("refused"), case["name"]
        if key in case:
            assert plain(value) == case[key], case["name"]


def test_the_third_reader_reads_batches():
    for case in vectors("batches")["cases"]:
        padded = bytes.fromhex(case["hex"]).ljust(case["size"], b"\0")
        value, refused = outcome(third_reader.read_batch, {"hex": padded.hex()})
        assert (value, refused) == (case.get("value"), case.get("refused")), case["name"]


def test_the_third_reader_believes_the_same_acks():
    file = vectors("answers")
    key, sealed = bytes.fromhex(file["ack_key"]), bytes.fromhex(file["envelope"])
    for case in file["cases"]:
        if "genuine" in case:
            acks, _ = third_reader.read_answer(data_of(case))
            genuine = [third_reader.is_genuine(ack, key, sealed) for ack in acks]
            assert genuine == case["genuine"], case["name"]


def test_the_third_reader_knows_the_cells():
    for case in vectors("cells")["cases"]:
        row, col = third_reader_orders.cell(*case["position"], case["cell_m"], *case["offset"])
        assert [row, col] == case["cell"], case
        assert third_reader_orders.columns(row, case["cell_m"]) == case["columns"], case
        assert third_reader_orders.bounds(row, col, case["cell_m"]) == case["bounds"], case


def keys_of(file):
    """Return ({tag id: identity key}, [{kid: private key} of each recipient])."""
    tag = {bytes.fromhex(file["tag"]["id"]): bytes.fromhex(file["tag"]["public_key"])}
    keys = [
        {bytes.fromhex(one["kid"]): bytes.fromhex(one["private_key"])}
        for one in file["recipients"]
    ]
    return tag, keys


def test_the_third_reader_opens_and_refuses_envelopes():
    file = vectors("envelopes")
    tags, keys = keys_of(file)
    for case in file["cases"]:
        for own in keys[: len(case.get("recipients", ""))] or keys[:1]:
            value, refused = outcome(
                lambda data, own=own: third_reader.open_envelope(data, tags, own), case
            )
            assert refused == case.get("refused"), case["name"]
            assert value == case.get("batch"), case["name"]


_HOST_REASONS = {
    **dict.fromkeys(("cose", "payload", "header", "recipients", "kid"), opener.Reason.UNREADABLE),
    "tag": opener.Reason.UNREGISTERED,
    "signature": opener.Reason.UNSIGNED,
    "others": opener.Reason.FOR_OTHERS,
    "wrapped": opener.Reason.WRAPPED,
    "commit": opener.Reason.COMMIT,
    "ciphertext": opener.Reason.CIPHERTEXT,
    "batch": opener.Reason.CONTENT,
    "mismatch": opener.Reason.HEADER,
}


def host_opens(data, tags, own):
    """Return ([1, class, policy version, week, records], None) or (None, the opener's reason)."""
    identities = {tag: Identity(tag, key) for tag, key in tags.items()}
    try:
        header = envelope.parse(data).header
        tag, number = header.tag, header.number
    except envelope.FormatError:
        (tag,), number = tags, 1
    stored = Sealed(tag, number, envelope.hash_of(data), data)
    genuine, refused = opener.authenticate([stored], identities)
    if refused:
        return None, refused[0].reason
    try:
        keys = {kid: X25519PrivateKey.from_private_bytes(raw) for kid, raw in own.items()}
        opened = opener.open_envelope(genuine[0], opener.RoleKeys(keys)).batch
    except opener.Refusal as reason:
        return None, str(reason)
    return [1, opened.kind, opened.policy_version, opened.week, opened.records], None


def test_the_hosts_opener_opens_and_refuses_envelopes():
    file = vectors("envelopes")
    tags, keys = keys_of(file)
    for case in file["cases"]:
        value, reason = host_opens(data_of(case), tags, keys[0])
        assert reason == _HOST_REASONS.get(case.get("refused")), case["name"]
        assert value == case.get("batch"), case["name"]


def test_a_sequence_that_breaks_off_keeps_what_came_before():
    cases = [data_of(case) for case in vectors("envelopes")["cases"] if "batch" in case]
    for body, whole in (
        (b"".join(cases), len(cases)),
        (b"".join(cases)[:-1], len(cases) - 1),
        (cases[0] + b"\x00" + cases[1], 1),
        (cases[0] + cases[0][1:], 1),
        (b"\x00", 0),
        (b"", 0),
    ):
        assert third_reader.split_sequence(body) == cases[:whole]
        start, read = 0, 0
        while start < len(body):
            try:
                _, start = envelope.parse_first(body, start)
            except envelope.FormatError:
                break
            read += 1
        assert read == whole


def test_an_envelopes_size_is_that_of_its_recipients_number():
    """R20: what is in it, its class and its numbers do not show."""
    sizes = {}
    for case in vectors("envelopes")["cases"]:
        if "batch" in case:
            sizes.setdefault(len(case["recipients"]), set()).add(len(data_of(case)))
    assert sizes == {1: {1384}, 2: {1476}, 4: {1660}}
