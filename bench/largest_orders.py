"""The largest orders that are legal, unsigned: what a tag takes longest to decode."""

from __future__ import annotations

from reticent.archive.keyring import Recipients
from reticent.orders.compiler import compile_order
from reticent.sim.demo import example_order
from reticent.tagcode import batch, cbor, order_limits, policy

CORNERS, WINDOWS = order_limits.MAX_VERTICES, order_limits.MAX_WINDOWS
_EDGES = list(range(6, 6 + 20 * 2 * WINDOWS, 20))  # of windows, in minutes


def orders() -> dict[str, bytes]:
    """Return orders by name: all corners and windows in ten zones, and in one."""
    ten = [_zone(n, CORNERS // 10, _EDGES if n == 0 else None) for n in range(10)]
    return {
        "ten": _encoded(ten),
        "one": _encoded([_zone(0, CORNERS, _EDGES)]),
    }


def _zone(number: int, corners: int, edges: list[int] | None) -> list[object]:
    """Near 0, 0 a coordinate takes three bytes: elsewhere so many do not fit."""
    ring = []
    for k in range(corners):
        ring += [1_000 + 60 * k, 3_000 * number + (1_000 if k % 2 else 1_900)]
    return [policy.EXCLUSION, f"zone {number}", "a reason", [policy.POLYGON, ring], edges]


def _encoded(zones: list[list[object]]) -> bytes:
    order = example_order()
    first, last = batch.week_of(order.not_before), batch.week_of(order.not_after - 1)
    key = b"\x09" + bytes(31)
    keys = [key] * (last - first + 1)
    fields = compile_order(order, bytes(8), Recipients(first, keys, keys, key))
    data = cbor.encode(fields | {policy.ZONES: zones, policy.QUIET: None})
    policy.decode(data)  # it is legal
    return data
