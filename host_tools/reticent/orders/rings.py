"""Whether a polygon's rings are simple: no edge meets another but at their common corner. Exact.

Everything is integers, in microdegrees; edges are straight in longitude and latitude.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from reticent.errors import BadInput
from reticent.tagcode import geometry

Position = tuple[int, int]
Ring = tuple[Position, ...]


def check_rings(rings: Sequence[Ring]) -> None:
    """Raise BadInput where a ring, not closed here, is not simple or meets another ring."""
    for number, ring in enumerate(rings, 1):
        for place, (here, there) in enumerate(_edges(ring), 1):
            if here == there:
                raise BadInput(
                    f"ring {number} has position {place} twice in a row; remove one of the two"
                )
        if place := _crossing(ring):
            raise BadInput(
                f"ring {number} crosses or touches itself: the edges from positions {place[0]} "
                f"and {place[1]} meet; go once around the zone, or make two of it"
            )
        for earlier, other in enumerate(rings[: number - 1], 1):
            if any(_meet(*one, *two) for one in _edges(ring) for two in _edges(other)):
                raise BadInput(f"ring {number} meets ring {earlier}; holes lie apart, inside")
        if number > 1 and not _outer(rings[0]).contains(ring[0][1], ring[0][0]):
            raise BadInput(f"ring {number} is no hole in ring 1; make it a feature of its own")


def _outer(ring: Ring) -> geometry.Polygon:
    return geometry.Polygon([array("i", [value for position in ring for value in position])])


def _edges(ring: Ring) -> Iterator[tuple[Position, Position]]:
    return zip(ring, (*ring[1:], ring[0]), strict=True)


def _crossing(ring: Ring) -> tuple[int, int] | None:
    """Return the places, from 1 on, of two edges that meet where they must not; else None."""
    edges = list(_edges(ring))
    last = len(edges) - 1
    for i, (a, b) in enumerate(edges):
        if _folds_back(a, b, edges[(i + 1) % len(edges)][1]):
            return i + 1, (i + 1) % len(edges) + 1
        for j in range(i + 2, len(edges)):
            if (i, j) != (0, last) and _meet(a, b, *edges[j]):
                return i + 1, j + 1
    return None


def _folds_back(a: Position, b: Position, c: Position) -> bool:
    """Return whether the edge from b to c lies on that from a to b."""
    ahead = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1])
    return _side(a, b, c) == 0 and ahead < 0


def _meet(a: Position, b: Position, c: Position, d: Position) -> bool:
    """Return whether the segments from a to b and from c to d have a point in common."""
    if not (_overlap(a[0], b[0], c[0], d[0]) and _overlap(a[1], b[1], c[1], d[1])):
        return False
    # With overlapping boxes, neither may lie wholly on one side of the other's line.
    across = _sign(_side(a, b, c)) * _sign(_side(a, b, d)) <= 0
    return across and _sign(_side(c, d, a)) * _sign(_side(c, d, b)) <= 0


def _overlap(a: int, b: int, c: int, d: int) -> bool:
    return max(min(a, b), min(c, d)) <= min(max(a, b), max(c, d))


def _side(a: Position, b: Position, c: Position) -> int:
    """Return a number above 0 where c lies left of the line from a to b, below 0 right of it."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)
