"""tag/grid.py against the ellipsoid, in floating point: no cell is smaller than it should be."""

import math

from reticent.tagcode import grid

A = 6_378_137.0  # WGS 84
E2 = 0.00669437999014


def metres_per_radian(lat_degrees: float) -> tuple[float, float]:
    """Return (metres a radian of latitude, metres a radian of longitude) on WGS 84."""
    phi = math.radians(lat_degrees)
    w = math.sqrt(1 - E2 * math.sin(phi) ** 2)
    return A * (1 - E2) / w**3, A / w * math.cos(phi)


def test_no_cell_is_smaller_than_cell_m_and_columns_are_as_many_as_fit():
    for cell_m in (500, 1000, 7500):
        height = grid.row_height_udeg(cell_m)
        for row in range(0, grid.rows(cell_m), 7):
            south = (row * height - 90_000_000) / 1e6
            north = min(south + height / 1e6, 90.0)
            per_lat = min(metres_per_radian(south)[0], metres_per_radian(north)[0])
            if north < 90.0:
                assert math.radians(height / 1e6) * per_lat >= cell_m, (cell_m, row)
            per_lon = min(metres_per_radian(south)[1], metres_per_radian(north)[1])
            columns = grid.columns(row, cell_m)
            if columns > 1:
                width = 2 * math.pi * per_lon / columns
                assert width >= cell_m, (cell_m, row, width)
                if abs(south) < 89 and abs(north) < 89:
                    assert width <= cell_m * (1.006 + 2 / columns), (cell_m, row, width)
