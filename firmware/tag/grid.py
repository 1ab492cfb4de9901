"""The coarse cells: a reduced grid whose cells are never smaller than `cell_m` on either side.

Rows of equal height from the south pole; each row is cut into as many equal columns as keep a
column at least `cell_m` wide at the row's edge that is nearer to a pole. Integers throughout, so
that tag and host give the same cell (docs/FORMAT.md, section 8). Floor, never round.

The hidden offset shifts a position by fractions of a cell before it is floored.
"""

from array import array

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

# What cell() has worked out: cell_m, both offsets (plus _BIAS), the rows' height, the way from the
# south pole to where rows begin to count, the columns' offset (plus _BIAS), how many rows; then of
# 64 rows, each by its last bits, row + 1 and columns. A wearer stays within few rows, and a row's
# columns cost a hundred times the rest.
_known = array("i", bytes(4 * (8 + 2 * 64)))
_FIRST_ROW = const(8)
_BIAS = const(
    0x20000000
)  # no word is negative: a ptr32 load zero-extends where a word has 64 bits


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
    """Return (row, col) of the position, shifted by the offset (in 2**-20 cells on each axis).

    `cell_m` is 500 or more. It allocates the tuple and nothing else.
    """
    while True:
        found = _find(_known, lat_udeg, lon_udeg, cell_m, offset_row, offset_col)
        if found:
            return found
        _learn(lat_udeg, cell_m, offset_row, offset_col)


@micropython.viper
def _find(known: ptr32, lat: int, lon: int, cell_m: int, offset_row: int, offset_col: int):
    """Return (row, col), or None where something is not known yet."""
    if known[0] != cell_m or known[1] != offset_row + 0x20000000:
        return None
    if known[2] != offset_col + 0x20000000:
        return None
    row = (lat + known[4]) // known[3]
    if row < 0:
        row = 0
    if row >= known[6]:
        row = known[6] - 1
    at = 8 + ((row & 63) << 1)
    if known[at] != row + 1:
        return None
    count = known[at + 1]
    # floor(((lon + half a turn) * count + offset) / a turn). A turn is 18,000 times 20,000: of
    # either and the columns, 80,150 at most, the product fits 32 bits. One floor over the sum: the
    # same as a floor of the position, then of the offset.
    east = lon + 180000000
    part = east // 18000
    rest = (east - part * 18000) * count - 0x20000000 + known[5]
    col = (part * count + rest // 18000) // 20000
    if col < 0:
        col += count
    if col >= count:
        col -= count
    return row, col


def is_near(cell, other, cell_m):
    """Return whether a cell lies within two rows and two columns of another one."""
    if abs(cell[0] - other[0]) > 2:
        return False
    count = columns(other[0], cell_m)
    col = (2 * cell[1] + 1) * count // (2 * columns(cell[0], cell_m))  # in the other's row
    away = (col - other[1]) % count
    return away <= 2 or away >= count - 2


def bounds_udeg(row, col, cell_m):
    """Return (south, west, north, east) of a cell of the grid in microdegrees, rounded inwards."""
    height = row_height_udeg(cell_m)
    south = row * height - _POLE_UDEG
    north = min(south + height, _POLE_UDEG)
    count = columns(row, cell_m)
    west = -(-col * _TURN_UDEG // count) - _TURN_UDEG // 2
    east = (col + 1) * _TURN_UDEG // count - _TURN_UDEG // 2
    return south, west, north, east


def _learn(lat_udeg, cell_m, offset_row, offset_col):
    """Work out what cell() needs at this latitude."""
    height = row_height_udeg(cell_m)
    last_row = rows(cell_m) - 1
    if _known[0] != cell_m:
        for at in range(_FIRST_ROW, len(_known)):
            _known[at] = 0
    from_pole = _POLE_UDEG + (offset_row * height >> OFFSET_BITS)
    east = (offset_col * _TURN_UDEG >> OFFSET_BITS) + _BIAS
    words = (cell_m, offset_row + _BIAS, offset_col + _BIAS, height, from_pole, east, last_row + 1)
    for at, word in enumerate(words):
        _known[at] = word
    row = min(max((lat_udeg + from_pole) // height, 0), last_row)
    at = _FIRST_ROW + ((row & 63) << 1)
    _known[at] = row + 1
    _known[at + 1] = columns(row, cell_m)


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
