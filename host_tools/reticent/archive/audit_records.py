"""Each batch and record by itself, against the order it was said under. Needs what keys open.

No sentence holds a coordinate: a judge need not know where somebody was to see that the tag said
more than it may.
"""

from __future__ import annotations

from collections.abc import Iterator

from reticent.archive.audit_codes import Found, in_opened
from reticent.archive.audit_orders import Order
from reticent.archive.event_words import EVENT_NAMES
from reticent.archive.opener import Opened
from reticent.archive.words import Record
from reticent.tagcode import batch, events, gnss, grid, policy, record

Fault = tuple[str, str]  # code and sentence

_BORDER_S = 90  # a PRESENT is decided this long after its slot's border at most
_BREACHES = (record.PRECISE, record.CROSSING, record.EVENT, record.LOCATED)


def seconds_of(entry: Record, slot_s: int) -> tuple[int, int]:
    """Return the first and last second that a record's time can mean."""
    when: int = entry[1]
    return (when * slot_s, (when + 1) * slot_s - 1) if record.is_slot(when) else (when, when)


def is_breach(entry: Record, order: Order) -> bool:
    """Return whether a CROSSING is a breach: of an exclusion zone, or out of an inclusion zone."""
    zone = order.zone(entry[2])
    if zone is None:
        return False
    return zone.kind == policy.EXCLUSION or (zone.kind == policy.INCLUSION and not entry[3])


def is_misplaced(opened: Opened, entry: Record, order: Order) -> bool:
    """Return whether a record is of another time than its batch or order: it proves no other."""
    return any(_time_faults(opened.batch, entry, order))


def audit_batch(opened: Opened, order: Order, key_weeks: list[int]) -> list[Found]:
    """Return the findings of one batch; `key_weeks` are the weeks whose keys it is sealed to."""
    told = [*_batch_faults(opened.batch, order, key_weeks)]
    for entry in opened.batch.records:
        told += _time_faults(opened.batch, entry, order)
        told += _form_faults(opened.batch.kind, entry, order)
        told += _CHECKS[entry[0]](entry, order)
    return [in_opened(code, opened, sentence) for code, sentence in told]


def _batch_faults(read: batch.Batch, order: Order, key_weeks: list[int]) -> Iterator[Fault]:
    if key_weeks and read.week not in key_weeks:
        yield "week-off", f"The batch of week {read.week} is sealed to another week's keys."
    if read.kind == batch.ALERT and not any(entry[0] in _BREACHES for entry in read.records):
        yield "alert-without-breach", "An ALERT without any breach in it: its time alone tells."


def _time_faults(read: batch.Batch, entry: Record, order: Order) -> Iterator[Fault]:
    """Yield what is wrong with when a record is from: its week, the order's term."""
    first_s, last_s = seconds_of(entry, order.policy.slot_s)
    when = order.reader.time_words(entry)
    if batch.week_of(first_s) != read.week:
        yield "week-off", f"A record of {when} stands in the batch of another week."
    bound = entry[0] not in (record.EVENT, record.HEALTH)  # those may say why nothing else is said
    if bound and not (last_s >= order.policy.not_before and first_s < order.policy.not_after):
        yield "out-of-term", f"A record of {when}, which is not in the order's term."


def _form_faults(kind: int, entry: Record, order: Order) -> Iterator[Fault]:
    """Yield what is wrong with a record's exactness for its class."""
    when = order.reader.time_words(entry)
    timed = entry[0] in (record.CROSSING, record.EVENT) and not record.is_slot(entry[1])
    breach = entry[0] == record.CROSSING and is_breach(entry, order)
    if timed and kind == batch.ROUTINE:
        yield "sub-slot-time", f"A ROUTINE record tells the second, {when}; it may tell the slot."
    told_at_once = entry[0] in (record.PRECISE, record.EVENT, record.LOCATED)
    if kind == batch.ALERT and not (breach or told_at_once):
        if timed:
            yield "sub-slot-time", f"A crossing that is no breach tells its second, {when}."
        yield "alert-without-breach", f"An ALERT holds a record of {when} that is no breach."


def _level_faults(entry: Record, order: Order, least: int, what: str) -> Iterator[Fault]:
    """Yield a fault where the level in force does not allow the record."""
    first_s, _ = seconds_of(entry, order.policy.slot_s)
    when = order.reader.time_words(entry)
    if order.policy.level < least:
        yield "level-exceeded", f"{what} of {when}, which the order's level does not allow."
    elif order.level_at(first_s) < least and first_s < order.policy.not_after:
        yield "review-missed", f"{what} of {when}, after the review that the order had to have."


def _zone_faults(entry: Record, order: Order, zone: policy.Zone | None) -> Iterator[Fault]:
    """Yield what is wrong with the zone that a record names."""
    when = order.reader.time_words(entry)
    number: int = entry[2]
    if zone is None:
        yield "zone-unknown", f"A record of {when} names zone {number}, which the order has not."
        return
    first_s, last_s = seconds_of(entry, order.policy.slot_s)
    if entry[0] == record.PRESENT:
        last_s = first_s + _BORDER_S
    if not _is_in_force(zone, first_s, last_s):
        words = order.zone_words(number)
        yield "zone-out-of-hours", f"A record of {when} names {words}, not in force then."


def _is_in_force(zone: policy.Zone, first_s: int, last_s: int) -> bool:
    """Return whether a zone is in force at any of these seconds."""
    if zone.windows is None:
        return True
    return any(start <= last_s and first_s < end for start, end in zone.windows.spans_s())


def _coarse_faults(entry: Record, order: Order) -> Iterator[Fault]:
    _, _, row, col = entry
    yield from _level_faults(entry, order, policy.COARSE, "A cell")
    if row is None:
        return
    cell_m = order.policy.cell_m
    if row >= grid.rows(cell_m) or col >= grid.columns(row, cell_m):
        when = order.reader.time_words(entry)
        yield "cell-off-grid", f"The cell of {when} is none of the grid of {cell_m} m."


def _precise_faults(entry: Record, order: Order) -> Iterator[Fault]:
    _, utc_s, number, lat_udeg, lon_udeg, error_m = entry
    zone = order.zone(number)
    when, words = order.reader.time_words(entry), order.zone_words(number)
    yield from _level_faults(entry, order, policy.BREACH, "A position")
    yield from _zone_faults(entry, order, zone)
    if zone is not None and zone.kind != policy.EXCLUSION:
        yield "precise-no-exclusion", f"The position of {when} is for {words}: no exclusion zone."
    if zone is not None and not zone.shape.contains(lat_udeg, lon_udeg):
        yield "precise-outside", f"The position of {when} lies outside {words}."
    yield from _home_faults(order.policy, utc_s, lat_udeg, lon_udeg, when)
    if error_m > _worst_error_m(order.policy):
        yield "error-over-gate", f"The position of {when} is worse than the order's quality gate."


def _worst_error_m(order: policy.Policy) -> int:
    return gnss.Fix(0, 0, 0, order.hdop_x10_most, order.sats_least).error_m or 0


def _crossing_faults(entry: Record, order: Order) -> Iterator[Fault]:
    yield from _zone_faults(entry, order, order.zone(entry[2]))


def _present_faults(entry: Record, order: Order) -> Iterator[Fault]:
    zone = order.zone(entry[2])
    yield from _zone_faults(entry, order, zone)
    if zone is not None and zone.kind == policy.EXCLUSION:
        when, words = order.reader.time_words(entry), order.zone_words(entry[2])
        yield "present-in-exclusion", f"Presence of {when} in {words}: it is an exclusion zone."


def _event_faults(entry: Record, order: Order) -> Iterator[Fault]:
    _, _, code, value = entry
    when = order.reader.time_words(entry)
    if code not in EVENT_NAMES:
        yield "event-unknown", f"An event of {when} has code {code}, which no table has."
    least, most = events.CLASSES.get(code, (value, value))
    if not least <= value <= most:
        name = EVENT_NAMES[code]
        yield "event-value", f"The event {name!r} of {when} has a value that is no class of it."


def _located_faults(entry: Record, order: Order) -> Iterator[Fault]:
    """Yield what is wrong with a position by an exception: the order must have it, reviewed."""
    _, utc_s, cause, _, lat_udeg, lon_udeg, error_m = entry
    law = order.policy
    has_exception = law.locate if cause == record.LOCATE else law.on_tamper
    when = order.reader.time_words(entry)
    if not has_exception or utc_s >= law.review_by:
        yield "located-unlawful", f"A position of {when} by an exception that is not in force."
    yield from _home_faults(law, utc_s, lat_udeg, lon_udeg, when)
    if error_m > _worst_error_m(law):
        yield "error-over-gate", f"The position of {when} is worse than the order's quality gate."


def _home_faults(
    law: policy.Policy, utc_s: int, lat_udeg: int, lon_udeg: int, when: str
) -> Iterator[Fault]:
    for home in law.zones:
        is_home = home.kind == policy.DWELLING and home.speaks_at(utc_s)
        if is_home and home.shape.contains(lat_udeg, lon_udeg):
            yield "precise-in-dwelling", f"The position of {when} lies inside a dwelling."


def _health_faults(_entry: Record, _order: Order) -> Iterator[Fault]:
    return iter(())


_CHECKS = {
    record.COARSE: _coarse_faults,
    record.PRECISE: _precise_faults,
    record.CROSSING: _crossing_faults,
    record.PRESENT: _present_faults,
    record.EVENT: _event_faults,
    record.HEALTH: _health_faults,
    record.LOCATED: _located_faults,
}
