"""The order that follows the first one: the same again, or one of the largest that are legal.

How it comes (out of an answer, or at the dock), and how long the tag takes for it.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from reticent.archive.keyring import Keyring
from reticent.bench.board_port import BoardPort
from reticent.bench.fetch import OPEN, bring
from reticent.orders.compiler import compile_order
from reticent.orders.order import Order
from reticent.orders.signing import sign_policy
from reticent.sim.track import Track
from reticent.sim.way import Outcome
from reticent.tagcode import policy, record

sys.path.append(str(Path(__file__).parents[1] / "bench"))
import largest_orders

SAME = "same"
FORMS = (SAME, *largest_orders.FORMS)
HOURS = (12.45, 12.57)  # out of Harbour Lane again, in the second life

# Where the tag says how far it is with an order: its code loaded, verified, decoded.
_ORDERS = "duty.orders"
_LINES = (
    "        async with self._tag.verifying_code:\n",
    "            steps = rules.verified(\n",
    "            del steps, verification",
    "                gc.threshold(usual)\n",
)
_STEPS = ("load", "verify", "decode")


def mark(text: str) -> tuple[str, str, str]:
    """Return the patch that has the tag print its time in front of this text."""
    indent = text[: len(text) - len(text.lstrip())]
    return _ORDERS, text, f"{indent}print('#order', self._tag.clock.ms())\n{text}"


MARKS = tuple(map(mark, _LINES))


def order_ms(console: str) -> list[dict[str, int]]:
    """Return when an order was verified, each time, and how long each step took."""
    times = [int(ms) for ms in re.findall(r"#order (\d+)", console)]
    found: list[dict[str, int]] = []
    for at in range(0, len(times) - len(_STEPS), len(_LINES)):
        one = times[at : at + len(_LINES)]
        took = zip(_STEPS, one, one[1:], strict=False)
        found.append({"at": one[0]} | {step: end - begin for step, begin, end in took})
    return found


def renewed(order: Order, form: str, tag_id: bytes, ring: Keyring) -> bytes:
    """Return version 2 of an order, signed: the same, or a form of largest_orders.py's."""
    recipients = ring.recipients(order.not_before, order.not_after)
    fields = compile_order(replace(order, version=order.version + 1), tag_id, recipients)
    if form == SAME:
        return sign_policy(fields, ring.issuer())
    fields[policy.REVIEW] = [order.not_before + 3_600, "a judge", "it is needed"]
    return largest_orders.signed(largest_orders.fields(fields, form), ring.issuer())


def parts(track: Track, lives: int) -> list[Track]:
    """Return a track in so many parts: the chip is switched off and on in between."""
    size = -(-len(track.bursts) // lives)
    starts = range(0, len(track.bursts), size)
    return [Track(track.name, track.bursts[at : at + size]) for at in starts]


def sealed_under(outcome: Outcome) -> dict[str, Any]:
    """Return how many batches were sealed under each version, and which crossings were told."""
    return {
        "batches_under": dict(Counter(one.batch.policy_version for one in outcome.opened)),
        "crossings": [entry[1:] for entry in outcome.records(record.CROSSING)],
        "events": [entry[1:] for entry in outcome.records(record.EVENT)],
    }


class _Recorder(BoardPort):
    """Keeps what `reticent fetch` has a docked tag run, a script each."""

    def __init__(self) -> None:
        self.scripts = [OPEN]

    def run(self, code: str) -> str:
        """Take a script; the tag's answer is that it wants what is brought."""
        self.scripts.append(code)
        return "True"


def brought(order: bytes) -> list[str]:
    """Return the scripts with which `reticent fetch` brings a tag an order."""
    recorder = _Recorder()
    bring(recorder, hashlib.sha256(order).digest(), order)
    return recorder.scripts
