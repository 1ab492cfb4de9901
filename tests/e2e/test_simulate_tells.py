"""What the whole simulated tag tells is what the pipeline tells of the same fixes (sim/told.py).

The attacks drive the pipeline on CPython: this shows that nothing between the receiver and the
collector adds to it, or takes from it. A morning; RETICENT_FULL=1 takes three days, for minutes.
"""

import os
from datetime import UTC, datetime, timedelta

from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.image import read_image
from reticent.sim.synthetic import make_day
from reticent.sim.tag import KEEP_SEALING, LOADS_S
from reticent.sim.told import told
from reticent.sim.track import Burst, Track
from reticent.sim.way import Setting, Way, redated
from reticent.tagcode import cose, events, policy, reasons, record, vault

DATE = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 3 if os.getenv("RETICENT_FULL") else 0
KINDS = (record.COARSE, record.PRECISE, record.CROSSING, record.PRESENT)
SLOT_S = 900


def make_track():
    """Return the way from home to work, or whole days with their breaches."""
    if not DAYS:
        return make_day(DATE, hours=(6.75, 9.75))
    days = [make_day(DATE + timedelta(day), seed=day + 1) for day in range(DAYS)]
    return Track("days", [burst for day in days for burst in day.bursts])


def offset_of(image):
    """Return the hidden offset from the tag's flash, which no one but a test looks at."""
    pages = [
        (index, image[f"secrets/{name}"][vault.PAGE_BYTES : 2 * vault.PAGE_BYTES])
        for index, name in enumerate(vault.NAMES)
    ]
    _, latest = max((vault.decode_page(*page) for page in pages), key=lambda found: found[0])
    return vault.decode(latest).offset[:2]


def placed(entries, before_slot):
    """Return the records that have to do with a place, of the slots before this one."""
    slots = ((one[1] if record.is_slot(one[1]) else one[1] // SLOT_S, one) for one in entries)
    found = [list(one) for slot, one in slots if one[0] in KINDS and slot < before_slot]
    return sorted(found, key=repr)


def test_the_whole_tag_tells_what_the_pipeline_tells(tmp_path):
    track = make_track()
    run = Run(tmp_path / "run")
    run.start()
    outcome = Way(run, track, redated(example_order(), track.start_s), Setting()).go(print)
    law = policy.decode(cose.parse(run.policy.read_bytes())[1])
    fixes = {fix.utc_s: fix for fix in outcome.fixes}
    offset = offset_of(read_image(run.folder / "flash.img"))
    began_s, ended_s = track.start_s, track.end_s
    expected = [entry for _, _, entry in told(law, offset, fixes.get, began_s, ended_s)]
    last = ended_s // SLOT_S - 3
    simulated = [entry for one in outcome.opened for entry in one.batch.records]
    boots = [one[3] for one in simulated if one[0] == record.EVENT and one[2] == events.BOOT]
    assert boots == [reasons.POWER_ON], "it began anew, and what it had not sealed is lost"
    assert placed(simulated, last) == placed(expected, last)
    kinds = {entry[0] for entry in placed(simulated, last)}
    assert kinds == (set(KINDS) if DAYS else {record.COARSE, record.CROSSING, record.PRESENT})
    assert any(one[0] == record.COARSE and one[2] is not None for one in expected)


def test_a_life_of_days_keeps_in_memory_what_seals(tmp_path):
    """Loaded for each batch it fills the unix port's heap, and the tag would reset."""
    start_ms = int(DATE.timestamp()) * 1_000
    for more_s, is_kept in ((LOADS_S, False), (LOADS_S + 1, True)):
        track = Track("long", [Burst(start_ms, b""), Burst(start_ms + more_s * 1_000, b"")])
        way = Way(Run(tmp_path), track, redated(example_order(), track.start_s), Setting())
        assert (KEEP_SEALING in way._tag._extras.boot) == is_kept
