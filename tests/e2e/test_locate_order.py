"""Locate orders, the whole way (R27): asked for with the tool, answered by a simulated tag, seen
by the wearer, held against the order by the audit; and others that the tool would not publish, as
a collector's operator could hand them out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from commands import run as reticent
from reticent.archive.audit_commands import audit
from reticent.clock import format_utc
from reticent.collector.store import Locate, Store
from reticent.orders.locate_commands import sign_locate
from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.synthetic import WORK, degrees, make_day
from reticent.sim.way import Setting, Way, redated
from reticent.tagcode import envelope, events, geometry, locate, policy, record

DATE = datetime(2026, 3, 2, tzinfo=UTC)
START_S = int(DATE.timestamp())
HOURS = (8.5, 11.0)  # at work, in no zone
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
WHERE_DM = 400  # of the receiver's own error


def at_s(hour: float) -> int:
    return int(START_S + hour * 3600)


class LocatedWay(Way):
    """An order that allows to locate, asked for with the tool once; the rest is put there by hand.

    Of those that have not expired a collector hands out the one with the highest number in its
    database, so each has its time.
    """

    def _issue(self, ring):
        super()._issue(ring)
        self.asked = [
            "order", "locate", str(self._run.policy), "--keys", str(self._run.keys),
            "--number", "9", "--reason", "no answer at the door", "--case", "77",
            "--until", format_utc(at_s(8.95)), "--now", format_utc(at_s(8.5)),
            "--person", "A. Officer", "--database", str(self._run.database),
            "--log", str(self._run.access_log),
        ]  # fmt: skip
        assert reticent(self.asked) == 0
        issuer = ring.issuer()
        store = Store(self._run.database)
        for row, until_h, signed in (
            (8, 9.2, self._made(9, issuer)),  # the same number again, for another reason
            (7, 9.45, self._made(7, STRANGER)),
            (6, 9.7, self._made(6, issuer, VERSION=2)),
            (5, 9.95, self._made(5, issuer, TAG=bytes(8))),
            (4, 10.2, self._made(4, issuer)),
            (3, 10.45, self._made(3, issuer)),
            (2, 10.7, self._made(2, issuer)),
        ):
            store.publish_locate(self._tag_id, Locate(1, row, at_s(until_h)), signed)
        store.close()

    def _made(self, number, issuer, **changes):
        words = ("B. Officer", "another reason", "78")
        fields = dict(enumerate((2, self._tag_id, 1, number, at_s(9), at_s(13), *words), 1))
        fields |= {getattr(locate, name): value for name, value in changes.items()}
        return sign_locate(fields, issuer)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    run = Run(tmp_path_factory.mktemp("locate") / "run")
    run.start()
    track = make_day(DATE, hours=HOURS)
    order = replace(
        redated(example_order(), track.start_s),
        upload_s=900,
        locate="The wearer was ill before.",
        on_tamper="A strap was cut before.",
    )
    way = LocatedWay(run, track, order, Setting())
    done = way.go(lambda line: None)
    return run, way, done


def records(done, kind):
    return [entry for one in done.opened for entry in one.batch.records if entry[0] == kind]


def told(done, code):
    return [entry[3] for entry in records(done, record.EVENT) if entry[2] == code]


def test_one_answers_one_number_three_a_version_and_the_rest_is_refused(outcome):
    _, _, done = outcome
    located = records(done, record.LOCATED)
    assert [(entry[2], entry[3]) for entry in located] == [
        (record.LOCATE, number) for number in (9, 4, 3)
    ]
    assert told(done, events.LOCATE_REFUSED) == [2], "the fourth of a version"
    codes = [policy.BAD_SIGNATURE, policy.BAD_LIMIT, policy.OTHER_TAG]
    assert told(done, events.LOCATE_INVALID) == codes
    assert told(done, events.LOCATE_UNANSWERED) == []
    assert told(done, events.BOOT) == [1]


def test_the_position_is_where_the_wearer_was_and_comes_at_once_in_an_alert(outcome):
    _, _, done = outcome
    lat, lon = (round(value * 1_000_000) for value in degrees(WORK))
    for entry in records(done, record.LOCATED):
        assert geometry.distance_dm(entry[4], entry[5], lat, lon) <= WHERE_DM, entry
        assert at_s(HOURS[0]) <= entry[1] <= at_s(HOURS[1])
    assert records(done, record.PRECISE) == []


def test_the_tool_refuses_the_number_that_was_given(outcome, capsys):
    _, way, _ = outcome
    assert reticent(way.asked) == 2
    assert "locate order 9 was given already" in capsys.readouterr().err.replace("\n", " ")


def test_the_wearer_sees_who_asked_and_what_was_answered(outcome, capsys):
    run, way, _ = outcome
    first = (run.access_log / f"{way._tag_id.hex()}.jsonl").read_text().splitlines()[0]
    for words in ("locate order 9", "A. Officer", "no answer at the door", '"77"'):
        assert words in first, first
    command = ["open", str(run.folder), "--role", "wearer", "--reason", "my data", "--case", "me"]
    assert reticent(command) == 0
    said = capsys.readouterr().out
    assert all(f"locate order {number}" in said for number in (9, 4, 3)), said


def test_the_log_that_names_the_request_is_anchored_in_what_the_tag_sent_next(outcome):
    run, _, _ = outcome
    store = Store(run.database)
    heads = {envelope.parse(one.sealed).header.log_head for one in store.envelopes()}
    store.close()
    assert heads - {bytes(32)}, "no envelope carries the log's head"


def test_the_audit_finds_nothing_in_it(outcome, capsys):
    run, _, _ = outcome
    audit(run.folder, role=["duty", "officer"], reason="a test", case="T-1")
    said = capsys.readouterr().out
    assert "0 violations" in said, said
