"""`reticent audit` over the folder that the whole way leaves."""

import json
from datetime import UTC, datetime

from reticent.cli import run
from reticent.clock import format_utc
from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.synthetic import make_day
from reticent.sim.track import Track
from reticent.sim.way import Setting, Way, redated

DAY = datetime(2026, 3, 2, tzinfo=UTC)
OPENING = ["--role", "duty,officer", "--reason", "audit", "--case", "A-1"]


def test_the_whole_way_leaves_nothing_to_find(tmp_path, capsys):
    bursts = make_day(DAY).bursts[int(11.2 * 3600) : int(14.2 * 3600)]
    track = Track("excerpt", bursts)
    folder = tmp_path / "run"
    Run(folder).start()
    order = redated(example_order(), track.start_s)
    outcome = Way(Run(folder), track, order, Setting()).go(lambda _line: None)
    assert run(["audit", str(folder), *OPENING, "--json"]) == 0  # at the run's own time
    result = json.loads(capsys.readouterr().out)
    assert result["findings"] == []
    assert result["opened"] == result["envelopes"] == len(outcome.opened)
    assert run(["audit", str(folder)]) == 0
    capsys.readouterr()
    later = ["--now", format_utc(track.end_s + 70 * 86_400), "--json"]
    assert run(["audit", str(folder), *later]) == 1
    codes = {one["code"] for one in json.loads(capsys.readouterr().out)["findings"]}
    assert codes == {"keys-late"}
