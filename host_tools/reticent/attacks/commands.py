"""`reticent attack`: the privacy attacks on what an order lets its tag say."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from reticent.console import counted, say, say_json, show
from reticent.errors import BadInput, Finding
from reticent.orders.order import Order, read_order
from reticent.whole import Whole

if TYPE_CHECKING:  # numpy loads only where an attack is run
    from reticent.attacks.figures import Figure

_MOST_DRAWS, _MOST_DAYS = 100_000, 366


def attack(
    tracks: Path | None = None,
    *,
    order: Path,
    draws: Whole = 2_000,
    days: Whole = 365,
    seed: Whole = 1,
    out: Path | None = None,
    json: bool = False,
) -> None:
    """Attack what an order lets its tag say, with the rule, the cell and the code all known.

    Without tracks the wearers are synthetic and the figures are held against REQUIREMENTS.md's
    bars: exit status 1 where one is broken. Tracks from files give figures without a bar.

    Parameters
    ----------
    tracks
        A CSV (id, time, lat, lon; .csv.gz too), a GPX, or a folder of them.
    order
        The order's TOML: cell, upload slot, gate; for tracks its zones as well.
    draws
        How many draws of wearer and offset; fewer than 2,000 give no verdict.
    days
        The longest term; 7, 30 and 90 days are looked at as well.
    seed
        Of all that is random.
    out
        Folder for figures.json and the plots (PNG); in its `kept` is what is done so far, so that
        a run that was cut short goes on where it was. It can be removed at any time.
    json
        Print the figures as JSON, and nothing else.
    """
    _check(draws, days, seed)
    if out is not None:
        _check_out(out)
    meant, _ = read_order(order)
    kept = None if out is None else out / "kept"
    figures = _figures(tracks, meant, (draws, days, seed), kept, quiet=json)
    fields: dict[str, object] = {
        "order": meant.reference,
        "tracks": None if tracks is None else tracks.name,
        "draws": draws,
        "days": days,
        "seed": seed,
        "figures": [figure.fields() for figure in figures],
    }
    if out is not None:
        _write(out, fields, figures)
    if json:
        say_json(fields)
    else:
        _show(figures)
    judge(figures)


def _check(draws: int, days: int, seed: int) -> None:
    if importlib.util.find_spec("numpy") is None:
        raise BadInput("the attacks need numpy; run pip install 'reticent[attacks]'")
    if not 10 <= draws <= _MOST_DRAWS:
        raise BadInput(f"--draws {draws}: take 10 to {_MOST_DRAWS:,}")
    if not 7 <= days <= _MOST_DAYS:
        raise BadInput(f"--days {days}: take 7 to {_MOST_DAYS}")
    if not 0 <= seed < 1_000_000:
        raise BadInput(f"--seed {seed}: take 0 to 999,999")


def _check_out(out: Path) -> None:
    from reticent.attacks.plots import require_plots

    require_plots()
    if out.exists() and not out.is_dir():
        raise BadInput(f"{out}: is no folder; name another --out")


def _figures(
    tracks: Path | None,
    order: Order,
    how: tuple[int, int, int],
    kept: Path | None,
    *,
    quiet: bool,
) -> list[Figure]:
    from reticent.attacks import driven, on_tracks, suite
    from reticent.attacks.tracks import read_tracks

    if order.level != "coarse":
        raise BadInput(f"level {order.level} says no cell: there is nothing for these attacks")
    gate = (order.hdop_x10_most, order.sats_least)
    rules = driven.Rules(order.cell_m, order.upload_s, order.warn_m, gate, order.zones)
    draws, days, seed = how
    if tracks is None:
        with _progress(quiet) as step:
            return suite.run(suite.Setting(rules, draws, days, seed), step, kept)
    read = read_tracks(tracks)
    with _progress(quiet) as step:
        return on_tracks.run(read, rules, draws, seed, step)


@contextmanager
def _progress(quiet: bool) -> Generator[Callable[[str, int, int], None]]:
    """Yield what takes (what is done, how much, of how much): a bar, on a terminal only."""
    columns = (
        TextColumn("{task.description:26}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
    )
    console = Console()
    hidden = quiet or not console.is_terminal
    with Progress(
        *columns, TimeRemainingColumn(), transient=True, console=console, disable=hidden
    ) as bar:
        task = bar.add_task("", total=1)

        def step(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield step


def _write(out: Path, fields: dict[str, object], figures: list[Figure]) -> None:
    import json

    from reticent.attacks.plots import write_plots
    from reticent.files import write_whole

    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / "figures.json", json.dumps(fields, indent=2).encode() + b"\n")
    for path in write_plots(out, figures):
        say(f"plot            {path}")


def _show(figures: list[Figure]) -> None:
    from reticent.attacks.figures import tables_of

    for table in tables_of(figures):
        show(table)
        say("")


def judge(figures: list[Figure]) -> None:
    """Raise Finding where a bar of the tag's own is broken."""
    broken = [
        figure
        for figure in figures
        if figure.verdict == "broken" and figure.requirement != "other"
    ]
    if broken:
        names = ", ".join(
            f"{one.requirement} {one.attack} ({one.on}: {one.what})" for one in broken
        )
        verb = "is" if len(broken) == 1 else "are"
        raise Finding(f"{counted(len(broken), 'bar')} {verb} broken: {names}")
