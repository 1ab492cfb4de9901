"""collector: what is stored, what is acked, what is kept as evidence, and what is neither."""

import hashlib
import hmac
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agency import SLOT, START_S, Agency
from asgi import request
from reticent.collector import app as collector_app
from reticent.collector.store import Locate, Store
from reticent.errors import BadInput, WontOverwrite
from reticent.tagcode import FormatError, ack, batch, cbor, envelope, policy, record
from sealing import Tag

COARSE = [record.coarse(SLOT, (5, 7))]


@pytest.fixture
def agency(tmp_path):
    made = Agency(tmp_path)
    yield made
    made.store.close()


def test_an_envelope_is_stored_as_it_came_and_acked(agency):
    sealed = agency.seal(COARSE)
    status, answer = request(agency.app, "POST", "/v1/envelopes", sealed)
    assert status == 200
    (one,), newer = ack.decode_answer(answer)
    assert newer is None
    (stored,) = agency.store.envelopes()
    assert (stored.tag, stored.number, stored.sealed) == (agency.tag.id, 1, sealed)
    assert one.number == 1
    assert START_S + 100 <= one.utc_s <= START_S + 110
    assert (one.least_policy_version, one.log_head) == (0, bytes(32))
    message = (
        b"reticent-ack-1"
        + hashlib.sha256(sealed).digest()
        + one.utc_s.to_bytes(8, "big")
        + bytes(4)
        + bytes(32)
    )
    assert one.mac == hmac.digest(agency.tag.ack_key, message, "sha256")


def test_what_is_acked_was_committed(agency, monkeypatch):
    """Another connection sees the envelope at the moment when its ack is made."""
    seen = []
    made = collector_app.make_ack

    def count_then_ack(sealed, *arguments):
        with sqlite3.connect(agency.database) as other:
            seen.append(other.execute("SELECT COUNT(*) FROM envelopes").fetchone()[0])
        return made(sealed, *arguments)

    monkeypatch.setattr(collector_app, "make_ack", count_then_ack)
    agency.take(agency.seal(COARSE), agency.seal(COARSE))
    assert seen == [2, 2]


def test_the_database_syncs_every_commit(agency):
    with agency.store._writing.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_the_same_envelope_again_is_acked_again_and_stored_once(agency):
    sealed = [agency.seal(COARSE) for _ in range(3)]
    assert agency.take(*sealed)[0] == [1, 2, 3]
    assert agency.take(*reversed(sealed))[0] == [3, 2, 1]
    assert agency.take(sealed[0], sealed[0])[0] == [1, 1]
    assert [one.sealed for one in agency.store.envelopes()] == sealed
    assert agency.store.evidence() == []


def test_a_second_envelope_under_one_number_is_evidence_and_not_acked(agency):
    first = agency.seal(COARSE)
    agency.tag.number, agency.tag.previous = 0, envelope.ZERO_HASH
    second = agency.seal(COARSE)
    assert first != second
    assert agency.take(first)[0] == [1]
    for _ in range(2):
        assert agency.take(second)[0] == []
    assert [one.sealed for one in agency.store.envelopes()] == [first]
    assert [one.sealed for one in agency.store.evidence()] == [second]
    assert agency.take(first)[0] == [1], "the first one stays good"


def test_both_halves_of_a_fork_in_one_body(agency):
    first = agency.seal(COARSE)
    agency.tag.number = 0
    second = agency.seal(COARSE)
    assert agency.take(first, second)[0] == [1]
    assert [one.sealed for one in agency.store.evidence()] == [second]


def test_an_unknown_tag_or_a_wrong_signature_is_neither_stored_nor_acked(agency):
    stranger = Tag(agency.officer)
    good = agency.seal(COARSE)
    forged = agency.seal(COARSE, signer=Ed25519PrivateKey.generate())
    flipped = bytearray(agency.seal(COARSE))
    flipped[-1] ^= 1  # in the signature
    assert agency.take(stranger.seal(COARSE), forged, bytes(flipped), good)[0] == [1]
    assert [one.number for one in agency.store.envelopes()] == [1]
    assert agency.store.evidence() == []


def test_a_changed_byte_anywhere_is_never_stored(agency):
    sealed = agency.seal(COARSE)
    for at in range(0, len(sealed), 7):
        changed = bytearray(sealed)
        changed[at] ^= 0x20
        try:
            acked, _ = agency.take(bytes(changed))
        except FormatError:
            continue
        assert acked == [], at
    assert agency.store.envelopes() == []


def test_a_sequence_that_breaks_off_keeps_what_came_whole(agency):
    first, second = agency.seal(COARSE), agency.seal(COARSE)
    assert agency.take(first, second[:-1])[0] == [1]
    assert agency.take(second)[0] == [2]


def test_wrong_requests_are_told_so_and_leave_nothing(agency):
    sealed = agency.seal(COARSE)
    big = bytes(collector_app.MAX_BODY + 1)
    cases = (
        ("GET", "/v1/envelopes", b"", "application/cbor-seq", 405, "Method Not Allowed"),
        ("PUT", "/v1/envelopes", sealed, "application/cbor-seq", 405, "Method Not Allowed"),
        ("POST", "/", sealed, "application/cbor-seq", 404, "Not Found"),
        ("POST", "/v1/envelopes", sealed, "text/plain", 415, "send application/cbor-seq"),
        ("POST", "/v1/envelopes", sealed, None, 415, "send application/cbor-seq"),
        ("POST", "/v1/envelopes", big, "application/cbor-seq", 413, "at most 98304 bytes"),
        ("POST", "/v1/envelopes", b"", "application/cbor-seq", 400, "not a sequence"),
        ("POST", "/v1/envelopes", b"\xd2\x84", "application/cbor-seq", 400, "not a sequence"),
        ("POST", "/v1/envelopes", b"{}", "application/cbor-seq", 400, "not a sequence"),
        ("POST", "/v1/envelopes", sealed[:-1], "application/cbor-seq", 400, "not a sequence"),
    )
    for method, path, body, kind, expected, words in cases:
        status, answer = request(agency.app, method, path, body, kind)
        assert status == expected, (method, path, kind)
        assert words in answer.decode(), (method, path, kind)
    assert agency.store.envelopes() == []


def test_a_failing_database_is_a_503_and_no_ack(agency):
    sealed = agency.seal(COARSE)
    with sqlite3.connect(agency.database) as other:
        other.execute("DROP TABLE envelopes")
    assert request(agency.app, "POST", "/v1/envelopes", sealed)[0] == 503


def test_a_fault_of_the_collector_is_a_500_without_its_text(agency, monkeypatch, caplog):
    def fail(body):
        raise RuntimeError("the inside of the collector")

    monkeypatch.setattr(agency.collector, "take", fail)
    status, answer = request(agency.app, "POST", "/v1/envelopes", b"x")
    assert (status, answer) == (500, b"not stored; send it again later\n")
    assert "a fault of the collector" in caplog.text


def test_many_at_once_are_each_stored_once(agency):
    sealed = [agency.seal(COARSE) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        acked = list(threads.map(lambda _: agency.take(*sealed)[0], range(16)))
    assert acked == [list(range(1, 9))] * 16
    assert [one.sealed for one in agency.store.envelopes()] == sealed


def test_an_answer_has_room_for_the_acks_of_a_full_body_and_a_policy(agency):
    smallest = Tag([agency.officer[0]]).seal(COARSE)
    most = collector_app.MAX_BODY // len(smallest)
    acks = [ack.Ack((1 << 32) - 1, 1 << 33, (1 << 31) - 1, bytes(32), bytes(32))] * most
    assert len(ack.encode_answer(acks, bytes(policy.MAX_BYTES))) <= ack.MAX_ANSWER
    largest = ack.Ack((1 << 32) - 1, (1 << 40) - 1, (1 << 32) - 1, bytes(32), bytes(32))
    assert len(cbor.encode(largest.fields())) == ack.MAX_ACK


def test_the_newest_policy_is_handed_to_a_tag_that_has_an_older_one(agency):
    agency.store.publish(agency.tag.id, 1, b"first")
    assert agency.take(agency.seal(COARSE))[1] is None, "the tag has version 1"
    agency.store.publish(agency.tag.id, 3, b"third")
    agency.store.publish(agency.tag.id, 2, b"second")
    agency.store.publish(bytes(8), 9, b"another tag's")
    assert agency.take(agency.seal(COARSE))[1] == b"third"
    agency.tag.policy_version = 3
    assert agency.take(agency.seal(COARSE))[1] is None


def test_a_locate_order_takes_turns_with_a_policy_but_keeps_no_revocation_back(agency):
    locate = Locate(version=1, number=1, expires_s=START_S + 3_600)
    agency.store.publish_locate(agency.tag.id, locate, b"locate")
    agency.store.publish(agency.tag.id, 2, b"second")
    handed = {agency.take(agency.seal(COARSE))[1] for _ in range(4)}
    assert handed == {b"locate", b"second"}
    agency.store.raise_least_policy_version(agency.tag.id, 2)  # as `order publish` does
    handed = {agency.take(agency.seal(COARSE))[1] for _ in range(4)}
    assert handed == {b"second"}


def test_a_policy_is_not_handed_to_whoever_cannot_sign_for_the_tag(agency):
    agency.store.publish(agency.tag.id, 2, b"second")
    forged = agency.seal(COARSE, signer=Ed25519PrivateKey.generate())
    assert agency.take(forged) == ([], None)


def test_a_version_is_published_once(agency):
    agency.store.publish(agency.tag.id, 1, b"first")
    agency.store.publish(agency.tag.id, 1, b"first")
    with pytest.raises(WontOverwrite, match="version 1 is published"):
        agency.store.publish(agency.tag.id, 1, b"other")
    assert agency.store.policy(agency.tag.id, 1) == b"first"


def test_the_acks_carry_what_is_set_for_the_tag(agency):
    agency.store.set_log_head(agency.tag.id, bytes(range(32)))
    agency.store.set_least_policy_version(agency.tag.id, 7)
    (one,), _ = ack.decode_answer(agency.collector.take(agency.seal(COARSE)))
    assert (one.least_policy_version, one.log_head) == (7, bytes(range(32)))


def test_nothing_that_was_sealed_and_no_address_is_in_the_database(agency):
    position = record.precise(START_S, 0, 47_123_456, -32_654_321, 5)
    agency.take(agency.seal([position], batch.ALERT))
    agency.store.close()
    with sqlite3.connect(agency.database) as other:
        names = {row[1] for table in ("envelopes", "evidence", "policies", "locates", "tags")
                 for row in other.execute(f"PRAGMA table_info({table})")}  # fmt: skip
    assert names == {
        "id", "tag", "number", "hash", "sealed", "received_s", "version", "signed",
        "least_policy_version", "log_head", "expires_s",
    }  # fmt: skip
    raw = agency.database.read_bytes()
    for value in (47_123_456, 32_654_321 - 1):
        assert value.to_bytes(4, "big") not in raw


def test_the_log_says_how_many_and_nothing_else(agency, caplog):
    caplog.set_level("INFO", "reticent.collector")
    agency.take(agency.seal(COARSE), agency.seal(COARSE), Tag(agency.officer).seal(COARSE))
    assert [one.getMessage() for one in caplog.records] == ["stored 2, refused 1"]


def test_an_auditor_reads_a_copy_that_nobody_can_write(agency, monkeypatch):
    """On a read-only medium; the collector's own way of keeping it would need files beside it."""
    agency.take(agency.seal(COARSE))
    agency.store.close()
    folder = agency.database.parent / "a copy, 100 % whole?"
    folder.mkdir()
    copy = folder / "db"
    copy.write_bytes(agency.database.read_bytes())
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    store = Store(copy, must_exist=True)
    assert [one.number for one in store.envelopes()] == [1]
    with pytest.raises(BadInput, match="attempt to write a readonly database"):
        store.set_log_head(bytes(8), bytes(32))
    store.close()
    assert os.listdir(folder) == ["db"]


def test_the_database_is_for_this_account_alone(tmp_path):
    before = os.umask(0)
    try:
        store = Store(tmp_path / "db")
        store.set_log_head(bytes(8), bytes(32))
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600}, modes
    assert "db-wal" in modes


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "db"
    with pytest.raises(BadInput, match="no such database; the collector makes it"):
        Store(path, must_exist=True)
    path.write_bytes(os.urandom(8192))
    with pytest.raises(BadInput, match="not a usable database"):
        Store(path)
    with pytest.raises(BadInput, match="none/db: No such file"):
        Store(tmp_path / "none" / "db")
