"""What goes wrong in a simulation: a fault changes the tag's world or what its receiver says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reticent.sim.track import Burst, Track
from reticent.sim.world import BAUD, CAPTIVE, DEAF, DOWN, POWER, SLOW_MS, UP, WIFI, Change

_DAY_S = 86_400
# The sentences that tell the time, with the place of hhmmss and, in RMC, of ddmmyy.
_SENTENCE = re.compile(rb"\$[A-Z]{2}(RMC|GGA|GLL)[^*\r\n]*\*[0-9A-F]{2}")
_TIME_FIELD = {b"RMC": 1, b"GGA": 1, b"GLL": 5}
_DATE_FIELD = 9


@dataclass(frozen=True)
class Scene:
    """What a fault is laid over: when the tag was first powered on, and its receiver's line."""

    zero_ms: int
    uart: int
    baud: int

    def at_ms(self, utc_s: int) -> int:
        """Return a UTC second as milliseconds since the first power-on."""
        return max(utc_s * 1000 - self.zero_ms, 0)


class Fault:
    """Nothing goes wrong; each kind below overrides what it changes."""

    blocks_left: int | None = None  # of the flash, from the start on

    def changes(self, scene: Scene) -> list[Change]:
        """Return what changes in the tag's world."""
        del scene
        return []

    def said(self, bursts: list[Burst]) -> list[Burst]:
        """Return what the receiver says, of what it would say."""
        return bursts


@dataclass(frozen=True)
class Network(Fault):
    """The Wi-Fi is down, captive, deaf (its name server stays silent) or slow in between."""

    from_s: int
    until_s: int
    how: int = DOWN  # of world.py; from SLOW_MS on: milliseconds before each piece of an answer

    def changes(self, scene: Scene) -> list[Change]:
        return [
            Change(scene.at_ms(self.from_s), WIFI, 0, self.how),
            Change(scene.at_ms(self.until_s), WIFI, 0, UP),
        ]


@dataclass(frozen=True)
class BrownOut(Fault):
    """The supply dips: the tag loses what is in its memory, and boots."""

    at_s: int

    def changes(self, scene: Scene) -> list[Change]:
        return [Change(scene.at_ms(self.at_s), POWER, 0, 0)]


@dataclass(frozen=True)
class FullFlash(Fault):
    """From the start on the file system has so many free blocks of 4 KiB."""

    blocks_left: int | None


@dataclass(frozen=True)
class Stuck(Fault):
    """In between the receiver says its last epoch over and over, or nothing."""

    from_s: int
    until_s: int
    is_silent: bool

    def said(self, bursts: list[Burst]) -> list[Burst]:
        said: list[Burst] = []
        last = b""
        for burst in bursts:
            if not self.from_s * 1000 <= burst.utc_ms < self.until_s * 1000:
                last = burst.data
                said.append(burst)
            elif not self.is_silent:
                said.append(Burst(burst.utc_ms, last))
        return said


@dataclass(frozen=True)
class WrongBaud(Fault):
    """In between the receiver talks at another rate than the tag has found."""

    from_s: int
    until_s: int
    baud: int

    def changes(self, scene: Scene) -> list[Change]:
        return [
            Change(scene.at_ms(self.from_s), BAUD, scene.uart, self.baud),
            Change(scene.at_ms(self.until_s), BAUD, scene.uart, scene.baud),
        ]


@dataclass(frozen=True)
class OtherTime(Fault):
    """In between the receiver tells a time that is so many seconds off, and true positions."""

    from_s: int
    until_s: int
    off_s: int

    def said(self, bursts: list[Burst]) -> list[Burst]:
        return [
            Burst(burst.utc_ms, _retimed(burst, self.off_s))
            if self.from_s * 1000 <= burst.utc_ms < self.until_s * 1000
            else burst
            for burst in bursts
        ]


def heard_through(track: Track, faults: tuple[Fault, ...]) -> list[Burst]:
    """Return what the tag's receiver says of the track, all faults laid over it."""
    bursts = track.bursts
    for fault in faults:
        bursts = fault.said(bursts)
    return bursts


def _retimed(burst: Burst, off_s: int) -> bytes:
    """Return a burst with other times in it, its checksums right."""
    epoch_s = burst.utc_ms // 1000

    def other(found: re.Match[bytes]) -> bytes:
        kind = found[1]
        fields = found[0][1:-3].split(b",")
        place = _TIME_FIELD[kind]
        if len(fields) > place and len(fields[place]) >= 6:
            told = _moment_of(fields[place], epoch_s) + timedelta(seconds=off_s)
            fields[place] = told.strftime("%H%M%S").encode() + fields[place][6:]
            if kind == b"RMC" and len(fields) > _DATE_FIELD and fields[_DATE_FIELD]:
                fields[_DATE_FIELD] = told.strftime("%d%m%y").encode()
        body = b",".join(fields)
        checksum = 0
        for byte in body:
            checksum ^= byte
        return b"$%s*%02X" % (body, checksum)

    return _SENTENCE.sub(other, burst.data)


def _moment_of(clock: bytes, near_s: int) -> datetime:
    """Return the moment with this hhmmss that is nearest to a UTC second."""
    of_day = int(clock[:2]) * 3600 + int(clock[2:4]) * 60 + int(clock[4:6])
    moment_s = near_s // _DAY_S * _DAY_S + of_day
    if moment_s - near_s > _DAY_S // 2:
        moment_s -= _DAY_S
    elif near_s - moment_s > _DAY_S // 2:
        moment_s += _DAY_S
    return datetime.fromtimestamp(moment_s, UTC)


def needs_portal(faults: tuple[Fault, ...]) -> bool:
    """Return whether one of them sends the tag to a captive portal."""
    return any(isinstance(fault, Network) and fault.how == CAPTIVE for fault in faults)


STATES = {"down": DOWN, "captive": CAPTIVE, "deaf": DEAF, "slow": SLOW_MS}
