"""tag/grid.py: no cell is smaller than cell_m, every position has one, offsets move it."""

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
