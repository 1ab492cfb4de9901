"""The tag's coarse rule for many wearers at once, where no zone is near: a model in numpy.

`tag/disclosure.py` is the rule; this is a copy made for speed, and tests/host/test_attack_rule.py
proves the two equal, record for record, on wearers' days. The attacks use the copy for long terms
and as the simulator behind their likelihoods.
"""

from __future__ import annotations

import numpy as np

from reticent.attacks.cellmap import columns
from reticent.attacks.towns import Bools, Ints
from reticent.tagcode import cells as cells_of_tag
from reticent.tagcode import grid, sphere

_TURN_UDEG = 360_000_000
_HALF_TURN_UDEG = 180_000_000
_POLE_UDEG = 90_000_000
_AHEAD = 64  # slots looked at together
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
    middle = middles(fixes)
    return anchored(middle, cells(middle, cell_m, offset), _rests(fixes))


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
