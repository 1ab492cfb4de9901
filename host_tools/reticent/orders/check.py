"""What an order means, in words: compiled as for a tag, with placeholders for keys and tag."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reticent.archive.keyring import Recipients
from reticent.clock import format_utc
from reticent.console import counted
from reticent.errors import BadInput
from reticent.orders.compiler import compile_order
from reticent.orders.fault import OrderFault
from reticent.orders.order import Order, read_order
from reticent.orders.signing import sign_policy
from reticent.orders.zones import Zone
from reticent.tagcode import areas, batch, cose, order_limits, policy

_NO_TAG, _NO_KEY = bytes(8), b"\x09" + bytes(31)  # a key that can be sealed to, and nobody does
_DAY_S, _HOUR_S = 86_400, 3_600

_LEVELS = {
    "presence": "entry into and exit from exclusion zones, never a position",
    "breach": "entry into and exit from exclusion zones, and positions inside them",
    "coarse": "crossings of and positions inside exclusion zones; outside all, one cell a slot",
}


def check_order(path: Path) -> tuple[Order, policy.Policy, int]:
    """Return an order's file, the policy it comes to and that one's size; BadInput if refused."""
    order, source = read_order(path)
    tag = order.tag or _NO_TAG
    try:
        signed = sign_policy(
            compile_order(order, tag, _placeholders(order)), Ed25519PrivateKey.generate()
        )
    except OrderFault as fault:
        raise BadInput(f"{source.at(fault.key)}: {fault}") from None
    return order, policy.decode(cose.parse(signed)[1]), len(signed)


def _placeholders(order: Order) -> Recipients:
    first, last = batch.week_of(order.not_before), batch.week_of(order.not_after - 1)
    keys = [_NO_KEY] * (last - first + 1)
    return Recipients(first, keys, keys, _NO_KEY)


def meaning(order: Order, read: policy.Policy, size: int) -> dict[str, object]:
    """Return what the order comes to, as plain values."""
    forbidden = [zone for zone in read.zones if zone.kind == policy.EXCLUSION]
    return {
        "reference": order.reference,
        "version": order.version,
        "tag": None if order.tag is None else order.tag.hex(),
        "not_before": format_utc(order.not_before),
        "not_after": format_utc(order.not_after),
        "days": (order.not_after - order.not_before) // _DAY_S,
        "review_by": format_utc(order.review_by),
        "level": order.level,
        "cell_m": order.cell_m,
        "slot_s": order.slot_s,
        "upload_s": order.upload_s,
        "retention_days": order.retention_days,
        "warn_m": order.warn_m,
        "quiet_windows": None if read.quiet is None else len(read.quiet),
        "exclusion_area_m2": sum(areas.area_m2(zone.shape) for zone in forbidden),
        "zones": [_zone(*pair) for pair in zip(order.zones, read.zones, strict=True)],
        "policy_bytes": size,
    }


def _zone(written: Zone, read: policy.Zone) -> dict[str, object]:
    return {
        "name": written.name,
        "kind": written.kind,
        "justification": written.justification,
        "area_m2": areas.area_m2(read.shape),
        "windows": None if read.windows is None else len(read.windows),
    }


def words(order: Order, read: policy.Policy, size: int) -> list[tuple[str, str]]:
    """Return (subject, what the order comes to) in words, for a person."""
    named = f"tag {order.tag.hex()} only" if order.tag else "the tag it is signed for"
    slot, cell = _span(order.slot_s), f"{order.cell_m:,} m"
    gate = f"HDOP to {order.hdop_x10_most / 10}, {order.sats_least} satellites or more"
    lines = [
        ("order", f"{order.reference}, version {order.version}, for {named}"),
        ("term", f"{_day(order.not_before)} to {_day(order.not_after)}, {_term(order)}"),
        ("review", f"by {_day(order.review_by)}; without one the tag has to say less"),
        ("level", f"{order.level}: {_LEVELS[order.level]}"),
    ]
    if order.level == "coarse":
        lines.append(("cells", f"{cell} or larger on each side, one every {slot}"))
    lines += [("zone", _zone_words(*pair)) for pair in zip(order.zones, read.zones, strict=True)]
    lines += [
        ("zones", _limits(read)),
        ("warning", f"the tag vibrates from {order.warn_m} m outside an exclusion zone on"),
        ("quiet", quiet_words(None if read.quiet is None else len(read.quiet))),
        ("uploads", f"one of constant size every {_span(order.upload_s)}; a breach at once"),
        ("kept", f"{counted(order.retention_days, 'day')}; then its keys are destroyed"),
        ("fixes", f"{gate}; worse ones are not used"),
        ("policy", f"{size:,} of {policy.MAX_BYTES:,} bytes, to be signed for its tag"),
    ]
    return lines


def _zone_words(written: Zone, read: policy.Zone) -> str:
    hours = "always" if read.windows is None else f"in {counted(len(read.windows), 'window')}"
    return f"{written.kind} {written.name}: {_area(areas.area_m2(read.shape))}, {hours}"


def quiet_words(windows: int | None) -> str:
    """Return when the tag does not vibrate, by the number of the policy's quiet windows."""
    if windows is None:
        return "no warning from 22:00 to 07:00 by the sun"
    return f"no warning in {counted(windows, 'window')}" if windows else "warnings at any hour"


def _limits(read: policy.Policy) -> str:
    forbidden = [zone for zone in read.zones if zone.kind == policy.EXCLUSION]
    area_m2 = sum(areas.area_m2(zone.shape) for zone in forbidden)
    windows = sum(len(zone.windows or ()) for zone in read.zones) + len(read.quiet or ())
    return (
        f"{len(forbidden)} of {order_limits.MAX_EXCLUSION_ZONES} exclusion zones with "
        f"{_area(area_m2)} "
        f"of {order_limits.MAX_EXCLUSION_AREA_M2 // 1_000_000} km2, "
        f"{len(read.zones) - len(forbidden)} of {order_limits.MAX_OTHER_ZONES} others; "
        f"{windows:,} of {order_limits.MAX_WINDOWS:,} windows"
    )


def _area(area_m2: int) -> str:
    return f"{area_m2 / 1_000_000:.2f} km2"


def _day(utc_s: int) -> str:
    return format_utc(utc_s).replace("T00:00:00Z", " 00:00 UTC")


def _term(order: Order) -> str:
    return counted((order.not_after - order.not_before) // _DAY_S, "day")


def _span(seconds: int) -> str:
    hours, rest = divmod(seconds, _HOUR_S)
    return f"{seconds // 60} minutes" if rest else "hour" if hours == 1 else f"{hours} hours"
