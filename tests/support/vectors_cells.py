"""Vectors of section 8 of docs/FORMAT.md: positions and their cells."""

from __future__ import annotations

from reticent.tagcode import grid

_HALF = grid.HALF_CELL
_PLACES = (
    (0, 0), (47_001_234, -30_004_321), (-33_900_000, 151_200_000), (51_500_000, -1),
    (60_000_000, 179_999_999), (60_000_000, -180_000_000), (60_000_000, 180_000_000),
    (89_999_999, 10_000_000), (90_000_000, 10_000_000), (-90_000_000, -10_000_000),
    (-89_999_999, 123_456_789), (-1, -1), (78_220_000, 15_650_000),
)  # fmt: skip
_OFFSETS = ((0, 0), (_HALF - 1, -_HALF), (-_HALF, _HALF - 1), (-123_456, 98_765), (1, -1))


def make() -> dict:
    """Return the file's content."""
    cases = []
    for cell_m in (500, 1000, 100_000):
        for lat, lon in _PLACES:
            for offset in _OFFSETS:
                row, col = grid.cell(lat, lon, cell_m, *offset)
                cases.append(
                    {
                        "name": f"{lat}, {lon} in cells of {cell_m} m",
                        "position": [lat, lon],
                        "cell_m": cell_m,
                        "offset": list(offset),
                        "cell": [row, col],
                        "columns": grid.columns(row, cell_m),
                        "bounds": list(grid.bounds_udeg(row, col, cell_m)),
                    }
                )
    return {"section": 8, "cases": cases}
