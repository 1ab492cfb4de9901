"""A tag's slots: one report each at most, silence around what fixes a place, none left out.

Where nothing silences a slot, the tag reports a cell or says that it has none. A slot is silent by
right around a PRECISE, PRESENT or CROSSING, and around a boot or a missing envelope, where nobody
can know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from reticent.archive.audit_codes import Found, in_opened
from reticent.archive.audit_records import seconds_of
from reticent.archive.audit_runs import Run, has_room
from reticent.archive.opener import Opened
from reticent.archive.words import Record
from reticent.tagcode import batch, policy, record

_DAY_S = 86_400
_LAG_S = 90
_FIXING = (record.PRECISE, record.PRESENT, record.CROSSING, record.LOCATED)
_LONGEST_CELL = [record.COARSE, record.SLOT_LIMIT - 1, (1 << 20) - 1, (1 << 20) - 1]


class Slots:
    """What one tag's records say of each slot; slots of one length are one row of time."""

    def __init__(self, runs: list[Run]) -> None:
        self._runs = runs
        self._fixing: defaultdict[int, set[int]] = defaultdict(set)
        self._cells: defaultdict[int, set[int]] = defaultdict(set)
        for run, _, entry in self._records():
            slot_s = _slot_s(run)
            slot = seconds_of(entry, slot_s)[0] // slot_s
            if entry[0] in _FIXING:
                self._fixing[slot_s].add(slot)
            elif entry[0] == record.COARSE:
                self._cells[slot_s].add(slot)

    def audit(self) -> list[Found]:
        """Return the findings."""
        return [
            *self._doubles(),
            *self._broken_silences(),
            *(found for run in self._runs for found in self._missing(run)),
            *self._doubled_health(),
            *(found for run in self._runs for found in _missing_health(run)),
        ]

    def _records(self) -> Iterator[tuple[Run, Opened, Record]]:
        for run in self._runs:
            for one in run.batches:
                for entry in one.batch.records:
                    yield run, one, entry

    def _doubles(self) -> Iterator[Found]:
        seen: set[tuple[int, ...]] = set()
        for run, one, entry in self._records():
            if entry[0] not in (record.COARSE, record.PRESENT):
                continue
            place = (entry[0], _slot_s(run), entry[1])
            if place in seen:
                code = "coarse-twice" if entry[0] == record.COARSE else "present-twice"
                words = f"A second report for the slot {run.order.reader.time_words(entry)}."
                yield in_opened(code, one, words)
            seen.add(place)

    def _broken_silences(self) -> Iterator[Found]:
        for run, one, entry in self._records():
            if entry[0] == record.COARSE and self._is_silent(_slot_s(run), entry[1]):
                when = run.order.reader.time_words(entry)
                words = f"A cell of {when}, next to what fixes the wearer's place."
                yield in_opened("silence-broken", one, words)

    def _is_silent(self, slot_s: int, slot: int) -> bool:
        return any(near in self._fixing[slot_s] for near in (slot - 1, slot, slot + 1))

    def _missing(self, run: Run) -> Iterator[Found]:
        """Yield the slots that the run's ROUTINE batches had to report and did not."""
        slot_s, first = _slot_s(run), run.first_slot
        if first is None:
            return
        in_upload = _upload_s(run) // slot_s
        for index, one in enumerate(run.routine[1:], 1):
            end = (first + index) * in_upload - 2
            for slot in range(max(end - in_upload, first * in_upload + 1), end):
                told = slot in self._cells[slot_s] or self._is_silent(slot_s, slot)
                if not told and _is_bound(run, slot) and not self._may_wait(run, slot):
                    when = run.order.reader.time_words(record.coarse(slot, None))
                    words = f"Nothing is told of {when}: no cell, nor that there is none."
                    yield in_opened("coarse-missing", one, words)

    def _may_wait(self, run: Run, slot: int) -> bool:
        """Return whether the slot's report may have found no room yet when the run ended."""
        last, slot_s = run.routine[-1], _slot_s(run)
        if batch.week_of(slot * slot_s) > last.batch.week:
            return True
        return not has_room(last, _LONGEST_CELL) and slot > max(self._cells[slot_s], default=0)

    def _doubled_health(self) -> Iterator[Found]:
        """Yield a second HEALTH of a day without a boot, or a missing envelope, before it."""
        last_day = None
        last_run: Run | None = None
        for run, one, entry in self._records():
            if entry[0] != record.HEALTH:
                continue
            day = seconds_of(entry, _slot_s(run))[0] // _DAY_S
            if day == last_day and run is last_run:
                words = f"The counters are told twice a day, {run.order.reader.time_words(entry)}."
                yield in_opened("health-twice", one, words)
            last_day, last_run = day, run


def _is_bound(run: Run, slot: int) -> bool:
    """Return whether the order wants a report of the slot."""
    order = run.order
    start_s = slot * order.policy.slot_s
    released_s = start_s + 2 * order.policy.slot_s + _LAG_S
    in_term = order.policy.not_before <= start_s and released_s < order.policy.not_after
    return in_term and order.level_at(released_s) == policy.COARSE


def _missing_health(run: Run) -> Iterator[Found]:
    in_day = _DAY_S // _upload_s(run)
    without = 0
    for one in run.routine:
        has_health = any(entry[0] == record.HEALTH for entry in one.batch.records)
        without = 0 if has_health else without + 1
        if without == in_day + 1:
            words = f"{without} ROUTINE batches, more than a day's, without the tag's health."
            yield in_opened("health-missing", one, words)


def _slot_s(run: Run) -> int:
    return run.order.policy.slot_s


def _upload_s(run: Run) -> int:
    return run.order.policy.upload_s
