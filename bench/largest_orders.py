"""The largest orders that are legal: what a tag takes longest to decode, and most heap to keep."""

from __future__ import annotations

from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reticent.archive.keyring import Recipients
from reticent.orders.compiler import Fields, compile_order
from reticent.orders.signing import sign_policy
from reticent.sim.demo import example_order
from reticent.tagcode import batch, cbor, order_limits, policy

CORNERS, WINDOWS = order_limits.MAX_VERTICES, order_limits.MAX_WINDOWS
# Exclusion zones and others, those of the base among them: all corners in one ring, the most zones
# without an override, the most that an override grants.
FORMS = {"one": (1, 0), "ten": (10, 5), "many": (50, 50)}
_RADIUS_M = 100


def orders() -> dict[str, bytes]:
    """Return unsigned orders by name: all corners and windows in ten zones, and in one."""
    order = example_order()
    first, last = batch.week_of(order.not_before), batch.week_of(order.not_after - 1)
    key = b"\x09" + bytes(31)
    keys = [key] * (last - first + 1)
    base = compile_order(order, bytes(8), Recipients(first, keys, keys, key))
    base[policy.ZONES] = []
    return {form: cbor.encode(_checked(fields(base, form))) for form in ("ten", "one")}


def fields(base: Fields, form: str) -> Fields:
    """Return the map of `base` with its zones, and beside them as much as is legal."""
    kept: list[Any] = cast("list[Any]", base[policy.ZONES])
    exclusions, others = FORMS[form]
    exclusions -= sum(zone[0] == policy.EXCLUSION for zone in kept)
    others -= sum(zone[0] != policy.EXCLUSION for zone in kept)
    corners = CORNERS - sum(len(ring) >> 1 for zone in kept for ring in _rings(zone[3]))
    windows = WINDOWS - sum(len(zone[4] or ()) >> 1 for zone in kept)
    made = [_polygon(n, part) for n, part in enumerate(_parts(corners, max(exclusions, 1)))]
    made += [_circle(number) for number in range(max(others, 0))]
    with_windows = made if form == "many" else made[:1]
    for zone, part in zip(with_windows, _parts(windows, len(with_windows)), strict=True):
        zone[4] = list(range(6, 6 + 20 * 2 * part, 20))
    whole = {**base, policy.QUIET: None, policy.ZONES: kept + made}
    if form == "many":
        limits = order_limits.EXCLUSION_ZONES, order_limits.OTHER_ZONES
        whole[policy.OVERRIDES] = [[limit, 50, "a reason"] for limit in limits]
    return whole


def signed(whole: Fields, issuer: Ed25519PrivateKey) -> bytes:
    """Return the signed order, its statement made longer up to the most bytes that are legal."""
    room = policy.MAX_BYTES - len(sign_policy(whole, issuer))
    statement = cast("dict[str, Any]", whole[policy.STATEMENT])
    longer = statement["alternatives"] + " " * (room - 2)  # its length's head grows with it
    return sign_policy({**whole, policy.STATEMENT: {**statement, "alternatives": longer}}, issuer)


def _parts(total: int, count: int) -> list[int]:
    return [total // count + (number < total % count) for number in range(count)]


def _rings(shape: list[Any]) -> list[Any]:
    return shape[1:] if shape[0] == policy.POLYGON else []


def _polygon(number: int, corners: int) -> list[Any]:
    """Near 0, 0 a coordinate takes three bytes: elsewhere so many do not fit."""
    ring: list[int] = []
    for k in range(corners):
        ring += [1_000 + 60 * k, 1_200 * number + (1_000 if k % 2 else 1_900)]
    return [policy.EXCLUSION, f"{number}", "a reason", [policy.POLYGON, ring], None]


def _circle(number: int) -> list[Any]:
    shape = [policy.CIRCLE, 1_000 + number, 1_000, _RADIUS_M]
    return [policy.INCLUSION, f"{number}", "", shape, None]


def _checked(whole: Fields) -> Fields:
    policy.check(whole)
    return whole
