"""A policy in words and plain values, and in what two of them differ."""

from __future__ import annotations

from typing import Any, cast

from reticent.clock import format_utc
from reticent.orders.check import quiet_words
from reticent.orders.compiler import Fields
from reticent.orders.order import LEVELS, LIMITS
from reticent.orders.zones import KINDS
from reticent.tagcode import batch, order_limits, policy

# Named: whatever else a statement had must not stand for a field of the order.
_STATEMENT = ("controller", "lawful_basis", "purposes", "alternatives", "justification")


def describe(fields: dict[int, Any]) -> dict[str, Any]:
    """Return the policy in words and plain values."""
    first_week, duty, officer, wearer = fields[policy.RECIPIENTS]
    return {
        "reference": fields[policy.REFERENCE],
        "tag": fields[policy.TAG].hex(),
        "version": fields[policy.VERSION],
        "not_before": format_utc(fields[policy.NOT_BEFORE]),
        "not_after": format_utc(fields[policy.NOT_AFTER]),
        "review_by": format_utc(fields[policy.REVIEW_BY]),
        "level": _name(LEVELS, fields[policy.LEVEL]),
        "cell_m": fields[policy.CELL_M],
        "slot_s": fields[policy.SLOT_S],
        "upload_s": fields[policy.UPLOAD_S],
        "retention_days": fields[policy.RETENTION_DAYS],
        "hdop_x10_most": fields[policy.GATE][0],
        "sats_least": fields[policy.GATE][1],
        "warn_m": fields[policy.WARN_M],
        "quiet": {"windows_min": fields[policy.QUIET]},
        "zones": [_describe_zone(zone) for zone in fields[policy.ZONES]],
        "keys_from": format_utc(batch.week_start(first_week)),
        "duty_keys": len(duty),
        "officer_keys": len(officer),
        "wearer_key": wearer.hex(),
        "on_tamper": fields[policy.EXCEPTIONS][0],
        "locate": fields[policy.EXCEPTIONS][1],
        "overrides": [_describe_override(entry) for entry in fields[policy.OVERRIDES]],
        "review": _describe_review(fields[policy.REVIEW]),
        "revoked": fields[policy.REVOKED],
        **{name: fields[policy.STATEMENT][name] for name in _STATEMENT},
    }


def _describe_override(entry: list[Any]) -> str:
    number, granted, justification = entry
    usual = order_limits.GRANTS[number][0]
    return f"{_name(LIMITS, number)}: {granted} instead of {usual}: {justification}"


def _describe_review(review: list[Any] | None) -> str | None:
    if review is None:
        return None
    utc_s, by, finding = review
    return f"{format_utc(utc_s)} by {by}: {finding}"


def _describe_zone(entry: list[Any]) -> dict[str, Any]:
    kind, name, justification, shape, windows = entry
    if shape[0] == policy.CIRCLE:
        extent = {"lat_udeg": shape[1], "lon_udeg": shape[2], "radius_m": shape[3]}
    else:
        extent = {"rings_lon_lat_udeg": shape[1:]}
    return {
        "name": name,
        "kind": _name(KINDS, kind),
        "justification": justification,
        **extent,
        "windows_min": windows,
    }


def plain(entry: Any) -> str:
    """Return a table's text for a value; a zone or the quiet hours in one line."""
    if not isinstance(entry, dict):
        return str(entry)
    windows = entry["windows_min"]
    if "kind" not in entry:
        return quiet_words(None if windows is None else len(windows) // 2)
    hours = "always" if windows is None else f"{len(windows) // 2} windows"
    rings = entry.get("rings_lon_lat_udeg", [])
    corners = sum(len(ring) // 2 for ring in rings)
    extent = f"{corners} corners" if rings else f"circle of {entry['radius_m']} m"
    why = f": {entry['justification']}" if entry["justification"] else ""
    return f"{entry['kind']} {entry['name']}, {extent}, {hours}{why}"


def _name(names: dict[str, int], number: int) -> str:
    return next(name for name, known in names.items() if known == number)


def differences(old: Fields, new: Fields) -> list[tuple[str, str | None, str | None]]:
    """Return (field, before, after) of each field that differs; None where it is not there."""
    found: list[tuple[str, str | None, str | None]] = []
    one, two = describe(old), describe(new)
    for name in one | two:
        before, after = _entries(one.get(name)), _entries(two.get(name))
        if name == "zones":
            found += [(f"zone {key}", *pair) for key, pair in _by_name(one[name], two[name])]
        elif before != after:
            found.append((name, before, after))
    return found


def _entries(value: Any) -> str | None:
    if value is None or value == []:
        return None
    values = cast("list[Any]", value if isinstance(value, list) else [value])
    return "; ".join(plain(one) for one in values)


def _by_name(old: list[Any], new: list[Any]) -> list[tuple[str, tuple[str | None, str | None]]]:
    """Return (zone's name, (before, after)) of the zones that differ."""
    one, two = ({zone["name"]: zone for zone in zones} for zones in (old, new))
    return [
        (name, (_words(one.get(name)), _words(two.get(name))))
        for name in one | two
        if one.get(name) != two.get(name)
    ]


def _words(zone: Any) -> str | None:
    return None if zone is None else plain(zone)
