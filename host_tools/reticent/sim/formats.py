"""Tracks from files: a raw NMEA log as it is, GPX and CSV as a named receiver would send them.

Between two points of a GPX or CSV the wearer is taken to go straight and evenly; a gap of more
than ten minutes is a receiver that hears nothing.
"""

from __future__ import annotations

import csv
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from reticent.errors import BadInput
from reticent.sim.noise import ReceiverNoise
from reticent.sim.receiver import M_PER_DEGREE, Dialect, Position, bursts
from reticent.sim.track import Track, read_nmea_log

_MOST_GAP_S = 600
_MOST_DAYS = 31  # at one fix a second; more would not fit the memory of a small machine
_FIRST_YEAR, _LAST_YEAR = 1980, 2079  # RMC tells two digits of a year
_CSV_COLUMNS = ("time", "lat", "lon")


@dataclass(frozen=True)
class Point:
    """A point of a GPX or CSV file, with where in the file it stands."""

    utc_s: int
    lat: float
    lon: float
    where: str


@dataclass(frozen=True)
class Reception:
    """How a GPX or CSV track becomes sentences."""

    dialect: Dialect
    seed: int = 1
    noisy: bool = False


def read_track(path: Path, reception: Reception) -> Track:
    """Return the track of a file, whatever of the three it is; BadInput says what is wrong."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}); name a track file") from None
    if not head:
        raise BadInput(f"{path}: is empty; name an NMEA log, a GPX or a CSV")
    text = head.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if text.startswith("<"):
        points = gpx_points(path)
    elif _is_csv(text):
        points = _csv_points(path)
    else:
        return read_nmea_log(path)
    _check(path, points)
    noise = ReceiverNoise(reception.seed) if reception.noisy else None
    found = bursts(_positions(points), reception.dialect, reception.seed, noise)
    return Track(path.name, list(found))


def _is_csv(text: str) -> bool:
    header = [name.strip().lower() for name in text.split("\n", 1)[0].split(",")]
    return set(_CSV_COLUMNS) <= set(header)


def _csv_points(path: Path) -> list[Point]:
    points: list[Point] = []
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        rows.fieldnames = [name.strip().lower() for name in rows.fieldnames or ()]
        try:
            for row in rows:
                where = f"{path}: line {rows.line_num}"
                points.append(point(row.get("time"), row.get("lat"), row.get("lon"), where))
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadInput(f"{path}: line {rows.line_num}: is no CSV ({error})") from None
    return points


def gpx_points(path: Path) -> list[Point]:
    """Return the track points of a GPX 1.0 or 1.1 file, in its order."""
    try:
        # A GPX is an operator's own file; expat has no external entities, and bounds expansion.
        root = ElementTree.parse(path).getroot()  # noqa: S314
    except ElementTree.ParseError as error:
        raise BadInput(f"{path}: is no sound XML ({error}); export it as GPX anew") from None
    if _local(root.tag) != "gpx":
        raise BadInput(f"{path}: is XML but no GPX; export it as GPX")
    points: list[Point] = []
    for element in root.iter():
        if _local(element.tag) == "trkpt":
            stamp = next((child.text for child in element if _local(child.tag) == "time"), None)
            where = f"{path}: track point {len(points) + 1}"
            points.append(point(stamp, element.get("lat"), element.get("lon"), where))
    return points


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def point(stamp: str | None, lat: str | None, lon: str | None, where: str) -> Point:
    """Return the Point of these texts; BadInput says `where` something is wrong."""
    if not stamp or not stamp.strip():
        raise BadInput(f"{where}: has no time; a track needs one at each point")
    try:
        moment = datetime.fromisoformat(stamp.strip())
    except ValueError:
        raise BadInput(f"{where}: {stamp!r} is no ISO 8601 time") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise BadInput(f"{where}: {stamp!r} is not from {_FIRST_YEAR} to {_LAST_YEAR}")
    return Point(
        int(moment.timestamp()), _degrees(lat, 90, where), _degrees(lon, 180, where), where
    )


def _degrees(text: str | None, most: int, where: str) -> float:
    try:
        value = float(text or "")
    except ValueError:
        raise BadInput(f"{where}: {text!r} is no number of degrees") from None
    if not -most <= value <= most:
        raise BadInput(f"{where}: {text} is not within {most} degrees")
    return value


def _check(path: Path, points: list[Point]) -> None:
    if len(points) < 2:
        raise BadInput(f"{path}: has {len(points)} points with a time; a track needs two")
    for before, after in pairwise(points):
        if after.utc_s < before.utc_s:
            raise BadInput(f"{after.where}: time runs backwards; sort the track by time")
    if points[-1].utc_s - points[0].utc_s > _MOST_DAYS * 86_400:
        raise BadInput(f"{path}: is longer than {_MOST_DAYS} days; cut it")


def _positions(points: list[Point]) -> Iterator[Position]:
    """Yield a position for each second from the first point to the last."""
    for before, after in pairwise(points):
        span_s = after.utc_s - before.utc_s
        if span_s == 0:
            continue
        dlat = after.lat - before.lat
        dlon = (after.lon - before.lon + 180) % 360 - 180
        east_m = dlon * M_PER_DEGREE * math.cos(math.radians(before.lat))
        north_m = dlat * M_PER_DEGREE
        speed, course = (
            math.hypot(east_m, north_m) / span_s,
            math.degrees(math.atan2(east_m, north_m)),
        )
        heard = span_s <= _MOST_GAP_S
        for second in range(span_s):
            share = second / span_s
            yield Position(
                before.utc_s + second,
                before.lat + share * dlat,
                (before.lon + share * dlon + 180) % 360 - 180,
                speed,
                course % 360,
                heard,
            )
    last = points[-1]
    yield Position(last.utc_s, last.lat, last.lon)
