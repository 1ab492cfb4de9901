"""docs/FORMAT.md says what the code has, where a test can read both."""

import hashlib
import json
import re
from pathlib import Path

import third_reader
import vector_files
from reticent.archive.event_words import EVENT_NAMES
from reticent.collector.app import MAX_BODY
from reticent.points import is_signers_key
from reticent.tagcode import (
    ack,
    batch,
    cbor,
    config,
    envelope,
    events,
    locate,
    order_limits,
    policy,
    reasons,
    record,
    zone_limits,
)
from sealing import Tag

TEXT = (Path(__file__).parents[2] / "docs" / "FORMAT.md").read_text()


def section(number):
    """Return the text of a numbered section."""
    return re.search(rf"^## {number}\. .*?(?=^## |\Z)", TEXT, re.M | re.S)[0]


def test_the_policys_keys_are_the_documents():
    keys = re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", section(7), re.M)
    assert {int(number) for number, _ in keys} == order_limits._KEYS
    for number, name in keys:
        assert getattr(policy, name) == int(number), name


def test_every_event_has_a_row():
    rows = re.findall(r"^\| ([\d, ]+) \| [A-Za-z]", section(3), re.M)
    listed = {int(code) for row in rows for code in row.split(",")}
    assert listed == set(EVENT_NAMES) == set(events.CLASSES) | set(events.RANGES)


def test_a_boots_reasons_are_the_documents():
    row = re.search(r"^\| 1 \| boot \| (.*) \|$", section(3), re.M)[1]
    plain, died = row.split("; 16 + 8 x how + task")
    assert [int(number) for number in re.findall(r"\d+", plain)] == [
        reasons.POWER_ON, reasons.STARVED, reasons.DOCKED,
    ]  # fmt: skip
    tasks, hows = died.split("; how")
    for part, names in ((tasks, reasons.TASKS), (hows, reasons.HOWS)):
        assert [int(number) for number in re.findall(r"\d+", part)] == list(range(len(names)))
    assert reasons.died(3, 2) == 16 + 8 * 2 + 3


def test_the_points_of_order_8_are_the_documents():
    edwards, montgomery = (
        [bytes.fromhex(one) for one in re.findall(rf"{start}`([0-9a-f]{{64}})`", section(1))]
        for start in (r"Ed25519 \| ", r"X25519 \| ")
    )
    (others,) = [re.findall(r"^\| \| `([0-9a-f]{64})`", section(1), re.M)]
    edwards.append(bytes.fromhex(others[0]))
    montgomery.append(bytes.fromhex(others[1]))
    for key in edwards:
        assert not is_signers_key(key)
        assert order_limits.is_recipients_key(key)
    for key in montgomery:
        assert is_signers_key(key)
        assert not order_limits.is_recipients_key(key)


def test_the_records_are_the_documents():
    for name, first in re.findall(r"^\| ([A-Z]+) \| `\[(\d),", section(3), re.M):
        assert getattr(record, name) == int(first), name


def test_the_sizes_are_the_documents():
    tag = Tag([bytes([9] + [0] * 31), bytes([10] + [0] * 31)])
    sealed = tag.seal([])
    read = envelope.parse(sealed)
    for number, size in (
        (4, batch.SIZE), (5, len(sealed)), (5, len(read.header_bytes)), (5, len(read.ciphertext)),
        (6, MAX_BODY), (6, ack.MAX_ANSWER), (7, policy.MAX_BYTES), (7, order_limits.MAX_TERM_S),
        (7, zone_limits.MOST_MINUTES),
    ):  # fmt: skip
        assert f"{size:,}" in section(number), size


def test_the_labels_are_the_documents():
    for label in (envelope.COMMIT_INFO, envelope.KEY_INFO, envelope.WRAP_INFO):
        assert f'"{label.decode()}"' in section(5), label
    assert '"reticent-ack-1"' in section(6)


def test_the_limits_of_cbor_are_the_documents():
    assert f"nested {cbor.MAX_DEPTH} deep at most" in section(2)
    assert f"{cbor.MAX_WEIGHT:,}" in section(2)


def test_the_locate_orders_keys_are_the_documents():
    keys = re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", section(10), re.M)
    assert len(keys) == 9
    for number, name in keys:
        assert getattr(locate, name) == int(number), name
    assert f"{locate.MAX_BYTES:,}" in section(10)
    assert f"{locate.MOST_LIFE_S:,}" in section(10)


def test_why_a_policy_is_refused_is_the_documents():
    names = ("BAD_FORM", "BAD_SIGNATURE", "BAD_LIMIT", "OTHER_TAG", "NOT_NEWER", "CELL_CHANGED",
             "NOT_REVIEWED", "NO_ROOM")  # fmt: skip
    told = [int(value) for value in re.findall(r"^\| (\d) \| [a-z]", section(7), re.M)]
    codes = [getattr(policy, name) for name in names]
    assert told[-len(codes) :] == codes


def test_the_personalisation_is_the_documents():
    names = re.findall(r"^\| \d \| ([a-z_]+) \|", section(9), re.M)
    made = config.Config(bytes(32), bytes(32), "h", 1, b"", "s", "w", 9600)
    assert names[1:] == list(vars(made))


def test_the_worked_example_opens_from_the_page_alone():
    page = TEXT[TEXT.index("## Appendix A") : TEXT.index("## Appendix B")]
    named = dict(re.findall(r"^\| ([^|]+) \| `([0-9a-f]+)` \|$", page, re.M))
    dump = re.findall(r"^([0-9a-f]{4})  ([0-9a-f]+)", page, re.M)
    sealed = b""
    for offset, part in dump:
        assert int(offset, 16) == len(sealed), offset
        sealed += bytes.fromhex(part)
    said = json.loads(re.search(r"^    (\[1, .*)$", page, re.M)[1])
    public = bytes.fromhex(named["identity, public"])
    tags = {hashlib.sha256(public).digest()[:8]: public}
    for place in ("first", "second"):
        kid = hashlib.sha256(bytes.fromhex(named[f"{place} recipient, public"])).digest()[:8]
        keys = {kid: bytes.fromhex(named[f"{place} recipient, private"])}
        assert third_reader.open_envelope(sealed, tags, keys) == said
        secret = third_reader.unwrap(third_reader.read_envelope(sealed), keys)
        assert secret.hex() == named["the content secret s"]
    for label, name in ((b"reticent-1 commit", "commit"), (b"reticent-1 key", "key")):
        assert third_reader.hkdf(secret, label).hex() == named[name]
    header = third_reader.read_envelope(sealed).header
    assert hashlib.sha256(header).hexdigest() == named["info's hash: SHA-256(header)"]
    assert hashlib.sha256(sealed).hexdigest() == named["SHA-256 of the envelope"]


def test_each_reason_of_an_opener_is_the_vectors():
    file = json.loads((vector_files.FOLDER / "envelopes.json").read_text())
    reasons = {case.get("refused") for case in file["cases"]} - {None}
    assert reasons == set(re.findall(r"^\| \d+ \|.*\| `([a-z]+)` \|$", section(5), re.M))
