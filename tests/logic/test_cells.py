"""tag/cells.py: a slot's cell is the middle of three fixes', and only a place of rest anchors."""

from orders import EAST, LAT, LON, NORTH
from tag import grid
from tag.cells import BORDER_S, SAMPLE_EVERY_S, SAMPLES, Cells

SLOT_S = 900
FIRST = 2_000_000


def cells_from_boot():
    """Return Cells whose boot is so long ago that it silences nothing any more."""
    cells = Cells(1000, SLOT_S, (0, 0))
    cells.pass_time((FIRST - 9) * SLOT_S)
    cells.deal(True)  # in a dwelling: cells are told from then on
    for slot in range(FIRST - 3, FIRST):
        cells.pass_time(slot * SLOT_S)
        if cells.is_due(slot * SLOT_S):
            cells.take_none()
    cells.release()
    return cells


def border_m():
    """Return how far north of the town's middle the row's border is."""
    row, col = grid.cell(LAT, LON, 1000)
    return (grid.bounds_udeg(row, col, 1000)[2] - LAT) // NORTH + 1


def sample(cells, slot, places):
    """Let the slot pass with a fix at each of the three places (north m, east m), when due."""
    for place in places:
        utc_s = cells.due_s()
        assert utc_s // SLOT_S == slot, (utc_s, slot)
        cells.pass_time(utc_s)
        assert cells.is_due(utc_s)
        if place is not None:
            cells.take(LAT + place[0] * NORTH, LON + place[1] * EAST)
    cells.pass_time(slot * SLOT_S + 500)


def rows_said(slots):
    """Return the rows of the cells that are said of the slots' samples, north of the middle's."""
    cells = cells_from_boot()
    for number, places in enumerate(slots):
        cells.pass_time((FIRST + number) * SLOT_S)
        sample(cells, FIRST + number, places)
    cells.pass_time((FIRST + len(slots) + 2) * SLOT_S)
    here = grid.cell(LAT, LON, 1000)[0]
    said = [entry for entry in cells.release() if entry[0] >= FIRST]
    return [cell and cell[0] - here for _, cell in said][: len(slots)]


def test_a_multipath_jump_over_the_border_shows_in_no_cell():
    edge = border_m()
    home, thrown = (edge - 60, 0), (edge + 40, 0)
    for jump in range(SAMPLES):
        places = [home] * SAMPLES
        places[jump] = thrown
        assert rows_said([places]) == [None], jump
    assert rows_said([[thrown] * SAMPLES]) == [1]


def test_the_middle_fix_counts_on_either_side_of_a_border():
    edge = border_m()
    assert rows_said([[(edge - 9, 0), (edge + 4, 0), (edge - 6, 0)]]) == [0]
    assert rows_said([[(edge + 9, 0), (edge - 4, 0), (edge + 6, 0)]]) == [1]


def test_a_slot_on_the_way_has_no_cell_and_sets_no_anchor():
    edge = border_m()
    walking = [(edge + 59, 0), (edge + 10, 0), (edge - 39, 0)]
    home = [(edge - 20, 0)] * SAMPLES
    resting = [(edge + 20, 0)] * SAMPLES
    assert rows_said([walking, home, home]) == [None, 0, 0]
    assert rows_said([home, walking, resting]) == [0, None, 0], "the anchor outlives a walk"
    assert rows_said([resting, home]) == [1, 1]


def test_a_walk_that_turns_round_between_two_fixes_is_no_rest():
    assert rows_said([[(0, 0), (35, 0), (5, 0)]]) == [None]


def test_a_slot_with_a_fix_too_few_has_no_cell():
    cells = cells_from_boot()
    start_s = FIRST * SLOT_S
    cells.pass_time(start_s)
    cells.take(LAT, LON)
    assert cells.due_s() == start_s + SAMPLE_EVERY_S
    cells.pass_time(cells.due_s() + BORDER_S)
    assert cells.is_due(start_s + SAMPLE_EVERY_S + BORDER_S)
    cells.pass_time(start_s + SAMPLE_EVERY_S + BORDER_S + 1)
    assert not cells.is_due(start_s + 200)
    cells.pass_time((FIRST + 2) * SLOT_S)
    assert cells.release()[-1] == (FIRST, None)


def test_the_middle_is_right_across_the_antimeridian():
    cells = cells_from_boot()
    cells.pass_time(FIRST * SLOT_S)
    for lon_udeg in (179_999_950, -179_999_950, 179_999_990):
        cells.take(LAT, lon_udeg)
    cells.pass_time((FIRST + 2) * SLOT_S)
    assert cells.release()[-1] == (FIRST, grid.cell(LAT, 179_999_990, 1000))


def test_a_renewal_keeps_the_long_stays_that_are_known():
    before, after = cells_from_boot(), Cells(1000, SLOT_S, (0, 0))
    for slot in range(FIRST, FIRST + 16):
        before.pass_time(slot * SLOT_S)
        sample(before, slot, [(0, 0)] * SAMPLES)
    after.follow(before)
    for slot, north_m in ((FIRST + 16, 0), (FIRST + 17, 1_500)):
        after.pass_time(slot * SLOT_S)
        sample(after, slot, [(north_m, 0)] * SAMPLES)
    after.pass_time((FIRST + 19) * SLOT_S)
    home = grid.cell(LAT, LON, 1000)
    assert after.release()[-2:] == [(FIRST + 16, home), (FIRST + 17, None)]
