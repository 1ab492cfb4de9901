"""What the demo adds to the whole way: the example order, and its zones on a foreign track."""

from __future__ import annotations

from dataclasses import replace

from reticent.orders.order import Order, read_order
from reticent.orders.zones import Circle, Polygon, Zone
from reticent.tagcode import EXAMPLES, geometry, gnss

_ASIDE_UDEG = 50_000  # 5 km north: where a zone goes that the track is not to meet


def example_order() -> Order:
    """Return the order of examples/order."""
    order, _ = read_order(EXAMPLES / "order" / "order.toml")
    return order


def placed_on(order: Order, fixes: list[gnss.Fix]) -> Order:
    """Return the order with its zones moved to a track that knows nothing of them.

    The first exclusion zone goes around the track's middle, the second around its last quarter and
    the dwelling around its start, each only where that leaves the others alone; else aside.
    """
    anchors = [fixes[len(fixes) // 2], fixes[len(fixes) * 7 // 8], fixes[0]]
    placed: list[Zone] = []
    taken: list[tuple[int, int]] = []
    for zone, fix in zip(order.zones, anchors, strict=True):
        centre = fix.lat_udeg, fix.lon_udeg
        while any(geometry.distance_dm(*centre, *other) < 15_000 for other in taken):
            centre = centre[0] + _ASIDE_UDEG, centre[1]
        taken.append(centre)
        placed.append(replace(zone, shape=_moved(zone.shape, centre), schedule=None))
    return replace(order, zones=tuple(placed))


def _moved(shape: Circle | Polygon, centre: tuple[int, int]) -> Circle | Polygon:
    lat, lon = centre
    if isinstance(shape, Circle):
        return replace(shape, lat_udeg=lat, lon_udeg=lon)
    outer = shape.rings[0]
    east = lon - sum(vertex[0] for vertex in outer) // len(outer)
    north = lat - sum(vertex[1] for vertex in outer) // len(outer)
    return Polygon(tuple(tuple((x + east, y + north) for x, y in ring) for ring in shape.rings))
