"""archive: the opener opens what a tag sealed, refuses all else, and logs before it opens."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agency import SLOT, START_S, WEEK, Agency
from reticent.archive import session as session_module
from reticent.archive.words import Measures, Reader
from reticent.collector.store import Sealed
from reticent.errors import BadInput, Finding
from reticent.tagcode import batch, envelope, record
from sealing import Tag

COARSE = record.coarse(SLOT, (5, 7))
PRECISE = record.precise(START_S + 5, 0, 47_123_456, -32_654_321, 12)


@pytest.fixture
def agency(tmp_path):
    made = Agency(tmp_path)
    yield made
    made.store.close()


def numbers(opened):
    return [one.number for one in opened]


def test_each_role_opens_its_own_class_and_the_wearer_both(agency):
    agency.take(agency.seal([COARSE]), agency.seal([PRECISE], batch.ALERT), agency.seal([]))
    for role, expected in (("officer", [1, 3]), ("duty", [2]), ("wearer", [1, 2, 3])):
        result = agency.open(role)
        assert numbers(result.opened) == expected, role
        assert (result.refused, result.for_others) == ([], 3 - len(expected)), role
    assert agency.open("duty").opened[0].batch.records == [PRECISE]
    assert agency.open("officer").opened[0].batch.week == WEEK


def test_every_tampering_is_refused_with_its_reason(agency):
    def swap(wrapped):
        return [(wrapped[0][0], wrapped[1][1]), (wrapped[1][0], wrapped[0][1])]

    def spoil(wrapped):
        kid, blob = wrapped[0]
        return [(kid, blob[:-1] + bytes([blob[-1] ^ 1])), wrapped[1]]

    def flip(ciphertext):
        return bytes([ciphertext[0] ^ 1]) + ciphertext[1:]

    short = Tag(agency.officer)
    short.id, short.identity, short.number = agency.tag.id, agency.tag.identity, 100
    cases = (
        (agency.seal([COARSE], wrap=swap), "the wrapped secret was changed"),
        (agency.seal([COARSE], wrap=spoil), "the wrapped secret was changed"),
        (agency.seal([COARSE], cipher=flip), "the ciphertext was changed"),
        (agency.seal([COARSE], commit=bytes(32)), "the commit does not fit the secret"),
        (agency.seal([COARSE], kind=batch.ROUTINE, policy_version=2), "policy version is not the"),
        (short.envelope(bytes(1024), batch.ROUTINE), "the content is no batch"),
    )
    for sealed, reason in cases:
        assert len(agency.take(sealed)[0]) == 1, reason
    result = agency.open()
    assert result.opened == []
    for (_, reason), refused in zip(cases, result.refused, strict=True):
        assert reason in refused.reason, reason


def test_a_batch_of_another_class_than_its_header_is_refused(agency):
    plain = batch.encode(batch.ALERT, 1, WEEK, [PRECISE])
    agency.tag.number = 1
    agency.take(agency.tag.envelope(plain, batch.ROUTINE))
    (refused,) = agency.open().refused
    assert "class or policy version is not the header's" in refused.reason


def test_what_is_wrong_in_the_database_is_found_before_any_key_is_used(agency):
    """The collector would not have stored these: somebody changed the database."""
    good = agency.seal([COARSE])
    forged = agency.seal([COARSE], signer=Ed25519PrivateKey.generate())
    stranger = Tag(agency.officer)
    theirs = stranger.seal([COARSE])
    own = agency.tag.id
    stored = [
        (own, 1, good, None),
        (own, 2, forged, "the signature is not the tag's"),
        (own, 3, good, "stored under another tag or number than it says"),
        (own, 4, theirs, "the signature is not the tag's"),
        (own, 5, good[:-1], "not an envelope"),
        (stranger.id, 1, theirs, "the tag is not registered here"),
    ]
    rows = [stored_as(tag, number, sealed) for tag, number, sealed, _ in stored]
    agency.store.put(rows, START_S)
    result = agency.open()
    assert numbers(result.opened) == [1]
    found = {(one.tag, one.number): one.reason for one in result.refused}
    for tag, number, _, reason in stored[1:]:
        assert reason in found[tag, number], reason
    assert [entry["envelopes"] for entry in agency.log.entries(own)] == [[1]]


def stored_as(tag, number, sealed):
    return Sealed(tag, number, envelope.hash_of(sealed), sealed)


def test_the_chain_is_noted(agency):
    sealed = [agency.seal([COARSE]) for _ in range(4)]
    agency.take(sealed[0], sealed[1], sealed[3])
    assert [one.chain for one in agency.open().opened] == ["start", "holds", "broken"]
    agency.take(sealed[2])
    assert [one.chain for one in agency.open().opened] == ["start", "holds", "holds", "holds"]


def test_skipped_numbers_are_fine_where_the_chain_holds(agency):
    first = agency.seal([COARSE])
    agency.tag.number = 40
    agency.take(first, agency.seal([COARSE]))
    assert [(one.number, one.chain) for one in agency.open().opened] == [
        (1, "start"), (41, "holds"),
    ]  # fmt: skip


def test_an_opening_is_on_the_disk_before_anything_is_decrypted(agency, monkeypatch):
    agency.take(agency.seal([COARSE]))
    seen = []
    opens = session_module.open_envelope

    def look_then_open(*arguments):
        seen.append([entry["reason"] for entry in agency.log.entries(agency.tag.id)])
        return opens(*arguments)

    monkeypatch.setattr(session_module, "open_envelope", look_then_open)
    agency.open(reason="why")
    assert seen == [["why"]]


def test_the_logs_head_goes_out_with_the_next_ack(agency):
    agency.take(agency.seal([COARSE]))
    agency.open()
    assert agency.store.state(agency.tag.id).log_head == agency.log.head(agency.tag.id)
    agency.open("wearer")
    assert agency.store.state(agency.tag.id).log_head == agency.log.head(agency.tag.id)


def test_without_person_reason_or_case_nothing_is_opened_or_logged(agency):
    agency.take(agency.seal([COARSE]))
    for name in ("person", "reason", "case"):
        for empty in ("", "  "):
            for role in ("officer", "duty"):  # the duty desk would find nothing to open
                with pytest.raises(BadInput, match=f"no {name}: an opening needs one"):
                    agency.open(role, **{name: empty})
    assert agency.log.entries(agency.tag.id) == []


def test_a_broken_log_stops_the_opening(agency):
    agency.take(agency.seal([COARSE]))
    agency.open()
    path = agency.folder / "access-log" / f"{agency.tag.id.hex()}.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"previous": "0', b'"previous": "1'))
    with pytest.raises(Finding, match="chain is broken"):
        agency.open()


def test_an_opening_of_nothing_is_not_logged(agency):
    agency.take(agency.seal([COARSE]))
    assert numbers(agency.open("duty").opened) == []
    assert agency.log.entries(agency.tag.id) == []


def test_records_in_words_are_areas_and_times_as_coarse_as_they_were_said():
    reader = Reader(Measures(1000, 900, ("Park", "Home")))
    cases = (
        (COARSE, "2026-11-23T00:00Z to 00:15Z",
         "somewhere in cell row 5, column 7 (1000 m), or up to 500 m outside it"),
        (record.coarse(SLOT + 1, None), "2026-11-23T00:15Z to 00:30Z", "no cell in this slot"),
        (PRECISE, "2026-11-23T00:00:05Z",
         "inside zone 0 (Park): 47.123456, -32.654321, within 12 m"),
        (record.crossing(SLOT, 1, True), "2026-11-23T00:00Z to 00:15Z", "entered zone 1 (Home)"),
        (record.crossing(START_S, 0, False), "2026-11-23T00:00:00Z", "left zone 0 (Park)"),
        (record.present(SLOT, 1), "2026-11-23T00:00Z to 00:15Z", "present in zone 1 (Home)"),
        (record.present(SLOT, 9), "2026-11-23T00:00Z to 00:15Z", "present in zone 9"),
        (record.event(SLOT, 1, 3), "2026-11-23T00:00Z to 00:15Z", "event: boot (3)"),
        (record.event(SLOT, 999, 3), "2026-11-23T00:00Z to 00:15Z", "event: 999 (3)"),
        (record.health(SLOT, 4, 1, [2]), "2026-11-23T00:00Z to 00:15Z",
         "health: battery 40 %, firmware 1, counters [2]"),
        (record.health(SLOT, None, 1, []), "2026-11-23T00:00Z to 00:15Z",
         "health: battery not measured, firmware 1, counters []"),
    )  # fmt: skip
    for entry, time, words in cases:
        assert record.check(entry)
        assert (reader.time_words(entry), reader.words(entry)) == (time, words), entry


def test_a_cell_as_fields_never_has_a_coordinate_and_says_how_sure_it_is():
    named = Reader(Measures(1000, 900, ())).fields(COARSE)
    assert named == {
        "type": "COARSE", "slot": SLOT, "row": 5, "col": 7, "utc": "2026-11-23T00:00:00Z",
        "slot_s": 900, "cell_m": 1000, "uncertainty_m": 500,
    }  # fmt: skip


def test_without_the_order_slots_and_zones_stay_numbers():
    reader = Reader(None)
    assert reader.time_words(COARSE) == f"slot {SLOT}"
    assert reader.fields(COARSE)["utc"] is None
    assert reader.words(COARSE) == "somewhere in or near cell row 5, column 7"
    assert reader.words(record.present(SLOT, 1)) == "present in zone 1"
