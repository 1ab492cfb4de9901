"""R9, R10, R11, R15, R22, R27 over random orders, walks, reboots, clock steps and damaged fixes.

Everything that a life of the tag releases and seals is held against rules that are written here
once more, in plain geometry. RETICENT_FULL=1 takes 5,000 examples.
"""

import os
from collections import Counter
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import orders
import wearers
from driver import OFFSET, drive
from reticent.tagcode import batch, grid, policy, record
from tag import events
from wearers import START_S

EXAMPLES = 5_000 if os.getenv("RETICENT_FULL") else 150
ALERT_CODES = {
    events.STRAP_OPENED,
    events.CASE_OPENED,
    events.LOCATE_REFUSED,
    events.LOCATE_UNANSWERED,
}
FIELDS = {
    record.COARSE: 4,
    record.PRECISE: 6,
    record.CROSSING: 4,
    record.PRESENT: 3,
    record.EVENT: 4,
    record.HEALTH: 5,
    record.LOCATED: 7,
}
FIXING = (record.PRECISE, record.PRESENT, record.CROSSING, record.LOCATED)
LEAST_M = -0.5  # the oracle's sphere against the firmware's


@st.composite
def days(draw):
    law, zones = draw(wearers.laws())
    return law, zones, draw(wearers.walks(zones))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=bool(os.getenv("RETICENT_SEEDED")),  # bench/guards.py: the same each time
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(days())
def test_whatever_happens_the_tag_says_only_what_it_may(day):
    told = wearers.tell(*day)
    for check in CHECKS:
        check(told)


def each_record_is_on_the_list(told):
    for one in told.batches:
        assert batch.week_of(one.sealed_s) == one.week
        for entry in one.records:
            is_routine = one.kind == batch.ROUTINE
            assert len(entry) == FIELDS[entry[0]], entry
            assert all(type(part) in (int, bool, list, type(None)) for part in entry), entry
            if entry[0] in (record.PRECISE, record.LOCATED):
                assert not is_routine, entry
            elif entry[0] in (record.COARSE, record.PRESENT, record.HEALTH):
                assert is_routine, entry
            elif entry[0] == record.EVENT:
                assert (entry[2] in ALERT_CODES) != is_routine, entry
                assert record.is_slot(entry[1]) == is_routine, entry
                assert entry[3] == events.bounded(entry[2], entry[3]), entry
            else:
                kind = told.places[entry[2]].kind
                is_breach = kind == policy.EXCLUSION or (kind == policy.INCLUSION and not entry[3])
                assert is_breach != is_routine, entry
                assert record.is_slot(entry[1]) == is_routine, entry


def a_fault_inside_comes_of_a_broken_fix_only(told):
    for _, entry in told.of_type(record.EVENT):
        assert entry[2] != events.INTERNAL or "broken" in told.mishaps, entry


def what_is_sealed_was_released(told):
    released = Counter(str(entry) for _, _, entry in told.released)
    own = (events.BOOT, events.NO_POLICY)
    for one in told.batches:
        for entry in one.records:
            if entry[0] == record.HEALTH or entry[0] == record.EVENT and entry[2] in own:
                continue
            released[str(entry)] -= 1
            assert released[str(entry)] >= 0, entry


def a_position_is_a_fix_deep_in_an_exclusion_zone_that_was_entered(told):
    for at_s, entry in told.of_type(record.PRECISE):
        _, utc_s, number, lat, lon, error_m = entry
        zone, fix = told.places[number], told.fixes[utc_s]
        assert at_s == utc_s
        assert (lat, lon, error_m) == (fix.lat_udeg, fix.lon_udeg, fix.error_m)
        assert zone.kind == policy.EXCLUSION
        assert zone.speaks_at(utc_s)
        assert zone.depth_m(lat, lon) >= LEAST_M
        assert level_at(told.law, utc_s) >= policy.BREACH
        entered = [
            one for _, one in told.of_type(record.CROSSING) if one[2] == number and one[1] <= utc_s
        ]
        assert entered, "a position without an entry"
        assert entered[-1][3] is True


def nothing_makes_a_dwelling_speak(told):
    for _, entry in told.of_type(record.PRECISE) + told.of_type(record.LOCATED):
        utc_s, lat, lon = entry[1], entry[-3], entry[-2]
        assert not in_dwelling(told, utc_s, lat, lon), entry
    for _, entry in told.of_type(record.COARSE):
        if entry[2] is not None:
            first_s = entry[1] * told.law.slot_s
            seen = [told.fixes.get(first_s + k) for k in range(125)]
            at_home = [
                fix and in_dwelling(told, fix.utc_s, fix.lat_udeg, fix.lon_udeg) for fix in seen
            ]
            assert not at_home[0] if seen[0] else True, entry


def in_dwelling(told, utc_s, lat, lon):
    return any(
        zone.kind == policy.DWELLING
        and zone.speaks_at(utc_s)
        and zone.depth_m(lat, lon) > -LEAST_M
        for zone in told.places
    )


def level_at(law, utc_s):
    return law.level if utc_s < law.review_by else max(law.level - 1, policy.PRESENCE)


def cells_come_once_a_slot_and_never_beside_what_fixes_a_place(told):
    coarse = told.of_type(record.COARSE)
    slots = [entry[1] for _, entry in coarse]
    assert len(slots) == len(set(slots)), slots
    present = [entry[1] for _, entry in told.of_type(record.PRESENT)]
    assert len(present) == len(set(present)), present
    for kind in FIXING:
        for _, entry in told.of_type(kind):
            slot = told.slot(entry[1])
            assert not {slot - 1, slot, slot + 1} & set(slots), entry
    boots = [START_S, *told.boots]
    for boot_s in boots:
        slot = boot_s // told.law.slot_s
        assert not {slot, slot + 1} & {s for s in slots if s >= slot}, boot_s
    for at_s, entry in coarse:
        assert level_at(told.law, at_s) == policy.COARSE
        slot_s = told.law.slot_s
        assert (entry[1] + 2) * slot_s <= at_s < told.law.not_after + 3, entry


def a_cell_is_that_of_a_fix_at_a_border(told):
    cells = set()
    for fix in told.fixes.values():
        if fix.utc_s % told.law.slot_s < 125:
            cells.add(cell_of(told.law, fix))
    for _, entry in told.of_type(record.COARSE):
        # The middle of three fixes may mix their latitude and longitude: a cell's edge at most.
        if entry[2] is not None:
            near = {
                (row + a, col + b) for row, col in cells for a in (-1, 0, 1) for b in (-1, 0, 1)
            }
            assert tuple(entry[2:]) in near, entry


def cell_of(law, fix):
    return grid.cell(fix.lat_udeg, fix.lon_udeg, law.cell_m, *OFFSET)


def positions_keep_their_rate(told):
    times = sorted(entry[1] for _, entry in told.of_type(record.PRECISE))
    entries = [
        entry[1]
        for _, entry in told.of_type(record.CROSSING)
        if entry[3] and told.places[entry[2]].kind == policy.EXCLUSION
    ]
    for earlier, later in pairwise(times):
        assert later - earlier >= 15
        if later - earlier < 300:
            assert any(later - 600 < entered <= later for entered in entries)


def exceptions_are_those_of_the_order(told):
    law, days, numbers = told.law, Counter(), []
    for _, entry in told.of_type(record.LOCATED):
        _, utc_s, cause, number, lat, lon, _ = entry
        fix = told.fixes[utc_s]
        assert (lat, lon) == (fix.lat_udeg, fix.lon_udeg)
        assert utc_s < law.review_by
        if cause == record.LOCATE:
            assert law.locate
            numbers.append(number)
        else:
            assert law.on_tamper
            days[utc_s // 86_400] += 1
    assert len(set(numbers)) == len(numbers) <= 3
    assert all(count <= 3 for count in days.values())


def outside_its_term_nothing_is_sealed_that_has_a_place(told):
    for at_s, _, entry in told.released:
        assert told.law.not_before <= at_s - 3 < told.law.not_after, entry
    for one in told.batches:
        places = {record.COARSE, record.PRECISE, record.LOCATED}
        if one.sealed_s >= told.law.not_after:
            assert not places & {entry[0] for entry in one.records}, one.records


def batches_have_one_size_and_one_cadence(told):
    routine = [one.sealed_s for one in told.batches if one.kind == batch.ROUTINE]
    slots = [(utc_s + 60) // 3600 for utc_s in routine]
    assert len(slots) == len(set(slots)), "two in one upload slot"
    for one in told.batches:
        data = batch.encode(one.kind, 1, one.week, one.records)
        assert len(data) == batch.SIZE
        if one.kind == batch.ROUTINE:
            for fix in told.fixes.values():
                for value in (fix.lat_udeg, fix.lon_udeg):
                    for order in ("big", "little"):
                        assert value.to_bytes(4, order, signed=True) not in data


def test_ten_minutes_of_a_breach_take_eleven_alerts():
    law = orders.order([orders.circle(policy.EXCLUSION, 3_000, 0, 300)])
    at_s = orders.NOT_BEFORE + 3_600
    batches = drive(law, [(at_s, 0, 0), (at_s + 630, 3_000, 0), (at_s + 800, 0, 0)], at_s - 3_600)
    alerts = [one for one in batches if one.kind == batch.ALERT]
    entered_s = alerts[0].sealed_s
    close = [one for one in alerts if one.sealed_s - entered_s <= 600]
    assert len(close) == 11
    positions = [entry for one in close for entry in one.records if entry[0] == record.PRECISE]
    assert len(positions) == 40


CHECKS = (
    each_record_is_on_the_list,
    a_fault_inside_comes_of_a_broken_fix_only,
    what_is_sealed_was_released,
    a_position_is_a_fix_deep_in_an_exclusion_zone_that_was_entered,
    nothing_makes_a_dwelling_speak,
    cells_come_once_a_slot_and_never_beside_what_fixes_a_place,
    a_cell_is_that_of_a_fix_at_a_border,
    positions_keep_their_rate,
    exceptions_are_those_of_the_order,
    outside_its_term_nothing_is_sealed_that_has_a_place,
    batches_have_one_size_and_one_cadence,
)
