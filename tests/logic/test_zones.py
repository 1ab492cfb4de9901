"""tag/evidence.py, zones.py, schedule.py, warning.py: entered and left, how often, when warned."""

import micropython

from orders import DAY_S, EAST, LAT, LON, NORTH, NOT_BEFORE, circle, fix, order, square
from tag import policy, schedule
from tag.evidence import Evidence
from tag.hours import Hours
from tag.pipeline import Pipeline
from tag.warning import Warner, is_night
from tag.zones import ZoneSet
from walks import be_home
from wire import record

ERROR_M = 5
EXCLUSION, INCLUSION = policy.EXCLUSION, policy.INCLUSION
NOON = NOT_BEFORE + 14 * 3600  # by the sun, 30 degrees west


def settled(inside):
    evidence = Evidence()
    for _ in range(15):
        evidence.weigh(3000 if inside else -3000, ERROR_M, 1)
    assert evidence.inside is inside
    return evidence


def decided_after_s(evidence, depth_m, interval_s=1, most_s=600):
    """Return the seconds of steady fixes until the evidence says otherwise, or None."""
    for second in range(interval_s, most_s, interval_s):
        if evidence.weigh(10 * depth_m, ERROR_M, interval_s) is not None:
            return second
    return None


def test_deep_is_decided_within_15_s_and_30_m_within_a_minute_on_both_sides():
    for interval_s in (1, 2, 3, 5):
        for inside in (False, True):
            sign = -1 if inside else 1
            deep_s = decided_after_s(settled(inside), sign * 150, interval_s)
            assert 6 <= deep_s <= 15, (interval_s, inside, deep_s)
            plain_s = decided_after_s(settled(inside), sign * 30, interval_s)
            assert 60 < plain_s <= 65, (interval_s, inside, plain_s)


def test_no_jump_of_30_s_decides_at_any_interval_nor_two_that_are_apart():
    for interval_s in (1, 2, 3, 5, 7, 10, 15):
        for inside in (False, True):
            evidence = settled(inside)
            sign = -1 if inside else 1
            for _ in range(2):
                for _ in range(30 // interval_s + 1):
                    assert evidence.weigh(sign * 1000, ERROR_M, interval_s) is None, interval_s
                for _ in range(60 // interval_s + 1):
                    assert evidence.weigh(sign * -200, ERROR_M, interval_s) is None, interval_s


def test_two_jumps_of_30_s_back_to_back_decide_nothing():
    for inside in (False, True):
        evidence = settled(inside)
        for _ in range(60):
            assert evidence.weigh(-1000 if inside else 1000, ERROR_M, 1) is None


def test_a_stay_of_120_s_is_decided_with_a_jump_of_29_s_in_it():
    for inside in (False, True):
        evidence = settled(inside)
        sign = -1 if inside else 1
        decided = [
            evidence.weigh(sign * (-700 if 40 <= second < 69 else 300), ERROR_M, 1)
            for second in range(120)
        ]
        assert decided.count(not inside) == 1, inside


def test_a_single_fix_decides_nothing_however_deep_and_late():
    evidence = settled(False)
    assert evidence.weigh(99_999, ERROR_M, 86_400) is None


def test_a_fix_nearer_to_the_edge_than_its_own_error_counts_half():
    slow_s = decided_after_s(settled(False), 4)
    fast_s = decided_after_s(settled(False), 6)
    assert slow_s == 2 * fast_s, (slow_s, fast_s)


def test_a_poor_fix_is_deep_only_beyond_multipath_and_its_own_error():
    evidence = settled(False)
    for _ in range(20):
        assert evidence.weigh(1400, 25, 1) is None


def test_a_jump_of_30_s_at_boot_enters_nothing_and_one_fix_decides_nothing_then():
    evidence = Evidence()
    assert evidence.weigh(99_999, ERROR_M, 900) is None
    evidence.forget()
    for _ in range(31):
        assert evidence.weigh(800, ERROR_M, 1) is None


def test_fixes_of_the_same_second_are_no_further_evidence():
    evidence = settled(False)
    for _ in range(1000):
        assert evidence.weigh(9999, ERROR_M, 0) is None


def test_a_zone_forgets_outside_its_hours():
    zones = ZoneSet(order([circle(EXCLUSION, 0, 0, 300, [0, 10, 20, 30])]).zones)
    for second in range(30):
        zones.update(fix(NOT_BEFORE + second))
    assert zones.breached() == 0
    zones.update(fix(NOT_BEFORE + 601))
    assert zones.breached() is None
    entered_s = None
    for second in range(1200, 1260):
        zones.update(fix(NOT_BEFORE + second))
        if entered_s is None and zones.breached() == 0:
            entered_s = second
    assert 1205 <= entered_s <= 1215, entered_s


def test_looking_at_a_fix_and_asking_of_it_needs_no_heap():
    """All that a fix takes: circles and polygons near and far, hours, a jump that is held."""
    if not hasattr(micropython, "heap_lock"):
        return  # CPython has no such lock
    zones = ZoneSet(
        order(
            [
                circle(EXCLUSION, 0, 0, 300, [0, 10, 20, 30]),
                square(EXCLUSION, 600, 0, 250),
                circle(INCLUSION, 0, 0, 5_000),
                square(policy.DWELLING, -900, 300, 90),
                circle(EXCLUSION, 40_000, 9_000, 400),
            ]
        ).zones
    )
    seen = [fix(NOT_BEFORE + second, 100 * (40 <= second < 50), 0) for second in range(90)]
    zones.update(seen[0])
    micropython.heap_lock()
    try:
        for each in seen:
            zones.update(each)
            zones.next_fix_s(900, 150)
            zones.before_exclusion_dm()
            zones.clear()
            zones.decided()
            zones.may_be_home()
            zones.in_breach()
            zones.is_surely_outside_exclusion()
            zones.breached()
            zones.in_dwelling()
            zones.in_inclusion()
    finally:
        micropython.heap_unlock()
    assert zones.breached() == 0


def test_the_border_of_a_polygon_is_inside():
    zones = ZoneSet(order([square(EXCLUSION, 0, 0, 200)]).zones)
    for north_m, inside in ((200, True), (201, False), (-200, True), (-201, False)):
        zones.update(fix(NOT_BEFORE, north_m, 0))
        assert zones.watches[0].contains is inside, north_m


def test_far_zones_are_not_measured_and_never_said_to_be_farther_than_they_are():
    for shape in (circle(EXCLUSION, 0, 0, 300), square(EXCLUSION, 0, 0, 300)):
        zones = ZoneSet(order([shape]).zones)
        for north_m, east_m in ((5000, 0), (0, 5000), (-9000, 3000), (30_000, -30_000)):
            zones.update(fix(NOT_BEFORE, north_m, east_m))
            exact_dm = zones.watches[0].zone.shape.depth_dm(
                LAT + north_m * NORTH, LON + east_m * EAST
            )
            said_dm = zones.watches[0].depth_dm
            assert exact_dm <= said_dm < 0, (north_m, east_m, exact_dm, said_dm)
            if 0 in (north_m, east_m):
                assert said_dm < exact_dm * 9 // 10, (north_m, east_m, exact_dm, said_dm)


def test_the_next_fix_is_due_before_the_buffer_can_be_reached_and_at_the_border():
    utc_s = NOT_BEFORE + 100
    for edge_m in (0, 150, 280, 320, 500, 2_000, 20_000, 90_000):
        due_s = schedule.next_fix_s(utc_s, 10 * edge_m, 150, 900)
        free_m = edge_m - 150 - schedule.NOISE_M
        assert utc_s < due_s <= NOT_BEFORE + 900, edge_m
        assert due_s == utc_s + 1 or (due_s - utc_s) * schedule.V_MAX_M_S <= free_m, edge_m
    assert schedule.next_fix_s(utc_s, None, 150, 900) == NOT_BEFORE + 900
    assert schedule.next_fix_s(NOT_BEFORE, None, 150, 900) == NOT_BEFORE + 900


def test_a_zone_whose_hours_begin_is_looked_at_then():
    zones = ZoneSet(order([circle(EXCLUSION, 0, 0, 300, [5, 60])]).zones)
    zones.update(fix(NOT_BEFORE + 10))
    assert zones.next_fix_s(900, 150) == NOT_BEFORE + 300
    zones.update(fix(NOT_BEFORE + 300))
    assert zones.next_fix_s(900, 150) == NOT_BEFORE + 301


def sampled(pipeline, seconds, north_m_at):
    """Drive the pipeline as main does, with due fixes only; return (records, fixes looked at)."""
    said, looked = [], 0
    for second in range(seconds):
        utc_s = NOT_BEFORE + second
        said.extend(pipeline.step(utc_s - 3, None))
        if pipeline.is_due(utc_s):
            looked += 1
            said.extend(pipeline.step(utc_s, fix(utc_s, north_m_at(second), 0)))
    return said, looked


def test_far_away_three_fixes_a_slot_are_looked_at_and_no_cell_is_missed():
    zones = [circle(EXCLUSION, 60_000, 0, 300)]
    pipeline = Pipeline(order(zones), (0, 0))
    be_home(pipeline)
    said, looked = sampled(pipeline, 8 * 900, lambda second: 0)
    slots = [entry[1] - NOT_BEFORE // 900 for _, entry in said]
    assert slots == list(range(2, 6)), slots  # the first two after a boot are silent
    assert all(entry[2] is not None for _, entry in said)
    assert looked <= 8 * 3 + 4, looked  # a cell is of three fixes; and a few after the boot


def test_who_drives_at_v_max_from_afar_is_decided_as_fast_as_with_every_fix():
    zones = [circle(EXCLUSION, 20_000, 0, 2_000)]
    said, looked = sampled(
        Pipeline(order(zones), (0, 0)), 800, lambda second: min(40 * second, 20_000)
    )
    entered = [entry for _, entry in said if entry[0] == record.CROSSING]
    assert entered[0][1] - NOT_BEFORE <= 450 + 15, entered
    assert looked < 500, looked


def test_a_night_in_a_dwelling_is_a_look_a_slot_and_nothing_but_presence():
    zones = [circle(policy.DWELLING, 0, 0, 100), circle(EXCLUSION, 60_000, 0, 300)]
    night_s = 8 * 3600
    said, looked = sampled(Pipeline(order(zones), (0, 0)), night_s, lambda second: 60)
    assert looked <= 32 + 90, looked  # a look a slot, and each second until it is sure at first
    kinds = [entry[0] for _, entry in said]
    assert kinds == [record.CROSSING] + [record.PRESENT] * 31, said


def test_leaving_a_dwelling_tells_the_slot_at_whose_border_it_was_seen():
    zones = [circle(policy.DWELLING, 0, 0, 100)]
    left_s = 8 * 900 + 450
    said, _ = sampled(
        Pipeline(order(zones), (0, 0)), 12 * 900, lambda second: max(second - left_s, 0)
    )
    left = [entry[1:] for _, entry in said if entry[0] == record.CROSSING and not entry[3]]
    assert left == [[NOT_BEFORE // 900 + 9, 0, False]], left
    assert all(entry[0] != record.COARSE for _, entry in said), said


def test_who_leaves_a_dwelling_for_a_zone_is_seen_as_early_as_from_anywhere():
    zones = [circle(policy.DWELLING, 0, 0, 100), circle(EXCLUSION, 5_000, 0, 1_000)]
    left_s = 3_700
    said, _ = sampled(
        Pipeline(order(zones), (0, 0)),
        left_s + 300,
        lambda second: min(40 * max(second - left_s, 0), 5_000),
    )
    entered = [entry for _, entry in said if entry[0] == record.CROSSING and entry[2] == 1]
    at_edge_s = left_s + 100
    assert at_edge_s < entered[0][1] - NOT_BEFORE <= at_edge_s + 4 + 15, entered


def warnings(path, start_s=NOON, warn_m=150, quiet=None):
    """Return the seconds at which distances of (seconds, metres or None) warn."""
    warner, said, utc_s = Warner(warn_m, quiet), [], start_s
    for seconds, before_m in path:
        for _ in range(seconds):
            warner.step(utc_s, LON, None if before_m is None else 10 * before_m)
            if warner.take():
                said.append(utc_s - start_s)
            utc_s += 1
    return said


def test_the_wearer_is_warned_in_the_buffer_seldom_and_not_by_one_jump():
    assert warnings([(60, 500), (4, 100), (60, 500)]) == []
    assert warnings([(60, 500), (60, 100)]) == [64]
    assert warnings([(60, 150)]) == []
    assert warnings([(60, None)]) == []
    assert warnings([(60, 0)], warn_m=0) == []
    assert warnings([(6000, 100)]) == [4, 904, 1804]
    assert warnings([(20, 100), (20, 500)] * 45) == [4, 924 - 924 % 40 + 4]


def test_the_night_is_quiet_wherever_it_is():
    assert warnings([(60, 100)], NOT_BEFORE + 2 * 3600) == []
    for hour, night in ((21, False), (22, True), (0, True), (6, True), (7, False), (12, False)):
        for lon in (-180, -75, 0, 100, 179):
            utc_s = NOT_BEFORE + hour * 3600 - lon * 240 + 900
            assert is_night(utc_s, lon * 1_000_000) is night, (hour, lon)


def test_an_orders_quiet_hours_stand_instead_of_the_suns():
    night_s = NOT_BEFORE + 2 * 3600
    never = Hours(NOT_BEFORE, [])
    noon = Hours(NOT_BEFORE, [14 * 60, 14 * 60 + 2])
    assert warnings([(60, 100)], night_s, quiet=never) == [4]
    assert warnings([(60, 100)], night_s, quiet=noon) == [4]
    assert warnings([(300, 100)], quiet=noon) == [120]  # as soon as they are over


def test_the_order_hands_its_quiet_hours_to_the_warning():
    zones = [circle(EXCLUSION, 3000, 0, 300)]
    for quiet, expected in ((None, 1), ([], 1), ([0, 24 * 60], 0), ([14 * 60, 14 * 60 + 5], 1)):
        pipeline, patterns = Pipeline(order(zones, QUIET=quiet), (0, 0)), 0
        for second in range(600):
            pipeline.step(NOON + second, fix(NOON + second, 2600, 0))
            patterns += pipeline.take_warning() is not None
        assert patterns == expected, quiet


def test_hours_hold_from_a_start_until_before_an_end():
    edges = [2, 5, 9, 10, 500, 132_480]
    hours = Hours(NOT_BEFORE, edges)
    assert len(hours) == 3
    for minute in (0, 1, 2, 4, 5, 8, 9, 10, 11, 499, 500, 132_479, 132_480, 200_000):
        starts = [start for start in edges[::2] if start > minute]
        for second in (0, 59):
            utc_s = NOT_BEFORE + 60 * minute + second
            held = any(edges[i] <= minute < edges[i + 1] for i in (0, 2, 4))
            assert hours.hold(utc_s) is held, (minute, second)
            next_s = NOT_BEFORE + 60 * starts[0] if starts else None
            assert hours.next_start_s(utc_s) == next_s, (minute, second)
    assert not hours.hold(NOT_BEFORE - 1)
    assert hours.next_start_s(NOT_BEFORE - 1) == NOT_BEFORE + 120
    assert Hours(NOT_BEFORE, []).next_start_s(NOT_BEFORE) is None


def test_a_day_beside_a_zone_is_few_vibrations_and_a_night_of_none():
    """R26: the wearer lives 100 m from a zone, goes out by day and by night, is seen 25 m off."""
    zones = [circle(EXCLUSION, 3000, 0, 300)]
    for quiet, asleep_h in ((None, (24, 33)), ([23 * 60, 32 * 60], (23, 32))):
        pipeline, at_s = Pipeline(order(zones, QUIET=quiet), (0, 0)), []
        for second in range(14 * 3600, 38 * 3600, 10):  # from noon by the sun to noon
            out = second // 3600 in (17, 20, 25, 28)
            north_m = 1000 if out else 2600 + second // 10 % 11 * 5 - 25
            pipeline.step(NOT_BEFORE + second, fix(NOT_BEFORE + second, north_m, 0))
            if pipeline.take_warning():
                at_s.append(second)
        assert 3 <= len(at_s) <= 12, (quiet, at_s)
        assert all(at_s[k] - at_s[k - 1] >= 900 for k in range(1, len(at_s))), (quiet, at_s)
        first_h, last_h = asleep_h
        assert not [s for s in at_s if first_h * 3600 <= s < last_h * 3600], (quiet, at_s)


def test_the_buffer_warns_and_discloses_nothing():
    pipeline = Pipeline(order([circle(EXCLUSION, 3000, 0, 300)]), (0, 0))
    said, patterns = [], 0
    for second in range(1200):
        utc_s = NOON + second
        said.extend(pipeline.step(utc_s, fix(utc_s, 2600 if second > 60 else 0, 0)))
        patterns += pipeline.take_warning() is not None
    assert patterns == 2, patterns
    assert {entry[0] for _, entry in said} <= {record.COARSE}


def broken(zones, **changes):
    """Return the rule that an order breaks, or None."""
    try:
        order(zones, **changes)
    except policy.PolicyError as error:
        return str(error)
    return None


def test_limits_hold_on_the_tag():
    many = [circle(EXCLUSION, 3000 * k, 0, 100) for k in range(11)]
    wide = [circle(EXCLUSION, 0, 0, 2_900)]
    polar = square(EXCLUSION, 0, 0, 2_000)
    polar[3] = [policy.POLYGON, [0, 89_999_000, 90_000_000, 50_000_000, 179_000_000, 50_000_000]]
    spiral = square(EXCLUSION, 0, 0, 2_000)
    spiral[3] = [policy.POLYGON, [0, 0, 120_000_000, 1, -120_000_000, 2] * 2]
    small = square(policy.DWELLING, 0, 0, 40)
    always = [0, 28 * DAY_S // 60]
    for quiet, rule in (
        ([0, 28 * DAY_S // 60 + 1], "quiet hours beyond the term"),
        ([5, 5], "windows out of order"),
        ([5], "windows"),
        (7, "windows"),
        (list(range(2_050)), "over 1,024 windows"),
    ):
        assert broken([], QUIET=quiet) == rule, rule
    for legal in (None, [], always, list(range(2_048))):
        assert broken([], QUIET=legal) is None, legal
    packed = [circle(EXCLUSION, 0, 0, 100, list(range(2_048)))]
    assert broken(packed, QUIET=always) == "over 1,024 windows"
    cases = (
        (many, "over 10 exclusion zones"),
        (wide, "exclusion zones over 25 km2"),
        ([polar], "exclusion zones over 25 km2"),
        ([spiral], "a ring goes round the Earth twice"),
        ([small], "an area under that of a radius of 100 m"),
        ([circle(policy.DWELLING, 0, 3000 * k, 100) for k in range(6)], "over 5 other zones"),
        ([circle(EXCLUSION, 0, 0, 100, [0, 29 * DAY_S // 60])], "windows beyond the term"),
    )
    for zones, rule in cases:
        assert broken(zones) == rule, rule
