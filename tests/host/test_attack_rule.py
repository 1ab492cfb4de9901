"""attacks/rule.py: the model in numpy says what tag/cells.py says, record for record.

RETICENT_LIVES=70 takes 210 wearers' days.
"""

import os

import numpy as np
import pytest

from reticent.attacks import driven, rule
from reticent.attacks.population import SAMPLES_S, SLOT_S
from reticent.attacks.towns import TOWNS
from reticent.attacks.wearers import DAY_S, make_wearer
from reticent.tagcode import grid, record

DAYS = 3


def spoken(wearer, seed, offset, cell_m):
    """Return {slot: [row, col]} of what the pipeline says of a wearer whom no zone is near."""
    order = driven.policy_of(driven.Rules(cell_m=cell_m), DAYS, [])
    said = driven.drive(wearer, order, offset, DAYS, seed)
    assert {entry[0] for _, _, entry in said} == {record.COARSE}
    return {entry[1] - driven.START_S // SLOT_S: entry[2:] for _, _, entry in said}


@pytest.mark.parametrize("seed", range(int(os.getenv("RETICENT_LIVES", "8"))))
def test_the_model_says_what_the_pipeline_says_record_for_record(seed):
    town = TOWNS[seed % len(TOWNS)]
    wearer = make_wearer(seed, DAYS, town)
    rng = np.random.default_rng(seed)
    offset = rng.integers(-grid.HALF_CELL, grid.HALF_CELL, 2)
    cell_m = (1000, 500)[seed % 2]
    fixes = np.concatenate([driven.day_of_fixes(wearer, day, seed) for day in range(DAYS)])
    seconds = np.arange(DAYS * DAY_S // SLOT_S)[:, None] * SLOT_S + np.array(SAMPLES_S)
    first = 2  # the pipeline's first two slots are silent, and set no anchor
    modelled = rule.disclosed(fixes[seconds][first:], cell_m, offset)
    said = spoken(wearer, seed, (int(offset[0]), int(offset[1])), cell_m)
    assert len(said) > 90 * DAYS
    for slot, cell in said.items():
        expected = modelled[slot - first].tolist()
        assert cell == ([None, None] if expected[0] == rule.NONE else expected), (seed, slot)


def test_cells_are_the_grids_own():
    rng = np.random.default_rng(1)
    lat = rng.integers(-89_000_000, 89_000_000, 300)
    lon = rng.integers(-180_000_000, 180_000_000, 300)
    offsets = rng.integers(-grid.HALF_CELL, grid.HALF_CELL, (300, 2))
    found = rule.cells(np.stack([lat, lon], axis=-1), 1000, offsets)
    for place, offset, cell in zip(zip(lat, lon), offsets, found):
        expected = grid.cell(int(place[0]), int(place[1]), 1000, int(offset[0]), int(offset[1]))
        assert tuple(cell) == expected
