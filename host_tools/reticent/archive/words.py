"""Records in words and as plain fields: a cell is an area with its size, never a dot."""

from __future__ import annotations

from dataclasses import dataclass

from reticent.clock import format_utc
from reticent.orders.compiler import Fields
from reticent.tagcode import batch, policy, record

KINDS = {batch.ROUTINE: "ROUTINE", batch.ALERT: "ALERT"}


@dataclass(frozen=True)
class Measures:
    """What of the order one needs to read its records: cell and slot size, the zones' names."""

    cell_m: int
    slot_s: int
    zone_names: tuple[str, ...]

    @classmethod
    def of(cls, fields: Fields) -> Measures:
        """Return the measures of a policy's map."""
        cell_m, slot_s, zones = (
            fields[key] for key in (policy.CELL_M, policy.SLOT_S, policy.ZONES)
        )
        assert isinstance(cell_m, int)
        return cls(cell_m, slot_s, tuple(zone[1] for zone in zones))
