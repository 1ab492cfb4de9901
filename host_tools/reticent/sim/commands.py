"""`reticent demo`: the whole way in one run."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from reticent.clock import format_utc
from reticent.console import say, say_json, show
from reticent.errors import BadInput
from reticent.sim.demo import Outcome, example_order, placed_on, run_demo, summary
from reticent.sim.synthetic import make_day
from reticent.sim.track import Track, read_nmea_log

_SYNTHETIC = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
_MARK = ".reticent-demo"  # only a folder that has it is emptied


def demo(
    *,
    track: Path | None = None,
    out: Path = Path("reticent-demo"),
    board: str = "pico_w",
    json: bool = False,
) -> None:
    """Run the whole way: keys, an order, a simulated tag, collector, opening.

    The tag runs on the real MicroPython interpreter in virtual time. Without a track it is a
    synthetic wearer's day; a track's order has its zones moved onto it.

    Parameters
    ----------
    track
        A receiver's raw NMEA log.
    out
        Folder for everything that is made; an earlier demo's is replaced.
    board
        A board of boards/.
    json
        Print the figures as JSON, and nothing else.
    """
    order = example_order()
    if track is None:
        chosen = make_day(_SYNTHETIC)
    else:
        chosen = read_nmea_log(track)
        fixes = chosen.fixes()
        if not fixes:
            raise BadInput(f"{track}: no valid fix in it; name a log with RMC and GGA sentences")
        order = placed_on(order, fixes)
    _empty(out)
    step = _say_nothing if json else say
    step(f"track           {chosen.name}, from {format_utc(chosen.start_s)}")
    with _progress(chosen, json) as on_progress:
        outcome = run_demo(chosen, order, out, step, on_progress, board)
    if json:
        say_json(summary(outcome))
    else:
        _show(outcome, out)


def _say_nothing(_line: str) -> None:
    """Swallow a line: with --json the figures are all that is printed."""


def _empty(out: Path) -> None:
    """Make the folder empty; one that is not a demo's is left alone."""
    if out.exists():
        if not out.is_dir() or (any(out.iterdir()) and not (out / _MARK).is_file()):
            raise BadInput(f"{out}: is not an earlier demo's folder; choose another --out")
        shutil.rmtree(out)
    out.mkdir(parents=True)
    (out / _MARK).touch()


@contextmanager
def _progress(track: Track, quiet: bool) -> Generator[Callable[[int], None]]:
    """Yield what takes the virtual UTC second: a bar, on a terminal only."""
    total_s = max(track.end_s - track.start_s, 1)
    columns = (TextColumn("simulating     "), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    with Progress(*columns, TimeRemainingColumn(), transient=True) as bar:
        bar.disable = quiet or not bar.console.is_terminal
        task = bar.add_task("", total=total_s)

        def advance(utc_s: int) -> None:
            bar.update(task, completed=min(utc_s - track.start_s, total_s))

        yield advance


def _show(outcome: Outcome, out: Path) -> None:
    figures = summary(outcome)
    table = Table(title="What left the tag", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for label, key in (
        ("fixes taken", "fixes"),
        ("cells disclosed", "cells_disclosed"),
        ("precise positions disclosed", "precise_positions_disclosed"),
        ("zone crossings", "crossings"),
        ("slots with presence only", "presences"),
        ("ROUTINE envelopes", "routine_envelopes"),
        ("ALERT envelopes", "alert_envelopes"),
        ("bytes sent, sealed and signed", "bytes_sent"),
        ("envelopes still in the outbox", "envelopes_waiting"),
    ):
        table.add_row(label, f"{figures[key]:,}")
    table.add_section()
    table.add_row(
        "a minute-by-minute tag: positions", f"{figures['minute_by_minute_positions']:,}"
    )
    table.add_row(
        "a minute-by-minute tag: bytes of JSON", f"{figures['minute_by_minute_bytes']:,}"
    )
    show(table)
    say("Look at what was opened, as the duty desk would:")
    say(f"  {sys.argv[0]} open --database {out}/collector.sqlite --tags {out}/tags \\")
    say(f"    --keys {out}/keys --role duty --reason 'a look' --case DEMO-2")
