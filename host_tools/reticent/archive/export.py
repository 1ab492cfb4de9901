"""Opened records as rows with a place: precision class and honest uncertainty in each (R24).

A cell is an area. The wearer is somewhere in it or up to half a cell outside it, as the grid was
shifted by a hidden offset; so the area of a row is the cell, grown by half a cell on every side.
"""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

from reticent.archive.words import Reader, Record, type_name
from reticent.clock import format_utc
from reticent.tagcode import geometry, grid, record

PRECISE, COARSE, NONE = "precise", "coarse", "none"

_COLUMNS: tuple[str, ...] = (
    "utc",
    "until",
    "precision",
    "latitude",
    "longitude",
    "uncertainty_m",
    "type",
    "zone",
    "detail",
    "tag",
    "envelope",
)
_GPX = "http://www.topografix.com/GPX/1/1"
_OURS = "urn:reticent:1"


@dataclass(frozen=True)
class Area:
    """South, west, north and east in degrees; east may lie beyond 180."""

    south: float
    west: float
    north: float
    east: float

    @property
    def middle(self) -> tuple[float, float]:
        """Return (latitude, longitude) of the middle."""
        lon = (self.west + self.east) / 2
        return (self.south + self.north) / 2, (lon + 180) % 360 - 180

    def reach_m(self) -> int:
        """Return the distance from the middle to the farthest corner in metres, rounded up."""
        lat, lon = (round(value * 1e6) for value in self.middle)
        corners = ((self.south, self.west), (self.north, self.west))
        return max(
            -(-geometry.distance_dm(lat, lon, round(a * 1e6), round(b * 1e6)) // 10)
            for a, b in corners
        )


@dataclass(frozen=True)
class Row:
    """One record. `area` is a COARSE one's; `position` (lat, lon in degrees) a precise one's."""

    utc_s: int
    until_s: int
    precision: str
    kind: str
    zone: int | None
    detail: str
    tag: bytes
    envelope: int
    position: tuple[float, float] | None = None
    uncertainty_m: int | None = None
    area: Area | None = None


def cell_area(row: int, col: int, cell_m: int, grown: bool) -> Area:
    """Return a cell's area, grown by half a cell on every side where asked."""
    south, west, north, east = (udeg / 1e6 for udeg in grid.bounds_udeg(row, col, cell_m))
    if grown:
        half_lat, half_lon = (north - south) / 2, (east - west) / 2
        south, north = max(south - half_lat, -90.0), min(north + half_lat, 90.0)
        west, east = west - half_lon, east + half_lon
    return Area(south, west, north, east)


def make_row(entry: Record, reader: Reader, tag: bytes, envelope: int) -> Row:
    """Return the row of one record; `reader` must know the order's measures."""
    measures = reader.measures()
    slot_s = measures.slot_s
    when: int = entry[1]
    utc_s = when * slot_s if record.is_slot(when) else when
    until_s = utc_s + slot_s if record.is_slot(when) else utc_s
    kind = entry[0]
    has_zone = kind in (record.PRECISE, record.CROSSING, record.PRESENT)
    zone = entry[2] if has_zone else None
    base = (utc_s, until_s)
    rest = (type_name(entry), zone, reader.words(entry), tag, envelope)
    if kind in (record.PRECISE, record.LOCATED):
        position = entry[-3] / 1e6, entry[-2] / 1e6
        return Row(*base, PRECISE, *rest, position, entry[-1])
    if kind == record.COARSE and entry[2] is not None:
        area = cell_area(entry[2], entry[3], measures.cell_m, grown=True)
        return Row(*base, COARSE, *rest, area.middle, area.reach_m(), area)
    return Row(*base, NONE, *rest)


def to_csv(rows: list[Row]) -> str:
    """Return the rows as CSV (RFC 4180), degrees with six decimals, empty where there is none."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow(_properties(row) | _place(row))
    return text.getvalue()


def to_geojson(rows: list[Row]) -> str:
    """Return a FeatureCollection (RFC 7946): areas as polygons, positions as points, else null."""
    features = [
        {"type": "Feature", "properties": _properties(row), "geometry": _geometry(row)}
        for row in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1) + "\n"


def to_gpx(rows: list[Row]) -> str:
    """Return the rows with a place as GPX 1.1 waypoints; precision and uncertainty in each."""
    ElementTree.register_namespace("", _GPX)
    ElementTree.register_namespace("reticent", _OURS)
    root = ElementTree.Element(f"{{{_GPX}}}gpx", {"version": "1.1", "creator": "reticent"})
    for row in rows:
        if row.position is None:
            continue
        lat, lon = (f"{degrees:.6f}" for degrees in row.position)
        point = ElementTree.SubElement(root, f"{{{_GPX}}}wpt", {"lat": lat, "lon": lon})
        _child(point, _GPX, "time", format_utc(row.utc_s))
        _child(point, _GPX, "name", f"{row.precision}, within {row.uncertainty_m} m")
        _child(point, _GPX, "desc", row.detail)
        extensions = ElementTree.SubElement(point, f"{{{_GPX}}}extensions")
        _child(extensions, _OURS, "precision", row.precision)
        _child(extensions, _OURS, "uncertainty_m", str(row.uncertainty_m))
        _child(extensions, _OURS, "until", format_utc(row.until_s))
    ElementTree.indent(root)
    return ElementTree.tostring(root, "unicode", xml_declaration=True) + "\n"


def _child(parent: ElementTree.Element, namespace: str, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{namespace}}}{name}").text = text


def _properties(row: Row) -> dict[str, object]:
    return {
        "utc": format_utc(row.utc_s),
        "until": format_utc(row.until_s),
        "precision": row.precision,
        "uncertainty_m": row.uncertainty_m,
        "type": row.kind,
        "zone": row.zone,
        "detail": row.detail,
        "tag": row.tag.hex(),
        "envelope": row.envelope,
    }


def _place(row: Row) -> dict[str, object]:
    if row.position is None:
        return {}
    return {"latitude": f"{row.position[0]:.6f}", "longitude": f"{row.position[1]:.6f}"}


def _geometry(row: Row) -> dict[str, object] | None:
    if row.area is not None:
        a = row.area
        corners = ((a.west, a.south), (a.east, a.south), (a.east, a.north), (a.west, a.north))
        ring = [[round(lon, 6), round(lat, 6)] for lon, lat in (*corners, corners[0])]
        return {"type": "Polygon", "coordinates": [ring]}
    if row.position is not None:
        lat, lon = row.position
        return {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    return None
