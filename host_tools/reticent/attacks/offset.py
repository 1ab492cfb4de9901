"""Offset recovery: what one who knows some of a wearer's places learns of the hidden offset.

A place that is known, with the cell that was said there, tells on which side of it the borders
run. The observer is taken to know, of each place, which slots were spent there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from reticent.attacks.noise import SIGMA_M, normal
from reticent.attacks.population import SLOTS_PER_DAY, Life, most_seen, nights
from reticent.attacks.towns import Floats, Ints
from reticent.attacks.wearers import ERRANDS, FIRST_ERRAND, HOME, WORK

KNOWN = {
    "home": (HOME,),
    "home and work": (HOME, WORK),
    "home, work, ten errands": (HOME, WORK, *range(FIRST_ERRAND, FIRST_ERRAND + ERRANDS)),
    "work, ten errands": (WORK, *range(FIRST_ERRAND, FIRST_ERRAND + ERRANDS)),
}
_STEPS = 1_000  # of the offset, on each axis
_OFFSETS = (np.arange(_STEPS) + 0.5) / _STEPS - 0.5
_SIGMA_M = 0.8 * SIGMA_M  # of the middle of three fixes
_FLOOR = 1e-6  # likelihood of what the model has no word for


@dataclass(frozen=True)
class Learned:
    """What is left of the offset: the area that holds it at 95 % (share of a cell), the error."""

    area: float
    error: float  # of the guess, in cells
    home_error: float  # of the home guessed with it, in cells


def recover(life: Life, days: int, places: tuple[int, ...]) -> Learned:
    """Return what the first days give to one who knows these places."""
    slots = days * SLOTS_PER_DAY
    where, said = life.place_at()[:slots], life.said[:slots]
    logs = [np.zeros(_STEPS), np.zeros(_STEPS)]
    for place, seen in _stays(where, said, places).items():
        cells, counts = np.unique(np.array(seen), axis=0, return_counts=True)
        for cell, count in zip(cells, counts, strict=True):
            at = life.public(life.wearer.places[place], cell)
            for axis in (0, 1):
                logs[axis] += count * _log_likelihood(at[axis], life.cell_m)
    shares = [np.exp(log - log.max()) / np.exp(log - log.max()).sum() for log in logs]
    guess = np.array([_OFFSETS[np.searchsorted(np.cumsum(share), 0.5)] for share in shares])
    home = life.public(life.wearer.places[HOME], most_seen(nights(said)))
    return Learned(
        _width(shares[0]) * _width(shares[1]),
        float(np.hypot(*(guess - life.offset_cells))),
        float(np.hypot(*(0.5 - guess - home))),
    )


def _stays(where: Ints, said: Ints, places: tuple[int, ...]) -> dict[int, list[Ints]]:
    """Return the cell of each stay at each of the places: one anchor, one cell."""
    begins = np.concatenate([[True], where[1:] != where[:-1]])
    found: dict[int, list[Ints]] = defaultdict(list)
    for slot in np.nonzero(begins & np.isin(where, places))[0]:
        # Not its first slot where there is another: that one may still be of the way there.
        later = min(slot + 1, len(where) - 1)
        found[where[slot]].append(said[later if where[later] == where[slot] else slot])
    return found


def _log_likelihood(at: float, cell_m: int) -> Floats:
    """Return the log likelihood of each offset, a cell having been said at a place.

    `at` is the place's row (or column) from the public cell's corner.
    """
    away = (at + _OFFSETS) * cell_m / _SIGMA_M
    inside = normal(away) - normal(away - cell_m / _SIGMA_M)
    return np.log(np.maximum(inside, 0) + _FLOOR)


def _width(share: Floats) -> float:
    """Return the share of the steps that holds 95 %."""
    falling = np.sort(share)[::-1]
    return float((np.searchsorted(np.cumsum(falling), 0.95) + 1) / _STEPS)
