"""Any GeoJSON as shapes for the tag's geometry: exact decimals, no limit of an order.

Polygons and MultiPolygons are areas; a Point, with `radius_m` or without, is a circle. What has no
area (lines) is refused. Coordinates stay the decimal numbers that the file has: they become whole
numbers of a unit so small that none is rounded.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from reticent.errors import BadInput
from reticent.files import read_text
from reticent.texts import parse_json

_UDEG_DECIMALS = 6
MOST_DECIMALS = 18

Position = tuple[Decimal, Decimal]  # longitude, latitude


@dataclass(frozen=True)
class Circle:
    """All positions within a radius of a centre."""

    centre: Position
    radius_m: int


@dataclass(frozen=True)
class Part:
    """One polygon: an outer ring and holes, each without the repeated position."""

    rings: tuple[tuple[Position, ...], ...]


@dataclass
class Named:
    """What has one name in the file: inside it is whatever is inside one of its shapes."""

    name: str
    kind: str = ""
    shapes: list[Circle | Part] = field(default_factory=list)

    def positions(self) -> Iterator[Position]:
        """Yield every position."""
        for shape in self.shapes:
            if isinstance(shape, Circle):
                yield shape.centre
            else:
                for ring in shape.rings:
                    yield from ring


def read_shapes(path: Path) -> dict[str, Named]:
    """Return the named shapes of a GeoJSON file, in its order; BadInput names the feature."""
    try:
        data = parse_json(read_text(path), Decimal)
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}:{error.lineno}: not JSON: {error.msg}") from None
    found: dict[str, Named] = {}
    for number, feature in enumerate(_features(data, path), 1):
        try:
            name, kind, shapes = _feature(feature)
        except BadInput as error:
            raise BadInput(f"{path}: feature {number}: {error}") from None
        found.setdefault(name, Named(name, kind)).shapes += shapes
    if not found:
        raise BadInput(f"{path}: no feature in it")
    return found


def decimals_of(value: Decimal) -> int:
    """Return how many decimal places the number needs."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def units(value: Decimal, decimals: int) -> int:
    """Return the number in units of 10**-decimals, to the nearest."""
    return round(value.scaleb(decimals))


def scale_for(values: Iterator[Decimal]) -> int:
    """Return how many decimals hold all values: a microdegree's six at least."""
    most = max(map(decimals_of, values), default=0)
    return min(max(most, _UDEG_DECIMALS), MOST_DECIMALS)


def per_udeg(decimals: int) -> int:
    """Return how many units a microdegree has."""
    return int(10 ** (decimals - _UDEG_DECIMALS))


def degrees(value: object, what: str) -> Decimal:
    """Return a number of degrees; BadInput for anything else."""
    try:
        if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
            raise InvalidOperation
        number = Decimal(value)
    except InvalidOperation:
        raise BadInput(f"{what} is {value!r}, no number of degrees") from None
    if not number.is_finite() or abs(number) > 10**15:
        raise BadInput(f"{what} is {value}, no number of degrees")
    return number


def _features(data: object, path: Path) -> list[object]:
    if isinstance(data, Mapping):
        if data.get("type") == "FeatureCollection" and isinstance(data.get("features"), list):
            return data["features"]
        if data.get("type") == "Feature":
            return [data]
    raise BadInput(f"{path}: not a GeoJSON FeatureCollection")


def _feature(feature: object) -> tuple[str, str, list[Circle | Part]]:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    if not isinstance(feature, Mapping) or not isinstance(properties, Mapping):
        raise BadInput('not a GeoJSON feature with "properties"')
    name = properties.get("name")
    if not isinstance(name, (str, int)) or name == "":
        raise BadInput("no `name`; the points call the zone by it")
    kind = str(properties.get("kind", ""))
    return str(name), kind, _shapes(feature.get("geometry"), properties)


def _shapes(geometry: object, properties: Mapping[str, object]) -> list[Circle | Part]:
    if not isinstance(geometry, Mapping):
        raise BadInput("no geometry")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection" and isinstance(geometry.get("geometries"), list):
        return [
            shape for member in geometry["geometries"] for shape in _shapes(member, properties)
        ]
    if not isinstance(coordinates, list):
        raise BadInput("a geometry without coordinates")
    if kind == "Point":
        return [Circle(_position(coordinates), _radius_m(properties.get("radius_m", 0)))]
    if kind == "Polygon":
        return [_part(coordinates)]
    if kind == "MultiPolygon":
        return [_part(part) for part in coordinates]
    raise BadInput(f"a {kind} has no area; use a Polygon, a MultiPolygon or a Point")


def _radius_m(radius_m: object) -> int:
    if type(radius_m) is not int or radius_m < 0:
        raise BadInput(f"`radius_m` is {radius_m}; it is whole metres")
    return radius_m


def _part(rings: object) -> Part:
    if not isinstance(rings, list) or not rings:
        raise BadInput("a polygon without rings")
    return Part(tuple(_ring(ring) for ring in rings))


def _ring(ring: object) -> tuple[Position, ...]:
    if not isinstance(ring, list) or len(ring) < 3:
        raise BadInput("a ring of fewer than three corners")
    positions = [_position(position) for position in ring]
    if positions[0] == positions[-1]:
        positions.pop()
    return tuple(positions)


def _position(position: object) -> Position:
    if not isinstance(position, list) or len(position) < 2:
        raise BadInput("a position is [longitude, latitude]")
    return degrees(position[0], "a longitude"), degrees(position[1], "a latitude")
