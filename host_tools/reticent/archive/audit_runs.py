"""Runs of a tag's batches in which nothing is missing, and which upload slot each may be of.

Exactly one ROUTINE batch leaves an upload slot, sealed a minute ahead of its border (R20). No
batch says which one it is; its records do. A cell is released two slots after its own, presence at
its slot's border, health at the sealing itself: each leaves a range, and a run's batches count on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reticent.archive.audit_codes import Found, in_opened
from reticent.archive.audit_orders import Order, OrderKey
from reticent.archive.audit_records import is_misplaced, seconds_of
from reticent.archive.opener import Opened
from reticent.archive.words import Record
from reticent.tagcode import batch, events, record, schedule

_FOREVER = 1 << 62
_LAG_S = 90  # from the moment a record is due to its release: a look at the receiver, and a margin
_AT_SEALING = (events.BOOT, events.NO_POLICY, events.NO_CLOCK)

Range = tuple[int, int]  # of upload slots, from the least to the most


@dataclass
class Run:
    """Batches of one order between which nothing is missing and the tag did not boot."""

    order: Order
    batches: list[Opened]  # by number, ALERTs too
    starts_with_boot: bool
    first: Range = (0, _FOREVER)  # the upload slot that its first ROUTINE batch may be of
    routine: list[Opened] = field(default_factory=list[Opened])

    @property
    def first_slot(self) -> int | None:
        """Return the upload slot of the first ROUTINE batch, where it is certain."""
        return self.first[0] if self.first[0] == self.first[1] else None


def split_runs(opened: list[Opened], orders: Mapping[OrderKey, Order]) -> list[Run]:
    """Return the runs of one tag's opened envelopes; those of unreadable orders are left out."""
    runs: list[Run] = []
    before: Opened | None = None
    for one in opened:
        order = orders.get((one.tag, one.batch.policy_version))
        if order is None:
            before = None
            continue
        boots = any(
            entry[:1] + entry[2:3] == [record.EVENT, events.BOOT] for entry in one.batch.records
        )
        follows = before is not None and one.after == before.number
        if not follows or boots or order is not runs[-1].order:
            runs.append(Run(order, [], boots))
        runs[-1].batches.append(one)
        before = one
    return runs


def settle_cadence(runs: list[Run]) -> tuple[list[Run], list[Found]]:
    """Return one tag's runs, split where the cadence breaks, with upload slots; and findings."""
    settled: list[Run] = []
    found: list[Found] = []
    used = -1  # the last upload slot that is surely used
    for run in runs:
        parts, faults = _settle(run, used)
        settled += parts
        found += faults
        used = max(
            [used, *(part.first[0] + len(part.routine) - 1 for part in parts if part.routine)]
        )
    return settled, found


def _settle(run: Run, used: int) -> tuple[list[Run], list[Found]]:
    parts = [Run(run.order, [], run.starts_with_boot, (used + 1, _FOREVER))]
    found: list[Found] = []
    before: Opened | None = None
    for one in run.batches:
        if one.batch.kind == batch.ROUTINE:
            backlog = not run.starts_with_boot if before is None else is_backlog(before, one)
            if not _narrow(parts[-1], one, backlog):
                found.append(_cadence_fault(one, run.order))
                parts.append(Run(run.order, [], starts_with_boot=False))
                _narrow(parts[-1], one, backlog)
            parts[-1].routine.append(one)
            before = one
        parts[-1].batches.append(one)
    return parts, found


def _narrow(part: Run, one: Opened, backlog: bool) -> bool:
    """Narrow the part's upload slots by its next ROUTINE batch; False where none is left."""
    index = len(part.routine)
    least, most = _upload_slots(one, part.order, backlog)
    least, most = max(part.first[0], least - index), min(part.first[1], most - index)
    if least <= most:
        part.first = least, most
    return least <= most


def _cadence_fault(one: Opened, order: Order) -> Found:
    words = f"It is not the one ROUTINE batch of its upload slot of {order.policy.upload_s} s."
    return in_opened("cadence-off", one, words)


def is_backlog(before: Opened, one: Opened) -> bool:
    """Return whether a batch may hold what the one before it had no room for."""
    if not one.batch.records:
        return False
    if before.batch.week != one.batch.week:
        return True  # no batch spans two weeks: what is of the later one waits
    return not has_room(before, one.batch.records[0])


def has_room(one: Opened, entry: Record) -> bool:
    """Return whether the record would have fitted into the batch."""
    read = one.batch
    more = [*read.records, entry]
    return batch.fit(read.kind, read.policy_version, read.week, more) == len(more)


def _upload_slots(one: Opened, order: Order, backlog: bool) -> Range:
    """Return the upload slots that a ROUTINE batch with these records can be of."""
    least, most = 0, _FOREVER
    for entry in one.batch.records:
        if not is_misplaced(one, entry, order):
            first, last = _slots_of(entry, order)
            least, most = max(least, first), min(most, last)
    return least, _FOREVER if backlog else most


def _slots_of(entry: Record, order: Order) -> Range:
    """Return the upload slots at whose sealing a record waits first."""
    slot_s, upload_s = order.policy.slot_s, order.policy.upload_s
    first_s, last_s = seconds_of(entry, slot_s)
    if entry[0] == record.HEALTH or (entry[0] == record.EVENT and entry[2] in _AT_SEALING):
        border = (last_s // slot_s + 1) * slot_s  # sealed in the last slot before an upload slot
        return border // upload_s, border // upload_s if border % upload_s == 0 else -1
    if entry[0] == record.COARSE:
        first_s, last_s = first_s + 2 * slot_s, first_s + 2 * slot_s + _LAG_S
    elif entry[0] == record.PRESENT:
        last_s = first_s + _LAG_S
    return tuple(-(-(second + schedule.SEAL_AHEAD_S) // upload_s) for second in (first_s, last_s))
