"""What a report says: the days' figures, what was told, what was withheld and why (R25)."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from reticent.archive.desk import Opening
from reticent.archive.export import Area, Row, cell_area, make_row
from reticent.archive.opener import Opened
from reticent.clock import format_utc, parse_utc
from reticent.errors import BadInput
from reticent.tagcode import policy, record

_LEVELS = {policy.PRESENCE: "presence", policy.BREACH: "breach", policy.COARSE: "coarse"}


@dataclass(frozen=True)
class Minute:
    """What a minute-by-minute tag would have told: time, degrees, bytes of its message."""

    utc_s: int
    lat: float
    lon: float
    size: int


@dataclass(frozen=True)
class Shape:
    """A zone's name, kind and outline: rings of (lat, lon) in degrees, or a circle."""

    name: str
    kind: int
    rings: list[list[tuple[float, float]]]
    circle: tuple[float, float, int] | None  # lat, lon, radius in metres


@dataclass(frozen=True)
class Day:
    """One UTC day's figures."""

    date: str
    records: Counter[str]
    envelopes: int
    size: int
    minutes: int
    minutes_size: int


@dataclass(frozen=True)
class Report:
    """All that the page shows, of one tag under one order."""

    tag: bytes
    order: policy.Policy
    statement: dict[str, object]
    rows: list[Row]
    cells: list[Area]  # as on the grid, not grown; one for each COARSE row that has one
    shapes: list[Shape]
    minutes: list[Minute]
    days: list[Day]

    @classmethod
    def of(cls, opening: Opening, minutes: list[Minute]) -> Report:
        """Return the report of what was opened; BadInput where that is not one tag's one order."""
        opened = opening.opened()
        versions = {(one.tag, one.batch.policy_version) for one in opened}
        if len(versions) != 1:
            raise BadInput(
                f"{len(versions)} tags or versions of an order were opened; "
                "a report is of one: give --tag"
            )
        fields = opening.fields(opened[0])
        order = policy.Policy(fields)
        rows: list[Row] = []
        cells: list[Area] = []
        for one in opened:
            for entry in one.batch.records:
                rows.append(make_row(entry, opening.reader(one), one.tag, one.number))
                if entry[0] == record.COARSE and entry[2] is not None:
                    cells.append(cell_area(entry[2], entry[3], order.cell_m, grown=False))
        sizes = opening.sizes(opened[0].tag)
        days = _days(opened, rows, sizes, minutes)
        statement = fields[policy.STATEMENT]
        assert isinstance(statement, dict)  # the policy's own check
        shapes = [_shape(entry) for entry in _zones(fields)]
        return cls(opened[0].tag, order, statement, rows, cells, shapes, minutes, days)

    @property
    def level(self) -> str:
        """The order's level, in its own word."""
        return _LEVELS[self.order.level]

    def count(self, kind: str) -> int:
        """Return how many rows are of a record type."""
        return sum(row.kind == kind for row in self.rows)

    def strays(self) -> int:
        """Return how many positions do not lie in an exclusion zone of the order."""
        zones = [zone for zone in self.order.zones if zone.kind == policy.EXCLUSION]
        positions = [row.position for row in self.rows if row.kind == "PRECISE" and row.position]
        return sum(
            not any(zone.shape.contains(round(lat * 1e6), round(lon * 1e6)) for zone in zones)
            for lat, lon in positions
        )

    def figures(self) -> dict[str, int]:
        """Return the page's sums."""
        return {
            "precise_positions": self.count("PRECISE"),
            "cells": len(self.cells),
            "crossings": self.count("CROSSING"),
            "presences": self.count("PRESENT"),
            "envelopes": sum(day.envelopes for day in self.days),
            "bytes": sum(day.size for day in self.days),
            "minute_by_minute_positions": len(self.minutes),
            "minute_by_minute_bytes": sum(minute.size for minute in self.minutes),
            "slots": self.slots(),
            "silent_slots": self.silent_slots(),
        }

    def slots(self) -> int:
        """Return how many slots lie between the first and the last that a record tells of."""
        slots = [row.utc_s // self.order.slot_s for row in self.rows]
        return max(slots) - min(slots) + 1 if slots else 0

    def silent_slots(self) -> int:
        """Return how many of them have neither a cell, nor a presence, nor "no fix"."""
        told = [row for row in self.rows if row.kind in ("COARSE", "PRESENT")]
        return self.slots() - len({row.utc_s // self.order.slot_s for row in told})

    def no_fix_slots(self) -> int:
        """Return how many slots say that they had no fix."""
        return self.count("COARSE") - len(self.cells)


def read_truth(path: Path) -> list[Minute]:
    """Return the minutes of a CSV (time, lat, lon, bytes); BadInput names the line."""
    minutes: list[Minute] = []
    try:
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                minutes.append(
                    Minute(
                        parse_utc(row["time"]),
                        float(row["lat"]),
                        float(row["lon"]),
                        int(row["bytes"]),
                    )
                )
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    except (KeyError, ValueError, TypeError, csv.Error, BadInput):
        raise BadInput(f"{path}: line {len(minutes) + 2}: needs time, lat, lon, bytes") from None
    return minutes


def _days(
    opened: list[Opened], rows: list[Row], sizes: dict[int, int], minutes: list[Minute]
) -> list[Day]:
    """Return the figures by UTC day; an envelope counts on the day of its last record."""
    by_envelope: dict[int, str] = {}
    records: dict[str, Counter[str]] = {}
    for row in rows:
        date = format_utc(row.utc_s)[:10]
        records.setdefault(date, Counter())[row.kind] += 1
        by_envelope[row.envelope] = max(date, by_envelope.get(row.envelope, date))
    last = min(records) if records else ""
    envelopes: Counter[str] = Counter()
    size: Counter[str] = Counter()
    for one in opened:
        last = by_envelope.get(one.number, last)  # an empty batch is of its predecessor's day
        envelopes[last] += 1
        size[last] += sizes[one.number]
    told = Counter(format_utc(minute.utc_s)[:10] for minute in minutes)
    told_size: Counter[str] = Counter()
    for minute in minutes:
        told_size[format_utc(minute.utc_s)[:10]] += minute.size
    return [
        Day(
            date,
            records.get(date, Counter()),
            envelopes[date],
            size[date],
            told[date],
            told_size[date],
        )
        for date in sorted(set(records) | set(told))
    ]


def _zones(fields: dict[int, object]) -> list[list[object]]:
    zones = fields[policy.ZONES]
    assert isinstance(zones, list)  # the policy's own check
    return zones


def _shape(entry: list[object]) -> Shape:
    kind, name, _, shape, _ = entry
    assert isinstance(kind, int)
    assert isinstance(name, str)
    assert isinstance(shape, list)
    if shape[0] == policy.CIRCLE:
        return Shape(name, kind, [], (shape[1] / 1e6, shape[2] / 1e6, shape[3]))
    rings = [
        [(ring[i + 1] / 1e6, ring[i] / 1e6) for i in range(0, len(ring), 2)] for ring in shape[1:]
    ]
    return Shape(name, kind, rings, None)
