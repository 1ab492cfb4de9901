"""The recipients' public keys: what an order is signed for. One TOML file, nothing secret in it.

retention_days = 60
wearer = "<hex>"

[duty]                       # by the first day of its UTC week
"2026-11-23" = "<hex>"
[officer]
"2026-11-23" = "<hex>"
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from reticent.clock import format_utc, parse_utc
from reticent.errors import BadInput
from reticent.files import read_text
from reticent.tagcode import batch, order_limits
from reticent.texts import parse_toml

DUTY, OFFICER, WEARER = "duty", "officer", "wearer"
AGENCY = (DUTY, OFFICER)
ROLES = (DUTY, OFFICER, WEARER)
_KEY_SIZE = 32


@dataclass(frozen=True)
class Recipients:
    """The public keys an order names: one of each role for every week from the first on."""

    first_week: int
    duty: list[bytes]
    officer: list[bytes]
    wearer: bytes


@dataclass(frozen=True)
class PublicKeys:
    """All public keys of a tag's recipients: of each role and week, and the wearer's."""

    weeks: dict[str, dict[int, bytes]]
    wearer: bytes
    retention_days: int

    def recipients(self, from_s: int, until_s: int, name: str = "recipients") -> Recipients:
        """Return the keys for every week that has a second in [from_s, until_s)."""
        first, last = batch.week_of(from_s), batch.week_of(until_s - 1)
        duty, officer = (
            [self._key(role, week, name) for week in range(first, last + 1)] for role in AGENCY
        )
        return Recipients(first, duty, officer, self.wearer)

    def _key(self, role: str, week: int, name: str) -> bytes:
        key = self.weeks[role].get(week)
        if key is None:
            raise BadInput(
                f"{name}: no {role} key for the week of {day_of(week)}; make keys for the "
                "whole term"
            )
        return key

    def text(self) -> str:
        """Return the file's text."""
        lines = [f"retention_days = {self.retention_days}", f'wearer = "{self.wearer.hex()}"']
        for role in AGENCY:
            lines += ["", f"[{role}]"]
            weeks = sorted(self.weeks[role].items())
            lines += [f'"{day_of(week)}" = "{key.hex()}"' for week, key in weeks]
        return "\n".join(lines) + "\n"


def read_public_keys(path: Path) -> PublicKeys:
    """Return what a recipients file has; BadInput says what is wrong with it."""
    try:
        fields = parse_toml(read_text(path))
    except ValueError as error:
        raise BadInput(f"{path}: not TOML: {error}") from None
    if set(fields) != {"retention_days", WEARER, *AGENCY}:
        raise BadInput(f"{path}: has retention_days, wearer, [duty] and [officer], and no more")
    days = fields["retention_days"]
    if type(days) is not int or not 1 <= days <= 60:
        raise BadInput(f"{path}: retention_days is 1 to 60")
    weeks: dict[str, dict[int, bytes]] = {}
    for role in AGENCY:
        table = fields[role]
        if not isinstance(table, dict):
            raise BadInput(f"{path}: [{role}] is a table of weeks")
        entries = cast("dict[str, object]", table)
        weeks[role] = {week_of(path, day): _unhex(path, key) for day, key in entries.items()}
    return PublicKeys(weeks, _unhex(path, fields[WEARER]), days)


def day_of(week: int) -> str:
    """Return the first day of a UTC week."""
    return format_utc(batch.week_start(week))[:10]


def week_of(path: Path, day: str) -> int:
    """Return the week that begins on this day; BadInput where none does."""
    week = batch.week_of(parse_utc(day))
    if day_of(week) != day:
        raise BadInput(f"{path}: {day} is no Monday; a week's key stands under its first day")
    return week


def _unhex(path: Path, text: object) -> bytes:
    try:
        key = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        key = b""
    if len(key) != _KEY_SIZE:
        raise BadInput(f"{path}: expected a key of {2 * _KEY_SIZE} hex digits")
    if not order_limits.is_recipients_key(key):
        raise BadInput(f"{path}: {key.hex()[:16]}... is a key to which nothing can be sealed")
    return key
