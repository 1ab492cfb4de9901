"""examples/faults.toml over a synthetic morning: each fault is survived and told as its own."""

from datetime import UTC, datetime
from pathlib import Path

from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.fault_file import read_faults
from reticent.sim.synthetic import make_day
from reticent.sim.way import Setting, Way, redated
from reticent.tagcode import events, reasons, record

EXAMPLE = Path(__file__).parents[2] / "examples" / "faults.toml"
TOLD = {
    (events.BOOT, reasons.POWER_ON),
    (events.FIX_LOST, 1),  # frozen: it talks, and has no new fix
    (events.FIX_LOST, 2),  # silent
    (events.TLS_REFUSED, 0),  # the captive portal
    (events.NAME_UNKNOWN, 0),  # the deaf name server
    (events.RECEIVER, 57_600),  # found again at the rate that it had gone over to
    (events.TIME_STEP, 3_600),
}


def test_every_fault_of_the_example_is_survived_and_told(tmp_path, capfd):
    track = make_day(datetime(2026, 3, 2, tzinfo=UTC), hours=(10, 14.2))
    run = Run(tmp_path / "run")
    run.start()
    setting = Setting(faults=read_faults(EXAMPLE))
    way = Way(run, track, redated(example_order(), track.start_s), setting)
    outcome = way.go(lambda _line: None)
    assert outcome.report.stops == ["power cut", "end"], "one dip, and no reset"
    assert outcome.waiting == 0
    assert [one.number for one in outcome.opened] == list(range(1, len(outcome.opened) + 1))
    assert all(one.chain == "holds" for one in outcome.opened[1:])
    told = {(entry[2], entry[3]) for entry in outcome.records(record.EVENT)}
    assert {(code, value & 0xFFFFFF) for code, value in told} >= TOLD, told
    assert sum(code == events.CLOCK for code, _ in told) == 2, "the jump, and the spoofed date"
    printed = "".join(capfd.readouterr())
    assert "Traceback" not in printed, printed
    assert list(run.folder.glob("*portal*")) == []
