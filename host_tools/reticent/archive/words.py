"""Records in words and as plain fields: a cell is an area with its size, never a dot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from reticent.archive.event_words import EVENT_NAMES, value_words
from reticent.clock import format_utc
from reticent.errors import BadInput
from reticent.tagcode import batch, cbor, cose, policy, record

KINDS = {batch.ROUTINE: "ROUTINE", batch.ALERT: "ALERT"}

Record = list[Any]  # as wire/record.py has checked it

_NAMES = {
    record.COARSE: ("COARSE", ("slot", "row", "col")),
    record.PRECISE: ("PRECISE", ("time", "zone", "lat_udeg", "lon_udeg", "error_m")),
    record.CROSSING: ("CROSSING", ("when", "zone", "entered")),
    record.PRESENT: ("PRESENT", ("slot", "zone")),
    record.EVENT: ("EVENT", ("when", "code", "value")),
    record.HEALTH: ("HEALTH", ("slot", "battery_step", "firmware", "counters")),
    record.LOCATED: (
        "LOCATED",
        ("time", "cause", "number", "lat_udeg", "lon_udeg", "error_m"),
    ),
}
_CAUSES = {record.STRAP: "strap opened", record.CASE: "case opened"}


@dataclass(frozen=True)
class Measures:
    """What of an order one needs to read its records: cell and slot size, the zones' names."""

    cell_m: int
    slot_s: int
    zones: tuple[str, ...]

    @classmethod
    def of(cls, signed: bytes) -> Measures:
        """Return the measures of a published policy."""
        fields = cast("dict[int, object]", cbor.decode(cose.parse(signed)[1]))
        zones = cast("list[list[str]]", fields[policy.ZONES])
        return cls(
            cast("int", fields[policy.CELL_M]),
            cast("int", fields[policy.SLOT_S]),
            tuple(zone[1] for zone in zones),
        )


def type_name(entry: Record) -> str:
    """Return the name of a record's type."""
    return _NAMES[entry[0]][0]


class Reader:
    """Reads one policy version's records; without its measures, slots and zones stay numbers."""

    def __init__(self, measures: Measures | None) -> None:
        self._measures = measures

    def fields(self, entry: Record) -> dict[str, object]:
        """Return the record as named fields, with what the order adds to them."""
        name, keys = _NAMES[entry[0]]
        named: dict[str, object] = {"type": name, **dict(zip(keys, entry[1:], strict=True))}
        named["utc"] = self.utc(entry)
        if self._measures and record.is_slot(entry[1]):
            named["slot_s"] = self._measures.slot_s
        if self._measures and name == "COARSE" and named["row"] is not None:
            named["cell_m"] = self._measures.cell_m
            named["uncertainty_m"] = self._measures.cell_m // 2
        return named

    def measures(self) -> Measures:
        """Return the order's measures; BadInput where the order is not published."""
        if self._measures is None:
            raise BadInput("the order is not in the database; see: reticent order publish")
        return self._measures

    def utc(self, entry: Record) -> str | None:
        """Return a record's UTC: a slot's first second; None if the slots' length is not known."""
        when: int = entry[1]
        if not record.is_slot(when):
            return format_utc(when)
        return None if self._measures is None else format_utc(when * self._measures.slot_s)

    def time_words(self, entry: Record) -> str:
        """Return a record's time, or its slot from when until when."""
        when: int = entry[1]
        if not record.is_slot(when):
            return format_utc(when)
        if self._measures is None:
            return f"slot {when}"
        start, end = (format_utc((when + i) * self._measures.slot_s) for i in (0, 1))
        return f"{start[:-4]}Z to {end[11:-4]}Z"

    def words(self, entry: Record) -> str:
        """Return what the record says, without its time."""
        kind: int = entry[0]
        if kind == record.COARSE:
            return self._cell(entry[2], entry[3])
        if kind == record.PRECISE:
            return f"inside {self._zone(entry[2])}: {_position(entry)}"
        if kind == record.LOCATED:
            cause = _CAUSES.get(entry[2], f"locate order {entry[3]}")
            return f"exception, {cause}: {_position(entry)}"
        if kind == record.CROSSING:
            return f"{'entered' if entry[3] else 'left'} {self._zone(entry[2])}"
        if kind == record.PRESENT:
            return f"present in {self._zone(entry[2])}"
        if kind == record.EVENT:
            return f"event: {EVENT_NAMES.get(entry[2], entry[2])} ({value_words(*entry[2:4])})"
        battery = "not measured" if entry[2] is None else f"{10 * entry[2]} %"
        return f"health: battery {battery}, firmware {entry[3]}, counters {entry[4]}"

    def _cell(self, row: int | None, col: int | None) -> str:
        if row is None:
            return "no cell in this slot"
        if self._measures is None:
            return f"somewhere in or near cell row {row}, column {col}"
        cell_m = self._measures.cell_m
        return (
            f"somewhere in cell row {row}, column {col} ({cell_m} m), "
            f"or up to {cell_m // 2} m outside it"
        )

    def _zone(self, number: int) -> str:
        if self._measures is None or number >= len(self._measures.zones):
            return f"zone {number}"
        return f"zone {number} ({self._measures.zones[number]})"


def _position(entry: Record) -> str:
    lat, lon = (f"{udeg / 1_000_000:.6f}" for udeg in entry[-3:-1])
    return f"{lat}, {lon}, within {entry[-1]} m"
