"""tag/near.py against geometry.py: depths within 1 %, without a byte of heap."""

from array import array

import micropython

from tag import geometry, near, sphere
from tag.table import Table

_M_UDEG = 9  # north
_LATITUDES = (0, 23_500_000, -37_000_000, 51_500_000, 69_000_000, -75_000_000, 79_500_000)


def draws(seed):
    """Yield the same numbers below 714,025 on every interpreter."""
    while True:
        seed = (seed * 1_366 + 150_889) % 714_025
        yield seed


def make_rings(draw, lat, lon, size_m, count):
    """Return rings that may well cross themselves, around a place."""
    east_udeg = _M_UDEG * 32_768 // sphere.cos_q15(lat)
    rings = []
    for _ in range(1 + next(draw) % 2):
        ring = array("i")
        for _ in range(count):
            ring.append(lon + (next(draw) % (2 * size_m) - size_m) * east_udeg)
            ring.append(lat + (next(draw) % (2 * size_m) - size_m) * _M_UDEG)
        rings.append(ring)
    return rings


def places(draw, lat, lon, size_m, count):
    east_udeg = _M_UDEG * 32_768 // sphere.cos_q15(lat)
    for _ in range(count):
        north_m = next(draw) % (4 * size_m) - 2 * size_m
        east_m = next(draw) % (4 * size_m) - 2 * size_m
        east = lon + east_m * east_udeg
        yield lat + north_m * _M_UDEG, (east + 180_000_000) % 360_000_000 - 180_000_000


def check(said_dm, exact_mm, where, radius_m=0):
    """The same side, and the distance within 1 %; or no farther, where it is not measured."""
    exact_dm = exact_mm // 100
    slack_dm = 2 + radius_m // 500  # of a circle both measure from the middle
    if abs(exact_dm) > slack_dm:
        assert (said_dm >= 0) == (exact_mm >= 0), (where, said_dm, exact_mm)
    if not exact_dm <= said_dm < -4_000:
        off_dm = abs(said_dm - exact_dm)
        assert off_dm <= slack_dm + abs(exact_dm) // 100, (where, said_dm, exact_dm)


def test_depths_in_polygons_are_the_plain_geometrys_up_to_50_km():
    for seed in range(56):
        draw = draws(seed)
        lat = _LATITUDES[seed % 7]
        lon = (0, 179_900_000, -120_000_000, -179_999_000)[seed % 4]
        size_m = (15, 200, 3_000, 20_000)[seed % 5 % 4]
        polygon = geometry.Polygon(make_rings(draw, lat, lon, size_m, 3 + seed % 20))
        table = Table([polygon])
        for at_lat, at_lon in places(draw, lat, lon, size_m, 12):
            if abs(at_lat) < 80_000_000:
                table.measure(at_lat, at_lon)
                exact_mm = polygon.depth_mm(at_lat, at_lon)
                check(table.depths_dm[0], exact_mm, (seed, at_lat, at_lon))


def test_depths_in_circles_are_the_plain_geometrys_up_to_50_km():
    for seed in range(42):
        draw = draws(seed)
        lat, radius_m = _LATITUDES[seed % 7], (10, 300, 5_000, 25_000)[seed % 4]
        lon = (0, 179_999_000, -120_000_000)[seed % 3]
        circle = geometry.Circle(lat, lon, radius_m)
        table = Table([circle])
        for at_lat, at_lon in places(draw, lat, lon, radius_m, 12):
            if abs(at_lat) < 80_000_000:
                table.measure(at_lat, at_lon)
                exact_mm = circle.depth_mm(at_lat, at_lon)
                check(table.depths_dm[0], exact_mm, (seed, at_lat, at_lon), radius_m)


def test_a_long_edge_close_by_is_as_far_as_it_is():
    """Edges of degrees, slanting and straight, from 5 m to 50 km off."""
    for lat in _LATITUDES:
        for rise in (0, 400_000, 2_000_000):
            if abs(lat) + 3_000_000 > 80_000_000:
                continue
            ring = array(
                "i", [-5_000_000, lat - rise, 5_000_000, lat + rise, 5_000_000, lat + rise + 9]
            )
            polygon = geometry.Polygon([ring])
            table = Table([polygon])
            for away_m in (0, 5, 90, 350, 4_000, 50_000):
                at_lat = lat - away_m * _M_UDEG
                table.measure(at_lat, 0)
                check(table.depths_dm[0], polygon.depth_mm(at_lat, 0), (lat, rise, away_m))


def test_near_the_poles_and_around_the_earth_the_slow_way_is_taken():
    cap = geometry.Polygon(
        [array("i", [0, 85_000_000, 120_000_000, 85_000_000, -120_000_000, 85_000_000])]
    )
    belt = geometry.Polygon(
        [array("i", [-180_000_000, 10_000_000, 180_000_000, 10_000_000, 180_000_000, 20_000_000,
                     -180_000_000, 20_000_000])]
    )  # fmt: skip
    table = Table([cap, belt, geometry.Circle(89_999_000, 0, 300)])
    cases = (
        (0, 90_000_000, 7), (0, 85_001_000, 0), (0, 84_999_000, 60_000_000),
        (1, 10_000_500, 179_999_999), (1, 9_999_500, -180_000_000), (1, 19_999_000, 3),
        (2, 89_999_500, 170_000_000), (2, 89_996_000, 0),
    )  # fmt: skip
    for number, lat, lon in cases:
        table.measure(lat, lon)
        exact_dm = (cap, belt, geometry.Circle(89_999_000, 0, 300))[number].depth_mm(
            lat, lon
        ) // 100
        said_dm = table.depths_dm[number]
        assert said_dm == max(-600_000, min(exact_dm, 600_000)), (number, lat, lon)


def test_the_kernels_cosine_is_the_spheres():
    for lat in (0, 1, 999_999, 1_000_000, 51_234_567, -51_234_567, 89_999_999):
        assert near._cosine(sphere.COSINES_Q15, lat) == sphere.cos_q15(lat), lat


def test_measuring_allocates_nothing():
    if not hasattr(micropython, "heap_lock"):
        return  # CPython has no such lock
    draw = draws(5)
    lat, lon = 51_500_000, -120_000
    shapes = [geometry.Polygon(make_rings(draw, lat, lon, 900, 40)) for _ in range(30)]
    shapes += [geometry.Circle(lat, lon, 300), geometry.Circle(lat + 900, lon, 2_800)]
    table = Table(shapes)
    seen = list(places(draw, lat, lon, 1_500, 50))
    micropython.heap_lock()
    try:
        for at_lat, at_lon in seen:
            table.measure(at_lat, at_lon)
    finally:
        micropython.heap_unlock()
