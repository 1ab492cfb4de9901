"""Runs on MicroPython: the tag's geometry answers for shapes and points from standard input.

First a line of JSON, {"per_udeg": n, "zones": [[shape, ...], ...]}, a shape being {"circle": [lat,
lon, radius_m]} or {"rings": [[lon, lat, ...], ...]}; then a line "zone lat lon" a point. Each
answer is a line "inside distance_mm", inside being 0 or 1.
"""

import json
import sys

from tag import geometry


def shape_of(described, per_udeg):
    """Return the tag's shape."""
    if "circle" in described:
        return geometry.Circle(*described["circle"], per_udeg)
    return geometry.Polygon(described["rings"], per_udeg)


def answer(shapes, lat, lon):
    """Return (inside, distance to the edge in mm) of a zone of one shape or more."""
    depths_mm = [shape.depth_mm(lat, lon) for shape in shapes]
    inside = [shape.contains(lat, lon) for shape in shapes]
    if any(inside):
        return 1, max(depth for depth, holds in zip(depths_mm, inside) if holds)
    return 0, -max(depths_mm)


def main():
    """Answer every line."""
    described = json.loads(sys.stdin.readline())
    per_udeg = described["per_udeg"]
    zones = [[shape_of(shape, per_udeg) for shape in zone] for zone in described["zones"]]
    while True:
        line = sys.stdin.readline()
        if not line.strip():
            return
        zone, lat, lon = [int(word) for word in line.split()]
        print(*answer(zones[zone], lat, lon))


main()
