"""tag/table.py, geometry.py: the kernel says what plain geometry says and allocates nothing."""

from array import array

import micropython

from tag import geometry, sphere
from tag.table import Table

SIZES_UDEG = (10, 300, 30_000, 2_000_000, 80_000_000)


def draws(seed):
    """Yield the same numbers below 714,025 on every interpreter."""
    while True:
        seed = (seed * 1_366 + 150_889) % 714_025
        yield seed


def make_rings(draw, size, count):
    """Return a ring that may well cross itself: the rule is the same for every ring."""
    lon, lat = (next(draw) - 357_000) * 200, (next(draw) - 357_000) * (0 if size > 10**7 else 200)
    ring = array("i")
    for _ in range(count):
        x = lon + next(draw) % (2 * size) - size
        ring.append(max(-180_000_000, min(x, 180_000_000)))
        ring.append(lat + next(draw) % (2 * size) - size)
    return [ring]


def make_points(draw, ring, size):
    for k in range(0, len(ring) - 2, 2):
        yield ring[k + 1], ring[k]
        yield (ring[k + 1] + ring[k + 3]) // 2, (ring[k] + ring[k + 2]) // 2
        yield ring[k + 1], ring[k] + next(draw) % size
        yield ring[k + 1] + next(draw) % size, ring[k]


def test_the_kernel_agrees_with_the_plain_geometry_at_every_size():
    for seed in range(60):
        draw = draws(seed)
        size = SIZES_UDEG[seed % len(SIZES_UDEG)]
        rings = make_rings(draw, size, 3 + seed % 14)
        polygon = geometry.Polygon(rings)
        table = Table([geometry.Circle(0, 0, 10), polygon])
        for lat, lon in make_points(draw, rings[0], size):
            table.check(lat, lon)
            expected = polygon.contains(lat, lon)
            assert table.contains(1) is expected, (seed, lat, lon, expected)
            assert not table.contains(0)


def test_a_check_allocates_nothing():
    if not hasattr(micropython, "heap_lock"):
        return  # CPython has no such lock
    polygons = [geometry.Polygon(make_rings(draws(seed), 30_000, 40)) for seed in range(30)]
    table = Table(polygons)
    lat, lon = polygons[3].rings[0][1], polygons[3].rings[0][0]
    micropython.heap_lock()
    try:
        table.check(lat, lon)
    finally:
        micropython.heap_unlock()
    assert table.contains(3)


def test_a_hole_an_island_and_another_part():
    def square(west, south, side):
        return array(
            "i", [west, south, west + side, south, west + side, south + side, west, south + side]
        )

    polygon = geometry.Polygon(
        [square(0, 0, 900), square(300, 300, 300), square(400, 400, 100), square(2_000, 0, 100)]
    )
    table = Table([polygon])
    cases = (
        (100, 100, True), (350, 350, False), (450, 450, True), (50, 2_050, True),
        (300, 350, True), (600, 600, True), (400, 450, True), (50, 1_500, False), (900, 900, True),
        (901, 900, False), (0, 2_100, True), (0, 2_101, False),
    )  # fmt: skip
    for lat, lon, inside in cases:
        table.check(lat, lon)
        assert table.contains(0) is inside, (lat, lon)
        assert polygon.contains(lat, lon) is inside, (lat, lon)


def test_the_distance_to_an_edge_is_right_at_every_latitude():
    """A square's edge so far north, and so far east, of a position: known from the sphere."""
    for lat in (0, 30_000_000, -51_500_000, 69_000_000, 79_900_000, -84_000_000, 89_000_000):
        for away_udeg in (9, 1_000, 100_000, 400_000):
            low, high = lat + away_udeg, lat + away_udeg + 50_000
            ring = array(
                "i", [-90_000_000, low, 90_000_000, low, 90_000_000, high, -90_000_000, high]
            )
            depth_mm = geometry.Polygon([ring]).depth_mm(lat, 0)
            want_mm = -sphere.mm_of(away_udeg)
            assert abs(depth_mm - want_mm) * 200 <= abs(want_mm) + 200, (lat, away_udeg, depth_mm)
