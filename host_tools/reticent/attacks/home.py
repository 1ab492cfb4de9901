"""Home inference: where a wearer sleeps, from the cells alone.

Three attackers. The first takes the middle of the cell that nights show. The second counts how
nights spill over each border (mixing, jumps, whole nights on the other side) and how many of their
slots say nothing, the third adds what the days show (visits next door and up to three cells off,
crossings, walks). Both learn from other simulated wearers how such counts go with the place in the
cell: the simulator itself is their likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reticent.attacks.cellmap import FAR, flat
from reticent.attacks.population import NIGHT_SLOTS, SLOTS_PER_DAY, Life, most_seen, nights
from reticent.attacks.towns import Bools, Floats, Ints
from reticent.attacks.wearers import HOME

NIGHTS, NEXT_DOOR, DAYS = slice(0, 5), slice(0, 8), slice(0, 16)
# Of the counts, in how far they say that two wearers are alike; found by trial on other seeds.
_WEIGHTS = np.array([3, 3, 3, 1, 1, 0.3, 0.3, 1, 0.5, 0.5, 0.3, 1, 1, 0.5, 0.3, 0.3])
_NEIGHBOURS = 0.02  # of the sample
_BINS = np.linspace(-0.1, 1.1, 121)
_MIDS = (_BINS[1:] + _BINS[:-1]) / 2
_HIT = 0.1  # of a cell of 1,000 m: within 100 m


@dataclass(frozen=True)
class Seen:
    """What one draw gives an attacker, and the truth in cells from the seen cell's corner."""

    counts: Floats  # [border (row -, row +, col -, col +), count]
    truth: Floats  # (row, col), 0 to 1 where the seen cell is the home's
    offset: Floats  # (row, col) in cells


def look(life: Life, days: int) -> Seen:
    """Return what the first days of a life show of the home."""
    return seen(life, life.said[: days * SLOTS_PER_DAY], life.offset_cells)


def seen(life: Life, said: Ints, offset: Floats) -> Seen:
    """Return the counts for the cells said of whole days under an offset (cells)."""
    cell = most_seen(nights(said))
    home = life.public(life.wearer.places[HOME], cell)
    return Seen(_borders(flat(said, cell, life.cell_m)), home + offset, offset)


def seen_flat(said: Ints, home: Floats, offset: Floats) -> Seen:
    """Return the same for cells (and a home) in one flat frame."""
    cell = most_seen(nights(said))
    return Seen(_borders(said - cell), home + offset - cell, offset)


def _borders(away: Ints) -> Floats:
    """Return the counts of each border, from how far each slot's cell lies from the home's."""
    at_home = (away == 0).all(axis=-1)
    is_night = np.arange(len(away)) % SLOTS_PER_DAY < NIGHT_SLOTS
    silent = _by_night(away[:, 0] == FAR)
    silences = [silent.sum(), (silent > NIGHT_SLOTS // 2).sum()]
    counts: list[list[int]] = []
    for axis in (0, 1):
        for side in (-1, 1):
            ahead, across = side * away[:, axis], np.abs(away[:, 1 - axis])
            counts.append(_counts((ahead == 1) & (across == 0), at_home, is_night, silences))
            counts[-1] += _strips(away, ahead, across, is_night)
    return np.array(counts, dtype=float)


def _by_night(slots: Bools) -> Ints:
    return slots.reshape(-1, SLOTS_PER_DAY)[:, :NIGHT_SLOTS].sum(axis=1)


def _counts(beyond: Bools, at_home: Bools, is_night: Bools, silences: list[int]) -> list[int]:
    """Return nights' lone slots, slots, whole nights, silences; days' slots, crossings, lone."""
    lone = np.zeros_like(beyond)
    lone[1:-1] = beyond[1:-1] & at_home[:-2] & at_home[2:]
    by_night = _by_night(beyond)
    crossings = (beyond[1:] & at_home[:-1]).sum() + (at_home[1:] & beyond[:-1]).sum()
    return [
        (lone & is_night).sum(),
        by_night.sum(),
        (by_night > NIGHT_SLOTS // 2).sum(),
        *silences,
        (beyond & ~is_night).sum(),
        crossings,
        (lone & ~is_night).sum(),
    ]


def _strips(away: Ints, ahead: Ints, across: Ints, is_night: Bools) -> list[int]:
    """Return of strips one to three cells off: visits; of two, different cells; days' slots."""
    begins = np.concatenate([[True], (away[1:] != away[:-1]).any(axis=1)])
    strips = [(ahead == off) & (across <= off) for off in (1, 2, 3)]
    return [
        *((strip & begins).sum() for strip in strips),
        *(len(np.unique(away[strip], axis=0)) for strip in strips[:2]),
        *((strip & ~is_night).sum() for strip in strips),
    ]


@dataclass(frozen=True)
class Guess:
    """The median error, and the share within 100 m (a tenth of a cell), with the draws' number."""

    median: float
    within: float
    draws: int


def centre(draws: list[Seen], *, offset_given: bool) -> Guess:
    """Guess the middle of the cell that nights show."""
    errors = [_error(np.array([0.5, 0.5]), draw, offset_given=offset_given) for draw in draws]
    return _guess(errors, errors)


def learned(draws: list[Seen], lessons: list[Seen], which: slice) -> tuple[Guess, Guess]:
    """Guess by what the lessons, other wearers, teach: with the offset given, and unknown."""
    known, places = _lessons(_features(lessons, which), np.array([one.truth for one in lessons]))
    near: dict[bool, list[float]] = {True: [], False: []}
    hits: dict[bool, list[float]] = {True: [], False: []}
    for draw, features in zip(draws, _features(draws, which), strict=True):
        rows, cols = (_posterior(features, axis, known, places) for axis in (0, 1))
        middle, best = np.array([_median(rows), _median(cols)]), _best_disc(rows, cols)
        for is_given in (True, False):
            near[is_given].append(_error(middle, draw, offset_given=is_given))
            hits[is_given].append(_error(best, draw, offset_given=is_given))
    return _guess(near[True], hits[True]), _guess(near[False], hits[False])


def _features(draws: list[Seen], which: slice) -> Floats:
    return np.log1p(np.array([draw.counts[:, which] for draw in draws])) * _WEIGHTS[which]


def _lessons(features: Floats, truths: Floats) -> tuple[Floats, Floats]:
    """Return (features, place) of every axis both ways round: a border is like another."""
    known: list[Floats] = []
    places: list[Floats] = []
    for axis in (0, 1):
        low, high = features[:, 2 * axis], features[:, 2 * axis + 1]
        known += [np.concatenate([low, high], axis=1), np.concatenate([high, low], axis=1)]
        places += [truths[:, axis], 1 - truths[:, axis]]
    return np.concatenate(known), np.concatenate(places)


def _posterior(features: Floats, axis: int, known: Floats, places: Floats) -> Floats:
    """Return the place's distribution on one axis: that of the draws that look most alike."""
    asked = np.concatenate([features[2 * axis], features[2 * axis + 1]])
    away = ((known - asked) ** 2).sum(axis=1)
    count = max(int(_NEIGHBOURS * len(known)), 20)
    alike = np.argpartition(away, min(count, len(away) - 1))[:count]
    found = np.histogram(places[alike], bins=_BINS)[0] + 0.02
    smooth = np.exp(-0.5 * (np.arange(-6, 7) / 1.5) ** 2)
    found = np.convolve(found, smooth, "same")
    return found / found.sum()


def _median(share: Floats) -> float:
    return float(_MIDS[min(np.searchsorted(np.cumsum(share), 0.5), len(_MIDS) - 1)])


def _best_disc(rows: Floats, cols: Floats) -> Floats:
    """Return the middle of the disc of a tenth of a cell that is likeliest to hold the place."""
    reach = np.arange(-10, 11)
    disc = (reach[:, None] ** 2 + reach[None] ** 2 <= 100).astype(float)
    size = len(rows) + len(reach) - 1
    shape = (size, size)
    joint = np.fft.rfft2(np.outer(rows, cols), shape) * np.fft.rfft2(disc, shape)
    mass = np.fft.irfft2(joint, shape)[10 : 10 + len(rows), 10 : 10 + len(cols)]
    row, col = np.unravel_index(mass.argmax(), mass.shape)
    return np.array([_MIDS[row], _MIDS[col]])


def _error(guess: Floats, draw: Seen, *, offset_given: bool) -> float:
    """Return the error in cells; without the offset it counts as nought, its likeliest value."""
    miss = guess - draw.truth if offset_given else guess - draw.truth + draw.offset
    return float(np.hypot(*miss))


def _guess(near: list[float], hits: list[float]) -> Guess:
    return Guess(
        float(np.median(near)), float(np.mean([error <= _HIT for error in hits])), len(near)
    )
