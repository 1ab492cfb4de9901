"""tag/grid.py: no cell is smaller than cell_m, every position has one, offsets move it."""

import gc

import micropython

from tag import grid

DEGREE = 1_000_000
LATITUDES = (-90, -89.9999, -85, -60.5, -51, -1, 0, 0.5, 23.4, 51.5, 66.6, 80, 89, 89.99, 90)


def test_positions_have_the_cell_that_their_bounds_say():
    for cell_m in (500, 1000, 5000):
        for degrees in LATITUDES:
            for lon in (-180_000_000, -179_999_999, -1, 0, 1, 77_777_777, 179_999_999):
                lat = int(degrees * 1000) * 1000
                row, col = grid.cell(lat, lon, cell_m)
                south, west, north, east = grid.bounds_udeg(row, col, cell_m)
                assert south <= lat <= north, (cell_m, lat)
                assert west - 1 <= lon <= east + 1, (cell_m, lat, lon)


def test_neighbours_differ_by_one_and_the_antimeridian_joins():
    lat = 10 * DEGREE
    row, first = grid.cell(lat, -180_000_000, 1000)
    _, last = grid.cell(lat, 179_999_999, 1000)
    assert first == 0
    assert last == grid.columns(row, 1000) - 1
    assert grid.cell(lat, -180_000_000, 1000, 0, -1) == (row, last)
    assert grid.cell(lat, 179_999_999, 1000, 0, grid.HALF_CELL)[1] == 0


def test_half_a_cell_of_offset_moves_half_of_all_positions():
    moved = 0
    for step in range(1000):
        lat = 20 * DEGREE + step * 977
        moved += grid.cell(lat, 0, 1000)[0] != grid.cell(lat, 0, 1000, grid.HALF_CELL, 0)[0]
    assert 450 <= moved <= 550, moved


def test_an_offset_of_a_whole_cell_is_the_next_cell():
    one = 1 << grid.OFFSET_BITS
    for lat in (-77_123_456, 1, 33_000_123, 66_666_666):
        row, col = grid.cell(lat, 12_345_678, 500)
        assert grid.cell(lat, 12_345_678, 500, 0, one) == (row, col + 1), lat
        assert grid.cell(lat, 12_345_678, 500, one, 0)[0] == row + 1, lat


def test_the_poles_are_one_row_of_few_columns():
    assert grid.cell(-90 * DEGREE, 5, 1000)[0] == 0
    assert grid.cell(90 * DEGREE, 5, 1000)[0] == grid.rows(1000) - 1
    assert grid.columns(0, 1000) == 1
    assert grid.cell(90 * DEGREE, 5, 1000, grid.HALF_CELL, 0)[0] == grid.rows(1000) - 1


def test_results_are_the_same_on_every_interpreter():
    """A checksum over seeded positions, computed once on CPython: any difference shows."""
    state, total = 12345, 0
    for _ in range(3000):
        state = (state * 1103515245 + 12345) % (1 << 31)
        lat = state % 180_000_001 - 90_000_000
        state = (state * 1103515245 + 12345) % (1 << 31)
        lon = state % 360_000_000 - 180_000_000
        row, col = grid.cell(lat, lon, 1000, lat % 1000 - 500, lon % 1000 - 500)
        total = (total * 31 + row * 65_537 + col) % (1 << 61)
    assert total == CHECKSUM, total


CHECKSUM = 222076800476248689


def plain_cell(lat, lon, cell_m, offset_row, offset_col):
    """The same in big integers, one formula."""
    height = grid.row_height_udeg(cell_m)
    row = (lat + 90 * DEGREE + (offset_row * height >> grid.OFFSET_BITS)) // height
    row = min(max(row, 0), grid.rows(cell_m) - 1)
    count = grid.columns(row, cell_m)
    east = (lon + 180 * DEGREE) * count + (offset_col * 360 * DEGREE >> grid.OFFSET_BITS)
    return row, east // (360 * DEGREE) % count


def test_the_kernel_gives_the_plain_formulas_cell_everywhere():
    """At borders of cells, at the ends of the Earth, with every offset, sizes mixed."""
    half = grid.HALF_CELL
    state = 99
    for number in range(600):
        state = (state * 1103515245 + 12345) % (1 << 31)
        cell_m = (500, 1000, 777, 100_000)[number % 4]
        offset = ((0, 0), (-half, -half), (half - 1, half - 1), (state % half, -(state % 77)))[
            number // 4 % 4
        ]
        lat = (state // 7) % 180_000_001 - 90_000_000
        row, col = grid.cell(lat, (state * 7) % 360_000_001 - 180_000_000, cell_m)
        south, west, north, east = grid.bounds_udeg(row, col, cell_m)
        for lat_ in (lat, south, north, north - 1, -90_000_000, 90_000_000):
            for lon in (west - 1, west, west + 1, east, east + 1, -180_000_000, 180_000_000):
                lon = max(-180_000_000, min(lon, 180_000_000))
                expected = plain_cell(lat_, lon, cell_m, *offset)
                assert grid.cell(lat_, lon, cell_m, *offset) == expected, (lat_, lon, cell_m)


def test_a_known_row_costs_no_heap_but_the_tuple():
    if not hasattr(micropython, "heap_lock"):
        return  # CPython has no such lock
    grid.cell(10 * DEGREE, 10 * DEGREE, 1000, 7, -7)
    micropython.heap_lock()
    try:
        try:
            grid.cell(10 * DEGREE, -170 * DEGREE, 1000, 7, -7)
            needed = False
        except MemoryError:
            needed = True
    finally:
        micropython.heap_unlock()
    assert needed  # a tuple of two
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    grid.cell(10 * DEGREE, -170 * DEGREE, 1000, 7, -7)
    spent = gc.mem_alloc() - before
    gc.enable()
    assert spent <= 64, spent
