"""Envelopes from the outside: whose they are, their size, order and recipients. No key is needed.

An envelope that is not genuine is told and then left out: its tag has not said it.
"""

from __future__ import annotations

from collections.abc import Mapping

from reticent.archive.audit_codes import Found, in_sealed
from reticent.archive.audit_orders import Filed, Order, OrderKey
from reticent.archive.opener import Genuine, Reason, Refused
from reticent.tagcode import batch, envelope

SIZE = 1_476  # bytes, with two recipients (docs/FORMAT.md, section 5)

_CODES = {
    Reason.UNREGISTERED: "tag-unknown",
    Reason.UNREADABLE: "envelope-malformed",
    Reason.UNSIGNED: "signature-wrong",
    Reason.MISFILED: "misfiled",
    Reason.COMMIT: "commit-wrong",
    Reason.CIPHERTEXT: "ciphertext-changed",
    Reason.CONTENT: "batch-malformed",
    Reason.HEADER: "header-mismatch",
    Reason.WRAPPED: "wrapped-changed",
}
_MORE = {
    Reason.CONTENT: ": another version, a record out of range, a position in a ROUTINE batch or a "
    "cell in an ALERT",
}


def audit_refused(refused: list[Refused]) -> list[Found]:
    """Return a finding for each envelope that failed a check of the opener."""
    found: list[Found] = []
    for one in refused:
        reason = Reason(one.reason)
        sentence = f"The envelope must not be believed: {reason}{_MORE.get(reason, '')}."
        found.append(Found(_CODES[reason], one.tag, one.number, None, sentence))
    return found


def audit_outside(genuine: list[Genuine], orders: Mapping[OrderKey, Filed]) -> list[Found]:
    """Return what each genuine envelope of a tag shows to whoever holds it."""
    found: list[Found] = []
    highest = {batch.ROUTINE: 0, batch.ALERT: 0}  # what the last order left goes on by its class
    for one in genuine:
        head = one.envelope.header
        filed = orders.get((head.tag, head.policy_version))
        order = None if filed is None else filed.order
        told = [_size_fault(one), _order_fault(one, order), _recipients_fault(one, order)]
        last = highest[head.kind]
        if head.policy_version < last:
            sentence = f"It obeys version {head.policy_version} of the order after {last}."
            told.append(("version-rolled-back", sentence))
        highest[head.kind] = max(last, head.policy_version)
        found += [
            in_sealed(*fault[:1], one.sealed, fault[1], head.policy_version)
            for fault in told
            if fault is not None
        ]
    return found


def _size_fault(one: Genuine) -> tuple[str, str] | None:
    size = len(one.sealed.sealed)
    if size == SIZE:
        return None
    return "size-off", f"The envelope has {size:,} bytes; every one has {SIZE:,}."


def _order_fault(one: Genuine, order: Order | None) -> tuple[str, str] | None:
    if order is not None:
        return None
    version = one.envelope.header.policy_version
    sentence = f"It obeys version {version} of an order that is not here, or makes no sense."
    return "order-unknown", sentence


def _recipients_fault(one: Genuine, order: Order | None) -> tuple[str, str] | None:
    """Return a fault where no week of the order has exactly these recipients."""
    if order is None or recipients_weeks(one, order):
        return None
    if one.envelope.header.kind == batch.ALERT:
        meant = "the duty desk's of one week and the wearer's"
    else:
        meant = "the officer's of one week and the wearer's"
    return "recipients-wrong", f"It is sealed to other keys than the order's: {meant}."


def recipients_weeks(one: Genuine, order: Order) -> list[int]:
    """Return the weeks of the order whose keys the envelope is sealed to."""
    kids = [kid for kid, _ in one.envelope.wrapped]
    kind, first = one.envelope.header.kind, order.policy.first_week
    weeks: list[int] = []
    week = first
    while (keys := order.policy.recipients(kind, week)) is not None:
        if kids == [envelope.kid_of(key) for key in keys]:
            weeks.append(week)
        week += 1
    return weeks
