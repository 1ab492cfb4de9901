"""An order as its writer means it: every field with its unit and default, read from TOML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reticent.clock import parse_utc
from reticent.errors import BadInput
from reticent.orders.fault import OrderFault, nearest
from reticent.orders.schedule import Schedule, parse_quiet
from reticent.orders.source import Source
from reticent.orders.zones import Zone, read_zones
from reticent.tagcode import policy

LEVELS = {"presence": policy.PRESENCE, "breach": policy.BREACH, "coarse": policy.COARSE}

_DATES = ("not_before", "not_after", "review_by")
_TEXTS = ("reference", "level", "zones", "tag")
_STATEMENT_TEXTS = ("controller", "lawful_basis", "alternatives", "justification")
_OPTIONAL = {
    "cell_m": 1_000,
    "slot_s": 900,
    "upload_s": 3_600,
    "retention_days": 60,
    "warn_m": 150,
}
_GATE = {"hdop_x10_most": 25, "sats_least": 5}
_TOP = ("reference", "version", *_DATES, "level", "zones", "statement")


@dataclass(frozen=True)
class Statement:
    """Why the order is lawful and needed; the notice prints all of it."""

    controller: str
    lawful_basis: str
    purposes: tuple[str, ...]
    alternatives: str
    justification: str

    def fields(self) -> dict[str, object]:
        """Return the statement as the policy's map has it."""
        return {
            "controller": self.controller,
            "lawful_basis": self.lawful_basis,
            "purposes": list(self.purposes),
            "alternatives": self.alternatives,
            "justification": self.justification,
        }


@dataclass(frozen=True)
class Order:
    """One order; times are UTC seconds."""

    reference: str
    version: int
    not_before: int
    not_after: int
    review_by: int
    level: str
    zones: tuple[Zone, ...]
    statement: Statement
    tag: bytes | None = None  # where the order names its tag, it is for no other
    cell_m: int = _OPTIONAL["cell_m"]
    slot_s: int = _OPTIONAL["slot_s"]
    upload_s: int = _OPTIONAL["upload_s"]
    retention_days: int = _OPTIONAL["retention_days"]
    warn_m: int = _OPTIONAL["warn_m"]
    hdop_x10_most: int = _GATE["hdop_x10_most"]
    sats_least: int = _GATE["sats_least"]
    quiet: Schedule | None = None  # None: at night, by the sun


def read_order(path: Path) -> tuple[Order, Source]:
    """Return an order's file as an Order, and its source for messages that come later."""
    source = Source(path)
    try:
        return _order(source.fields, path.parent), source
    except OrderFault as fault:
        raise BadInput(f"{source.at(fault.key)}: {fault}") from None


def _order(fields: dict[str, object], folder: Path) -> Order:
    _check_keys("", fields, _TOP, (*_OPTIONAL, "gate", "quiet", "tag"))
    gate = _table("gate", fields.get("gate", {}))
    _check_keys("gate.", gate, (), tuple(_GATE))
    numbers = {key: _whole(key, fields.get(key, default)) for key, default in _OPTIONAL.items()}
    numbers |= {key: _whole(f"gate.{key}", gate.get(key, _GATE[key])) for key in _GATE}
    dates = {key: _utc_s(key, fields[key]) for key in _DATES}
    _check_term(dates["not_before"], dates["not_after"])
    return Order(
        reference=_text("reference", fields["reference"]),
        version=_whole("version", fields["version"]),
        level=_level(fields["level"]),
        zones=read_zones(folder / _text("zones", fields["zones"])),
        statement=_statement(_table("statement", fields["statement"])),
        tag=_tag(fields.get("tag")),
        quiet=_quiet(fields.get("quiet")),
        **dates,
        **numbers,
    )


def _check_keys(
    prefix: str, fields: dict[str, object], required: tuple[str, ...], optional: tuple[str, ...]
) -> None:
    for key in fields:
        if key not in required + optional:
            hint = nearest(key, required + optional)
            raise OrderFault(prefix + key, f"unknown key `{key}`{hint}")
    for key in required:
        if key not in fields:
            raise OrderFault(prefix.rstrip("."), f"`{prefix}{key}` is missing; add it")


def _check_term(not_before_s: int, not_after_s: int) -> None:
    """Refuse what would make the weeks' keys or the zones' hours senseless to look at."""
    if not_after_s <= not_before_s:
        raise OrderFault("not_after", "the order ends before it starts; set a later `not_after`")
    if not_after_s - not_before_s > policy.MAX_TERM_S:
        raise OrderFault(
            "not_after", "a term over 92 days; end it sooner and renew it after a review"
        )


def _table(key: str, value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise OrderFault(key, f"`{key}` is a table; write [{key}] on a line of its own")
    return value


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise OrderFault(key, f"`{key}` is a text in quotes, and not empty")
    return value


def _whole(key: str, value: object) -> int:
    if type(value) is not int:
        raise OrderFault(key, f"`{key}` is a whole number, not {value!r}")
    return value


def _utc_s(key: str, value: object) -> int:
    try:
        text = value.isoformat() if isinstance(value, datetime) else str(value)
        utc_s = parse_utc(text)
    except BadInput as error:
        raise OrderFault(key, f"`{key}`: {error}") from None
    if utc_s % 60:
        raise OrderFault(key, f"`{key}` is not a whole minute; the zones' hours count from it")
    return utc_s


def _level(value: object) -> str:
    if not isinstance(value, str) or value not in LEVELS:
        raise OrderFault("level", f"unknown level {value!r}{nearest(str(value), LEVELS)}")
    return value


def _tag(value: object) -> bytes | None:
    if value is None:
        return None
    try:
        return bytes.fromhex(_text("tag", value))
    except ValueError:
        raise OrderFault("tag", "`tag` is the tag's id, 16 hex digits") from None


def _quiet(value: object) -> Schedule | None:
    if value is None:
        return None
    fields = _table("quiet", value)
    _check_keys("quiet.", fields, ("schedule",), ("timezone",))
    try:
        return parse_quiet(fields["schedule"], fields.get("timezone"))
    except BadInput as error:
        raise OrderFault("quiet.schedule", f"[quiet]: {error}") from None


def _statement(fields: dict[str, object]) -> Statement:
    _check_keys("statement.", fields, (*_STATEMENT_TEXTS, "purposes"), ())
    texts = {key: _text(f"statement.{key}", fields[key]) for key in _STATEMENT_TEXTS}
    purposes = fields["purposes"]
    if not isinstance(purposes, list) or not purposes:
        raise OrderFault("statement.purposes", "`purposes` is a list of texts, at least one")
    return Statement(
        purposes=tuple(_text("statement.purposes", purpose) for purpose in purposes), **texts
    )
