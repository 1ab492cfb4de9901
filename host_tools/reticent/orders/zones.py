"""An order's zones, from a GeoJSON FeatureCollection (RFC 7946) to the policy's own entries.

A Point with `radius_m` is a circle; a Polygon may have holes. Every coordinate is rounded once, to
the nearest microdegree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from reticent.errors import BadInput
from reticent.files import read_text
from reticent.orders.fault import OrderFault, nearest
from reticent.orders.rings import Ring, check_rings
from reticent.orders.schedule import Schedule, parse_schedule
from reticent.tagcode import policy, zone_limits
from reticent.texts import parse_json

KINDS = {
    "exclusion": policy.EXCLUSION,
    "inclusion": policy.INCLUSION,
    "dwelling": policy.DWELLING,
}
_PROPERTIES = ("name", "kind", "justification", "radius_m", "schedule", "timezone")
_MIN_RADIUS_M, _MAX_RADIUS_M = 10, 50_000
_HALF_TURN_UDEG = 180_000_000


@dataclass(frozen=True)
class Circle:
    """All positions within `radius_m` of a centre."""

    lat_udeg: int
    lon_udeg: int
    radius_m: int

    def fields(self) -> list[object]:
        """Return the shape as the policy's map has it."""
        return [policy.CIRCLE, self.lat_udeg, self.lon_udeg, self.radius_m]


@dataclass(frozen=True)
class Polygon:
    """An outer ring and holes, each of (lon_udeg, lat_udeg); the last vertex joins the first."""

    rings: tuple[Ring, ...]

    def fields(self) -> list[object]:
        """Return the shape as the policy's map has it."""
        flat = [[value for vertex in ring for value in vertex] for ring in self.rings]
        return [policy.POLYGON, *flat]


@dataclass(frozen=True)
class Zone:
    """One zone as its writer means it; without a schedule it is always in force."""

    name: str
    kind: str
    justification: str
    shape: Circle | Polygon
    schedule: Schedule | None = None

    def fields(self, not_before_s: int, not_after_s: int) -> list[object]:
        """Return the zone's entry in the policy's map for this term."""
        windows = None
        if self.schedule is not None:
            windows = self.schedule.windows(not_before_s, not_after_s)
            if not windows:
                raise OrderFault("zones", f"zone {self.name!r} is never in force in the term")
        return [KINDS[self.kind], self.name, self.justification, self.shape.fields(), windows]


def read_zones(path: Path) -> tuple[Zone, ...]:
    """Return the zones of a GeoJSON file; BadInput names the feature and the mend."""
    try:
        data = parse_json(read_text(path), Decimal, _refuse_constant)
        return parse_zones(data)
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}:{error.lineno}: not JSON: {error.msg}") from None
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None


def parse_zones(data: object) -> tuple[Zone, ...]:
    """Return the zones of a GeoJSON FeatureCollection that was parsed already."""
    if not isinstance(data, Mapping) or data.get("type") != "FeatureCollection":
        raise BadInput('not a GeoJSON FeatureCollection; its "type" has to say so')
    features = data.get("features")
    if not isinstance(features, list):
        raise BadInput('"features" is not a list')
    zones: list[Zone] = []
    for number, feature in enumerate(features, 1):
        try:
            zones.append(_zone(feature))
        except BadInput as error:
            raise BadInput(f"feature {number}{_named(feature)}: {error}") from None
    return tuple(zones)


def _refuse_constant(name: str) -> None:
    raise BadInput(f"{name} is no number")


def _named(feature: object) -> str:
    """Return the feature's name in brackets, where it has one."""
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    name = properties.get("name") if isinstance(properties, Mapping) else None
    return f" ({name})" if isinstance(name, str) and name else ""


def _zone(feature: object) -> Zone:
    if not isinstance(feature, Mapping) or not isinstance(feature.get("properties"), Mapping):
        raise BadInput('not a GeoJSON feature with "properties"')
    properties = feature["properties"]
    for key in properties:
        if key not in _PROPERTIES:
            raise BadInput(f"unknown property `{key}`" + nearest(str(key), _PROPERTIES))
    kind = properties.get("kind")
    if kind not in KINDS:
        raise BadInput(f"`kind` is {kind!r}" + nearest(str(kind), KINDS))
    name, justification = properties.get("name"), properties.get("justification", "")
    if not isinstance(name, str) or not name:
        raise BadInput("no `name`; the notice and the records call the zone by it")
    if not isinstance(justification, str) or (kind == "exclusion" and not justification.strip()):
        raise BadInput("no `justification`; say why the zone is needed, the notice prints it")
    shape = _shape(feature.get("geometry"), properties)
    if kind != "exclusion" and isinstance(shape, Circle):
        _check_radius(shape.radius_m, zone_limits.MIN_OTHER_RADIUS_M)
    return Zone(name, kind, justification, shape, _schedule(properties))


def _schedule(properties: Mapping[str, object]) -> Schedule | None:
    if "schedule" not in properties:
        if "timezone" in properties:
            raise BadInput("`timezone` without a `schedule`; remove it, or add the hours")
        return None
    return parse_schedule(properties["schedule"], properties.get("timezone"))


def _shape(geometry: object, properties: Mapping[str, object]) -> Circle | Polygon:
    if not isinstance(geometry, Mapping):
        raise BadInput("no geometry")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        radius_m = properties.get("radius_m")
        lon_udeg, lat_udeg = _position(coordinates)
        return Circle(lat_udeg, lon_udeg, _check_radius(radius_m, _MIN_RADIUS_M))
    if "radius_m" in properties:
        raise BadInput(f"`radius_m` goes with a Point, not with a {kind}")
    if kind == "MultiPolygon" and isinstance(coordinates, list) and len(coordinates) == 1:
        coordinates = coordinates[0]
    elif kind == "MultiPolygon":
        raise BadInput("a MultiPolygon is several zones; make each polygon a feature of its own")
    elif kind != "Polygon":
        raise BadInput(f"a {kind} is no zone; use a Polygon, or a Point with `radius_m`")
    if not isinstance(coordinates, list) or not coordinates:
        raise BadInput("a polygon without rings")
    rings = tuple(_ring(ring, number) for number, ring in enumerate(coordinates, 1))
    check_rings(rings)
    return Polygon(rings)


def _check_radius(radius_m: object, least_m: int) -> int:
    if type(radius_m) is not int or not least_m <= radius_m <= _MAX_RADIUS_M:
        raise BadInput(
            f"`radius_m` is {radius_m}; it is whole metres, {least_m} to {_MAX_RADIUS_M}"
        )
    return radius_m


def _ring(ring: object, number: int) -> Ring:
    if not isinstance(ring, list) or len(ring) < 4:
        raise BadInput(f"ring {number} has no area; three corners and the first again at least")
    positions = [_position(position) for position in ring]
    if positions[0] != positions[-1]:
        raise BadInput(f"ring {number} is not closed; repeat its first position at the end")
    for (lon, _), (next_lon, _) in pairwise(positions):
        if abs(lon - next_lon) > _HALF_TURN_UDEG:
            raise BadInput(f"ring {number} crosses 180 degrees; cut the zone in two there")
    return tuple(positions[:-1])


def _position(position: object) -> tuple[int, int]:
    """Return (lon_udeg, lat_udeg) of a GeoJSON position; a height is left out."""
    if not isinstance(position, list) or not 2 <= len(position) <= 3:
        raise BadInput("a position is [longitude, latitude]")
    lon_udeg, lat_udeg = _udeg(position[0]), _udeg(position[1])
    if abs(lon_udeg) > 180_000_000 or abs(lat_udeg) > 90_000_000:
        raise BadInput(f"{position[0]}, {position[1]} is nowhere; longitude comes first")
    return lon_udeg, lat_udeg


def _udeg(degrees: object) -> int:
    if isinstance(degrees, bool) or not isinstance(degrees, (int, float, Decimal)):
        raise BadInput(f"{degrees!r} is no number of degrees")
    return round(degrees * 1_000_000)
