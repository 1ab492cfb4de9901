"""Positions over the length of a breach: after an entry only, not too often, not too many a week.

At most one in 15 s for the first 10 minutes of a breach, then one in 5 minutes (DESIGN 3). Where
an envelope is missing, or sealed for others, nothing is known of before, and nothing is found. A
number that was skipped hides nothing: the chain tells what came before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from reticent.archive.audit_codes import Found, in_opened
from reticent.archive.audit_orders import Order
from reticent.archive.opener import Opened
from reticent.archive.words import Record
from reticent.tagcode import batch, policy, record

_CLOSE_S, _CLOSE_FOR_S, _WIDE_S = 15, 600, 300
_WEEK_S, _DAY_S = 604_800, 86_400
_MOST_EXCEPTIONS = 3  # strap and case events a day; locate orders an order
_MOST_SHARE = 5  # per cent of a week's slots


class Breaches:
    """One tag's breaches, read in the order of its envelopes."""

    def __init__(self) -> None:
        self._number = 0  # of the last envelope that was read
        self._forget(knows_start=True)
        self._slots: defaultdict[int, set[int]] = defaultdict(set)
        self._days: Counter[int] = Counter()  # positions with strap and case events
        self._located: defaultdict[int, set[int]] = defaultdict(set)  # locate orders answered

    def _forget(self, *, knows_start: bool) -> None:
        self._knows = knows_start  # whether every crossing so far was read
        self._entered: dict[int, bool] = {}
        self._began_s: int | None = None
        self._said_s: int | None = None

    def read(self, opened: Opened, order: Order) -> Iterator[Found]:
        """Yield what the tag's next envelope has too much of."""
        if opened.after != self._number:
            self._forget(knows_start=False)
        self._number = opened.number
        for entry in opened.batch.records:
            zone = order.zone(entry[2]) if entry[0] == record.CROSSING else None
            if zone is not None and zone.kind == policy.EXCLUSION:
                self._entered[entry[2]] = entry[3]
                self._began_s = entry[1] if entry[3] else None
                self._said_s = None
            elif entry[0] == record.PRECISE:
                yield from self._position(opened, order, entry)
            elif entry[0] == record.LOCATED:
                yield from self._exception(opened, order, entry)

    def _exception(self, opened: Opened, order: Order, entry: Record) -> Iterator[Found]:
        _, utc_s, cause, number = entry[:4]
        day = utc_s // _DAY_S
        if cause == record.LOCATE:
            answered = self._located[order.policy.version]
            too_many = number in answered or len(answered) == _MOST_EXCEPTIONS
            answered.add(number)
        else:
            self._days[day] += 1
            too_many = self._days[day] > _MOST_EXCEPTIONS
        if too_many:
            when = order.reader.time_words(entry)
            words = f"The position of {when} is one more than the exception allows."
            yield in_opened("located-too-many", opened, words)

    def _position(self, opened: Opened, order: Order, entry: Record) -> Iterator[Found]:
        utc_s, number = entry[1], entry[2]
        when = order.reader.time_words(entry)
        zone = order.zone(number)
        is_exclusion = zone is not None and zone.kind == policy.EXCLUSION
        if is_exclusion and not self._entered.get(number, not self._knows):
            words = (
                f"The position of {when} is told without an entry into {order.zone_words(number)}."
            )
            yield in_opened("precise-without-entry", opened, words)
        if self._began_s is None:
            self._began_s = utc_s
        interval_s = _CLOSE_S if utc_s - self._began_s < _CLOSE_FOR_S else _WIDE_S
        if self._said_s is not None and utc_s - self._said_s < interval_s:
            words = f"The position of {when} comes {utc_s - self._said_s} s after the last one; "
            words += f"the least is {interval_s} s."
            yield in_opened("precise-too-often", opened, words)
        self._said_s = utc_s
        yield from self._share(opened, order, utc_s)

    def _share(self, opened: Opened, order: Order, utc_s: int) -> Iterator[Found]:
        """Yield a finding when a week's slots with a position become too many."""
        slots, slot_s = self._slots[batch.week_of(utc_s)], order.policy.slot_s
        most = _WEEK_S * _MOST_SHARE // (100 * slot_s)
        if utc_s // slot_s not in slots and len(slots) == most:
            words = f"Positions in more than {_MOST_SHARE} % of the slots of the week that has "
            words += f"{order.reader.time_words(record.precise(utc_s, 0, 0, 0, 0))}."
            yield in_opened("precise-share", opened, words)
        slots.add(utc_s // slot_s)
