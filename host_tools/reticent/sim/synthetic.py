"""A synthetic wearer's day in a town that is not there, as a receiver would send it.

Home, work, a lunch break in a lane that the order forbids, an evening stop at a forbidden school:
the zones of examples/order. The place lies in the North Atlantic, so nobody's home can be meant.
"""

from __future__ import annotations

import math
import random
import time
from dataclasses import dataclass
from datetime import datetime

from reticent.sim.track import Burst, Track, checksum

TOWN = (47.0, -30.0)  # degrees; every place below is metres (east, north) from here
HOME = (0.0, 0.0)
WORK = (5_200.0, 2_400.0)
LANE = (5_900.0, 3_300.0)  # the middle of Harbour Lane
SCHOOL = (2_600.0, -1_900.0)  # Mill School
CINEMA = (4_800.0, -3_100.0)

_M_PER_DEGREE = 111_195.0
_NOISE_M = 3.0  # one sigma on each axis, Gauss-Markov
_NOISE_TIME_S = 30.0


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
    lat = TOWN[0] + north / _M_PER_DEGREE
    return lat, TOWN[1] + east / (_M_PER_DEGREE * math.cos(math.radians(TOWN[0])))


def make_day(date: datetime, seed: int = 1, step_s: int = 1) -> Track:
    """Return the day that begins at `date` (UTC midnight): RMC and GGA every `step_s` seconds."""
    rng = random.Random(seed)  # noqa: S311 - a reproducible track, not a key
    start_s = int(date.timestamp())
    decay = math.exp(-step_s / _NOISE_TIME_S)
    kick = _NOISE_M * math.sqrt(1 - decay * decay)
    noise = [0.0, 0.0]
    bursts: list[Burst] = []
    for second in range(0, 86_400, step_s):
        east, north, speed_mps, course = _at(second)
        for axis in (0, 1):
            noise[axis] = noise[axis] * decay + rng.gauss(0.0, kick)
        lat, lon = degrees((east + noise[0], north + noise[1]))
        hdop = 0.8 + 0.1 * rng.randrange(5)
        utc_s = start_s + second
        data = _rmc(utc_s, lat, lon, speed_mps, course) + _gga(utc_s, lat, lon, hdop)
        bursts.append(Burst(utc_s * 1000, data))
    return Track("synthetic day", bursts)


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


def _rmc(utc_s: int, lat: float, lon: float, speed_mps: float, course: float) -> bytes:
    clock, date = _clock(utc_s)
    knots = speed_mps * 3600 / 1852
    return _sentence(f"GPRMC,{clock},A,{_angles(lat, lon)},{knots:.2f},{course:.2f},{date},,,A")


def _gga(utc_s: int, lat: float, lon: float, hdop: float) -> bytes:
    clock, _ = _clock(utc_s)
    return _sentence(f"GPGGA,{clock},{_angles(lat, lon)},1,09,{hdop:.1f},12.0,M,50.0,M,,")


def _clock(utc_s: int) -> tuple[str, str]:
    """Return (hhmmss.000, ddmmyy)."""
    moment = time.gmtime(utc_s)
    return time.strftime("%H%M%S.000", moment), time.strftime("%d%m%y", moment)


def _angles(lat: float, lon: float) -> str:
    """Return ddmm.mmmm,N,dddmm.mmmm,E as in RMC and GGA."""
    ns, ew = "N" if lat >= 0 else "S", "E" if lon >= 0 else "W"
    lat_units, lon_units = round(abs(lat) * 600_000), round(abs(lon) * 600_000)
    return (
        f"{lat_units // 600_000:02}{lat_units % 600_000 / 10_000:07.4f},{ns},"
        f"{lon_units // 600_000:03}{lon_units % 600_000 / 10_000:07.4f},{ew}"
    )


def _sentence(body: str) -> bytes:
    return f"${body}*{checksum(body.encode()):02X}\r\n".encode()
