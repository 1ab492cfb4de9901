"""Crossing and tracking: where a wearer went over a border, from the cells of two slots.

With the route unknown, a hidden Markov model on a fine lattice smooths the cells of the slots
around into a way; the crossing is guessed where that goes over the common border. With the route
known (a bus line, say), times of travel over many trips tell the offset, and so the crossing.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from reticent.attacks import rule
from reticent.attacks.cellmap import flat
from reticent.attacks.population import SLOT_S, Life
from reticent.attacks.towns import Floats, Ints
from reticent.attacks.wearers import HOME, WORK
from reticent.tagcode import cells as cells_of_tag
from reticent.tagcode import grid

_PER_CELL = 8  # the lattice's steps
_REACH = 3  # cells around the crossing
_AROUND = 4  # slots before and after
_MOST_SLOTS = 3  # between two cells of which one crossing is guessed
_SIDE = (2 * _REACH + 2) * _PER_CELL
_STEP_S = 5  # of the true way
_OFFSET_STEPS = 40
_TRIED = (np.arange(_OFFSET_STEPS) + 0.5) / _OFFSET_STEPS - 0.5


def crossings(life: Life) -> list[tuple[int, int, Floats]]:
    """Return (slot, next slot with a cell, true crossing from the first cell's corner).

    The two cells differ, the slots lie at most three apart, and the crossing is where the way
    between the two first leaves the first cell.
    """
    found: list[tuple[int, int, Floats]] = []
    (spoken,) = np.nonzero(life.said[:, 0] != rule.NONE)
    cells = life.said[spoken]
    differs = (cells[1:] != cells[:-1]).any(axis=1)
    for k in np.nonzero(differs & (np.diff(spoken) <= _MOST_SLOTS))[0]:
        slot, following = int(spoken[k]), int(spoken[k + 1])
        seconds = np.arange(slot * SLOT_S, (following + 1) * SLOT_S, _STEP_S)
        way = life.shifted(life.wearer.at(seconds.astype(float)), life.said[slot])
        outside = (np.floor(way) != 0).any(axis=1)
        if not outside[0] and outside.any():
            found.append((slot, following, way[outside.argmax()]))
    return found


def track(life: Life, slot: int, following: int) -> Floats:
    """Return the guess of the crossing between two slots (row, col), from the first's corner."""
    first = max(slot - _AROUND, 0)
    near = flat(life.said[first : following + 1 + _AROUND], life.said[slot], life.cell_m)
    forward, backward = _passes([_lattice(cell + _REACH) for cell in near])
    here, there = slot - first, following - first
    start = _mean(forward[here] * backward[here]) - _REACH
    end = _mean(forward[there] * backward[there]) - _REACH
    if np.abs(near[there]).max() > _REACH:  # beyond the lattice
        end = near[there] + 0.5
    return _on_border(start, end)


def _lattice(cell: Ints) -> Floats:
    """Return 1 where the lattice lies in the cell; everywhere for a cell beyond it."""
    found = np.zeros((_SIDE, _SIDE))
    row, col = cell * _PER_CELL
    if not (0 <= row < _SIDE and 0 <= col < _SIDE):
        return np.ones((_SIDE, _SIDE))
    found[row : row + _PER_CELL, col : col + _PER_CELL] = 1
    return found


def _spread() -> NDArray[np.complex128]:
    """Return the transform of how far a slot takes: at rest, on foot, or driven."""
    steps = np.minimum(np.arange(_SIDE * 2), _SIDE * 2 - np.arange(_SIDE * 2)) / _PER_CELL
    square = steps[:, None] ** 2 + steps[None] ** 2
    parts = [(0.6, 0.1), (0.2, 0.7), (0.2, 3.0)]
    kernel = sum(
        share * np.exp(-square / (2 * sigma**2)) / np.exp(-square / (2 * sigma**2)).sum()
        for share, sigma in parts
    )
    return np.fft.rfft2(kernel)


_KERNEL = _spread()


def _moved(share: Floats) -> Floats:
    shape = (_SIDE * 2, _SIDE * 2)
    found = np.fft.irfft2(np.fft.rfft2(share, shape) * _KERNEL, shape)[:_SIDE, :_SIDE]
    return np.maximum(found, 0)


def _passes(allowed: list[Floats]) -> tuple[list[Floats], list[Floats]]:
    forward = [allowed[0] / allowed[0].sum()]
    for cells in allowed[1:]:
        share = _moved(forward[-1]) * cells
        forward.append(share / share.sum())
    backward = [np.ones((_SIDE, _SIDE))]
    for cells in reversed(allowed[1:]):
        share = _moved(backward[0] * cells)
        backward.insert(0, share / share.max())
    return forward, backward


def _mean(share: Floats) -> Floats:
    steps = (np.arange(_SIDE) + 0.5) / _PER_CELL
    total = share.sum()
    return np.array([share.sum(axis=1) @ steps, share.sum(axis=0) @ steps]) / total


def _on_border(start: Floats, end: Floats) -> Floats:
    """Return where the line from start, in the first cell, to end leaves that cell."""
    way = end - start
    borders = (way > 0).astype(float)
    shares = np.where(way == 0, np.inf, (borders - start) / np.where(way == 0, 1, way))
    return np.clip(start + shares.min() * way, 0, 1)


def route_offset(life: Life, trips: int) -> float | None:
    """Return the error (cells) of the offset guessed from trips to work on a known route.

    The route and the speeds on it are known, the moment of leaving is not. None where the wearer
    has fewer trips.
    """
    leaves = _commutes(life)
    if len(leaves) < trips:
        return None
    route, route_s = _route(life, leaves[0])
    cells = _by_offset(life, route)
    total = np.zeros((_OFFSET_STEPS, _OFFSET_STEPS))
    for trip in leaves[:trips]:
        total += np.log(_trip(life.said, trip, route_s, cells) + 1e-4)
    share = np.exp(total - total.max())
    return _miss(life, share)


def on_change_offset(life: Life) -> float | None:
    """Return the same error for a tag that reports each change of its cell, by one trip.

    Its reports tell the cell at every moment; the moment of leaving is known within a minute.
    """
    leaves = _commutes(life)
    if not leaves:
        return None
    route, _ = _route(life, leaves[0])
    seen = rule.cells(route, life.cell_m, life.offset)
    cells = _by_offset(life, route)
    alike = np.zeros((_OFFSET_STEPS, _OFFSET_STEPS))
    for late in range(-6, 7):  # steps of ten seconds
        at = np.clip(np.arange(len(seen)) + late, 0, len(seen) - 1)
        alike = np.maximum(alike, (cells[:, :, at] == seen).all(axis=-1).mean(axis=-1))
    return _miss(life, (alike > alike.max() - 1e-9).astype(float))


def _route(life: Life, trip: tuple[float, float]) -> tuple[Ints, Floats]:
    """Return a trip's places in microdegrees, and their seconds since it began."""
    route_s = np.arange(0, trip[1] - trip[0], 10.0)
    return life.wearer.town.udeg(life.wearer.at(trip[0] + route_s)), route_s


def _by_offset(life: Life, route: Ints) -> Ints:
    """Return the cells [row offset, col offset, place] of a route under every offset tried."""
    shifts = np.stack(np.meshgrid(_TRIED, _TRIED, indexing="ij"), axis=-1) * 2**grid.OFFSET_BITS
    return rule.cells(route[None, None], life.cell_m, shifts[:, :, None].astype(np.int64))


def _miss(life: Life, share: Floats) -> float:
    """Return the error of the offset's mean."""
    share = share / share.sum()
    guess = np.array([share.sum(axis=1) @ _TRIED, share.sum(axis=0) @ _TRIED])
    return float(np.hypot(*(guess - life.offset_cells)))


def _commutes(life: Life) -> list[tuple[float, float]]:
    """Return (leaving, arriving) of the ways straight from home to work."""
    visits, times = life.wearer.visits, life.wearer.times_s
    found: list[tuple[float, float]] = []
    for (_, before), (arrive_s, place) in pairwise(visits):
        if (before, place) == (HOME, WORK):
            end = int(np.searchsorted(times, arrive_s))
            found.append((float(times[end - 6]), arrive_s))  # seven waypoints a way
    return found


def _trip(said: Ints, trip: tuple[float, float], route_s: Floats, cells: Ints) -> Floats:
    """Return the likelihood [row offset, col offset] of a trip's cells, over moments to leave."""
    slots = np.arange(int(trip[0] // SLOT_S), int(trip[1] // SLOT_S) + 2)
    slots = slots[slots < len(said)]
    total = np.zeros((_OFFSET_STEPS, _OFFSET_STEPS))
    phases = np.arange(0, SLOT_S, 30)
    for phase in phases:
        # Cells of the middle fix, a little after the border.
        elapsed = (slots - slots[0]) * SLOT_S - phase + cells_of_tag.SAMPLE_EVERY_S
        index = np.clip(np.searchsorted(route_s, elapsed), 0, len(route_s) - 1)
        total += (cells[:, :, index] == said[slots]).all(axis=(-1, -2))
    return total / len(phases)
