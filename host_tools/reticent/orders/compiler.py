"""From an Order to the policy's map of fields, checked with the tag's own rules."""

from __future__ import annotations

from reticent.archive.keyring import Recipients
from reticent.orders.fault import OrderFault
from reticent.orders.order import LEVELS, Order
from reticent.tagcode import policy

Fields = dict[int, object]

_FORMAT = 1

# The tag says which rule an order breaks; here stand the key to look at and the mend.
_MENDS = {
    "no reference": ("reference", "give the order's reference"),
    "version": ("version", "count from 1 up with each new version"),
    "it ends before it starts": ("not_after", "set it after `not_before`"),
    "a term over 92 days": ("not_after", "end it sooner and renew it after a review"),
    "the review is not within the term": ("review_by", "set it after the start, by the end"),
    "unknown level": ("level", "it is presence, breach or coarse"),
    "a cell under 500 m or over 100 km": ("cell_m", "1000 is usual"),
    "a slot under 900 s or over a day": ("slot_s", "900 is usual"),
    "upload_s under slot_s or over a day": ("upload_s", "3600 is usual"),
    "slot_s does not divide a day": ("slot_s", "take 900, 1200, 1800 or 3600"),
    "upload_s is no multiple of slot_s": ("upload_s", "take 1, 2 or 4 times `slot_s`"),
    "upload_s does not divide a day": ("upload_s", "take 3600, 7200 or 14400"),
    "retention over 60 days": ("retention_days", "take 1 to 60; a hold keeps what is needed"),
    "warn buffer": ("warn_m", "take 0 to 1000 m"),
    "quality gate": ("gate", "hdop_x10_most is 10 to 200, sats_least 3 to 20"),
    "over 10 exclusion zones": ("zones", "keep those the order cannot do without"),
    "over 5 other zones": ("zones", "keep those the order cannot do without"),
    "exclusion zones over 25 km2": ("zones", "draw them smaller"),
    "over 1,024 vertices": ("zones", "draw the polygons with fewer corners"),
    "an area under that of a radius of 100 m": ("zones", "draw dwelling or inclusion larger"),
    "windows beyond the term": ("zones", "end the hours within the order's term"),
    "a review after the term": ("review.on", "give the day of the review that was held"),
    "over 1,024 windows": ("zones", "merge the schedules' hours, or shorten the term"),
}


def compile_order(order: Order, tag: bytes, recipients: Recipients) -> Fields:
    """Return the policy's map for this tag; OrderFault says which key to mend.

    `recipients` are the key ring's for [order.not_before, order.not_after).
    """
    if order.tag not in (None, tag):
        raise OrderFault("tag", f"the order names another tag than {tag.hex()}")
    fields = _fields(order, tag, recipients)
    _check(fields)  # without zones and quiet: hours expand in a sound term only
    if order.quiet is not None:
        fields[policy.QUIET] = order.quiet.windows(order.not_before, order.not_after)
    fields[policy.ZONES] = [zone.fields(order.not_before, order.not_after) for zone in order.zones]
    _check(fields)
    return fields


def _fields(order: Order, tag: bytes, recipients: Recipients) -> Fields:
    return {
        policy.FORMAT: _FORMAT,
        policy.REFERENCE: order.reference,
        policy.TAG: tag,
        policy.VERSION: order.version,
        policy.NOT_BEFORE: order.not_before,
        policy.NOT_AFTER: order.not_after,
        policy.REVIEW_BY: order.review_by,
        policy.LEVEL: LEVELS[order.level],
        policy.CELL_M: order.cell_m,
        policy.SLOT_S: order.slot_s,
        policy.UPLOAD_S: order.upload_s,
        policy.RETENTION_DAYS: order.retention_days,
        policy.GATE: [order.hdop_x10_most, order.sats_least],
        policy.WARN_M: order.warn_m,
        policy.ZONES: [],
        policy.RECIPIENTS: [
            recipients.first_week,
            recipients.duty,
            recipients.officer,
            recipients.wearer,
        ],
        policy.STATEMENT: order.statement.fields(),
        policy.QUIET: None,
        policy.EXCEPTIONS: [order.on_tamper, order.locate],
        policy.OVERRIDES: [override.fields() for override in order.overrides],
        policy.REVIEW: None if order.review is None else order.review.fields(),
        policy.REVOKED: None,
    }


def _check(fields: Fields) -> None:
    try:
        policy.check(fields)
    except policy.PolicyError as error:
        rule = str(error)
        key, mend = _MENDS.get(rule, ("", "docs/FORMAT.md, section 7, has the rule"))
        raise OrderFault(key, f"{rule}: {mend}") from None
