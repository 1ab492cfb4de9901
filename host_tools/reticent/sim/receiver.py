"""Positions to the sentences of a named receiver: u-blox M8, MTK3333, as from the factory.

Both hear GPS and GLONASS. The satellites are a seeded sky that turns slowly; a higher one is heard
better. Sources: NMEA 0183 version 4.0, and what logs of these receivers hold.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reticent.errors import BadInput
from reticent.sim.noise import ReceiverNoise
from reticent.sim.track import Burst, checksum

M_PER_DEGREE = 111_195.0
_KNOTS_PER_MPS = 3600 / 1852
_TURN_S = 86_164  # a satellite's place in the sky repeats after a sidereal day


@dataclass(frozen=True)
class Position:
    """Where the wearer truly is at a UTC second; `heard` is False where there is no sky."""

    utc_s: int
    lat: float  # degrees
    lon: float
    speed_mps: float = 0.0
    course: float = 0.0  # degrees
    heard: bool = True


@dataclass(frozen=True)
class Dialect:
    """How a receiver writes: decimals of minutes and seconds, which sentences, how often."""

    name: str
    minute_places: int
    second_places: int
    sentences: tuple[str, ...]
    gsv_every_s: int = 1
    talker: str = "GN"


DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect("ublox-m8", 5, 2, ("RMC", "VTG", "GGA", "GSA", "GSV", "GLL")),
        Dialect("mtk3333", 4, 3, ("GGA", "GSA", "GSV", "RMC", "VTG"), gsv_every_s=5),
        Dialect("plain", 4, 3, ("RMC", "GGA"), talker="GP"),
    )
}


def dialect_of(name: str) -> Dialect:
    """Return the dialect of this name; BadInput names those there are."""
    if name not in DIALECTS:
        raise BadInput(f"{name}: no such receiver; there are: {', '.join(DIALECTS)}")
    return DIALECTS[name]


class Sky:
    """Nine GPS and five GLONASS satellites at any second."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)  # noqa: S311 - a reproducible sky, not a key
        self._rng = rng
        gps, glonass = rng.sample(range(1, 33), 9), rng.sample(range(65, 89), 5)
        self._orbits = [
            (number, rng.uniform(0, 360), rng.uniform(15, 80), rng.uniform(0, 2 * math.pi))
            for number in (*gps, *glonass)
        ]

    def at(self, utc_s: int) -> list[tuple[int, int, int, int]]:
        """Return [(satellite, elevation, azimuth, C/N0 in dB-Hz)]."""
        turned = 2 * math.pi * utc_s / _TURN_S
        seen: list[tuple[int, int, int, int]] = []
        for number, azimuth, highest, phase in self._orbits:
            elevation = 5 + (highest - 5) * (1 + math.cos(turned + phase)) / 2
            cn0 = 24 + 22 * math.sqrt(math.sin(math.radians(elevation))) + self._rng.gauss(0, 1.2)
            bearing = (azimuth + 360 * utc_s / _TURN_S) % 360
            seen.append((number, round(elevation), int(bearing), round(cn0)))
        return seen


def bursts(
    positions: Iterable[Position], dialect: Dialect, seed: int, noise: ReceiverNoise | None
) -> Iterator[Burst]:
    """Yield what the receiver sends for each position, with the error of `noise`."""
    sky = Sky(seed)
    seen = sky.at(0)
    last_s: int | None = None
    for position in positions:
        shown = position
        if noise is not None:
            error = noise.next(1.0 if last_s is None else position.utc_s - last_s)
            shown = _displaced(position, *error)
        last_s = position.utc_s
        if "GSV" in dialect.sentences:
            seen = sky.at(position.utc_s)
        yield Burst(position.utc_s * 1000, _Epoch(shown, dialect, seen).data())


def _displaced(position: Position, east_m: float, north_m: float) -> Position:
    lat = position.lat + north_m / M_PER_DEGREE
    lon = position.lon + east_m / (M_PER_DEGREE * math.cos(math.radians(position.lat)))
    return Position(position.utc_s, lat, lon, position.speed_mps, position.course, position.heard)


class _Epoch:
    """The sentences of one second."""

    def __init__(
        self, position: Position, dialect: Dialect, seen: list[tuple[int, int, int, int]]
    ) -> None:
        self._p = position
        self._dialect = dialect
        self._seen = seen
        self._used = [entry for entry in seen if entry[1] >= 10] if position.heard else []
        self._hdop = max(0.6, 9.0 / max(len(self._used), 1))
        moment = time.gmtime(position.utc_s)
        self._clock = time.strftime("%H%M%S.", moment) + "0" * dialect.second_places
        self._date = time.strftime("%d%m%y", moment)

    def data(self) -> bytes:
        makers = {
            "RMC": self._rmc,
            "GGA": self._gga,
            "VTG": self._vtg,
            "GSA": self._gsa,
            "GSV": self._gsv,
            "GLL": self._gll,
        }
        bodies = [body for name in self._dialect.sentences for body in makers[name]()]
        return "".join(f"${body}*{checksum(body.encode()):02X}\r\n" for body in bodies).encode()

    def _rmc(self) -> list[str]:
        knots = f"{self._p.speed_mps * _KNOTS_PER_MPS:.2f}"
        course = f"{self._p.course:.2f}" if self._p.speed_mps > 0.5 else ""
        if not self._p.heard:
            return [f"{self._dialect.talker}RMC,{self._clock},V,,,,,,,{self._date},,,N"]
        fields = f"{self._clock},A,{self._angles()},{knots},{course},{self._date}"
        return [f"{self._dialect.talker}RMC,{fields},,,A"]

    def _gga(self) -> list[str]:
        if not self._p.heard:
            return [f"{self._dialect.talker}GGA,{self._clock},,,,,0,00,99.99,,,,,,"]
        used = f"{min(len(self._used), 12):02},{self._hdop:.2f}"
        fields = f"{self._clock},{self._angles()},1,{used},35.0,M,47.0,M,,"
        return [f"{self._dialect.talker}GGA,{fields}"]

    def _vtg(self) -> list[str]:
        knots, kmh = self._p.speed_mps * _KNOTS_PER_MPS, self._p.speed_mps * 3.6
        mode = "A" if self._p.heard else "N"
        return [f"{self._dialect.talker}VTG,,T,,M,{knots:.3f},N,{kmh:.3f},K,{mode}"]

    def _gll(self) -> list[str]:
        if not self._p.heard:
            return [f"{self._dialect.talker}GLL,,,,,{self._clock},V,N"]
        return [f"{self._dialect.talker}GLL,{self._angles()},{self._clock},A,A"]

    def _gsa(self) -> list[str]:
        mode = 3 if self._p.heard else 1
        dops = f"{self._hdop * 1.6:.2f},{self._hdop:.2f},{self._hdop * 1.25:.2f}"
        sentences: list[str] = []
        for gps in (True, False):
            numbers = [f"{sat[0]:02}" for sat in self._used if (sat[0] < 65) == gps][:12]
            slots = ",".join(numbers + [""] * (12 - len(numbers)))
            sentences.append(f"{self._dialect.talker}GSA,A,{mode},{slots},{dops}")
        return sentences

    def _gsv(self) -> list[str]:
        if self._p.utc_s % self._dialect.gsv_every_s:
            return []
        sentences: list[str] = []
        for talker, gps in (("GP", True), ("GL", False)):
            own = [sat for sat in self._seen if (sat[0] < 65) == gps]
            pages = [own[i : i + 4] for i in range(0, len(own), 4)]
            for number, page in enumerate(pages, 1):
                fields = ",".join(
                    f"{n:02},{el:02},{az:03},{self._cn0(c)}" for n, el, az, c in page
                )
                sentences.append(f"{talker}GSV,{len(pages)},{number},{len(own):02},{fields}")
        return sentences

    def _cn0(self, cn0: int) -> str:
        return f"{cn0:02}" if self._p.heard else ""

    def _angles(self) -> str:
        """Return ddmm.mmmm,N,dddmm.mmmm,E."""
        return f"{self._angle(self._p.lat, 2, 'NS')},{self._angle(self._p.lon, 3, 'EW')}"

    def _angle(self, degrees: float, digits: int, hemispheres: str) -> str:
        places = self._dialect.minute_places
        minute = 10**places
        units = round(abs(degrees) * 60 * minute)
        whole, rest = divmod(units, 60 * minute)
        minutes = f"{rest // minute:02}.{rest % minute:0{places}}"
        return f"{whole:0{digits}}{minutes},{hemispheres[degrees < 0]}"
