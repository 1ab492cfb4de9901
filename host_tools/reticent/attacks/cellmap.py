"""Cells and places in one flat frame: rows of a reduced grid have different columns.

All is told from the corner of one cell, in that cell's own rows and columns.
"""

from __future__ import annotations

import numpy as np

from reticent.attacks.towns import Floats, Ints
from reticent.tagcode import grid

FAR = 1 << 30

_POLE_UDEG, _HALF_TURN_UDEG, _TURN_UDEG = 90_000_000, 180_000_000, 360_000_000


def columns(rows: Ints, cell_m: int) -> Ints:
    """Return the columns of each row."""
    known, where = np.unique(np.maximum(rows, 0), return_inverse=True)
    counts = np.array([grid.columns(int(row), cell_m) for row in known], dtype=np.int64)
    return counts[where].reshape(np.shape(rows))


def from_corner(udeg: Ints, cell: Ints, cell_m: int) -> Floats:
    """Return (rows, cols), with fractions, of places (lat, lon) from a cell's public corner."""
    count = columns(cell[..., 0], cell_m)
    north = (udeg[..., 0] + _POLE_UDEG) / grid.row_height_udeg(cell_m) - cell[..., 0]
    east = (udeg[..., 1] + _HALF_TURN_UDEG) / _TURN_UDEG * count - cell[..., 1]
    return np.stack([north, _wrapped(east, count)], axis=-1)


def flat(cells: Ints, cell: Ints, cell_m: int) -> Ints:
    """Return how many rows and columns of a cell's own row other cells lie from it.

    A slot without a cell lies FAR from all.
    """
    counts, count = columns(cells[..., 0], cell_m), columns(cell[..., 0], cell_m)
    east = (cells[..., 1] + 0.5) / counts * count - cell[..., 1]
    cols = np.floor(_wrapped(east, count)).astype(np.int64)
    found = np.stack([cells[..., 0] - cell[..., 0], cols], axis=-1)
    found[(cells[..., 0] < 0) | np.broadcast_to(cell[..., 0] < 0, cells.shape[:-1])] = FAR
    return found


def centres_udeg(cells: Ints, cell_m: int) -> Ints:
    """Return (lat, lon) of the cells' middles on the public grid, in microdegrees."""
    lat = (cells[..., 0] + 0.5) * grid.row_height_udeg(cell_m) - _POLE_UDEG
    lon = (cells[..., 1] + 0.5) / columns(cells[..., 0], cell_m) * _TURN_UDEG - _HALF_TURN_UDEG
    return np.stack([np.round(lat), np.round(lon)], axis=-1).astype(np.int64)


def _wrapped(east: Floats, count: Ints) -> Floats:
    return (east + count / 2) % count - count / 2
