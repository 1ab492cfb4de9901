"""The tag's coarse rule for many wearers at once, where no zone is near: a model in numpy.

`tag/disclosure.py` is the rule; this is a copy made for speed, and tests/host/test_attack_rule.py
proves the two equal, record for record, on wearers' days. The attacks use the copy for long terms
and as the simulator behind their likelihoods.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from reticent.attacks.cellmap import columns
from reticent.attacks.towns import Bools, Ints
from reticent.tagcode import cells as cells_of_tag
from reticent.tagcode import grid, sphere, stays

_TURN_UDEG = 360_000_000
_HALF_TURN_UDEG = 180_000_000
_POLE_UDEG = 90_000_000
_AHEAD = 64  # slots looked at together
_SLOT_S = 900
_LONG, _KEPT = stays.LONG_S // _SLOT_S, stays.KEPT_S // _SLOT_S
NONE = -1  # the row and column of a slot without a cell
ANCHOR_MM, _REST_MM = 50_000, 25_000
_COSINES_Q15 = np.array([sphere.cos_q15(degree * 1_000_000) for degree in range(91)])


def cells(fixes: Ints, cell_m: int, offset: Ints | tuple[int, int]) -> Ints:
    """Return (row, col) of each fix (latitude, longitude) under an offset: grid.cell on arrays."""
    shift = np.asarray(offset, dtype=np.int64)
    height = grid.row_height_udeg(cell_m)
    row = (fixes[..., 0] + _POLE_UDEG + (shift[..., 0] * height >> grid.OFFSET_BITS)) // height
    row = np.clip(row, 0, grid.rows(cell_m) - 1)
    counts = columns(row, cell_m)
    east = (fixes[..., 1] + _HALF_TURN_UDEG) * counts
    east = east + (shift[..., 1] * _TURN_UDEG >> grid.OFFSET_BITS)
    return np.stack([row, east // _TURN_UDEG % counts], axis=-1)


def disclosed(fixes: Ints, cell_m: int, offset: Ints) -> Ints:
    """Return the cells [slot, 2] that the rule says for fixes [slot, sample, 2], or NONE.

    Every slot has its three fixes, and no zone is near.
    """
    return told(rests(fixes, cell_m, offset), cell_m)


def rests(fixes: Ints, cell_m: int, offset: Ints) -> Ints:
    """Return the cell of each slot's rest, or NONE: all but what the long stays silence."""
    middle = middles(fixes)
    return anchored(middle, cells(middle, cell_m, offset), _rests(fixes))


def told(cells: Ints, cell_m: int, *, has_dwelling: bool = False) -> Ints:
    """Return what stays.py lets be told of the rests' cells, slots of 900 s from a boot on.

    Rests in one cell are taken to follow one another within a week.
    """
    found = np.full_like(cells, NONE)
    known: dict[tuple[int, int], int] = {}  # the last slot in each long stay's cell
    for slots, cell in _runs(cells):
        start = 0
        while start < len(slots):
            for old in [one for one in known if slots[start] - known[one] > _KEPT]:
                del known[old]
            near = [
                last for one, last in known.items() if one != cell and _near(cell, one, cell_m)
            ]
            if cell in known or not near:
                break
            start = int(np.searchsorted(slots, max(near) + _KEPT, side="right"))
        else:
            continue
        is_long = len(slots) >= _LONG
        if cell in known or known or has_dwelling:
            found[slots[start:]] = cell
        else:
            found[slots[max(start, _LONG - 1) :]] = cell
        if cell in known or is_long:
            known[cell] = int(slots[-1])
            if len(known) > stays.MOST:
                del known[min(known, key=lambda one: known[one])]
    return found


def _runs(cells: Ints) -> list[tuple[Ints, tuple[int, int]]]:
    """Return (slots, cell) of the rests that follow one another in one cell."""
    (spoken,) = np.nonzero(cells[:, 0] != NONE)
    rested = cells[spoken]
    (changes,) = np.nonzero((rested[1:] != rested[:-1]).any(axis=1))
    parts = np.split(spoken, changes + 1) if len(spoken) else []
    return [(slots, (int(cells[slots[0], 0]), int(cells[slots[0], 1]))) for slots in parts]


@lru_cache(maxsize=4_096)
def _near(cell: tuple[int, int], other: tuple[int, int], cell_m: int) -> bool:
    return grid.is_near(cell, other, cell_m)


def middles(fixes: Ints) -> Ints:
    """Return the middle latitude and longitude of each slot's fixes."""
    first = fixes[..., :1, :]
    away = fixes - first
    away[..., 1] = _wrap(away[..., 1])
    return first[..., 0, :] + np.sort(away, axis=-2)[..., fixes.shape[-2] // 2, :]


def anchored(places: Ints, plain: Ints, rests: Bools) -> Ints:
    """Return the cells said: of a rest the anchor's where it is near, else `plain`; or NONE."""
    said = np.full_like(plain, NONE)
    (slots,) = np.nonzero(rests)
    places, plain = places[slots], plain[slots]
    kept = np.empty_like(plain)
    start = 0
    while start < len(slots):  # each anchor in turn, as far as it holds
        end = start + 1
        while end < len(slots):
            near = is_within(places[start], places[end : end + _AHEAD], ANCHOR_MM)
            held = int(near.argmin()) if not near.all() else len(near)
            end += held
            if held < len(near):
                break
        kept[start:end] = plain[start]
        start = end
    said[slots] = kept
    return said


def _rests(fixes: Ints) -> Bools:
    a, b, c = (fixes[..., sample, :] for sample in range(cells_of_tag.SAMPLES))
    near = is_within(a, b, _REST_MM) & is_within(b, c, _REST_MM)
    return near & is_within(a, c, _REST_MM)


def is_within(here: Ints, there: Ints, radius_mm: int) -> Bools:
    """Return where geometry.distance_dm is below the radius; below 80 degrees of latitude."""
    x = _wrap(there[..., 1] - here[..., 1]) * sphere.MM_PER_DEGREE // 1_000_000
    y = (there[..., 0] - here[..., 0]) * sphere.MM_PER_DEGREE // 1_000_000
    cosines = _cos_q15(here[..., 0]) * _cos_q15(there[..., 0])
    # In floats first: far apart, the integers would not fit.
    rough = x.astype(float) ** 2 * cosines / 2.0**30 + y.astype(float) ** 2
    near = rough < 2.0 * radius_mm**2
    x, y = np.where(near, x, 0), np.where(near, y, 0)
    return near & ((x * x * cosines >> 30) + y * y < radius_mm**2)


def _wrap(lon: Ints) -> Ints:
    return (lon + _HALF_TURN_UDEG) % _TURN_UDEG - _HALF_TURN_UDEG


def _cos_q15(lat: Ints) -> Ints:
    degree, rest = np.divmod(np.abs(lat), 1_000_000)
    here = _COSINES_Q15[degree]
    return here - (here - _COSINES_Q15[degree + 1]) * rest // 1_000_000
