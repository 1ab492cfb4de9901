"""The report's two maps as inline SVG, on one scale. A cell is an area, never a dot."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from reticent.archive.export import PRECISE, Area
from reticent.archive.report import Report, Shape
from reticent.tagcode import policy

_WIDTH = 480  # of the drawing, in its own units
_M_PER_DEGREE = 111_195.0
_SCALES_M = (10_000, 5_000, 2_000, 1_000, 500, 200, 100)
_CLASS = {
    policy.EXCLUSION: "exclusion",
    policy.INCLUSION: "inclusion",
    policy.DWELLING: "dwelling",
}


@dataclass(frozen=True)
class Frame:
    """Degrees to the drawing's units: a flat map around a middle."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def around(cls, report: Report) -> Frame:
        """Return the frame that holds all that either map shows, with a margin."""
        lats, lons = [], []
        for lat, lon in _extent(report):
            lats.append(lat)
            lons.append(lon)
        if not lats:
            return cls(0, 0, 0.01, 0.01)
        margin = 0.04 * max(max(lats) - min(lats), max(lons) - min(lons), 0.005)
        return cls(min(lats) - margin, min(lons) - margin, max(lats) + margin, max(lons) + margin)

    @property
    def scale(self) -> float:
        """Units a degree of longitude."""
        return _WIDTH / (self.east - self.west)

    @property
    def stretch(self) -> float:
        """Units a degree of latitude, over those of longitude."""
        return 1 / max(math.cos(math.radians((self.south + self.north) / 2)), 0.05)

    @property
    def height(self) -> float:
        """The drawing's height in units."""
        return (self.north - self.south) * self.scale * self.stretch

    def xy(self, lat: float, lon: float) -> tuple[float, float]:
        """Return a place in units, from the upper left."""
        return (lon - self.west) * self.scale, (self.north - lat) * self.scale * self.stretch

    def units(self, metres: float) -> float:
        """Return a length on the ground in units."""
        return metres / _M_PER_DEGREE * self.scale * self.stretch


def minute_map(report: Report, frame: Frame) -> str:
    """Return what a minute-by-minute tag would have told: a dot a minute, joined."""
    places = [frame.xy(minute.lat, minute.lon) for minute in report.minutes]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6"/>' for x, y in places)
    content = f'<polyline class="way" points="{path}"/><g class="minute">{dots}</g>'
    return _svg(frame, content, report.shapes, "Positions of a minute-by-minute tag")


def told_map(report: Report, frame: Frame) -> str:
    """Return what this tag told: cells with what they mean, positions inside exclusion zones."""
    parts: list[str] = []
    for cell, count in Counter(report.cells).items():
        parts.append(_rect(frame, _grown(cell), "meaning"))
        parts.append(_rect(frame, cell, "cell"))
        x, y = frame.xy(*cell.middle)
        parts.append(f'<text class="count" x="{x:.1f}" y="{y:.1f}">{count}</text>')
    for row in report.rows:
        if row.precision == PRECISE and row.position is not None:
            x, y = frame.xy(*row.position)
            parts.append(f'<circle class="precise" cx="{x:.1f}" cy="{y:.1f}" r="2"/>')
    return _svg(frame, "".join(parts), report.shapes, "What this tag told")


def _grown(cell: Area) -> Area:
    half_lat, half_lon = (cell.north - cell.south) / 2, (cell.east - cell.west) / 2
    return Area(
        cell.south - half_lat, cell.west - half_lon, cell.north + half_lat, cell.east + half_lon
    )


def _extent(report: Report) -> Iterator[tuple[float, float]]:
    for minute in report.minutes:
        yield minute.lat, minute.lon
    for cell in report.cells:
        grown = _grown(cell)
        yield grown.south, grown.west
        yield grown.north, grown.east
    for shape in report.shapes:
        yield from (vertex for ring in shape.rings for vertex in ring)
        if shape.circle is not None:
            lat, lon, radius_m = shape.circle
            reach = radius_m / _M_PER_DEGREE
            yield lat - reach, lon - reach
            yield lat + reach, lon + reach


def _svg(frame: Frame, content: str, shapes: list[Shape], title: str) -> str:
    zones = "".join(_zone(frame, shape) for shape in shapes)
    return (
        f'<svg viewBox="0 0 {_WIDTH} {frame.height:.0f}" role="img" aria-label="{escape(title)}">'
        f'<rect class="ground" width="{_WIDTH}" height="{frame.height:.0f}"/>'
        f"{content}{zones}{_scale_bar(frame)}</svg>"
    )


def _zone(frame: Frame, shape: Shape) -> str:
    kind = _CLASS[shape.kind]
    label = f"<title>{escape(shape.name)}</title>"
    if shape.circle is not None:
        lat, lon, radius_m = shape.circle
        x, y = frame.xy(lat, lon)
        radius = frame.units(radius_m)
        return (
            f'<circle class="zone {kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">'
            f"{label}</circle>"
        )
    outlines = (
        "M" + "L".join("{:.1f} {:.1f}".format(*frame.xy(lat, lon)) for lat, lon in ring) + "Z"
        for ring in shape.rings
    )
    return f'<path class="zone {kind}" d="{"".join(outlines)}">{label}</path>'


def _rect(frame: Frame, area: Area, kind: str) -> str:
    x0, y0 = frame.xy(area.north, area.west)
    x1, y1 = frame.xy(area.south, area.east)
    return (
        f'<rect class="{kind}" x="{x0:.1f}" y="{y0:.1f}" '
        f'width="{x1 - x0:.1f}" height="{y1 - y0:.1f}"/>'
    )


def _scale_bar(frame: Frame) -> str:
    metres = next((m for m in _SCALES_M if frame.units(m) < _WIDTH / 3), 50)
    length, y = frame.units(metres), frame.height - 10
    words = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    return (
        f'<path class="scale" d="M10 {y:.0f}h{length:.1f}"/>'
        f'<text class="scale" x="10" y="{y - 5:.0f}">{words}</text>'
    )
