"""Guessing a sensitive place: which of the candidates on the map a wearer goes to each week.

The attacker has a map of all candidates with how many people go to each, and sees the cells said
during the visits. The prior given the cell takes the most popular candidate in it; the attack adds
how visits spill over the cell's borders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reticent.attacks import rule
from reticent.attacks.cellmap import flat
from reticent.attacks.noise import SIGMA_M, normal
from reticent.attacks.population import SLOTS_PER_DAY, Life
from reticent.attacks.towns import Floats, Ints
from reticent.attacks.wearers import SENSITIVE

_PER_KM2 = 3.0
_REACH_CELLS = 3.0
_SIGMA_M = 0.8 * SIGMA_M
_FLOOR = 1e-9


@dataclass(frozen=True)
class Guessed:
    """Whether prior and attack named the right place, and how many the cell held."""

    by_prior: bool
    by_attack: bool
    candidates: int


def guess(life: Life, days: int, *, offset_given: bool) -> Guessed | None:
    """Return what an attacker makes of the visits; None where no visit was said."""
    slots = days * SLOTS_PER_DAY
    where, said = life.place_at()[:slots], life.said[:slots]
    visits = said[(where == SENSITIVE) & (said[:, 0] != rule.NONE)]
    if not len(visits):
        return None
    rng = np.random.default_rng((life.seed, 14))
    known, counts = np.unique(visits, axis=0, return_counts=True)
    corner = known[counts.argmax()]
    known = flat(known, corner, life.cell_m)
    true = life.public(life.wearer.places[SENSITIVE], corner)
    count = rng.poisson(_PER_KM2 * (2 * _REACH_CELLS) ** 2 * (life.cell_m / 1_000) ** 2)
    spread = rng.uniform(-_REACH_CELLS, _REACH_CELLS, (count, 2))
    places = np.concatenate([true[None], true + spread])
    people = rng.gamma(1.0, 1.0, len(places))
    people[0] = rng.gamma(2.0, 1.0)  # a goer picks a place as often as it is popular
    fits = [_fit(places, cell, life, offset_given=offset_given) for cell in known]
    main = fits[int(counts.argmax())]
    joint = sum(n * np.log(fit + _FLOOR) for n, fit in zip(counts, fits, strict=True))
    if not offset_given:
        joint = _any_offset(places, known, counts, life)
    prior = people * main
    attack = np.log(people) + joint
    inside = int((main > 0.5).sum()) if offset_given else int((main > 0.25).sum())
    return Guessed(prior.argmax() == 0, attack.argmax() == 0, inside)


def _fit(places: Floats, cell: Ints, life: Life, *, offset_given: bool) -> Floats:
    """Return how likely each place is to be said as the cell."""
    if not offset_given:
        # The offset is uniform: what of all offsets brings the place into the cell.
        return np.prod(np.maximum(1 - np.abs(places - (cell + 0.5)), 0), axis=1)
    away = places + life.offset_cells - cell
    return np.prod(_inside(away, life.cell_m), axis=1)


def _any_offset(places: Floats, known: Ints, counts: Ints, life: Life) -> Floats:
    """Return the log likelihood of all visits' cells, the offset being anything."""
    offsets = (np.arange(200) + 0.5) / 200 - 0.5
    total = np.zeros(len(places))
    for axis in (0, 1):
        logs = np.zeros((len(places), len(offsets)))
        for cell, count in zip(known, counts, strict=True):
            away = places[:, axis, None] + offsets[None] - cell[axis]
            logs += count * np.log(_inside(away, life.cell_m) + _FLOOR)
        most = logs.max(axis=1, keepdims=True)
        total += most[:, 0] + np.log(np.exp(logs - most).mean(axis=1))
    return total


def _inside(away: Floats, cell_m: int) -> Floats:
    scale = cell_m / _SIGMA_M
    return normal(away * scale) - normal((away - 1) * scale)
