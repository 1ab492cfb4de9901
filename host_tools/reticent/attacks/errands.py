"""A home by its errands: people do them around it, so where they are told, a home is likelier.

Another attacker than home.py's, who learns from nobody: he knows how far errands lie from home
(wearers.py), takes the cell that the nights show, and weighs every place in it by the different
cells that were told. It shows what errands next door give away, and what is left without them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reticent.attacks import rule
from reticent.attacks.cellmap import flat
from reticent.attacks.home import Guess
from reticent.attacks.population import Life, live, most_seen, nights
from reticent.attacks.towns import Floats, Ints
from reticent.attacks.wearers import ERRANDS_LOG_SIGMA, HOME

_PLACES = (np.arange(40) + 0.5) / 40  # in the cell, on each axis
_WITHIN = (0.125, 0.375, 0.625, 0.875)  # where in its cell an errand may lie
_ANYWHERE = 1e-8  # the likelihood of a place that is no errand
_HIT = 0.1


@dataclass(frozen=True)
class Task:
    """Which wearer, for how long."""

    seed: int
    days: int
    cell_m: int
    errands_m: float


@dataclass(frozen=True)
class Missed:
    """The error in cells, offset given: by what our tag tells, and by every rest's cell."""

    told: float
    every_rest: float


def miss(task: Task) -> Missed:
    """Return how far off the guess of one wearer's home is."""
    life = live(task.seed, task.days, task.cell_m, errands_m=task.errands_m)
    rests = rule.rests(life.fixes, life.cell_m, life.offset)
    return Missed(*(_miss(life, cells, task.errands_m) for cells in (life.said, rests)))


def guess(errors: list[float]) -> Guess:
    """Return the figures of so many wearers."""
    found = np.array(errors)
    return Guess(float(np.median(found)), float((found <= _HIT).mean()), len(found))


def _miss(life: Life, said: Ints, errands_m: float) -> float:
    cell = most_seen(nights(said))
    others = np.unique(flat(said[said[:, 0] != rule.NONE], cell, life.cell_m), axis=0)
    cells = others[(others != 0).any(axis=1)].astype(np.float64)
    share = _posterior(cells, errands_m / life.cell_m)
    middle = [np.interp(0.5, np.cumsum(share.sum(axis=axis)), _PLACES) for axis in (1, 0)]
    home = life.public(life.wearer.places[HOME], cell) + life.offset_cells
    return float(np.hypot(*(np.array(middle) - home)))


def _posterior(cells: Floats, errands: float) -> Floats:
    """Return how likely each place in the home's cell is; all in cells."""
    rows, cols = np.meshgrid(_PLACES, _PLACES, indexing="ij")
    logs: Floats = np.zeros((len(_PLACES), len(_PLACES)))
    for row, col in cells:
        here: Floats = np.zeros((len(_PLACES), len(_PLACES)))
        for north in _WITHIN:
            for east in _WITHIN:
                away = np.hypot(rows - row - north, cols - col - east)
                near = np.exp(-((np.log(away / errands) / ERRANDS_LOG_SIGMA) ** 2) / 2)
                here += near / away**2 / len(_WITHIN) ** 2
        logs += np.log(here + _ANYWHERE * 1e6)
    share = np.exp(logs - logs.max())
    return share / share.sum()
