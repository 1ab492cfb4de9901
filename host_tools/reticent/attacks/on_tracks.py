"""The attacks on tracks from files: figures without a bar, as their number tells nothing.

Each track goes through the tag's own pipeline under the order, with offsets drawn anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from reticent.attacks import driven, rule
from reticent.attacks.cellmap import centres_udeg, from_corner
from reticent.attacks.figures import Figure
from reticent.attacks.suite import leave_interrupts
from reticent.attacks.towns import Floats, Ints, Town
from reticent.attacks.tracks import TrackOf
from reticent.errors import BadInput
from reticent.sim.told import told
from reticent.tagcode import gnss, grid, record

_SLOT_S = 900
_DAY_S = 86_400
_HDOP_X10, _SATELLITES = 10, 9
_MOST_DAYS = 366


@dataclass(frozen=True)
class Task:
    """One track under one offset."""

    track: TrackOf
    rules: driven.Rules
    seed: int


@dataclass(frozen=True)
class Result:
    """Errors in cells of guesses of where the track is most: by each tag; and what was said."""

    errors: dict[str, float]
    cells: int
    positions: int
    days: int


def run(
    tracks: list[TrackOf], rules: driven.Rules, draws: int, seed: int, step: Callable[..., None]
) -> list[Figure]:
    """Return the figures of all tracks, each under as many offsets as come to `draws` in all."""
    for track in tracks:
        if track.days > _MOST_DAYS:
            raise BadInput(f"{track.name}: is longer than {_MOST_DAYS} days; cut it")
    each = max(1, -(-draws // len(tracks)))
    tasks = [
        Task(track, rules, seed * 100_000 + number * each + k)
        for number, track in enumerate(tracks)
        for k in range(each)
    ]
    found: list[Result] = []
    with ProcessPoolExecutor(os.cpu_count() or 1, initializer=leave_interrupts) as pool:
        try:
            for result in pool.map(attack, tasks, chunksize=4):
                found.append(result)
                step("tracks", len(found), len(tasks))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return _figures([result for result in found if result.days], len(tracks))


def attack(task: Task) -> Result:
    """Return what attackers make of one track under one offset."""
    rng = np.random.default_rng(task.seed)
    row, col = (int(part) for part in rng.integers(-grid.HALF_CELL, grid.HALF_CELL, 2))
    start_s = int(task.track.utc_s[0]) // _DAY_S * _DAY_S
    end_s = int(task.track.utc_s[-1]) + 3 * _SLOT_S
    said = _said(task, (row, col), start_s, end_s)
    cells = np.array([entry[2:] for entry in said if entry[0] == record.COARSE and entry[2]])
    days = task.track.days
    positions = sum(entry[0] == record.PRECISE for entry in said)
    slots = np.arange(start_s, end_s, _SLOT_S)
    udeg, heard = task.track.at(slots)
    if not heard.any():
        return Result({}, 0, 0, 0)  # no slot's border is within the track
    target = _most_at(udeg[heard])
    errors: dict[str, float] = {}
    if len(cells):
        errors = _errors(cells.astype(np.int64), target, (row, col), task.rules.cell_m)
    errors |= _others(udeg[heard], target, rng, task.rules.cell_m)
    return Result(errors, len(cells), positions, days)


def _said(task: Task, offset: tuple[int, int], start_s: int, end_s: int) -> list[list[object]]:
    """Return the records of the pipeline, booted at the track's first midnight."""
    order = driven.policy_of(task.rules, task.track.days, None, start_s)

    days: dict[int, tuple[list[list[int]], list[bool]]] = {}

    def fix_at(utc_s: int) -> gnss.Fix | None:
        day, second = divmod(utc_s, _DAY_S)
        if day not in days:
            days.clear()
            udeg, heard = task.track.at(np.arange(day * _DAY_S, (day + 1) * _DAY_S))
            days[day] = udeg.tolist(), heard.tolist()
        udeg, heard = days[day]
        if not heard[second]:
            return None
        lat, lon = udeg[second]
        return gnss.Fix(utc_s, lat, lon, _HDOP_X10, _SATELLITES)

    return [entry for _, _, entry in told(order, offset, fix_at, start_s, end_s)]


def _most_at(udeg: Ints) -> Ints:
    """Return the place (lat, lon) where the track is most: the middle of its fullest 50 m."""
    metres = Town(udeg[0, 0] / 1e6, udeg[0, 1] / 1e6).metres(udeg)
    _, where, counts = np.unique(
        np.floor(metres / 50), axis=0, return_inverse=True, return_counts=True
    )
    return np.median(udeg[where.ravel() == counts.argmax()], axis=0).astype(np.int64)


def _errors(cells: Ints, target: Ints, offset: tuple[int, int], cell_m: int) -> dict[str, float]:
    known, counts = np.unique(cells, axis=0, return_counts=True)
    most = known[counts.argmax()]
    home = from_corner(target, most, cell_m)
    shift = np.array(offset) / 2.0**grid.OFFSET_BITS
    return {
        "tag, offset given": float(np.hypot(*(home + shift - 0.5))),
        "tag, offset unknown": float(np.hypot(*(home - 0.5))),
        "tag, mean of all cells": _miss(centres_udeg(cells, cell_m), target, cell_m),
    }


def _others(udeg: Ints, target: Ints, rng: np.random.Generator, cell_m: int) -> dict[str, float]:
    """Return the errors by other tags on the same track, from what is said where it is most."""
    there = udeg[np.abs(_metres(udeg, target)).max(axis=1) < 100]
    shifts = rng.integers(-grid.HALF_CELL, grid.HALF_CELL, there.shape)
    fresh = centres_udeg(rule.cells(there, cell_m, shifts), cell_m)
    orders = rule.cells(
        np.tile(target, (4, 1)),
        cell_m,
        shifts[:1] + rng.integers(-grid.HALF_CELL, grid.HALF_CELL, (4, 2)),
    )
    public = rule.cells(there, cell_m, (0, 0))
    single = rule.cells(there, cell_m, shifts[0])
    return {
        "minute by minute": _miss(there, target, cell_m),
        "fresh noise": _miss(fresh, target, cell_m),
        "an offset per order, 4 orders": _miss(centres_udeg(orders, cell_m), target, cell_m),
        "public grid": _miss(centres_udeg(public, cell_m), target, cell_m),
        "report on change, offset given": _by_borders(single, target, shifts[0], cell_m),
    }


def _by_borders(cells: Ints, target: Ints, shift: Ints, cell_m: int) -> float:
    """Return the error of the mean of cells that change as the receiver's fixes do."""
    east_north = shift[::-1] / 2.0**grid.OFFSET_BITS * cell_m
    middle = _metres(centres_udeg(cells, cell_m), target).mean(axis=0) - east_north
    return float(np.hypot(*middle)) / cell_m


def _metres(udeg: Ints, target: Ints) -> Floats:
    return Town(target[0] / 1e6, target[1] / 1e6).metres(udeg)


def _miss(udeg: Ints, target: Ints, cell_m: int) -> float:
    return float(np.hypot(*_metres(udeg, target).mean(axis=0))) / cell_m


def _figures(found: list[Result], tracks: int) -> list[Figure]:
    if not found:
        raise BadInput("these tracks are too short: no slot's border is in any")
    count = len(found)
    made: list[Figure] = []
    on = f"{tracks} tracks"
    silent = sum(not result.cells for result in found) / count
    made.append(Figure("-", "tracks without any cell", on, "tag", silent, "share", draws=count))
    for name in max((result.errors for result in found), key=len):
        errors = np.array([one.errors[name] for one in found if name in one.errors])
        count = len(errors)
        median, within = float(np.median(errors)), float((errors <= 0.1).mean())
        attack = f"most visited place: {name}"
        made.append(Figure("-", attack, on, "median error", median, "cell", draws=count))
        made.append(Figure("-", attack, on, "within 0.1", within, "share", draws=count))
    count, days = len(found), sum(result.days for result in found)
    cells, positions = sum(one.cells for one in found), sum(one.positions for one in found)
    made.append(Figure("-", "cost", on, "cells a day", cells / days, "", draws=count))
    made.append(Figure("-", "cost", on, "positions a day", positions / days, "", draws=count))
    return made
