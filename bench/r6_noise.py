"""The noise of REQUIREMENTS R6, second by second, and the ways of a tag under it."""

from __future__ import annotations

import math
from argparse import Namespace
from collections.abc import Iterator

import numpy as np

SIGMA_M = 10 / math.sqrt(2 * math.log(10))  # on each axis: 10 m holds 90 % of the radii
TAU_S = 30
JUMP_M, CAP_S = 100, 30
OUTSIDE_M = 20
CHUNK = 500
SETTLING_S = 60


def tracks_dm(
    rng: np.random.Generator, path_m: np.ndarray, runs: int, args: Namespace
) -> np.ndarray:
    """Return (2, runs, seconds): decimetres north and east of the tag's first place."""
    seconds = len(path_m)
    keep = math.exp(-1 / TAU_S)
    noise = rng.normal(0, SIGMA_M * math.sqrt(1 - keep * keep), (2, runs, seconds))
    noise[:, :, 0] = rng.normal(0, SIGMA_M, (2, runs))
    for second in range(1, seconds):
        noise[:, :, second] += keep * noise[:, :, second - 1]
    noise[0] += path_m
    for run, starts in enumerate(rng.poisson(args.jumps * (seconds + CAP_S) / 3600, runs)):
        busy_until = -math.inf
        for start in sorted(rng.uniform(-CAP_S, seconds, starts)):
            length = min(rng.exponential(args.mean_jump), CAP_S)
            bearing = rng.uniform(0, 2 * math.pi)
            begin = start if args.overlap else max(start, busy_until)
            busy_until = begin + length
            low, high = max(0, math.ceil(begin)), max(0, math.ceil(begin + length))
            noise[0, run, low:high] += JUMP_M * math.cos(bearing)
            noise[1, run, low:high] += JUMP_M * math.sin(bearing)
    return np.rint(noise * 10).astype(np.int32)


def all_tracks(
    rng: np.random.Generator, spans: list[tuple[int, int]], args: Namespace
) -> Iterator[np.ndarray]:
    """Yield the (2, seconds) track of every run of spans, (runs, seconds)."""
    for runs, seconds in spans:
        chunk = max(1, CHUNK * 3_600 // seconds)
        for first in range(0, runs, chunk):
            tracks = tracks_dm(rng, np.zeros(seconds), min(chunk, runs - first), args)
            for run in range(tracks.shape[1]):
                yield tracks[:, run]


def all_tracks_of(
    rng: np.random.Generator, path: np.ndarray, args: Namespace
) -> Iterator[np.ndarray]:
    """Yield a (2, seconds) track of this path for each of the runs."""
    for first in range(0, args.runs, CHUNK):
        tracks = tracks_dm(rng, path, min(CHUNK, args.runs - first), args)
        for run in range(tracks.shape[1]):
            yield tracks[:, run]


def path_m(depth_m: float, stay_s: int, approach: str) -> tuple[np.ndarray, int]:
    """Return metres north by second, and the last second before the depth is reached.

    The approach is a speed in m/s, braked at 5 m/s2 so that the tag comes to rest there; or
    "abrupt", 40 m/s at once after a minute 20 m outside; or "at once", there within a second.
    """
    to_go = OUTSIDE_M + depth_m
    if approach == "at once":
        way = np.zeros(SETTLING_S)
    elif approach == "abrupt":
        way = np.concatenate([np.zeros(SETTLING_S), np.arange(40, to_go, 40)])
    else:
        left = [0.0]
        while len(left) <= SETTLING_S or left[-1] < to_go:
            left.append(left[-1] + min(float(approach), math.sqrt(10 * left[-1]) + 2.5))
        way = to_go - np.array(left[:0:-1])
    return np.concatenate([way, np.full(stay_s, to_go)]), len(way) - 1
