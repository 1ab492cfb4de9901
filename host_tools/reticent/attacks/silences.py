"""The silences around a dwelling: whether they tell it to one who reads the records alone.

The order names the dwelling, so the agency has its address; this attacker has the records without
the order. They tell when the wearer is in the dwelling, and no cell of it nor of the slots beside.
The attacker has the offset, and takes the home for the middle of the cells that are told shortly
before and after the silences, or for where the different cells make it likeliest, as people do
their errands around their home.
"""

from __future__ import annotations

import numpy as np

from reticent.attacks import rule
from reticent.attacks.cellmap import centres_udeg
from reticent.attacks.population import Life
from reticent.attacks.towns import Bools, Floats, Ints
from reticent.attacks.wearers import ERRANDS_LOG_SIGMA, HOME

_DWELLING_M = 150.0
_BESIDE = 2  # slots before and after a silence that are taken for near
_REACH_M = 8_000.0
_ANYWHERE = 1e-8  # a place that is no errand: somewhere in some 100 km2


def misses(life: Life, errands_m: float) -> dict[str, float]:
    """Return the error in cells of each guess of the dwelling, by what is told."""
    home = life.wearer.places[HOME]
    present = np.hypot(*(life.truth - home).T) < _DWELLING_M
    rests = rule.rests(life.fixes, life.cell_m, life.offset)
    rests[present] = rule.NONE
    told = rule.told(rests, life.cell_m, has_dwelling=True)
    told[_widened(present, 1)] = rule.NONE
    found: dict[str, float] = {}
    for name, cells in (("silent", told), ("not silent beside", rests)):
        beside = _places(life, cells[_widened(present, 1 + _BESIDE)])
        middle = np.median(beside, axis=0) if len(beside) else np.full(2, np.inf)
        found[f"{name}, cells beside"] = _miss(life, middle)
        likeliest = _likeliest(np.unique(_places(life, cells), axis=0), errands_m, life.cell_m)
        found[f"{name}, all cells"] = _miss(life, likeliest)
    return found


def _widened(slots: Bools, by: int) -> Bools:
    """Return the slots, and so many before and after them."""
    return np.convolve(slots, np.ones(2 * by + 1), "same") > 0.5


def _places(life: Life, cells: Ints) -> Floats:
    """Return the middles (east, north) in metres of the cells told, the offset taken off."""
    spoken = cells[cells[:, 0] != rule.NONE]
    shift = life.offset_cells[::-1] * life.cell_m
    return life.wearer.town.metres(centres_udeg(spoken, life.cell_m)) - shift


def _likeliest(places: Floats, errands_m: float, cell_m: int) -> Floats:
    """Return where a home is likeliest, each place being an errand or anything else in town."""
    if not len(places):
        return np.full(2, np.inf)
    steps = np.arange(-_REACH_M, _REACH_M, cell_m / 10)
    east, north = np.median(places, axis=0)
    homes = np.stack(np.meshgrid(east + steps, north + steps), axis=-1)
    total = np.zeros(homes.shape[:2])
    for place in places:
        away = np.hypot(np.hypot(*np.moveaxis(homes - place, -1, 0)), cell_m / 4)
        logs = (np.log(away / errands_m) / ERRANDS_LOG_SIGMA) ** 2 / 2 + 2 * np.log(away)
        total += np.log(np.exp(-logs) + _ANYWHERE)
    return homes[np.unravel_index(total.argmax(), total.shape)]


def _miss(life: Life, guess: Floats) -> float:
    """Return a guess's error in cells."""
    return float(np.hypot(*(guess - life.wearer.places[HOME]))) / life.cell_m
