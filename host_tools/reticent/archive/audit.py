"""One audit: signed orders and sealed envelopes, and where keys were given what they hold.

Everything is judged from what is handed in, nothing is decrypted here: opening is the session's
work, which logs it first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reticent.archive.access_log import AccessLog
from reticent.archive.audit_breaches import Breaches
from reticent.archive.audit_chain import Chain, Span
from reticent.archive.audit_codes import Found
from reticent.archive.audit_envelopes import audit_outside, audit_refused, recipients_weeks
from reticent.archive.audit_locates import LocateKey, audit_locates
from reticent.archive.audit_log import audit_log
from reticent.archive.audit_orders import Filed, Order, OrderKey, audit_orders
from reticent.archive.audit_records import audit_batch
from reticent.archive.audit_runs import settle_cadence, split_runs
from reticent.archive.audit_slots import Slots
from reticent.archive.opener import Genuine, Opened, Refused, authenticate
from reticent.bench.registration import Identity
from reticent.collector.store import Sealed
from reticent.tagcode import events, record


@dataclass(frozen=True)
class Material:
    """What is audited; `second` are envelopes under numbers that `stored` has too."""

    stored: list[Sealed]
    second: list[Sealed]
    identities: Mapping[bytes, Identity]
    orders: Mapping[OrderKey, Filed]
    issuer: bytes | None = None
    log: AccessLog | None = None
    locates: Mapping[LocateKey, bytes] | None = None  # signed; None where nobody knows them
    late: tuple[str, ...] = ()  # weeks' keys, in words, that ought to be destroyed


@dataclass(frozen=True)
class Content:
    """What the keys opened, and what failed a check when it was opened."""

    opened: list[Opened] = field(default_factory=list[Opened])
    refused: list[Refused] = field(default_factory=list[Refused])


def audit(material: Material, content: Content) -> list[Found]:
    """Return every finding, by tag and envelope."""
    genuine, refused = authenticate(_sorted(material.stored), material.identities)
    second, refused_second = authenticate(_sorted(material.second), material.identities)
    found = audit_orders(material.orders, material.issuer)
    orders = {key: filed.order for key, filed in material.orders.items() if filed.order}
    failed = {(one.tag, one.number, one.reason): one for one in (*refused, *content.refused)}
    found += audit_refused([*failed.values(), *refused_second])
    not_genuine = {(one.tag, one.number) for one in refused}
    opened = {(one.tag, one.number): one for one in content.opened}
    for tag in sorted({one.sealed.tag for one in (*genuine, *second)}):
        ours = [one for one in genuine if one.sealed.tag == tag]
        read = [opened[key] for key in sorted(opened) if key[0] == tag]
        numbers = {number for owner, number in not_genuine if owner == tag}
        seconds = [one for one in second if one.sealed.tag == tag]
        found += Chain(ours, seconds, numbers, _dropped(read)).audit()
        found += audit_outside(ours, material.orders)
        found += _audit_content(ours, read, orders)
        if material.locates is not None:
            found += audit_locates(read, material.locates, material.issuer)
        if material.log is not None:
            found += audit_log(material.log, tag, ours)
    for tag in sorted(material.identities) if material.late else []:
        words = f"Keys ought to be destroyed and are not: {', '.join(material.late)}."
        found.append(Found("keys-late", tag, None, None, words))
        break
    return sorted(found, key=lambda one: (one.tag, one.number or 0, one.version or 0))


def _sorted(sealed: list[Sealed]) -> list[Sealed]:
    return sorted(sealed, key=lambda one: (one.tag, one.number))


def _audit_content(
    genuine: list[Genuine], opened: list[Opened], orders: Mapping[OrderKey, Order]
) -> list[Found]:
    """Return the findings of what one tag said."""
    by_number = {one.sealed.number: one for one in genuine}
    found: list[Found] = []
    breaches = Breaches()
    for one in opened:
        order = orders.get((one.tag, one.batch.policy_version))
        if order is not None:
            found += audit_batch(one, order, recipients_weeks(by_number[one.number], order))
            found += breaches.read(one, order)
    runs, faults = settle_cadence(split_runs(opened, orders))
    return [*found, *faults, *Slots(runs).audit()]


def _dropped(opened: list[Opened]) -> list[Span]:
    """Return the spans of numbers that the tag says its outbox dropped."""
    spans: list[Span] = []
    first: int | None = None
    for one in opened:
        for entry in one.batch.records:
            if entry[0] == record.EVENT and entry[2] == events.OUTBOX_DROPPED:
                first = entry[3]
            elif entry[0] == record.EVENT and entry[2] == events.OUTBOX_DROPPED_TO:
                if first is not None and first <= entry[3]:
                    spans.append((first, entry[3]))
                first = None
    return spans
