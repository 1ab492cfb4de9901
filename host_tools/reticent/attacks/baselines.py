"""Other tags on the same ways, for comparison: each is to fail a bar that ours keeps."""

from __future__ import annotations

import numpy as np

from reticent.attacks import rule
from reticent.attacks.cellmap import centres_udeg, from_corner
from reticent.attacks.home import Seen, seen, seen_flat
from reticent.attacks.population import NIGHT_SLOTS, SLOTS_PER_DAY, Life, most_seen
from reticent.attacks.towns import Floats, Ints
from reticent.attacks.wearers import HOME
from reticent.tagcode import grid

_ORDER_DAYS = 92
_HYSTERESIS_M = 100.0


def positions(life: Life) -> float:
    """Minute by minute: return the home's error (cells) by the middle of the nights' positions.

    One fix a slot is taken: more can only be better.
    """
    return _miss(life, np.median(life.wearer.town.metres(_of_nights(life.fixes[:, 0])), axis=0))


def fresh_noise(life: Life) -> float:
    """Fresh noise for each report: return the error of the mean of what the nights show."""
    rng = np.random.default_rng((life.seed, 31))
    fixes = _of_nights(life.fixes[:, 0])
    shifts = rng.integers(-grid.HALF_CELL, grid.HALF_CELL, fixes.shape)
    middles = life.wearer.town.metres(
        centres_udeg(rule.cells(fixes, life.cell_m, shifts), life.cell_m)
    )
    away = np.abs(middles - np.median(middles, axis=0)).max(axis=1)
    return _miss(life, middles[away < 1.5 * life.cell_m].mean(axis=0))  # not the nights elsewhere


def offset_per_order(life: Life) -> float:
    """A new offset with each order of 92 days: return the error of the mean of its cells."""
    rng = np.random.default_rng((life.seed, 32))
    length = _ORDER_DAYS * SLOTS_PER_DAY
    found: list[Ints] = []
    for start in range(0, max(len(life.said) - length // 2, 1), length):
        middles = rule.middles(life.fixes[start : start + length])
        shift = rng.integers(-grid.HALF_CELL, grid.HALF_CELL, 2)
        found.append(most_seen(_of_nights(rule.cells(middles, life.cell_m, shift))))
    return _miss_of_cells(life, np.array(found))


def public_grid(life: Life) -> Seen:
    """The public grid, each fix floored: return what an attacker sees."""
    return seen(life, rule.cells(life.fixes[:, 0], life.cell_m, (0, 0)), np.zeros(2))


def single_fix(life: Life) -> Seen:
    """Our rule as it was at first: one fix a slot, any place an anchor, ways said."""
    fixes = life.fixes[:, 0]
    plain = rule.cells(fixes, life.cell_m, life.offset)
    said = rule.anchored(fixes, plain, np.ones(len(plain), dtype=bool))
    return seen(life, said, life.offset_cells)


def true_cells(life: Life) -> Seen:
    """The exact cell at every border, ways too: what no better rounding can hide."""
    truth = life.wearer.town.udeg(life.truth)
    return seen(life, rule.cells(truth, life.cell_m, life.offset), life.offset_cells)


def next_door(life: Life) -> Seen:
    """Our rule before it kept still around long stays: every rest's cell is said."""
    return seen(life, rule.rests(life.fixes, life.cell_m, life.offset), life.offset_cells)


def on_change(life: Life) -> Seen:
    """A report whenever the cell changes, under our offset: what an attacker sees.

    What three fixes a slot show; more could only tell more.
    """
    cells = rule.cells(life.fixes, life.cell_m, life.offset)
    changed = (cells != np.roll(cells[:, -1:], 1, axis=0)).any(axis=-1)
    return seen(life, cells[np.arange(len(cells)), changed.argmax(axis=1)], life.offset_cells)


def hysteresis(life: Life) -> Seen:
    """A border that is crossed only 100 m beyond it: return what an attacker sees."""
    corner = rule.cells(life.fixes[0, 0], life.cell_m, life.offset)
    at = from_corner(life.fixes[:, 0], corner, life.cell_m) + life.offset_cells
    margin = _HYSTERESIS_M / life.cell_m
    said = np.floor(at).astype(np.int64)
    row, col = said[0]
    for slot, (y, x) in enumerate(at.tolist()):
        if not (row - margin <= y < row + 1 + margin and col - margin <= x < col + 1 + margin):
            row, col = said[slot]
        said[slot] = row, col
    home = from_corner(life.wearer.town.udeg(life.wearer.places[HOME]), corner, life.cell_m)
    return seen_flat(said, home, life.offset_cells)


def shared_home(life: Life, wearers: int) -> float:
    """Several tags that sleep at one place: return the error of the mean of their cells."""
    rng = np.random.default_rng((life.seed, 33))
    shifts = rng.integers(-grid.HALF_CELL, grid.HALF_CELL, (wearers, 2))
    home = life.wearer.town.udeg(life.wearer.places[HOME])
    return _miss_of_cells(life, rule.cells(np.tile(home, (wearers, 1)), life.cell_m, shifts))


def _miss_of_cells(life: Life, cells: Ints) -> float:
    """Return the home's error (cells) of the mean of the cells' middles."""
    middles = life.wearer.town.metres(centres_udeg(cells, life.cell_m))
    return _miss(life, middles.mean(axis=0))


def _miss(life: Life, guess_m: Floats) -> float:
    return float(np.hypot(*(guess_m - life.wearer.places[HOME]))) / life.cell_m


def _of_nights(slots: Ints) -> Ints:
    by_day = slots.reshape(-1, SLOTS_PER_DAY, *slots.shape[1:])
    return by_day[:, :NIGHT_SLOTS].reshape(-1, *slots.shape[1:])
