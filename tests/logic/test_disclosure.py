"""tag/zones.py, disclosure.py, pipeline.py: what a wearer's movement makes the tag say."""

from orders import NOT_BEFORE, circle, fix, order, square
from tag import policy
from tag.pipeline import Pipeline
from walks import FIRST_SLOT, SLOT_S, START, of_type, settled, walk
from wire import batch, record

EXCLUSION, INCLUSION, DWELLING = policy.EXCLUSION, policy.INCLUSION, policy.DWELLING


def test_outside_all_zones_there_is_one_cell_a_slot_and_nothing_else():
    said = walk(settled(order()), [(10 * SLOT_S, 5000, 5000)])
    assert {entry[0] for _, entry in said} == {record.COARSE}
    slots = [entry[1] for _, entry in said]
    assert slots == [FIRST_SLOT + k for k in range(8)], slots
    assert all(kind == batch.ROUTINE for kind, _ in said)


def test_a_cell_waits_one_slot_before_it_is_released():
    pipeline = settled(order())
    assert walk(pipeline, [(2 * SLOT_S, 0, 0)]) == []
    released = walk(pipeline, [(1, 0, 0)], START + 2 * SLOT_S)
    assert [entry[1] for _, entry in released] == [FIRST_SLOT]


def test_a_crossing_silences_its_slot_and_both_neighbours():
    pipeline = settled(order([circle(EXCLUSION, 3000, 0, 300)]))
    path = [(4 * SLOT_S + 100, 0, 0), (120, 3000, 0), (6 * SLOT_S - 220, 0, 0)]
    said = walk(pipeline, path)
    slots = [entry[1] - FIRST_SLOT for entry in of_type(said, record.COARSE)]
    assert slots == [0, 1, 2, 6, 7], slots
    assert [entry[3] for entry in of_type(said, record.CROSSING)] == [True, False]


def test_positions_silence_their_slots_and_both_neighbours_as_long_as_a_breach_lasts():
    pipeline = settled(order([circle(EXCLUSION, 3000, 0, 300)]))
    said = walk(pipeline, [(3 * SLOT_S, 0, 0), (4 * SLOT_S, 3000, 0), (5 * SLOT_S, 0, 0)])
    slots = {entry[1] // SLOT_S - FIRST_SLOT for entry in of_type(said, record.PRECISE)}
    assert slots == {3, 4, 5, 6}, slots
    coarse = [entry[1] - FIRST_SLOT for entry in of_type(said, record.COARSE)]
    assert coarse == [0, 1, 9], coarse  # the exit is in slot 7


def test_positions_are_said_inside_an_exclusion_zone_only_and_at_their_rate():
    pipeline = settled(order([circle(EXCLUSION, 3000, 0, 300)]))
    said = walk(pipeline, [(1000, 0, 0), (1800, 3000, 0), (1000, 0, 0)])
    times = [entry[1] - START - 1000 for entry in of_type(said, record.PRECISE)]
    entered = of_type(said, record.CROSSING)[0][1] - START - 1000
    assert 7 <= entered <= 15, entered
    close = [t for t in times if t - entered < 600]
    assert close == list(range(entered, entered + 600, 15)), close
    wide = [t for t in times if t - entered >= 600]
    assert wide == [close[-1] + 300 * k for k in range(1, 5) if close[-1] + 300 * k < 1800], wide
    for kind, entry in said:
        if entry[0] == record.PRECISE:
            assert kind == batch.ALERT
            assert entry[3] == fix(0, 3000, 0).lat_udeg


def test_a_fix_outside_the_zone_is_never_precise_even_during_a_breach():
    pipeline = settled(order([square(EXCLUSION, 3000, 0, 200)]))
    walk(pipeline, [(100, 0, 0), (100, 3000, 0)])
    said = walk(pipeline, [(20, 3205, 0)], START + 200)
    assert not of_type(said, record.PRECISE)


def test_a_dwelling_speaks_presence_only_and_beats_an_exclusion_zone():
    zones = [circle(DWELLING, 0, 0, 150), circle(EXCLUSION, 0, 0, 400)]
    said = walk(settled(order(zones)), [(5 * SLOT_S, 0, 0)])
    assert not of_type(said, record.PRECISE)
    assert not of_type(said, record.COARSE)
    present = of_type(said, record.PRESENT)
    assert [entry[1] - FIRST_SLOT for entry in present] == [0, 1, 2, 3, 4]
    assert {entry[2] for entry in present} == {0}


def test_a_dwellings_crossings_carry_the_slot():
    pipeline = settled(order([circle(DWELLING, 0, 0, 150)]))
    said = walk(pipeline, [(950, 0, 0), (950, 3000, 0), (950, 0, 0)])
    crossings = [pair for pair in said if pair[1][0] == record.CROSSING]
    assert [entry[3] for _, entry in crossings] == [True, False, True]
    assert all(kind == batch.ROUTINE and record.is_slot(entry[1]) for kind, entry in crossings)


def test_leaving_an_inclusion_zone_is_a_breach_without_a_position():
    pipeline = settled(order([circle(INCLUSION, 0, 0, 500)]))
    said = walk(pipeline, [(300, 0, 0), (300, 5000, 0)])
    (kind, entry), *_ = [pair for pair in said if pair[1] == pair[1] and pair[0] == batch.ALERT]
    assert kind == batch.ALERT
    assert entry[0] == record.CROSSING
    assert entry[1] > record.SLOT_LIMIT
    assert not of_type(said, record.PRECISE)


def test_a_multipath_jump_of_30_seconds_enters_nothing():
    pipeline = settled(order([circle(EXCLUSION, 3000, 0, 300)]))
    said = walk(pipeline, [(600, 2680, 0), (30, 2780, 0), (600, 2680, 0)])
    assert not of_type(said, record.CROSSING)


def test_a_walk_30_m_deep_is_decided_within_two_minutes():
    pipeline = settled(order([circle(EXCLUSION, 3000, 0, 300)]))
    said = walk(pipeline, [(600, 0, 0), (120, 2730, 0)])
    assert len(of_type(said, record.CROSSING)) == 1


def test_a_slot_without_a_fix_says_so():
    pipeline = settled(order())
    said = walk(pipeline, [(SLOT_S + 100, 0, 0), (SLOT_S, None, None), (3 * SLOT_S, 0, 0)])
    coarse = {entry[1] - FIRST_SLOT: entry[2:] for entry in of_type(said, record.COARSE)}
    assert coarse[2] == [None, None]
    assert coarse[1] != [None, None]


def test_a_slot_that_begins_at_an_exclusion_zones_edge_says_that_it_has_no_cell():
    pipeline = settled(order([circle(EXCLUSION, 3000, 0, 300)]))
    path = [(SLOT_S - 5, 2695, 0), (10, 2705, 0), (4 * SLOT_S, 2695, 0)]
    said = walk(pipeline, path)
    assert not of_type(said, record.CROSSING)
    coarse = {entry[1] - FIRST_SLOT: entry[2:] for entry in of_type(said, record.COARSE)}
    assert coarse[1] == [None, None]
    assert coarse[0] != [None, None] and coarse[2] != [None, None]


def test_a_fix_later_than_the_border_is_not_taken():
    pipeline = settled(order())
    said = walk(pipeline, [(SLOT_S - 10, 0, 0), (50, None, None), (4 * SLOT_S, 0, 0)])
    coarse = {entry[1] - FIRST_SLOT: entry[2:] for entry in of_type(said, record.COARSE)}
    assert coarse[1] == [None, None]


def test_the_cell_is_that_of_the_shifted_position():
    for offset in ((0, 0), (1 << 18, -(1 << 18)), (-(1 << 19), 1 << 19)):
        said = walk(settled(order(), offset), [(3 * SLOT_S, 7000, -3000)])
        from tag import grid

        seen = fix(0, 7000, -3000)
        cell = grid.cell(seen.lat_udeg, seen.lon_udeg, 1000, *offset)
        assert tuple(said[0][1][2:]) == cell, offset


def test_the_anchor_repeats_the_cell_within_50_m_across_a_border():
    from tag import grid

    south = grid.bounds_udeg(*grid.cell(fix(0).lat_udeg, fix(0).lon_udeg, 1000), 1000)[0]
    border_m = (south - fix(0).lat_udeg) // 9
    pipeline = settled(order())
    path = [(SLOT_S, border_m + 20, 0), (SLOT_S, border_m - 20, 0), (3 * SLOT_S, border_m - 40, 0)]
    said = walk(pipeline, path)
    rows = [entry[2] for entry in of_type(said, record.COARSE)]
    assert rows[0] == rows[1], "20 m and -20 m are 40 m apart"
    assert rows[2] == rows[0] - 1, "60 m away it is floored afresh"


def test_levels_below_coarse_say_less():
    zones = [circle(EXCLUSION, 3000, 0, 300)]
    path = [(2000, 0, 0), (100, 3000, 0), (4000, 0, 0)]
    breach = walk(settled(order(zones, LEVEL=policy.BREACH)), path)
    assert {entry[0] for _, entry in breach} == {record.CROSSING, record.PRECISE}
    presence = walk(settled(order(zones, LEVEL=policy.PRESENCE)), path)
    assert {entry[0] for _, entry in presence} == {record.CROSSING}


def test_outside_its_term_the_order_makes_nothing_speak():
    zones = [circle(EXCLUSION, 0, 0, 300)]
    policy_ = order(zones)
    assert walk(Pipeline(policy_, (0, 0)), [(3000, 0, 0)], NOT_BEFORE - 3000) == []
    assert walk(Pipeline(policy_, (0, 0)), [(3000, 0, 0)], policy_.not_after) == []


def test_fixes_below_the_quality_gate_say_nothing():
    pipeline = settled(order([circle(EXCLUSION, 0, 0, 300)]))
    said = []
    for second in range(4 * SLOT_S):
        utc_s = START + second
        poor = fix(utc_s, hdop_x10=51) if second % 2 else fix(utc_s, sats=3)
        said.extend(pipeline.step(utc_s, poor))
    assert {tuple(entry[2:]) for _, entry in said} == {(None, None)}


def test_time_that_stands_or_runs_backwards_says_nothing():
    pipeline = settled(order())
    walk(pipeline, [(3 * SLOT_S, 0, 0)])
    assert pipeline.step(START, fix(START)) == []
    assert pipeline.step(START + 3 * SLOT_S - 1, fix(START)) == []


def test_a_zone_speaks_only_in_its_windows():
    zones = [circle(EXCLUSION, 0, 0, 300, [60, 120])]
    said = walk(settled(order(zones)), [(3 * 3600 - 2 * SLOT_S, 0, 0)])
    times = [entry[1] - NOT_BEFORE for entry in of_type(said, record.PRECISE)]
    assert min(times) >= 3600, min(times)
    assert max(times) < 7200, max(times)


def test_in_doubt_of_the_time_crossings_are_told_and_no_coordinate():
    zones = [circle(EXCLUSION, 3000, 0, 300)]
    for level in (policy.BREACH, policy.COARSE):
        pipeline = Pipeline(order(zones, LEVEL=level), (0, 0))
        pipeline.doubt_time(True)
        said = []
        for second in range(7_200):
            utc_s = NOT_BEFORE + 86_400 + second
            north_m = 3000 if 1_500 < second < 2_400 else 0
            said += pipeline.step(utc_s, fix(utc_s, north_m, 0))
        kinds = [entry[0] for _, entry in said]
        assert kinds.count(record.CROSSING) == 2, level
        assert record.PRECISE not in kinds, level
        cells = [entry for _, entry in said if entry[0] == record.COARSE]
        assert all(entry[2:] == [None, None] for entry in cells), level
        assert bool(cells) == (level == policy.COARSE)
