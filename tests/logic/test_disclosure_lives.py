"""tag/disclosure.py over boots, levels, dwellings, exceptions and faults.

The last word of a test's name is the guard that bench/guards.py takes away to see it fail.
"""

from orders import DAY_S, NOT_BEFORE, circle, fix, order, square
from tag import events, gnss, policy
from tag.ledger import Ledger
from tag.pipeline import Pipeline
from walks import FIRST_SLOT, SLOT_S, START, of_type, settled, slots_of, walk
from wire import batch, record

EXCLUSION, INCLUSION, DWELLING = policy.EXCLUSION, policy.INCLUSION, policy.DWELLING
LANE = circle(EXCLUSION, 3000, 0, 300)


def exceptions(tamper="a reason", locate="a reason", **changes):
    return order(EXCEPTIONS=[tamper, locate], **changes)


def test_after_a_boot_its_slot_and_the_next_have_no_cell():
    # Time passes here up to five seconds late: the last of a slot may be the next one's first.
    for boot_at_s, told in ((0, [2, 3]), (10, [2, 3, 4]), (450, [2, 3, 4]), (899, [3, 4])):
        said = walk(Pipeline(order(), (0, 0)), [(6 * SLOT_S, 0, 0)], START + boot_at_s, 5)
        assert slots_of(said, record.COARSE) == told, boot_at_s


def test_reboots_each_slot_say_no_cell_at_all():
    said = []
    for life in range(20):
        pipeline = Pipeline(order(), (0, 0))
        said += walk(pipeline, [(SLOT_S, 0, 0)], START + life * SLOT_S + 450, 5)
    assert said == []


def test_a_cell_never_follows_a_position_of_the_life_before():
    law = order([LANE])
    said = walk(settled(law), [(3 * SLOT_S, 0, 0), (200, 3000, 0)])
    said += walk(Pipeline(law, (0, 0)), [(5 * SLOT_S, 0, 0)], START + 3 * SLOT_S + 230, 5)
    silenced = set()
    for slot in slots_of(said, record.PRECISE) + slots_of(said, record.CROSSING):
        silenced |= {slot - 1, slot, slot + 1}
    assert silenced
    assert not silenced & set(slots_of(said, record.COARSE))
    assert len(slots_of(said, record.COARSE)) >= 2


def test_what_waits_is_dropped_when_the_review_is_missed():
    law = order(REVIEW_BY=START + 4 * SLOT_S)
    said = walk(settled(law), [(9 * SLOT_S, 0, 0)], step_s=5)
    assert slots_of(said, record.COARSE) == [0, 1], "2 and 3 waited"


def test_from_the_review_on_a_breach_has_no_position_below_its_level():
    law = order([LANE], LEVEL=policy.BREACH, REVIEW_BY=START + 600)
    said = walk(settled(law), [(100, 0, 0), (900, 3000, 0), (900, 0, 0)])
    times = [entry[1] - START for entry in of_type(said, record.PRECISE)]
    assert times
    assert max(times) < 600
    assert len(of_type(said, record.CROSSING)) == 2
    low = order([LANE], LEVEL=policy.PRESENCE, REVIEW_BY=START + 600)
    assert low.level_at(START + 600) == policy.PRESENCE, "there is nothing below"


def test_a_silent_slots_place_is_no_anchor_for_a_later_cell():
    from tag import grid

    # A crossing in slot 1; in slot 2, silent, 20 m north of a border; in 3, 20 m south of it.
    south = grid.bounds_udeg(*grid.cell(fix(0).lat_udeg, fix(0).lon_udeg, 1000), 1000)[0]
    border_m = (south - fix(0).lat_udeg) // 9
    law = order([circle(DWELLING, 20_000, 0, 200)])
    path = [
        (SLOT_S + 100, 20_000, 0),
        (800 + SLOT_S - 100, border_m + 20, 0),
        (4 * SLOT_S, border_m - 20, 0),
    ]
    said = walk(settled(law), path)
    rows = {entry[1] - FIRST_SLOT: entry[2] for entry in of_type(said, record.COARSE)}
    row = grid.cell(*(fix(0, border_m - 20).lat_udeg, fix(0).lon_udeg), 1000)[0]
    assert set(rows.values()) == {row}, rows


def test_a_crossing_that_tells_its_slot_waits_until_that_is_over():
    law = order([circle(DWELLING, 0, 0, 150)])
    for leaves_at_s in (10, 450, 800):
        pipeline = settled(law)
        walk(pipeline, [(SLOT_S, 0, 0)])
        path = [(leaves_at_s, 0, 0), (SLOT_S - leaves_at_s, 2000, 0)]
        said = walk(pipeline, path, START + SLOT_S)
        assert [entry[3] for entry in of_type(said, record.CROSSING)] == [True], leaves_at_s
        said = walk(pipeline, [(60, 2000, 0)], START + 2 * SLOT_S)
        assert of_type(said, record.CROSSING) == [[3, FIRST_SLOT + 1, 0, False]], leaves_at_s


def test_a_crossing_alone_silences_its_slot_and_both_neighbours():
    # A dwelling that is visited between two borders: no presence, no position.
    law = order([circle(DWELLING, 5_000, 0, 200)])
    path = [(4 * SLOT_S + 200, 0, 0), (400, 5_000, 0), (5 * SLOT_S - 600, 0, 0)]
    said = walk(settled(law), path)
    assert [entry[3] for entry in of_type(said, record.CROSSING)] == [True, False]
    assert not of_type(said, record.PRESENT)
    assert slots_of(said, record.COARSE) == [0, 1, 2, 6]


def test_presence_alone_silences_the_slot_after_it():
    # The dwelling's hours end without a crossing.
    law = order([circle(DWELLING, 0, 0, 200, [30, 60])])
    said = walk(settled(law), [(7 * SLOT_S, 0, 0)])
    assert slots_of(said, record.PRESENT) == [0, 1]
    assert slots_of(said, record.COARSE) == [3, 4]


def test_an_entry_made_in_a_dwelling_is_told_on_leaving_it():
    zones = [circle(DWELLING, 0, 0, 150), circle(EXCLUSION, 0, 0, 600)]
    pipeline = settled(order(zones))
    assert {entry[0] for _, entry in walk(pipeline, [(2 * SLOT_S, 0, 0)])} <= {
        record.PRESENT,
        record.CROSSING,
    }
    said = walk(pipeline, [(200, 300, 0)], START + 2 * SLOT_S)
    alerts = [entry for kind, entry in said if kind == batch.ALERT]
    assert alerts[0][:1] + alerts[0][2:] == [record.CROSSING, 1, True]
    assert {entry[0] for entry in alerts[1:]} == {record.PRECISE}


def test_nothing_is_told_while_a_dwelling_is_undecided():
    # Just booted at home, which lies deep in an exclusion zone, with fixes off by its edge.
    zones = [circle(DWELLING, 0, 0, 100), circle(EXCLUSION, 0, 0, 2_000)]
    pipeline = settled(order(zones))
    said = []
    for second in range(600):
        utc_s = START + second
        north_m = 115 if second % 3 == 0 else 60
        said += pipeline.step(utc_s, fix(utc_s, north_m, 0))
    assert not [entry for kind, entry in said if kind == batch.ALERT]


def test_a_slot_has_no_cell_while_a_dwelling_is_undecided():
    # Its hours begin with the slot; the fixes jump to and fro over its edge.
    law = order([circle(DWELLING, 0, 0, 100, [30, 600])])
    pipeline, said = settled(law), []
    for second in range(5 * SLOT_S):
        utc_s = START + second
        is_outside = second % 2 == 0 or second == 35 or second > 100
        said += pipeline.step(utc_s, fix(utc_s, 112 if is_outside else 88, 0))
    assert not of_type(said, record.CROSSING)
    assert slots_of(said, record.PRESENT) == [0], "the next fix tells"
    assert slots_of(said, record.COARSE) == [2]


def test_a_breach_that_was_told_ends_though_it_ends_in_a_dwelling():
    zones = [circle(DWELLING, 0, 0, 150), circle(EXCLUSION, 1_000, 0, 500)]
    said = walk(settled(order(zones)), [(100, -900, 0), (200, 1_000, 0), (300, 0, 0)])
    alerts = [entry[2:] for entry in of_type(said, record.CROSSING) if entry[1] > 1 << 24]
    assert alerts == [[1, True], [1, False]]


def test_an_exclusion_zone_beats_an_inclusion_zone():
    zones = [circle(INCLUSION, 0, 0, 2_000), circle(EXCLUSION, 0, 0, 500)]
    said = walk(settled(order(zones)), [(3 * SLOT_S + 100, 100, 0)])
    assert slots_of(said, record.PRESENT) == [0], "before the entry was decided"
    assert of_type(said, record.PRECISE)


def test_who_is_outside_when_the_hours_of_an_inclusion_zone_begin_is_told():
    zones = [circle(INCLUSION, 0, 0, 500, [120, 240])]
    said = walk(settled(order(zones)), [(3 * 3600, 5_000, 0)])
    crossings = [(kind, entry) for kind, entry in said if entry[0] == record.CROSSING]
    assert [(kind, entry[3]) for kind, entry in crossings] == [(batch.ALERT, False)]
    assert 0 <= crossings[0][1][1] - (NOT_BEFORE + 7_200) <= 60


def rates(times):
    return [later - earlier for earlier, later in zip(times, times[1:])]  # noqa: RUF007 - MicroPython has no pairwise


def test_reboots_in_a_breach_give_no_more_positions():
    law, stored, times = order([LANE]), None, []
    for life in range(24):
        ledger = Ledger(law.version, stored)
        pipeline = Pipeline(law, (0, 0), ledger)
        said = walk(pipeline, [(100, 3000, 0)], START + 100 * life)
        times += [entry[1] - START for entry in of_type(said, record.PRECISE)]
        stored = ledger.encode()
    assert min(rates(times)) >= 15, times
    assert len([t for t in times if t > 700]) == 0, "a life of 100 s is shorter than 5 minutes"


def test_newer_orders_in_a_breach_give_no_more_positions():
    ledger, before, times = Ledger(1), None, []
    for version in range(1, 20):
        ledger.follow(version)
        pipeline = Pipeline(order([LANE], VERSION=version), (0, 0), ledger)
        if before is not None:
            pipeline.follow(before)
        said = walk(pipeline, [(50, 3000, 0)], START + 50 * version)
        times += [entry[1] - START for entry in of_type(said, record.PRECISE)]
        before = pipeline
    assert len(times) > 10
    assert min(rates(times)) >= 15, times
    assert len([t for t in times if t > 660]) == 1, "one in five minutes from the tenth on"


def test_two_zones_have_one_rate():
    zones = [circle(EXCLUSION, 3000, 0, 300), circle(EXCLUSION, 3000, 300, 300)]
    said = walk(settled(order(zones)), [(100, 0, 0), (70, 3000, 0), (300, 3000, 150)])
    times = [entry[1] for entry in of_type(said, record.PRECISE)]
    assert len(of_type(said, record.CROSSING)) == 2
    assert min(rates(times)) >= 15, rates(times)


def test_without_exceptions_an_order_has_no_position_outside():
    pipeline = settled(order())
    said = pipeline.tamper(START, record.STRAP)
    assert said == [(batch.ALERT, record.event(START, events.STRAP_OPENED, 0))]
    assert pipeline.tamper(START, record.CASE)[0][1][2] == events.CASE_OPENED
    assert pipeline.locate(START, 5) == [
        (batch.ALERT, record.event(START, events.LOCATE_REFUSED, 5))
    ]
    assert pipeline.locate(START, 5) == [], "a collector may bring it for ever"
    assert not of_type(walk(pipeline, [(2_000, 0, 0)]), record.LOCATED)


def test_a_locate_order_gives_one_fix_and_silence_around_it():
    pipeline = settled(exceptions())
    said = walk(pipeline, [(3 * SLOT_S + 100, 0, 0)])
    assert not pipeline.is_due(START + 3 * SLOT_S + 101)
    assert pipeline.locate(START + 3 * SLOT_S + 100, 5) == []
    assert pipeline.is_due(START + 3 * SLOT_S + 101), "the next fix is wanted"
    said += walk(pipeline, [(6 * SLOT_S - 101, 0, 0)], START + 3 * SLOT_S + 101)
    located = of_type(said, record.LOCATED)
    here = fix(0)
    assert located == [
        [7, START + 3 * SLOT_S + 101, record.LOCATE, 5, here.lat_udeg, here.lon_udeg, 5]
    ]
    assert slots_of(said, record.COARSE) == [0, 1, 5, 6]


def test_three_locate_orders_at_most():
    pipeline = settled(exceptions())
    said = []
    for number in range(1, 7):
        said += pipeline.locate(START + number, number)
        said += pipeline.step(START + number, fix(START + number))
    assert [entry[3] for entry in of_type(said, record.LOCATED)] == [1, 2, 3]
    refused = [entry[3] for entry in of_type(said, record.EVENT)]
    assert refused == [4, 5, 6]


def test_three_tampers_a_day_at_most():
    pipeline = settled(exceptions())
    said = []
    for at_s in (10, 20, 30, 40, DAY_S + 10):
        said += pipeline.tamper(START + at_s, record.STRAP)
        said += pipeline.step(START + at_s, fix(START + at_s))
    assert [entry[1] - START for entry in of_type(said, record.LOCATED)] == [
        10,
        20,
        30,
        DAY_S + 10,
    ]
    assert len(of_type(said, record.EVENT)) == 5


def test_no_exception_in_a_dwelling():
    pipeline = settled(exceptions(zones=[circle(DWELLING, 0, 0, 200)]))
    said = walk(pipeline, [(SLOT_S, 0, 0)])
    said += pipeline.tamper(START + SLOT_S, record.STRAP)
    said += pipeline.locate(START + SLOT_S, 9)
    said += walk(pipeline, [(3 * SLOT_S, 0, 0)], START + SLOT_S)
    assert not of_type(said, record.LOCATED)
    unanswered = [entry for entry in of_type(said, record.EVENT) if entry[2] == 34]
    assert unanswered == [record.event(START + 2 * SLOT_S, events.LOCATE_UNANSWERED, 9)]


def test_exceptions_end_with_a_missed_review():
    pipeline = settled(exceptions(REVIEW_BY=START + 100))
    assert pipeline.locate(START + 99, 1) == []
    assert not of_type(walk(pipeline, [(100, 0, 0)], START + 100), record.LOCATED)
    assert pipeline.locate(START + 150, 2)[0][1][2] == events.LOCATE_REFUSED


def test_exceptions_are_silent_in_doubt_of_the_time():
    pipeline = settled(exceptions())
    pipeline.doubt_time(True)
    assert pipeline.locate(START, 1) == []
    assert not of_type(walk(pipeline, [(100, 0, 0)]), record.LOCATED)


def test_a_doubt_takes_the_cells_that_wait():
    pipeline = settled(order())
    walk(pipeline, [(SLOT_S + 100, 0, 0)], step_s=5)
    pipeline.doubt_time(True)
    said = walk(pipeline, [(4 * SLOT_S, 0, 0)], START + SLOT_S + 100, 5)
    assert {tuple(entry[2:]) for entry in of_type(said, record.COARSE)} == {(None, None)}


class Broken(gnss.Fix):
    """A fix that some part of the way cannot take."""

    def __init__(self, utc_s, **parts):
        here = fix(utc_s)
        super().__init__(utc_s, here.lat_udeg, here.lon_udeg, 10, 9)
        for name, value in parts.items():
            setattr(self, name, value)

    def passes(self, *_gate):
        return True


def test_a_fault_inside_says_so_and_no_coordinate():
    for parts in (
        {"lat_udeg": None},
        {"lat_udeg": "47"},
        {"error_m": "x"},
        {"error_m": 10_000},
    ):
        pipeline = settled(order([square(EXCLUSION, 0, 0, 300), circle(DWELLING, 5000, 0, 100)]))
        walk(pipeline, [(120, 0, 0)])
        utc_s = START + 135
        wrong = Broken(utc_s, **parts)
        said = pipeline.step(utc_s, wrong)
        assert [entry[0] for _, entry in said] == [record.EVENT], parts
        assert said[0][1][2] == events.INTERNAL, parts
        assert record.is_slot(said[0][1][1])
        quiet = walk(pipeline, [(SLOT_S - 140, 0, 0)], START + 136)
        assert quiet == [], parts
        after = walk(pipeline, [(4 * SLOT_S, 9_000, 0)], START + SLOT_S)
        assert slots_of(after, record.COARSE) == [], "its first slots are silent"


def test_a_fix_of_another_second_is_none():
    pipeline = settled(order([LANE]))
    said = []
    for second in range(300):
        said += pipeline.step(START + second, fix(START + second + 1, 3000, 0))
    assert said == []


def test_a_position_of_no_place_on_earth_is_said_by_nobody():
    for lat, lon in ((91_000_000, 0), (-95_000_000, 3), (0, 181_000_000), (1 << 40, 1 << 40)):
        pipeline = settled(order([square(EXCLUSION, 0, 0, 300)]))
        said = []
        for second in range(0, 4 * SLOT_S, 10):
            utc_s = START + second
            said += pipeline.step(utc_s, Broken(utc_s, lat_udeg=lat, lon_udeg=lon))
        assert {tuple(entry[2:]) for entry in of_type(said, record.COARSE)} == {(None, None)}
        assert len(said) == 2


def test_after_restart_nothing_is_known_of_what_was_told():
    pipeline = settled(order())
    walk(pipeline, [(3 * SLOT_S, 0, 0)], step_s=5)
    assert not pipeline.is_ahead(START + 3 * SLOT_S - 300)
    assert pipeline.is_ahead(START)
    pipeline.restart()
    said = walk(pipeline, [(5 * SLOT_S, 0, 0)], START, 5)
    assert slots_of(said, record.COARSE) == [2]
