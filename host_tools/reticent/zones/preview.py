"""Zones, warn buffers and the cells around them as one HTML file that asks nobody anything."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from reticent.tagcode import areas, geometry, grid
from reticent.zones.shapes import Circle, Named, Part, units

_DECIMALS = 6
_M_PER_UDEG = 0.111_195
_MARGIN_M = 500
_MOST_CELLS = 5_000
_WIDTH_PX = 1_000

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 16px sans-serif; margin: 1em; color: #222; background: #fff }}
svg {{ border: 1px solid #999; max-width: 100%; height: auto; display: block }}
.cell {{ fill: none; stroke: #888; stroke-opacity: .5; vector-effect: non-scaling-stroke }}
.warn {{ fill: #fbe6a8; fill-rule: evenodd; stroke: #fbe6a8; stroke-linejoin: round }}
.zone {{ stroke-width: 2; vector-effect: non-scaling-stroke }}
.exclusion {{ fill: #eeb4b0; stroke: #7f0000 }}
.inclusion {{ fill: #b5d8b7; stroke: #0b4d10; stroke-dasharray: 8 4 }}
.dwelling {{ fill: #b3d0ef; stroke: #003c8f; stroke-dasharray: 2 3 }}
.other {{ fill: #ccc; stroke: #333 }}
text {{ fill: #222; text-anchor: middle; paint-order: stroke; stroke: #fff; stroke-width: .2em }}
.key {{ width: 1.5em; height: 1em; vertical-align: middle; margin-right: .5em; border: 0 }}
svg.key {{ display: inline-block }}
td, th {{ text-align: start; padding: .2em 1em .2em 0 }}
</style>
<h1>{title}</h1>
<svg viewBox="{box}" width="{width}" height="{height}" role="img" aria-label="{title}">
{drawing}
</svg>
<p>{caption}</p>
<table><thead><tr><th>zone<th>kind<th>area</thead><tbody>
{rows}
</tbody></table>
</html>
"""


@dataclass(frozen=True)
class Frame:
    """A flat map: metres east and south of its north-west corner; microdegrees in."""

    south: int
    west: int
    north: int
    east: int

    @property
    def scale(self) -> float:
        """Return the metres of a microdegree of longitude."""
        return _M_PER_UDEG * math.cos(math.radians((self.south + self.north) / 2e6))

    def at(self, lon: int, lat: int) -> tuple[float, float]:
        """Return a position's place on the map."""
        return (lon - self.west) * self.scale, (self.north - lat) * _M_PER_UDEG


Drawn = tuple[Named, "geometry.Circle | geometry.Polygon"]


def page(named: list[Named], title: str, warn_m: int, cell_m: int) -> str:
    """Return the HTML."""
    drawn = [(zone, _shape(shape)) for zone in named for shape in zone.shapes]
    frame = _frame(drawn, warn_m)
    width, height = frame.at(frame.east, frame.south)
    cells = _cells(frame, cell_m)
    drawing = [
        *(_warn(zone, shape, frame, warn_m) for zone, shape in drawn if zone.kind == "exclusion"),
        *(_zone(zone, shape, frame) for zone, shape in drawn),
        *cells,
        *(_label(zone, shape, frame, width / 60) for zone, shape in drawn),
    ]
    caption = (
        f"Warn buffer {warn_m} m around exclusion zones. {width / 1000:.1f} km from west to east. "
    )
    caption += (
        f"Cells of {cell_m} m, as the grid is; a tag's own lie up to half a cell elsewhere."
        if cells
        else f"Cells of {cell_m} m are too many to draw here."
    )
    return _PAGE.format(
        title=escape(title),
        box=f"0 0 {width:.0f} {height:.0f}",
        width=_WIDTH_PX,
        height=max(round(_WIDTH_PX * height / width), 1),
        drawing="\n".join(drawing),
        caption=escape(caption),
        rows="\n".join(_row(zone, shape) for zone, shape in drawn),
    )


def _shape(shape: Circle | Part) -> geometry.Circle | geometry.Polygon:
    """Return the tag's shape, in whole microdegrees as the tag has it."""
    if isinstance(shape, Circle):
        lon, lat = (units(value, _DECIMALS) for value in shape.centre)
        return geometry.Circle(lat, lon, shape.radius_m)
    flat = [[units(v, _DECIMALS) for position in ring for v in position] for ring in shape.rings]
    return geometry.Polygon(flat)


def _frame(drawn: list[Drawn], warn_m: int) -> Frame:
    """Return the map that holds all shapes, in the turn of longitude of the first."""
    boxes = [box for _, shape in drawn for box in shape.boxes]
    margin = round((warn_m + _MARGIN_M) / _M_PER_UDEG)
    south = min(box[1] for box in boxes) - margin
    north = max(box[1] + box[3] for box in boxes) + margin
    cosine = max(math.cos(math.radians(max(abs(south), abs(north)) / 1e6)), 0.01)
    return Frame(
        max(south, -90_000_000),
        min(box[0] for box in boxes) - round(margin / cosine),
        min(north, 90_000_000),
        max(box[0] + box[2] for box in boxes) + round(margin / cosine),
    )


def _outline(shape: geometry.Circle | geometry.Polygon, frame: Frame) -> str:
    """Return the shape as an SVG path."""
    if isinstance(shape, geometry.Circle):
        x, y = frame.at(shape.lon_udeg, shape.lat_udeg)
        r = shape.radius_m
        return f"M{x - r:.1f} {y:.1f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z"
    parts: list[str] = []
    for ring in shape.rings:
        places = [frame.at(ring[i], ring[i + 1]) for i in range(0, len(ring), 2)]
        parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) + "Z")
    return "".join(parts)


def _warn(
    zone: Named, shape: geometry.Circle | geometry.Polygon, frame: Frame, warn_m: int
) -> str:
    path = _outline(shape, frame)
    return f'<path class="warn" stroke-width="{2 * warn_m}" d="{path}"/>'


def _zone(zone: Named, shape: geometry.Circle | geometry.Polygon, frame: Frame) -> str:
    path = _outline(shape, frame)
    return (
        f'<path class="zone {_kind(zone)}" fill-rule="evenodd" d="{path}">'
        f"<title>{escape(zone.name)}</title></path>"
    )


def _label(
    zone: Named, shape: geometry.Circle | geometry.Polygon, frame: Frame, size_m: float
) -> str:
    """Return the zone's name, above the shape where there is room, else below."""
    west, south, width, height = shape.boxes[0]
    x, top = frame.at(west + width // 2, south + height)
    _, bottom = frame.at(west, south)
    y = top - size_m / 2 if top > 2 * size_m else bottom + 1.3 * size_m
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size_m:.1f}">{escape(zone.name)}</text>'


def _kind(zone: Named) -> str:
    return zone.kind if zone.kind in ("exclusion", "inclusion", "dwelling") else "other"


def _cells(frame: Frame, cell_m: int) -> list[str]:
    """Return the cells that touch the map, none where they are too many."""
    first, last = (grid.cell(lat, 0, cell_m)[0] for lat in (frame.south, frame.north))
    across = (frame.east - frame.west) * frame.scale / cell_m + 2
    if (last - first + 1) * across > _MOST_CELLS:
        return []
    out: list[str] = []
    for row in range(first, last + 1):
        count = grid.columns(row, cell_m)
        start = (frame.west + 180_000_000) * count // 360_000_000
        end = (frame.east + 180_000_000) * count // 360_000_000
        for column in range(start, end + 1):
            south, west, north, east = grid.bounds_udeg(row, column, cell_m)
            (left, top), (right, bottom) = frame.at(west, north), frame.at(east, south)
            out.append(
                f'<rect class="cell" x="{left:.1f}" y="{top:.1f}" '
                f'width="{right - left:.1f}" height="{bottom - top:.1f}"/>'
            )
    return out


def _row(zone: Named, shape: geometry.Circle | geometry.Polygon) -> str:
    area_km2 = areas.area_m2(shape) / 1_000_000
    kind = escape(_kind(zone))
    key = f'<svg class="key"><rect class="zone {kind}" width="100%" height="100%"/></svg>'
    return f"<tr><td>{escape(zone.name)}<td>{key}{kind}<td>{area_km2:.3f} km²"
