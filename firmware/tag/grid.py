"""The coarse cells: a reduced grid whose cells are never smaller than `cell_m` on either side.

Rows of equal height from the south pole; each row is cut into as many equal columns as keep a
column at least `cell_m` wide at the row's edge that is nearer to a pole. Integers throughout, so
that tag and host give the same cell (docs/FORMAT.md, section 8). Floor, never round.

The hidden offset shifts a position by fractions of a cell before it is floored.
"""

import micropython
from micropython import const

_TURN_UDEG = const(360_000_000)
_HALF_TURN_UDEG = const(180_000_000)
_POLE_UDEG = const(90_000_000)
# WGS 84: a degree of latitude is shortest at the equator, 110,574 m; a parallel is nowhere shorter
# than on a sphere with the equator's radius, 111,319 m a degree. Both are rounded down.
_LATITUDE_M_PER_DEGREE = 110_574
_EQUATOR_M = 111_319 * 360

_Q = 40  # fixed point of the sine
_UDEG_TO_RADIANS_Q60 = 20_122_276_272  # pi / 180e6 * 2**60, rounded down

OFFSET_BITS = const(20)  # an offset is a fraction of a cell, in units of 2**-20
HALF_CELL = 1 << (OFFSET_BITS - 1)

# What cell() has worked out: by cell_m, the rows' height and columns by row. A wearer stays within
# few rows, and a row's columns cost a hundred times the rest.
_known = {}
_MOST_ROWS_KNOWN = 64


def row_height_udeg(cell_m):
    """Return the height of every row: at least cell_m wherever it lies."""
    return -(-cell_m * 1_000_000 // _LATITUDE_M_PER_DEGREE)


def rows(cell_m):
    """Return how many rows there are; the last one may be cut short by the pole."""
    return -(-2 * _POLE_UDEG // row_height_udeg(cell_m))


def columns(row, cell_m):
    """Return how many columns the row has."""
    height = row_height_udeg(cell_m)
    south = row * height - _POLE_UDEG
    edge = max(abs(south), abs(south + height))
    if edge >= _POLE_UDEG:
        return 1
    return max(1, _EQUATOR_M * _sine_q40(_POLE_UDEG - edge) // cell_m >> _Q)


@micropython.native
def cell(lat_udeg, lon_udeg, cell_m, offset_row=0, offset_col=0):
    """Return (row, col) of the position, shifted by the offset (in 2**-20 cells on each axis)."""
    height, counts = _known.get(cell_m) or _learn(cell_m)
    row = (lat_udeg + _POLE_UDEG + (offset_row * height >> OFFSET_BITS)) // height
    count = counts.get(row)
    if count is None:
        row = min(max(row, 0), rows(cell_m) - 1)
        count = _learn_row(row, cell_m, counts)
    # One floor over the sum of both: the same as a floor of the position, then of the offset.
    east = (lon_udeg + _HALF_TURN_UDEG) * count + (offset_col * _TURN_UDEG >> OFFSET_BITS)
    return row, east // _TURN_UDEG % count


def bounds_udeg(row, col, cell_m):
    """Return (south, west, north, east) of a cell of the grid in microdegrees, rounded inwards."""
    height = row_height_udeg(cell_m)
    south = row * height - _POLE_UDEG
    north = min(south + height, _POLE_UDEG)
    count = columns(row, cell_m)
    west = -(-col * _TURN_UDEG // count) - _TURN_UDEG // 2
    east = (col + 1) * _TURN_UDEG // count - _TURN_UDEG // 2
    return south, west, north, east


def _learn(cell_m):
    _known[cell_m] = known = (row_height_udeg(cell_m), {})
    return known


def _learn_row(row, cell_m, counts):
    if len(counts) >= _MOST_ROWS_KNOWN:
        counts.clear()
    counts[row] = count = columns(row, cell_m)
    return count


def _sine_q40(angle_udeg):
    """Return a lower bound, within 2**-30 of it, of the sine of 0 to 90 degrees, times 2**40.

    The Taylor series to x**13; its first left-out term is below 2**-30 at 90 degrees.
    """
    x = angle_udeg * _UDEG_TO_RADIANS_Q60 >> 20
    square = x * x >> _Q
    term = total = x
    for step in (6, 20, 42, 72, 110, 156):  # (2k)(2k + 1)
        term = -((term * square >> _Q) // step)
        total += term
    return total - (1 << 10)
