"""Tracks of real wearers from files: CSV (id, time, lat, lon; gzip too), GPX, folders of them."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np

from reticent.attacks.towns import Floats, Ints
from reticent.errors import BadInput
from reticent.sim.formats import Point, gpx_points, point

_SUFFIXES = (".csv", ".csv.gz", ".gpx")
_NAMES = {
    "id": ("id", "tag_id", "id_android"),
    "time": ("time", "timestamp"),
    "lat": ("lat", "latitude", "location_lat"),
    "lon": ("lon", "lng", "longitude", "location_long"),
}
_MOST_GAP_S = 600  # between two points; longer is a receiver that heard nothing
_MOST_POINTS = 20_000_000


@dataclass(frozen=True)
class TrackOf:
    """One wearer's positions, in order of time."""

    name: str
    utc_s: Ints
    degrees: Floats  # [point, 2] (lat, lon)

    @property
    def days(self) -> int:
        """How many UTC days it touches."""
        return int(self.utc_s[-1] // 86_400 - self.utc_s[0] // 86_400 + 1)

    def at(self, seconds: Ints) -> tuple[Ints, np.ndarray]:
        """Return (microdegrees [second, 2], whether there was reception) at these UTC seconds."""
        after = np.clip(np.searchsorted(self.utc_s, seconds, side="left"), 1, len(self.utc_s) - 1)
        span = self.utc_s[after] - self.utc_s[after - 1]
        inside = (seconds >= self.utc_s[0]) & (seconds <= self.utc_s[-1])
        found = [np.interp(seconds, self.utc_s, self.degrees[:, axis]) for axis in (0, 1)]
        udeg = np.round(np.stack(found, axis=-1) * 1e6).astype(np.int64)
        return udeg, inside & (span <= _MOST_GAP_S)


def read_tracks(path: Path) -> list[TrackOf]:
    """Return the tracks of a file or of a folder's files; BadInput says what is wrong."""
    if not path.exists():
        raise BadInput(f"{path}: is not there; name a CSV, a GPX or a folder of them")
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    chosen = [file for file in files if file.name.lower().endswith(_SUFFIXES)]
    if not chosen:
        raise BadInput(f"{path}: holds no .csv, .csv.gz or .gpx")
    found = [track for file in chosen for track in _of_file(file, lenient=path.is_dir())]
    if not found:
        raise BadInput(f"{path}: holds no track of two points with time, lat and lon")
    return found


def _of_file(path: Path, *, lenient: bool) -> Iterator[TrackOf]:
    """Yield a file's tracks; in a folder a CSV without the columns is something else."""
    if path.suffix.lower() == ".gpx":
        yield from _tracks({path.stem: gpx_points(path)}, path)
        return
    by_name: dict[str, list[Point]] = defaultdict(list)
    with _opened(path) as file:
        rows = csv.reader(file)
        try:
            columns = _columns([name.strip().lower() for name in next(rows, [])])
            if columns is None:
                if lenient:
                    return
                raise BadInput(f"{path}: line 1: names no columns time, lat, lon")
            for count, row in enumerate(rows):
                if count >= _MOST_POINTS:
                    raise BadInput(f"{path}: over {_MOST_POINTS:,} points; cut it")
                _add(by_name, row, columns, f"{path}: line {rows.line_num}")
        except (csv.Error, UnicodeDecodeError, EOFError, OSError, zlib.error) as error:
            raise BadInput(f"{path}: line {rows.line_num}: is no CSV ({error})") from None
    yield from _tracks(by_name, path)


def _opened(path: Path) -> IO[str]:
    if path.suffix.lower() == ".gz":
        return cast("IO[str]", gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def _columns(header: list[str]) -> dict[str, int] | None:
    found = {
        key: header.index(name)
        for key, names in _NAMES.items()
        for name in names
        if name in header
    }
    return found if {"time", "lat", "lon"} <= set(found) else None


def _add(
    by_name: dict[str, list[Point]], row: list[str], columns: dict[str, int], where: str
) -> None:
    if not row:
        return
    if len(row) <= max(columns.values()):
        raise BadInput(f"{where}: has too few columns")
    name = row[columns["id"]] if "id" in columns else ""
    by_name[name].append(
        point(row[columns["time"]], row[columns["lat"]], row[columns["lon"]], where)
    )


def _tracks(by_name: dict[str, list[Point]], path: Path) -> Iterator[TrackOf]:
    for name, points in by_name.items():
        points = sorted(points, key=lambda one: one.utc_s)
        times = np.array([one.utc_s for one in points], dtype=np.int64)
        keep = np.concatenate([[True], np.diff(times) > 0]) if len(times) else times.astype(bool)
        if keep.sum() >= 2:
            degrees = np.array([(one.lat, one.lon) for one in points])
            yield TrackOf(f"{path.name} {name}".strip(), times[keep], degrees[keep])
