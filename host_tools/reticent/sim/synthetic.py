"""A synthetic wearer's day in a town that is not there.

Home, work, a lunch break in a lane that the order forbids, an evening stop at a forbidden school:
the zones of examples/order. The place lies in the North Atlantic, so nobody's home can be meant.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from reticent.sim.noise import ReceiverNoise
from reticent.sim.receiver import DIALECTS, M_PER_DEGREE, Dialect, Position, bursts
from reticent.sim.track import Track

TOWN = (47.0, -30.0)  # degrees; every place below is metres (east, north) from here
HOME = (0.0, 0.0)
WORK = (5_200.0, 2_400.0)
LANE = (5_900.0, 3_300.0)  # the middle of Harbour Lane
SCHOOL = (2_600.0, -1_900.0)  # Mill School
CINEMA = (4_800.0, -3_100.0)

PLAIN = DIALECTS["plain"]


@dataclass(frozen=True)
class Stop:
    """Be at a place (metres east, north) from one hour of the day to another."""

    place: tuple[float, float]
    arrive_h: float
    leave_h: float


DAY = (
    Stop(HOME, 0.0, 7.5),
    Stop(WORK, 7.9, 12.1),
    Stop(LANE, 12.4, 12.55),
    Stop(WORK, 12.9, 17.0),
    Stop(HOME, 17.5, 19.2),
    Stop(SCHOOL, 19.32, 19.36),
    Stop(CINEMA, 19.5, 22.0),
    Stop(HOME, 22.4, 24.0),
)


def degrees(place: tuple[float, float]) -> tuple[float, float]:
    """Return (latitude, longitude) of a place given in metres (east, north) from the town."""
    east, north = place
    lat = TOWN[0] + north / M_PER_DEGREE
    return lat, TOWN[1] + east / (M_PER_DEGREE * math.cos(math.radians(TOWN[0])))


def make_day(
    date: datetime, seed: int = 1, dialect: Dialect = PLAIN, hours: tuple[float, float] = (0, 24)
) -> Track:
    """Return the day that begins at `date` (UTC midnight), or some hours of it, at 1 Hz.

    The sky is open all day: noise, but no multipath.
    """
    noise = ReceiverNoise(seed, jumps_per_hour=0)
    found = bursts(_positions(date, hours), dialect, seed, noise)
    return Track("synthetic day", list(found))


def _positions(date: datetime, hours: tuple[float, float]) -> Iterator[Position]:
    start_s = int(date.timestamp())
    for second in range(int(hours[0] * 3600), int(hours[1] * 3600)):
        east, north, speed_mps, course = _at(second)
        yield Position(start_s + second, *degrees((east, north)), speed_mps, course)


def _at(second: int) -> tuple[float, float, float, float]:
    """Return (east m, north m, speed m/s, course degrees) at this second of the day."""
    hour = second / 3600
    for stop, following in zip(DAY, (*DAY[1:], DAY[-1]), strict=True):
        if hour < stop.leave_h or stop is following:
            return *stop.place, 0.0, 0.0
        if hour < following.arrive_h:
            share = (hour - stop.leave_h) / (following.arrive_h - stop.leave_h)
            dx = following.place[0] - stop.place[0]
            dy = following.place[1] - stop.place[1]
            speed = math.hypot(dx, dy) / (3600 * (following.arrive_h - stop.leave_h))
            course = math.degrees(math.atan2(dx, dy)) % 360
            return stop.place[0] + share * dx, stop.place[1] + share * dy, speed, course
    raise AssertionError  # the last stop lasts till midnight
