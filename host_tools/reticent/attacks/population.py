"""Wearers under the tag's rule for long terms: where they were, and the cells that were said."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reticent.attacks import noise, rule
from reticent.attacks.cellmap import from_corner
from reticent.attacks.towns import Floats, Ints, Town
from reticent.attacks.wearers import DAY_S, FAR_ERRANDS_M, Wearer, make_wearer
from reticent.tagcode import cells, grid

SLOT_S = 900
SLOTS_PER_DAY = DAY_S // SLOT_S
NIGHT_SLOTS = 20  # from midnight to five
SAMPLES_S = tuple(sample * cells.SAMPLE_EVERY_S for sample in range(cells.SAMPLES))
_SEED = 6


@dataclass(frozen=True)
class Life:
    """One wearer's term: the truth, the fixes, the offset and the cells that were said."""

    seed: int
    wearer: Wearer
    cell_m: int
    truth: Floats  # [slot, 2] (east, north) metres at each slot's border
    fixes: Ints  # [slot, sample, 2] microdegrees
    offset: Ints  # (row, col) in 2**-20 cells
    said: Ints  # [slot, 2] (row, col)

    @property
    def offset_cells(self) -> Floats:
        """The hidden offset in cells (row, col)."""
        return self.offset / 2.0**grid.OFFSET_BITS

    def shifted(self, places: Floats, cell: Ints) -> Floats:
        """Return (rows, cols) from a cell's corner of places in metres, as the tag shifts them."""
        return self.public(places, cell) + self.offset_cells

    def public(self, places: Floats, cell: Ints) -> Floats:
        """Return the same on the public grid."""
        return from_corner(self.wearer.town.udeg(places), cell, self.cell_m)

    def place_at(self) -> Ints:
        """Return the place of each slot's border, -1 on the way."""
        away = np.abs(self.truth[:, None] - self.wearer.places[None]).max(axis=-1)
        return np.where(away.min(axis=1) < 1.0, away.argmin(axis=1), -1)


def live(
    seed: int,
    days: int,
    cell_m: int,
    town: Town | None = None,
    errands_m: float = FAR_ERRANDS_M,
) -> Life:
    """Return the life of this seed's wearer: town, ways, noise and offset are its own."""
    slots_s = np.arange(days * SLOTS_PER_DAY)[:, None] * SLOT_S + np.array(SAMPLES_S)
    wearer = make_wearer(seed, days, town, errands_m)
    rng = np.random.default_rng((seed, _SEED, 1))
    way = wearer.at(slots_s.astype(float))
    fixes = wearer.town.udeg(way + noise.errors_m(rng, len(slots_s), SAMPLES_S))
    offset = rng.integers(-grid.HALF_CELL, grid.HALF_CELL, 2)
    said = rule.disclosed(fixes, cell_m, offset)
    return Life(seed, wearer, cell_m, way[:, 0], fixes, offset, said)


def nights(said: Ints) -> Ints:
    """Return the cells of the nights, [day, slot of the night, 2]."""
    return said.reshape(-1, SLOTS_PER_DAY, 2)[:, :NIGHT_SLOTS]


def most_seen(said: Ints) -> Ints:
    """Return the cell that is said most often."""
    cells = said.reshape(-1, 2)
    known, counts = np.unique(cells[cells[:, 0] != rule.NONE], axis=0, return_counts=True)
    return known[counts.argmax()]
