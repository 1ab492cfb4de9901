"""All attacks on synthetic wearers: draws and traffic side by side, then the figures."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reticent.attacks import driven, errands, seized, summary, traffic, unicity, wearers
from reticent.attacks.addresses import homes_in_small_cells
from reticent.attacks.draws import Draw, Task, draw
from reticent.attacks.figures import Figure
from reticent.attacks.kept import Kept
from reticent.attacks.population import live
from reticent.attacks.towns import TOWNS

TERMS = (7, 30, 90, 365)
_COMPARED, _SILENT, _RECOVERED, _AROUND = 0.15, 0.05, 0.05, 0.25  # of the draws
_TOWNSPEOPLE = 100
_FULL = 100  # draws; below, what goes through the pipeline is short too
_TOWN_DAYS = 7
_FAR, _NEAR, _FAR_LESSONS, _NEAR_LESSONS, _WEEKS, _PEOPLE = range(6)
_DRAWN = {
    _FAR: "wearers, errands at 3 km",
    _NEAR: "wearers, errands 1.2 km",
    _FAR_LESSONS: "lessons, errands at 3 km",
    _NEAR_LESSONS: "lessons, errands 1.2 km",
}


@dataclass(frozen=True)
class Setting:
    """How much is drawn; everything random follows from the seed."""

    rules: driven.Rules
    draws: int = 2_000
    days: int = 365
    seed: int = 1

    @property
    def terms(self) -> tuple[int, ...]:
        """The terms, in days, that the figures are for."""
        return (*(term for term in TERMS if term < self.days), self.days)

    def first(self, kind: int) -> int:
        """Return the first wearer's seed of a kind: nobody of one kind is of another."""
        return (kind << 40) + (self.seed << 20)

    @property
    def traffic_wearers(self) -> int:
        """How many wearers' weeks are looked at on the wire: 3,006 hours at 2,000 draws."""
        return max(1, min(18, self.draws // 100))

    @property
    def traffic_days(self) -> int:
        """How many days of each."""
        return min(7 if self.draws >= _FULL else 1, self.days)

    @property
    def seizures(self) -> int:
        """How often a tag is seized."""
        return 36 if self.draws >= _FULL else 4


Step = Callable[[str, int, int], None]


def run(setting: Setting, step: Step, folder: Path | None = None) -> list[Figure]:
    """Return all figures; `step` gets (what is being done, how much of it, of how much).

    What is done of the long work is kept in the folder, so that a run that is cut short goes on.
    """
    kept = Kept(folder)
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers, initializer=leave_interrupts) as pool:
        try:
            return list(_figures(pool, setting, step, kept))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def leave_interrupts() -> None:
    """Let the parent alone answer Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _figures(
    pool: ProcessPoolExecutor, setting: Setting, step: Step, kept: Kept
) -> Iterator[Figure]:
    weeks = _weeks(pool, setting, step, kept)
    drawn: dict[int, list[Draw]] = {}
    for kind, name in _DRAWN.items():
        tasks = [_task(setting, kind, k) for k in range(setting.draws)]
        drawn[kind] = kept.each(pool, draw, tasks, partial(step, name))
    around = {kind: _around(pool, setting, kind, step, kept) for kind in (_FAR, _NEAR)}
    step("attacks", 0, 1)
    draws = drawn[_FAR]
    yield from summary.homes(draws, drawn[_FAR_LESSONS], setting.terms, "errands at 3 km")
    yield from summary.homes(
        drawn[_NEAR], drawn[_NEAR_LESSONS], setting.terms, "errands at 1.2 km"
    )
    yield from summary.around(around[_FAR], setting.days, "errands at 3 km")
    yield from summary.around(around[_NEAR], setting.days, "errands at 1.2 km")
    yield from summary.others(draws, drawn[_FAR_LESSONS], setting.days)
    yield from summary.silences(draws, "errands at 3 km")
    yield from summary.silences(drawn[_NEAR], "errands at 1.2 km")
    yield from summary.crossings(draws)
    yield from summary.offsets(draws)
    yield from summary.sensitive(draws)
    yield from summary.addresses(homes_in_small_cells(setting.rules.cell_m, setting.seed))
    yield from summary.traffic([week.windows for week in weeks], setting.seed)
    yield from summary.costs(weeks)
    yield from _unicity(setting)
    yield from summary.seizures(seized.gains(setting.seed, setting.rules, setting.seizures))
    step("attacks", 1, 1)


def _weeks(
    pool: ProcessPoolExecutor, setting: Setting, step: Step, kept: Kept
) -> list[traffic.Week]:
    """Return wearers' weeks through the pipeline, for R20."""
    asked = [
        (setting.first(_WEEKS) + k, setting.traffic_days, setting.rules)
        for k in range(setting.traffic_wearers)
    ]
    return kept.each(pool, traffic.week_asked, asked, partial(step, "weeks through the pipeline"))


def _around(
    pool: ProcessPoolExecutor, setting: Setting, kind: int, step: Step, kept: Kept
) -> list[errands.Missed]:
    """Return how the attacker by errands misses the first wearers of a population."""
    tasks = [
        errands.Task(one.seed, setting.days, one.cell_m, one.errands_m)
        for one in (_task(setting, kind, k) for k in range(int(_AROUND * setting.draws)))
    ]
    return kept.each(pool, errands.miss, tasks, partial(step, "homes by their errands"))


def _task(setting: Setting, kind: int, number: int) -> Task:
    is_near = kind in (_NEAR, _NEAR_LESSONS)
    return Task(
        setting.first(kind) + number,
        setting.terms,
        setting.rules.cell_m,
        wearers.NEAR_ERRANDS_M if is_near else wearers.FAR_ERRANDS_M,
        attacks=kind == _FAR,
        compares=kind in (_FAR, _FAR_LESSONS) and number < _COMPARED * setting.draws,
        keeps_silent=kind in (_FAR, _NEAR) and number < _SILENT * setting.draws,
        recovers=kind == _FAR and number < _RECOVERED * setting.draws,
    )


def _unicity(setting: Setting) -> Iterator[Figure]:
    count = min(_TOWNSPEOPLE, setting.draws)
    first, days = setting.first(_PEOPLE), min(_TOWN_DAYS, setting.days)
    people = [live(first + k, days, setting.rules.cell_m, TOWNS[0]) for k in range(count)]
    for points in (1, 2, 4, 8):
        for name, share in (
            ("tag", unicity.unique_share),
            ("minute by minute", unicity.unique_share_plain),
        ):
            value = share(people, points, setting.seed)
            what = f"{count} wearers, {points} moments: alone"
            yield Figure("-", "unicity", name, what, value, "share", draws=count)
