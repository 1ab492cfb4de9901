"""Tracks: what a receiver sends over a day, as bursts of bytes with the time that each begins.

A raw NMEA log has no arrival times. They are laid down from its own: a burst is what the receiver
sends for one epoch, and begins at the epoch's UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, reduce
from operator import xor
from pathlib import Path

from reticent.errors import BadInput
from reticent.tagcode import gnss

_EPOCH = re.compile(rb"\$\w\w(RMC|GGA),(\d\d)(\d\d)(\d\d)(?:\.(\d+))?,")
_DAY_MS = 86_400_000
_BAUDS = (9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800)
_MOST_LOAD = 0.8  # of the line's time: a receiver that talks all the time leaves no silent gap


@dataclass(frozen=True)
class Burst:
    """What the receiver sends for one epoch, from this UTC on (milliseconds since 1970)."""

    utc_ms: int
    data: bytes


@dataclass(frozen=True)
class Track:
    """A receiver's output, in order of time."""

    name: str
    bursts: list[Burst]

    @property
    def start_s(self) -> int:
        """UTC second of the first burst."""
        return self.bursts[0].utc_ms // 1000

    @property
    def end_s(self) -> int:
        """UTC second of the last burst."""
        return self.bursts[-1].utc_ms // 1000

    @cached_property
    def fixes(self) -> list[gnss.Fix]:
        """The fixes that the firmware's own parser finds, on CPython."""
        epochs = gnss.Epochs()
        found = [fix for burst in self.bursts for fix in epochs.feed(burst.data, len(burst.data))]
        return found + epochs.feed(b"", 0)  # the silence after the last burst

    def baud(self) -> int:
        """Return the slowest usual baud rate at which the bursts leave the line some silence."""
        gaps_ms = [
            (burst, max(later.utc_ms - burst.utc_ms, 1))
            for burst, later in zip(self.bursts, self.bursts[1:], strict=False)
        ]
        needed = max((len(b.data) * 10_000 / gap_ms for b, gap_ms in gaps_ms), default=0)
        for baud in _BAUDS:
            if needed <= baud * _MOST_LOAD:
                return baud
        raise BadInput(
            f"{self.name}: its epochs need {needed:.0f} baud, more than any receiver has; "
            "is it a log of one receiver?"
        )


def read_nmea_log(path: Path) -> Track:
    """Return the track of a raw NMEA log; whatever stands between the sentences is kept.

    Raises BadInput for a file that cannot be read, has no dated position, or whose time runs back.
    """
    try:
        lines = path.read_bytes().splitlines(keepends=True)
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be read ({error.strerror}); name a raw NMEA log"
        ) from error
    timed = list(_timed(lines, path))
    if not timed:
        raise BadInput(f"{path}: no RMC sentence with a date; name a raw NMEA log")
    return Track(path.name, _bursts(timed, path))


def _timed(lines: list[bytes], path: Path) -> Iterable[tuple[int | None, bytes]]:
    """Yield each line with its UTC in ms, None where it has none of its own; nothing undated."""
    day = next((found for line in lines if (found := _date(line)) is not None), None)
    if day is None:
        return
    last_ms: int | None = None
    for line in lines:
        match = _EPOCH.search(line)
        if match is None or not _is_whole(line[match.start() :]):
            yield None, line
            continue
        of_day_ms = _of_day_ms(match)
        dated = _date(line)
        if dated is not None:
            day = dated
        elif last_ms is not None:  # a GGA has no date: the day that brings it nearest to the last
            day = (last_ms - of_day_ms + _DAY_MS // 2) // _DAY_MS
        last_ms = day * _DAY_MS + of_day_ms
        yield last_ms, line


def _bursts(timed: list[tuple[int | None, bytes]], path: Path) -> list[Burst]:
    """Join the lines of each epoch; what stands before the first epoch goes with it."""
    bursts: list[Burst] = []
    first_ms = next(utc_ms for utc_ms, _ in timed if utc_ms is not None)
    now_ms, data = first_ms, bytearray()
    for number, (utc_ms, line) in enumerate(timed, 1):
        if utc_ms is not None and utc_ms != now_ms:
            if utc_ms < now_ms:
                raise BadInput(
                    f"{path}: line {number}: time runs backwards, from {_iso(now_ms)} to "
                    f"{_iso(utc_ms)}; cut the log there"
                )
            bursts.append(Burst(now_ms, bytes(data)))
            now_ms, data = utc_ms, bytearray()
        data += line
    bursts.append(Burst(now_ms, bytes(data)))
    return bursts


def _of_day_ms(match: re.Match[bytes]) -> int:
    hours, minutes, seconds = (int(match[group]) for group in (2, 3, 4))
    thousandths = int((match[5] or b"0")[:3].ljust(3, b"0"))
    return (hours * 3600 + minutes * 60 + seconds) * 1000 + thousandths


def _is_whole(sentence: bytes) -> bool:
    """Return whether the sentence has its right checksum: a damaged time is no time."""
    body, star, rest = sentence[1:].partition(b"*")
    if not star:
        return False
    try:
        return checksum(body) == int(rest[:2], 16)
    except ValueError:
        return False


def _date(line: bytes) -> int | None:
    """Return the day (since 1970) of a whole RMC sentence, or None."""
    match = _EPOCH.search(line)
    if match is None or match[1] != b"RMC" or not _is_whole(line[match.start() :]):
        return None
    fields = line[match.start() :].split(b",")
    try:
        date = datetime.strptime(fields[9].decode(), "%d%m%y").replace(tzinfo=UTC)
    except (IndexError, ValueError):
        return None
    return int(date.timestamp()) * 1000 // _DAY_MS


def _iso(utc_ms: int) -> str:
    return datetime.fromtimestamp(utc_ms / 1000, UTC).isoformat(timespec="milliseconds")


def checksum(body: bytes) -> int:
    """Return the XOR of a sentence's bytes between `$` and `*` (NMEA 0183)."""
    return reduce(xor, body, 0)
