"""R3: a strap that is cut is stamped within 5 s and arrives, on a board that has the contact."""

from datetime import UTC, datetime

import pytest

from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.synthetic import make_day
from reticent.sim.tag import Extras
from reticent.sim.way import Setting, Way, redated
from reticent.sim.world import PIN, Change
from reticent.tagcode import batch, events, record

DATE = datetime(2026, 3, 2, tzinfo=UTC)
STRAP, CASE = 16, 17  # pins
CLOSED, OPEN = 0, 1
ZERO_S = 10 * 3600  # of the day, when the track begins
CUT_MS, OPENED_MS = 900_000, 1_500_000  # since then


def edges(pin, at_ms):
    """Return knocks an hour's quarter before, then bounces that end open."""
    levels = [(0, CLOSED), (at_ms - 300_000, OPEN), (at_ms - 299_400, CLOSED)]
    levels += [(at_ms + 40 * k, (k + 1) % 2) for k in range(9)]
    return [Change(when_ms, PIN, pin, level) for when_ms, level in levels]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    track = make_day(DATE, hours=(10.0, 10.6))
    run = Run(tmp_path_factory.mktemp("tamper") / "run")
    run.start()
    changes = (*edges(STRAP, CUT_MS), *edges(CASE, OPENED_MS))
    extras = Extras(board={"STRAP": STRAP, "CASE": CASE}, changes=changes)
    order = redated(example_order(), track.start_s)
    return Way(run, track, order, Setting(extras=extras)).go(lambda _line: None)


def test_each_opening_is_told_once_stamped_within_five_seconds_and_arrives(outcome):
    said = [entry for entry in outcome.records(record.EVENT) if not record.is_slot(entry[1])]
    zero_s = int(DATE.timestamp()) + ZERO_S
    assert [entry[2] for entry in said] == [events.STRAP_OPENED, events.CASE_OPENED], said
    for entry, at_ms in zip(said, (CUT_MS, OPENED_MS)):
        late_s = entry[1] - zero_s - at_ms // 1000
        assert 0 <= late_s <= 5, (entry, late_s)
    assert outcome.waiting == 0


def test_it_leaves_in_an_alert_and_without_a_position(outcome):
    alerts = [one for one in outcome.opened if one.batch.kind == batch.ALERT]
    assert len(alerts) == 2
    assert all(entry[0] == record.EVENT for one in alerts for entry in one.batch.records)
