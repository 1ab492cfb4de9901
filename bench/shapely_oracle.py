"""The tag's geometry against shapely (GEOS): seeded random polygons and points.

usage: python bench/shapely_oracle.py [POINTS] [--seed N]

Each polygon is tried three ways: Polygon.contains, the kernel's Table and shapely's `covers` (the
border is inside). Two in five points lie on vertices, on edges' middles or beside them. Whatever
differs is decided by exact fractions and printed.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from array import array
from collections import Counter
from fractions import Fraction

import shapely

from reticent.tagcode import geometry

sys.path.append(str(geometry.__file__).rsplit("/", 2)[0])
from tag.table import Table

SIZES_UDEG = (20, 900, 30_000, 400_000, 20_000_000)
POINTS_A_POLYGON = 100


def star(rng: random.Random, lon: int, lat: int, size: int, count: int) -> list[tuple[int, int]]:
    """Return a concave ring around a place."""
    angles = sorted(rng.uniform(0, 2 * math.pi) for _ in range(count))
    out = []
    for angle in angles:
        radius = size * rng.uniform(0.35, 1)
        out.append((lon + round(radius * math.cos(angle)), lat + round(radius * math.sin(angle))))
    return out


def make_polygon(rng: random.Random):
    """Return the rings of a valid polygon: an outer one, perhaps a hole, perhaps another part."""
    while True:
        size = rng.choice(SIZES_UDEG)
        lat = rng.randint(-89_000_000 + 2 * size, 89_000_000 - 2 * size)
        lon = rng.randint(-179_000_000 + 2 * size, 179_000_000 - 6 * size)
        outer = star(rng, lon, lat, size, rng.choice((3, 4, 7, 16, 64, 200, 512)))
        holes = [star(rng, lon, lat, size // 4, rng.randint(3, 12))] if rng.random() < 0.4 else []
        shape = shapely.Polygon(outer, holes)
        parts = [shape]
        rings = [outer, *holes]
        if rng.random() < 0.2:
            other = star(rng, lon + 3 * size, lat, size, 9)
            parts.append(shapely.Polygon(other))
            rings.append(other)
        shape = shapely.MultiPolygon(parts) if len(parts) > 1 else shape
        if shape.is_valid and not shape.is_empty and shape.area > 0:
            return rings, shape, size


def make_points(rng: random.Random, rings, size: int) -> list[tuple[int, int]]:
    """Return (lon, lat) of points: anywhere in and around, on vertices, edges and beside them."""
    points = []
    lon, lat = rings[0][0]
    for _ in range(POINTS_A_POLYGON):
        ring = rng.choice(rings)
        k = rng.randrange(len(ring))
        (x, y), (u, v) = ring[k - 1], ring[k]
        draw = rng.random()
        if draw < 0.1:
            points.append((u, v))
        elif draw < 0.2:
            points.append(((x + u) // 2, (y + v) // 2))
        elif draw < 0.4:
            points.append(((x + u) // 2 + rng.randint(-1, 1), (y + v) // 2 + rng.randint(-1, 1)))
        else:
            points.append((lon + rng.randint(-3 * size, 3 * size), lat + rng.randint(-size, size)))
    return points


def truth(rings, x: int, y: int) -> bool:
    """Return the answer in fractions: a third way, for what the two disagree on."""
    inside = False
    for ring in rings:
        for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True):
            if min(ay, by) <= y <= max(ay, by) and min(ax, bx) <= x <= max(ax, bx):
                if (bx - ax) * (y - ay) == (by - ay) * (x - ax):
                    return True
            if (ay > y) != (by > y):
                inside ^= Fraction((bx - ax) * (y - ay), by - ay) + ax > x
    return inside


def compare(points: int, seed: int) -> tuple[int, list[str]]:
    """Return how many points were compared, and a line for each that differs."""
    rng = random.Random(seed)
    told: list[str] = []
    done = 0
    while done < points:
        rings, shape, size = make_polygon(rng)
        flat = [array("i", [value for vertex in ring for value in vertex]) for ring in rings]
        polygon = geometry.Polygon(flat)
        table = Table([polygon])
        chosen = make_points(rng, rings, size)
        shapely.prepare(shape)
        covered = shapely.covers(shape, shapely.points(chosen))
        for (lon, lat), theirs in zip(chosen, covered, strict=True):
            table.check(lat, lon)
            answers = (polygon.contains(lat, lon), table.contains(0), bool(theirs))
            if len(set(answers)) > 1:
                exact = truth(rings, lon, lat)
                who = "shapely" if answers[:2] == (exact, exact) else "THE TAG"
                told.append(f"{answers} exact {exact}, {who} errs at {lon, lat} size {size}")
        done += len(chosen)
    return done, told


def main() -> None:
    """Compare and print; exit with 1 where the tag's geometry is not the exact one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("points", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    done, told = compare(args.points, args.seed)
    print(f"{done} points: {len(told)} differ")
    kinds = Counter(line.split(" at ")[0] for line in told)
    for kind, count in kinds.items():
        print(f"  (contains, kernel, shapely) = {kind}: {count}")
    for line in told[:20]:
        print(f"  {line}")
    sys.exit(1 if any("THE TAG errs" in line for line in told) else 0)


if __name__ == "__main__":
    main()
