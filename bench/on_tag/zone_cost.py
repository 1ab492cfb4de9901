"""Runs on MicroPython, on the unix port and on the Pico: what a check of the zones costs.

Prints lines "name value"; with NAIVE set it also times the plain float loop (slow on a Pico).
Without VIPER its kernels run as plain Python, whose integers over 30 bits take heap.
"""

import gc
import time

import micropython

from tag import grid
from tag.evidence import Evidence
from tag.fix import Fix
from tag.geometry import Circle, Polygon
from tag.jumps import Jumps
from tag.table import Table

try:
    from settings import NAIVE, POINTS, REPEAT, VIPER
except ImportError:
    NAIVE, POINTS, REPEAT, VIPER = True, 60, 20, True

LAT, LON = 51_500_000, -120_000
ZONES = 100
SPREAD_UDEG = 150_000  # half the side of the city that the zones are strewn over


class Lcg:
    """The same numbers everywhere; small enough for 31 bits."""

    def __init__(self, seed):
        self.state = seed

    def below(self, bound):
        self.state = (self.state * 1_366 + 150_889) % 714_025
        return self.state * bound // 714_025


def make_place(rng):
    """Return (lat, lon) somewhere in the city, in microdegrees."""
    lat = LAT + rng.below(2 * SPREAD_UDEG) - SPREAD_UDEG
    return lat, LON + rng.below(2 * SPREAD_UDEG) - SPREAD_UDEG


def make_ring(rng, count):
    """Return a ring of so many corners around a random place, star-shaped and concave."""
    lat, lon = make_place(rng)
    ring = []
    for k in range(count):
        # A walk around a square of 8 * count steps, pulled inwards at random.
        side, along = divmod(4 * k, count)
        along = along * 2_000 // count - 1_000
        x, y = ((along, -1_000), (1_000, along), (-along, 1_000), (-1_000, -along))[side]
        pull = 2 + rng.below(4)
        ring += [lon + x * pull, lat + y * pull * 2 // 3]
    return ring


def naive_hits(zones, lat, lon):
    """Return the zones around a position: the loop of the textbooks."""
    hits = []
    for number, zone in enumerate(zones):
        inside = False
        j = len(zone) - 1
        for i in range(len(zone)):
            xi, yi = zone[i]
            xj, yj = zone[j]
            if (yi > lat) != (yj > lat) and lon < (xj - xi) * (lat - yi) / (yj - yi) + xi:
                inside = not inside
            j = i
        if inside:
            hits.append(number)
    return hits


def four_divisions(lat, lon, cell_m):
    """Return a tuple after four integer divisions: what a cell can cost at the least."""
    row = (lat + 90_000_000) // 9_044
    count = 40_075_000 // cell_m
    col = (lon + 180_000_000) // 14_531
    return row, col // (count // 40_000 + 1)


def spent_ns(call, arguments):
    """Return nanoseconds of a call, the loop's share with it: of some passes the fastest."""
    fastest_us = None
    for _ in range(REPEAT):
        gc.collect()
        started = time.ticks_us()
        for a in arguments:
            call(*a)
        took_us = time.ticks_diff(time.ticks_us(), started)
        fastest_us = took_us if fastest_us is None else min(fastest_us, took_us)
    return fastest_us * 1000 // len(arguments)


def heap_free(call, positions):
    """Call with every position while nothing can be allocated; return how many calls that were."""
    checked = 0
    micropython.heap_lock()
    try:
        for lat, lon in positions:
            call(lat, lon)
            checked += 1
    finally:
        micropython.heap_unlock()
    return checked


class FixWay:
    """What each fix takes besides: whether it is thrown off, and the evidence of ten zones."""

    def __init__(self, table, first_s):
        self.table = table
        self.jumps = Jumps()
        self.evidence = [Evidence() for _ in range(10)]
        self.fix = Fix(first_s, LAT, LON, 10, 9)

    def take(self, lat, lon):
        self.fix.utc_s += 1
        self.fix.lat_udeg = lat
        self.fix.lon_udeg = lon
        self.jumps.take(self.fix)
        self.table.measure(lat, lon)
        for number in range(10):
            depth_dm = self.table.depths_dm[number]
            self.evidence[number].weigh(depth_dm, self.fix.error_m, 1)


def bytes_a_call(call, positions):
    """Return the bytes of heap that a call takes, the loop's own share with it."""
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for lat, lon in positions:
        call(lat, lon)
    spent = gc.mem_alloc() - before
    gc.enable()
    return spent // len(positions)


def naive_ns(polygons, positions):
    """Return what the loop of the textbooks takes over the same zones, as floats."""
    zones = []
    for polygon in polygons:
        ring = polygon.rings[0]
        zones.append([(ring[i] / 1e6, ring[i + 1] / 1e6) for i in range(0, len(ring), 2)])
    return spent_ns(naive_hits, [(zones, lat / 1e6, lon / 1e6) for lat, lon in positions])


def main():
    """Print the figures and the checksums."""
    rng = Lcg(7)
    room = bytearray(40_000)  # for the table in one piece: a Pico's heap is soon in pieces
    polygons = [Polygon([make_ring(rng, 4 + rng.below(61))]) for _ in range(ZONES)]
    gc.collect()
    positions = [make_place(rng) for _ in range(POINTS)]
    del room
    gc.collect()
    table = Table(polygons)
    print("vertices", sum(len(polygon.rings[0]) >> 1 for polygon in polygons))
    print("checked_under_heap_lock", heap_free(table.check, positions))
    if VIPER:
        print("measured_under_heap_lock", heap_free(table.measure, positions))
        circles = Table([Circle(*position, 100 + 40 * k) for k, position in enumerate(positions)])
        print("circles_under_heap_lock", heap_free(circles.measure, positions))
    print("check_ns", spent_ns(table.check, positions))
    print("measure_ns", spent_ns(table.measure, positions))
    # With seconds that are small ints everywhere, then with those of today.
    for name, first_s in (("small", 1_000), ("today", 1_800_000_000)):
        way = FixWay(table, first_s)
        way.take(*positions[0])
        print("fix_heap_" + name, bytes_a_call(way.take, positions))
    if NAIVE:
        print("naive_ns", naive_ns(polygons, positions))
    cells = [(lat, lon, 1000) for lat, lon in positions]
    print("cell_ns", spent_ns(grid.cell, cells))
    print("divisions_ns", spent_ns(four_divisions, cells))
    print_checksums(polygons, table, positions)


def print_checksums(polygons, table, positions):
    """Print one number each for the results of the kernel, of the geometry and of the grid."""
    kernel = exact = away = near = cells = 0
    for number, (lat, lon) in enumerate(positions[:60]):
        # Each position as it is, then moved to a corner of one of the zones, which is inside.
        ring = polygons[number].rings[0]
        for y, x in ((lat, lon), (ring[1], ring[0]), (ring[1] + 500, ring[0])):
            table.check(y, x)
            for k in range(0, ZONES, 7):
                kernel = (kernel * 5 + table.contains(k) + 1) % 1_000_003
                exact = (exact * 5 + polygons[k].contains(y, x) + 1) % 1_000_003
        depth_mm = polygons[number].depth_mm(lat, lon)
        away = (away * 7 + depth_mm) % 1_000_003
        table.measure(lat, lon)
        for k in range(0, ZONES, 7):
            near = (near * 5 + table.depths_dm[k]) % 1_000_003
        for cell_m in (500, 1_000):
            row, col = grid.cell(lat * number // 60, lon - 2_000_000 * number, cell_m, 77, -99)
            cells = (cells * 7 + row * 31 + col) % 1_000_003
    print("checksums", kernel, exact, away, near, cells)


main()
