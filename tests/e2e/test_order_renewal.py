"""A newer order over the air, the largest that is legal, on a Pico W's heap.

40 KB (RETICENT_SPARE_KB) are taken from it. The whole way: the collector hands it out, the tag
checks it, keeps it, and puts it in force when it begins; no ROUTINE batch too many or too few, and
the audit finds nothing.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime

import largest_orders
import pytest

from reticent.archive.audit_commands import audit
from reticent.archive.desk import Asked, Opening
from reticent.archive.options import Where, Who
from reticent.clock import format_utc
from reticent.collector.store import Store
from reticent.orders.compiler import compile_order
from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.synthetic import make_day
from reticent.sim.way import Setting, Way, redated
from reticent.tagcode import batch, events, policy, record

DATE = datetime(2026, 3, 2, tzinfo=UTC)
SPARE_KB = int(os.environ.get("RETICENT_SPARE_KB", "40"))
HOURS = (7.0, 11.25)
BEGINS_H = 9.0


def renewed(fields, starts_s):
    """Return the map of the order that follows this one: the largest with its zones."""
    ends_s = starts_s + 92 * 86_400
    first = batch.week_of(starts_s)
    weeks = batch.week_of(ends_s - 1) - first + 1
    _, duty, officer, wearer = fields[policy.RECIPIENTS]
    later = [[bytes([role, week, *range(30)]) for week in range(1, weeks)] for role in (1, 2)]
    made = {
        **fields,
        policy.VERSION: 2,
        policy.NOT_BEFORE: starts_s,
        policy.NOT_AFTER: ends_s,
        policy.REVIEW_BY: ends_s,
        policy.REVIEW: [starts_s - 3_600, "a judge", "it is needed"],
        policy.RECIPIENTS: [first, [duty[0], *later[0]], [officer[0], *later[1]], wearer],
    }
    return largest_orders.fields(made, "ten")


class RenewedWay(Way):
    """Publishes a second order while the first is in force; the tag's heap is made smaller."""

    def _issue(self, ring):
        super()._issue(ring)
        order = self._order
        recipients = ring.recipients(order.not_before, order.not_after)
        fields = compile_order(order, self._tag_id, recipients)
        starts_s = int(DATE.timestamp() + BEGINS_H * 3_600)
        signed = largest_orders.signed(renewed(fields, starts_s), ring.issuer())
        assert policy.MAX_BYTES - 4 <= len(signed) <= policy.MAX_BYTES, len(signed)
        store = Store(self._run.database)
        store.publish(self._tag_id, 2, signed)
        store.close()
        self._tag._data["HEAP_KB"] -= SPARE_KB


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    run = Run(tmp_path_factory.mktemp("renewal") / "run")
    run.start()
    track = make_day(DATE, hours=HOURS)
    way = RenewedWay(run, track, redated(example_order(), track.start_s), Setting())
    return run, way.go(lambda line: None)


def told(opened, code):
    return [
        entry[3]
        for one in opened
        for entry in one.batch.records
        if entry[0] == record.EVENT and entry[2] == code
    ]


def test_the_largest_order_is_taken_and_put_in_force(outcome):
    _, done = outcome
    assert told(done.opened, events.POLICY_PENDING) == [1, 2]  # the first came over USB
    assert told(done.opened, events.POLICY_ACTIVE) == [2]
    assert told(done.opened, events.POLICY_REFUSED) == []
    assert told(done.opened, events.BOOT) == [1], "it has booted once"
    assert done.waiting == 0


def test_each_upload_slot_has_one_routine_batch_and_the_versions_only_rise(outcome):
    _, done = outcome
    routine = [one for one in done.opened if one.batch.kind == batch.ROUTINE]
    versions = [one.batch.policy_version for one in routine]
    assert versions == sorted(versions)
    assert set(versions) == {1, 2}
    hours = int(HOURS[1] + 2) - int(HOURS[0])
    assert hours - 1 <= len(routine) <= hours + 1, len(routine)


def test_no_cell_is_lost_nor_said_twice_where_the_order_changed(outcome):
    _, done = outcome
    slots = Counter(
        entry[1] for one in done.opened for entry in one.batch.records if entry[0] == record.COARSE
    )
    assert set(slots.values()) <= {1}
    change = int(DATE.timestamp() + BEGINS_H * 3_600) // 900
    around = {
        one.batch.policy_version
        for one in done.opened
        for entry in one.batch.records
        if entry[0] == record.COARSE and entry[1] < change
    }
    assert around <= {1}


def test_the_audit_finds_nothing_in_it(outcome, capsys):
    run, done = outcome
    who = Who(person="pytest", now=format_utc(done.track.end_s))
    audit(run.folder, role=["duty", "officer"], reason="a test", case="T-1", who=who)
    assert "0 violations" in capsys.readouterr().out
    opening = Opening(Where().desk(run.folder), Asked(("officer",), "a test", "T-1", "pytest"), 0)
    opening.close()
