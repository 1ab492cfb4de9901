"""tag/stays.py: near a long stay no other cell is told, and none before one is known."""

from tag import grid
from tag.stays import KEPT_S, LONG_S, MOST, Stays

CELL_M = 1000
SLOT_S = 900
LONG = LONG_S // SLOT_S
HOME = grid.cell(47_000_000, -30_000_000, CELL_M)


def beside(rows, cols, cell=HOME):
    """Return the cell so many rows and columns from another one, in its own row's columns."""
    row = cell[0] + rows
    count, here = grid.columns(row, CELL_M), grid.columns(cell[0], CELL_M)
    return row, ((2 * cell[1] + 1) * count // (2 * here) + cols) % count


def told(rests, stays=None, slot=0):
    """Return whether each of these rests, one a slot, may be told."""
    stays = stays or Stays(CELL_M, SLOT_S)
    return [stays.may_tell(slot + k, cell) for k, cell in enumerate(rests)]


def lived(*cells):
    """Return Stays that know of these cells' long stays, after as many slots."""
    stays = Stays(CELL_M, SLOT_S)
    told([cell for cell in cells for _ in range(LONG)], stays)
    return stays


def test_nothing_is_told_until_the_first_long_stay():
    far = beside(9, 0)
    assert told([HOME] * LONG + [far]) == [False] * (LONG - 1) + [True, True]
    assert told([HOME, far] * LONG) == [False] * 2 * LONG, "no long stay, whatever it adds up to"


def test_a_dwelling_stands_for_a_long_stay():
    stays = Stays(CELL_M, SLOT_S)
    stays.be_home()
    assert told([HOME, beside(0, 1)], stays) == [True, True]


def test_within_two_cells_of_a_long_stay_no_other_cell_is_told():
    for rows in range(-4, 5):
        for cols in range(-4, 5):
            cell = beside(rows, cols)
            expected = (rows, cols) == (0, 0) or max(abs(rows), abs(cols)) > 2
            assert told([cell], lived(HOME), LONG) == [expected], (rows, cols)


def test_a_long_stay_beside_a_known_one_stays_silent():
    stays = lived(HOME)
    near = beside(0, 1)
    assert told([near] * 3 * LONG, stays, LONG) == [False] * 3 * LONG
    assert told([HOME], stays, 4 * LONG) == [True]


def test_a_stay_is_forgotten_a_week_after_the_last_rest_in_it():
    kept, near = KEPT_S // SLOT_S, beside(2, 2)
    stays = lived(HOME)
    last = LONG - 1
    assert told([near], stays, last + kept) == [False]
    assert told([near] * LONG, stays, last + kept + 1) == [False] * (LONG - 2) + [True] * 2
    assert told([HOME], stays, last + kept + 1 + LONG) == [False], "now it is the other's turn"


def test_a_rest_in_it_keeps_a_stay_known():
    kept, far = KEPT_S // SLOT_S, beside(9, 9)
    stays = lived(HOME)
    assert told([HOME, far], stays, LONG - 1 + kept) == [True, True]
    assert told([HOME, beside(0, -2)], stays, LONG - 1 + 2 * kept) == [True, False]


def test_the_latest_four_stays_are_known():
    far = [beside(10 * k, 0) for k in range(1, MOST + 1)]
    stays = lived(HOME, *far[: MOST - 1])
    assert told([beside(0, 1)], stays, MOST * LONG) == [False]
    stays = lived(HOME, *far)
    assert told([beside(0, 1)], stays, (MOST + 1) * LONG) == [True], "the first is forgotten"


def test_near_is_near_across_the_antimeridian_and_at_a_pole():
    row = HOME[0]
    last = grid.columns(row, CELL_M) - 1
    assert grid.is_near((row, 0), (row, last), CELL_M)
    assert grid.is_near((row, last), (row, 1), CELL_M)
    assert not grid.is_near((row, last), (row, 2), CELL_M)
    assert grid.is_near((0, 0), (1, 3), CELL_M), "a pole's cell adjoins all of the next row"
