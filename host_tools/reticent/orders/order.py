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
from reticent.tagcode import order_limits, policy

LEVELS = {"presence": policy.PRESENCE, "breach": policy.BREACH, "coarse": policy.COARSE}

_DAY_S = 86_400
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
LIMITS = {
    "term_days": order_limits.TERM_DAYS,
    "exclusion_zones": order_limits.EXCLUSION_ZONES,
    "exclusion_km2": order_limits.EXCLUSION_KM2,
    "other_zones": order_limits.OTHER_ZONES,
}
_TABLES = ("gate", "quiet", "exceptions", "override", "review")
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
class Override:
    """A limit that the order goes beyond: what is granted instead, and why."""

    limit: str
    granted: int
    justification: str

    def fields(self) -> list[object]:
        """Return the override as the policy's map has it."""
        return [LIMITS[self.limit], self.granted, self.justification]


@dataclass(frozen=True)
class Review:
    """That the order was reviewed: when, by whom, and what was found."""

    utc_s: int
    by: str
    finding: str

    def fields(self) -> list[object]:
        """Return the review as the policy's map has it."""
        return [self.utc_s, self.by, self.finding]


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
    on_tamper: str | None = None  # why a position goes with a strap or case event
    locate: str | None = None  # why locate orders may be given
    overrides: tuple[Override, ...] = ()
    review: Review | None = None

    def granted(self, limit: str) -> int:
        """Return a limit of this order: the usual one, or what its override grants."""
        for override in self.overrides:
            if override.limit == limit:
                return override.granted
        return order_limits.GRANTS[LIMITS[limit]][0]


def read_order(path: Path) -> tuple[Order, Source]:
    """Return an order's file as an Order, and its source for messages that come later."""
    source = Source(path)
    try:
        return _order(source.fields, path.parent), source
    except OrderFault as fault:
        raise BadInput(f"{source.at(fault.key)}: {fault}") from None


def _order(fields: dict[str, object], folder: Path) -> Order:
    _check_keys("", fields, _TOP, (*_OPTIONAL, *_TABLES, "tag"))
    gate = _table("gate", fields.get("gate", {}))
    _check_keys("gate.", gate, (), tuple(_GATE))
    numbers = {key: _whole(key, fields.get(key, default)) for key, default in _OPTIONAL.items()}
    numbers |= {key: _whole(f"gate.{key}", gate.get(key, _GATE[key])) for key in _GATE}
    dates = {key: _utc_s(key, fields[key]) for key in _DATES}
    exceptions = _exceptions(_table("exceptions", fields.get("exceptions", {})))
    order = Order(
        reference=_text("reference", fields["reference"]),
        version=_whole("version", fields["version"]),
        level=_level(fields["level"]),
        zones=read_zones(folder / _text("zones", fields["zones"])),
        statement=_statement(_table("statement", fields["statement"])),
        tag=_tag(fields.get("tag")),
        quiet=_quiet(fields.get("quiet")),
        overrides=_overrides(_table("override", fields.get("override", {}))),
        review=_review(fields.get("review")),
        on_tamper=exceptions.get("on_tamper"),
        locate=exceptions.get("locate"),
        **dates,
        **numbers,
    )
    _check_term(order)
    return order


def _exceptions(fields: dict[str, object]) -> dict[str, str]:
    _check_keys("exceptions.", fields, (), ("on_tamper", "locate"))
    return {key: _text(f"exceptions.{key}", value) for key, value in fields.items()}


def _overrides(fields: dict[str, object]) -> tuple[Override, ...]:
    _check_keys("override.", fields, (), tuple(LIMITS))
    found: list[Override] = []
    for limit in sorted(fields, key=lambda name: LIMITS[name]):
        key = f"override.{limit}"
        entry = _table(key, fields[limit])
        _check_keys(f"{key}.", entry, ("granted", "justification"), ())
        granted = _whole(f"{key}.granted", entry["granted"])
        usual, most = order_limits.GRANTS[LIMITS[limit]]
        if not usual < granted <= most:
            raise OrderFault(
                f"{key}.granted",
                f"`{limit}` can be granted from {usual + 1} to {most}; up to {usual} needs none",
            )
        found.append(
            Override(limit, granted, _text(f"{key}.justification", entry["justification"]))
        )
    return tuple(found)


def _review(value: object) -> Review | None:
    if value is None:
        return None
    fields = _table("review", value)
    _check_keys("review.", fields, ("on", "by", "finding"), ())
    by, finding = (_text(f"review.{key}", fields[key]) for key in ("by", "finding"))
    return Review(_utc_s("review.on", fields["on"]), by, finding)


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


def _check_term(order: Order) -> None:
    """Refuse what would make the weeks' keys or the zones' hours senseless to look at."""
    if order.not_after <= order.not_before:
        raise OrderFault("not_after", "the order ends before it starts; set a later `not_after`")
    most_days = order.granted("term_days")
    if order.not_after - order.not_before > most_days * _DAY_S:
        mend = "end it sooner and renew it after a review"
        raise OrderFault("not_after", f"a term over {most_days} days; {mend}")


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
