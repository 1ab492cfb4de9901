"""All attacks on synthetic wearers: draws and traffic side by side, then the figures."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from reticent.attacks import driven, seized, summary, traffic, unicity
from reticent.attacks.addresses import homes_in_small_cells
from reticent.attacks.draws import Task, draw
from reticent.attacks.figures import Figure
from reticent.attacks.population import live
from reticent.attacks.towns import TOWNS

TERMS = (7, 30, 90, 365)
_COMPARED, _RECOVERED = 0.15, 0.05  # of the draws
_TOWNSPEOPLE = 100
_FULL = 100  # draws; below, what goes through the pipeline is short too
_TOWN_DAYS = 7

T = TypeVar("T")
R = TypeVar("R")


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

    @property
    def traffic_wearers(self) -> int:
        """How many wearers' weeks are looked at on the wire: 2,016 windows at 2,000 draws."""
        return max(1, min(13, self.draws // 150))

    @property
    def traffic_days(self) -> int:
        """How many days of each."""
        return min(7 if self.draws >= _FULL else 1, self.days)

    @property
    def seizures(self) -> int:
        """How often a tag is seized."""
        return 36 if self.draws >= _FULL else 4


Step = Callable[[str, int, int], None]


def run(setting: Setting, step: Step) -> list[Figure]:
    """Return all figures; `step` gets (what is being done, how much of it, of how much)."""
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers, initializer=leave_interrupts) as pool:
        try:
            return list(_figures(pool, setting, step))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def leave_interrupts() -> None:
    """Let the parent alone answer Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _figures(pool: ProcessPoolExecutor, setting: Setting, step: Step) -> Iterator[Figure]:
    tasks = [_task(setting, k) for k in range(setting.draws)]
    draws = _each(pool, draw, tasks, partial(step, "wearers"))
    asked = [
        (setting.seed * 10_000 + 5_000 + k, setting.traffic_days, setting.rules)
        for k in range(setting.traffic_wearers)
    ]
    weeks = _each(pool, _week, asked, partial(step, "weeks through the pipeline"))
    step("attacks", 0, 1)
    yield from summary.homes(draws, setting.terms)
    yield from summary.crossings(draws)
    yield from summary.offsets(draws)
    yield from summary.sensitive(draws)
    yield from summary.addresses(homes_in_small_cells(setting.rules.cell_m, setting.seed))
    yield from summary.traffic([week.windows for week in weeks], setting.seed)
    yield from summary.costs(weeks)
    yield from _unicity(setting)
    yield from summary.seizures(seized.gains(setting.seed, setting.rules, setting.seizures))
    step("attacks", 1, 1)


def _task(setting: Setting, number: int) -> Task:
    return Task(
        setting.seed * 10_000 + number,
        setting.terms,
        setting.rules.cell_m,
        compares=number < _COMPARED * setting.draws,
        recovers=number < _RECOVERED * setting.draws,
    )


def _week(asked: tuple[int, int, driven.Rules]) -> traffic.Week:
    return traffic.week_of(*asked)


def _each(
    pool: ProcessPoolExecutor, work: Callable[[T], R], tasks: list[T], step: Callable[..., None]
) -> list[R]:
    found: list[R] = []
    for result in pool.map(work, tasks, chunksize=4 if len(tasks) > 100 else 1):
        found.append(result)
        step(len(found), len(tasks))
    return found


def _unicity(setting: Setting) -> Iterator[Figure]:
    count = min(_TOWNSPEOPLE, setting.draws)
    seeds = range(setting.seed * 10_000 + 7_000, setting.seed * 10_000 + 7_000 + count)
    people = [
        live(seed, min(_TOWN_DAYS, setting.days), setting.rules.cell_m, TOWNS[0]) for seed in seeds
    ]
    for points in (1, 2, 4, 8):
        for name, share in (
            ("tag", unicity.unique_share),
            ("minute by minute", unicity.unique_share_plain),
        ):
            value = share(people, points, setting.seed)
            what = f"{count} wearers, {points} moments: alone"
            yield Figure("-", "unicity", name, what, value, "share", draws=count)
