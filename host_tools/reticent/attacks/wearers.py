"""Synthetic wearers, made from a seed: places, habits, and where they are at any second.

A wearer has a home, mostly work, ten errand places, a friend's home for some nights, and a
sensitive place visited each week. Every place lies in a street of its own, walked through at the
same end each time, and each pair of places has one way: what is regular about people is what an
attacker can use.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from reticent.attacks.towns import TOWNS, Floats, Town

DAY_S = 86_400
HOME, WORK, FRIEND, SENSITIVE, FIRST_ERRAND = 0, 1, 2, 3, 4
ERRANDS = 10
PLACES = FIRST_ERRAND + ERRANDS
FAR_ERRANDS_M, NEAR_ERRANDS_M = 3_000.0, 1_200.0  # medians of their distances
ERRANDS_LOG_SIGMA = 1.2

_WALK_M_S = 1.4
_WALKED_M = 1_500.0  # shorter ways are walked


@dataclass(frozen=True)
class Habits:
    """How a wearer's days go."""

    works: bool
    leave_h: float
    end_h: float
    drive_m_s: float
    out_share: float  # of evenings
    away_share: float  # of nights, at the friend's
    walk_share: float  # of days with a walk around home


@dataclass(frozen=True)
class Wearer:
    """One wearer: places (east, north) in metres, and the way as waypoints."""

    town: Town
    places: Floats  # [PLACES, 2]
    habits: Habits
    times_s: Floats  # of the waypoints, from the first day's midnight
    points: Floats  # [waypoints, 2]
    visits: list[tuple[float, int]]  # (arrival, place), in order

    def at(self, seconds: Floats) -> Floats:
        """Return (east, north) metres at these seconds since the first midnight."""
        x = np.interp(seconds, self.times_s, self.points[:, 0])
        y = np.interp(seconds, self.times_s, self.points[:, 1])
        return np.stack([x, y], axis=-1)


def make_wearer(
    seed: int, days: int, town: Town | None = None, errands_m: float = FAR_ERRANDS_M
) -> Wearer:
    """Return the wearer of this seed over so many days, from a Monday on.

    `errands_m` is the median distance of errand places from home.
    """
    rng = np.random.default_rng((seed, 6))
    town = town or TOWNS[seed % len(TOWNS)]
    places = _places(rng, town, errands_m)
    habits = _habits(rng)
    return _walked(rng, town, places, habits, days)


def _places(rng: np.random.Generator, town: Town, errands_m: float) -> Floats:
    places = rng.normal(0, town.spread_m, (PLACES, 2))
    bearings = rng.uniform(0, 2 * math.pi, ERRANDS)
    ranges = np.clip(
        np.exp(rng.normal(math.log(errands_m), ERRANDS_LOG_SIGMA, ERRANDS)), 150, 20_000
    )
    around = np.stack([np.cos(bearings), np.sin(bearings)], axis=-1) * ranges[:, None]
    places[FIRST_ERRAND:] = places[HOME] + around
    return places


def _habits(rng: np.random.Generator) -> Habits:
    return Habits(
        works=bool(rng.random() < 0.7),
        leave_h=float(rng.normal(8.0, 0.7)),
        end_h=float(rng.normal(17.0, 0.7)),
        drive_m_s=float(rng.uniform(5, 13)),
        out_share=float(rng.uniform(0.1, 0.5)),
        away_share=float(rng.uniform(0.0, 0.12)),
        walk_share=float(rng.uniform(0.0, 0.8)),
    )


class _Diary:
    """Writes waypoints while the wearer goes from place to place."""

    def __init__(self, rng: np.random.Generator, places: Floats, habits: Habits) -> None:
        self._rng = rng
        self._places = places
        self._habits = habits
        bearings = rng.uniform(0, 2 * math.pi, len(places))
        lengths = rng.uniform(60, 250, len(places))
        streets = np.stack([np.cos(bearings), np.sin(bearings)], axis=-1) * lengths[:, None]
        self._street_ends = places + streets
        self._ways: dict[tuple[int, int], tuple[Floats, Floats]] = {}
        self._loops = self._street_ends[HOME] + rng.normal(0, 300, (3, 2))
        self.here = HOME
        self.now_s = 0.0
        self.times: list[Floats] = [np.zeros(1)]
        self.points: list[Floats] = [places[HOME][None]]
        self.visits: list[tuple[float, int]] = [(0.0, HOME)]

    def go(self, leave_s: float, place: int) -> None:
        """Leave for a place at this second, or as soon as the last way is over."""
        if place == self.here:
            return
        self._follow(max(leave_s, self.now_s + 60), *self._way(self.here, place))
        self.here = place
        self.visits.append((self.now_s, place))

    def walk_round(self, leave_s: float) -> None:
        """Go for a walk from home and come back."""
        home, end = self._places[HOME], self._street_ends[HOME]
        far = self._loops[self._rng.integers(len(self._loops))]
        points = np.array([home, end, far, end, home])
        self._follow(max(leave_s, self.now_s + 60), _durations(points, _WALK_M_S), points)

    def _follow(self, start_s: float, durations_s: Floats, points: Floats) -> None:
        times = start_s + durations_s
        self.times.append(times)
        self.points.append(points)
        self.now_s = float(times[-1])

    def _way(self, start: int, end: int) -> tuple[Floats, Floats]:
        """Return (seconds from the start, points) of the one way between two places."""
        key = (min(start, end), max(start, end))
        if key not in self._ways:
            self._ways[key] = self._new_way(*key)
        seconds, points = self._ways[key]
        if key == (start, end):
            return seconds, points
        return (seconds[-1] - seconds)[::-1], points[::-1]

    def _new_way(self, start: int, end: int) -> tuple[Floats, Floats]:
        first, last = self._street_ends[start], self._street_ends[end]
        across = last - first
        length_m = float(np.hypot(*across))
        side = np.array([-across[1], across[0]])
        bends = [
            first + share * across + side * self._rng.normal(0, 0.15) for share in (0.25, 0.5, 0.8)
        ]
        points = np.array([self._places[start], first, *bends, last, self._places[end]])
        drive = _WALK_M_S if length_m < _WALKED_M else self._habits.drive_m_s
        speeds = np.array([_WALK_M_S, drive, drive, drive, drive, _WALK_M_S])
        return _durations(points, speeds), points


def _durations(points: Floats, speeds: Floats | float) -> Floats:
    steps = np.hypot(*np.diff(points, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps / speeds)])


def _walked(
    rng: np.random.Generator, town: Town, places: Floats, habits: Habits, days: int
) -> Wearer:
    diary = _Diary(rng, places, habits)
    for day in range(days):
        _day(rng, diary, habits, day)
    times = np.concatenate(diary.times)
    return Wearer(town, places, habits, times, np.concatenate(diary.points), diary.visits)


def _day(rng: np.random.Generator, diary: _Diary, habits: Habits, day: int) -> None:
    """Write one day, from wherever the night was spent to where the next one is."""
    zero_s = day * DAY_S
    weekend = day % 7 >= 5
    if habits.works and not weekend:
        _working_day(rng, diary, habits, zero_s)
    else:
        _free_day(rng, diary, zero_s, sensitive=day % 7 == 6)
    if rng.random() < habits.walk_share and diary.here == HOME:
        diary.walk_round(zero_s + 3600 * rng.normal(19, 1))
    if rng.random() < habits.out_share:
        diary.go(zero_s + 3600 * rng.normal(19.5, 0.5), _errand(rng))
        diary.go(diary.now_s + 3600 * rng.uniform(0.5, 3), HOME)
    if rng.random() < habits.away_share:
        diary.go(zero_s + 3600 * rng.normal(21, 0.5), FRIEND)


def _working_day(rng: np.random.Generator, diary: _Diary, habits: Habits, zero_s: int) -> None:
    diary.go(zero_s + 3600 * rng.normal(habits.leave_h, 0.15), WORK)
    if rng.random() < 0.3:
        diary.go(zero_s + 3600 * rng.normal(12.3, 0.2), _errand(rng))
        diary.go(diary.now_s + 60 * rng.uniform(15, 40), WORK)
    diary.go(zero_s + 3600 * rng.normal(habits.end_h, 0.3), _errand(rng))
    diary.go(diary.now_s + 60 * rng.uniform(5, 50), HOME)


def _free_day(rng: np.random.Generator, diary: _Diary, zero_s: int, *, sensitive: bool) -> None:
    if sensitive:
        diary.go(zero_s + 3600 * rng.normal(9.6, 0.1), SENSITIVE)
        diary.go(diary.now_s + 3600 * rng.uniform(1, 2), HOME)
    for hour in (11.0, 14.0, 16.5):
        if rng.random() < 0.5:
            diary.go(zero_s + 3600 * rng.normal(hour, 0.5), _errand(rng))
            diary.go(diary.now_s + 60 * rng.uniform(10, 90), HOME)
    if diary.here != HOME:
        diary.go(zero_s + 3600 * rng.normal(12, 1), HOME)


def _errand(rng: np.random.Generator) -> int:
    """Return an errand place: a few are visited often, the others seldom."""
    return FIRST_ERRAND + min(int(rng.exponential(2.5)), ERRANDS - 1)
