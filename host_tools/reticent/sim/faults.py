"""Faults on demand: a small TOML that says what goes wrong in a simulation, and when.

[[network]]                         # the Wi-Fi is down in between
from = 2026-03-02T09:00:00Z
until = 2026-03-02T12:30:00Z
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from reticent.errors import BadInput
from reticent.sim.world import WIFI, Change


@dataclass(frozen=True)
class Fault:
    """The network is down from one UTC second until another."""

    from_s: int
    until_s: int

    def changes(self, zero_ms: int) -> list[Change]:
        """Return what changes in the tag's world, whose first power-on was at `zero_ms` UTC."""
        return [
            Change(max(self.from_s * 1000 - zero_ms, 0), WIFI, 0, 0),
            Change(max(self.until_s * 1000 - zero_ms, 0), WIFI, 0, 1),
        ]


def read_faults(path: Path) -> tuple[Fault, ...]:
    """Return the faults of a file; BadInput says what is wrong in it."""
    try:
        found = tomllib.loads(path.read_text())
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: is no TOML: {error}") from None
    unknown = set(found) - {"network"}
    if unknown:
        raise BadInput(f"{path}: {min(unknown)!r} is no fault; there is: network")
    entries = found.get("network", [])
    if not isinstance(entries, list):
        raise BadInput(f"{path}: write [[network]], with two brackets")
    faults: list[Fault] = []
    for number, entry in enumerate(cast("list[object]", entries), 1):
        faults.append(_network(entry, f"{path}: network fault {number}"))
    return tuple(faults)


def _network(entry: object, where: str) -> Fault:
    if not isinstance(entry, dict) or set(cast("dict[str, object]", entry)) != {"from", "until"}:
        raise BadInput(f"{where}: needs `from` and `until`, and nothing else")
    times = cast("dict[str, object]", entry)
    from_s, until_s = _utc_s(times["from"], where), _utc_s(times["until"], where)
    if until_s <= from_s:
        raise BadInput(f"{where}: ends before it begins")
    return Fault(from_s, until_s)


def _utc_s(value: object, where: str) -> int:
    if not isinstance(value, datetime):
        raise BadInput(f"{where}: write times like 2026-03-02T09:00:00Z, without quotes")
    return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())
