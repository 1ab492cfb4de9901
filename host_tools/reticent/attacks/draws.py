"""One draw, a wearer and an offset: what each attacker makes of it. Draws run side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from reticent.attacks import baselines, crossing, offset, rule, sensitive, silences
from reticent.attacks.home import Seen, look
from reticent.attacks.population import Life, live
from reticent.attacks.sensitive import Guessed
from reticent.attacks.wearers import FAR_ERRANDS_M

_CROSSINGS = 4  # of a draw
TRIPS = (1, 5, 60, 200)

ERRORS: dict[str, Callable[..., float]] = {
    "minute by minute": baselines.positions,
    "fresh noise": baselines.fresh_noise,
    "an offset per order": baselines.offset_per_order,
}
SEEN: dict[str, Callable[..., Seen]] = {
    "public grid": baselines.public_grid,
    "hysteresis": baselines.hysteresis,
    "report on change": baselines.on_change,
    "one fix a slot": baselines.single_fix,
    "every rest": baselines.next_door,
    "true cells, ways too": baselines.true_cells,
}


@dataclass(frozen=True)
class Task:
    """Which draw, for how long, and what is done with it."""

    seed: int
    terms: tuple[int, ...]
    cell_m: int
    errands_m: float = FAR_ERRANDS_M
    attacks: bool = False  # crossings and the sensitive place too
    compares: bool = False  # with the other tags
    recovers: bool = False  # the offset
    keeps_silent: bool = False  # the home is a dwelling


@dataclass
class Draw:
    """What came of it."""

    homes: list[Seen]
    without_cell: float
    errors: dict[str, float] = field(default_factory=dict[str, float])
    seen: dict[str, Seen] = field(default_factory=dict[str, Seen])
    shared: dict[int, float] = field(default_factory=dict[int, float])
    learned: dict[tuple[int, str], offset.Learned] = field(
        default_factory=dict[tuple[int, str], offset.Learned]
    )
    silences: dict[str, float] = field(default_factory=dict[str, float])
    crossed: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    routes: dict[int, float] = field(default_factory=dict[int, float])
    on_change: float | None = None  # the offset's error, by one known route
    guesses: dict[bool, Guessed | None] = field(default_factory=dict[bool, Guessed | None])


def draw(task: Task) -> Draw:
    """Return what the attackers that the task names make of one draw; the home's always."""
    days = task.terms[-1]
    life = live(task.seed, days, task.cell_m, errands_m=task.errands_m)
    found = Draw(
        [look(life, term) for term in task.terms], float((life.said[:, 0] == rule.NONE).mean())
    )
    if task.attacks:
        _attack(found, life, days)
    if task.compares:
        found.errors = {name: tag(life) for name, tag in ERRORS.items()}
        found.seen = {name: tag(life) for name, tag in SEEN.items()}
        found.shared = {count: baselines.shared_home(life, count) for count in (2, 4)}
    if task.keeps_silent:
        found.silences = silences.misses(life, task.errands_m)
    if task.recovers:
        _recover(found, life, task.terms)
    return found


def _attack(found: Draw, life: Life, days: int) -> None:
    for slot, following, truth in crossing.crossings(life)[:_CROSSINGS]:
        miss = crossing.track(life, slot, following) - truth
        given, unknown = np.hypot(*miss), np.hypot(*(miss + life.offset_cells))
        found.crossed.append((float(given), float(unknown)))
    for given in (True, False):
        found.guesses[given] = sensitive.guess(life, days, offset_given=given)


def _recover(found: Draw, life: Life, terms: tuple[int, ...]) -> None:
    for term in {90, 365} & set(terms):
        for name, places in offset.KNOWN.items():
            found.learned[term, name] = offset.recover(life, term, places)
    found.on_change = crossing.on_change_offset(life)
    for trips in TRIPS:
        error = crossing.route_offset(life, trips)
        if error is not None:
            found.routes[trips] = error
