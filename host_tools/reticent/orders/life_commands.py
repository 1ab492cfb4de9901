"""`reticent order renew`, `revoke` and `diff`: an order after it was signed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, cast

from cyclopts import Parameter

from reticent.archive.key_files import read_issuer_public
from reticent.clock import Clock
from reticent.console import say, say_json, tell
from reticent.errors import BadInput
from reticent.files import PRIVATE, read_text, write_new
from reticent.orders.compiler import Fields
from reticent.orders.describe import differences
from reticent.orders.draft import ORDER, ZONES, quoted, write_order
from reticent.orders.options import Signer
from reticent.orders.order import read_order
from reticent.orders.signing import read_signed, sign_policy
from reticent.tagcode import batch, policy

_MINUTE_S = 60
_SIGNER = Signer()
_LOWER = {"coarse": "breach", "breach": "presence"}


def renew(
    text: Path,
    *,
    out: Path,
    from_: Annotated[str, Parameter(name="--from")],
    until: str,
    review: str,
    level: str | None = None,
    reviewed_on: str | None = None,
    reviewed_by: str | None = None,
    finding: str | None = None,
    json: bool = False,
) -> None:
    """Write the next version of an order into a folder; sign it with `order sign --after`.

    No review, no renewal as it was: without one the level is one lower. The zones are copied, the
    hidden offset and the cells stay.

    Parameters
    ----------
    text
        The order in force, TOML.
    out
        The folder for the new order.toml and zones.geojson.
    from_
        In force from (ISO 8601, UTC).
    until
        Until; at most 92 days later.
    review
        To be reviewed by.
    level
        With a review, another level.
    reviewed_on
        When the order in force was reviewed.
    reviewed_by
        By whom.
    finding
        What was found.
    json
        Print JSON.
    """
    order, _ = read_order(text)
    told = (reviewed_on, reviewed_by, finding)
    is_reviewed = all(told)
    if any(told) and not is_reviewed:
        raise BadInput("a review has --reviewed-on, --reviewed-by and --finding: give all three")
    if not is_reviewed and order.level not in _LOWER:
        raise BadInput("without a review an order of level presence cannot go on: hold one")
    if level is not None and not is_reviewed:
        raise BadInput("--level goes with a review; without one the level is one lower")
    lower = level or order.level if is_reviewed else _LOWER[order.level]
    changes = {
        "version": str(order.version + 1),
        "not_before": quoted(from_),
        "not_after": quoted(until),
        "review_by": quoted(review),
        "level": quoted(lower),
        "zones": quoted(ZONES),
    }
    toml = _changed(read_text(text), changes)
    if is_reviewed:
        words = zip(("on", "by", "finding"), told, strict=True)
        lines = [f"{name} = {quoted(str(value))}" for name, value in words]
        toml += "\n[review]\n" + "\n".join(lines) + "\n"
    zones = text.parent / _zones_of(text)
    write_order(out, toml, read_text(zones))
    why = "reviewed" if is_reviewed else f"not reviewed: its level falls to {lower}"
    tell(
        f"{out / ORDER}: version {order.version + 1}, {why}; sign it with --after",
        {"file": str(out / ORDER), "version": order.version + 1, "level": lower},
        as_json=json,
    )


def revoke(
    signed: Path,
    *,
    signer: Signer = _SIGNER,
    reason: str,
    out: Path,
    now: str | None = None,
    json: bool = False,
) -> None:
    """Sign the end of an order: the next version, which ends now and lets nothing be said.

    Publish it: the collector then bars every older version.

    Parameters
    ----------
    signed
        The signed policy in force.
    reason
        Why the order ends.
    out
        The signed revocation to write.
    now
        When (ISO 8601, UTC), if not by the computer's clock.
    json
        Print JSON.
    """
    issuer = signer.key()
    fields = read_signed(signed, issuer.public_key().public_bytes_raw())
    now_s = Clock.set_to(now).utc_s()
    revoked = sign_policy(revocation(fields, reason, now_s), issuer)
    write_new(out, revoked, PRIVATE)
    version = cast("int", fields[policy.VERSION]) + 1
    tell(
        f"{out}: version {version} ends the order; publish it",
        {"file": str(out), "version": version},
        as_json=json,
    )


def revocation(fields: Fields, reason: str, now_s: int) -> Fields:
    """Return the map that ends an order at this second's minute; BadInput where it is over."""
    old = policy.Policy(fields)
    if now_s >= old.not_after:
        raise BadInput("the order is over already")
    ends_s = max(now_s // _MINUTE_S * _MINUTE_S, old.not_before + _MINUTE_S)
    weeks = batch.week_of(ends_s - 1) - batch.week_of(old.not_before) + 1
    first_week, duty, officer, wearer = cast("list[Any]", fields[policy.RECIPIENTS])
    return {
        **fields,
        policy.VERSION: old.version + 1,
        policy.NOT_AFTER: ends_s,
        policy.REVIEW_BY: ends_s,
        policy.LEVEL: policy.PRESENCE,
        policy.ZONES: [],
        policy.QUIET: None,
        policy.EXCEPTIONS: [None, None],
        policy.RECIPIENTS: [first_week, duty[:weeks], officer[:weeks], wearer],
        policy.REVIEW: None,
        policy.REVOKED: reason,
    }


def diff(old: Path, new: Path, *, issuer: Path, json: bool = False) -> None:
    """Say in words in what two signed policies differ, field by field.

    Parameters
    ----------
    old
        A signed policy.
    new
        Another one, a later version say.
    issuer
        The issuer's public key, issuer.public.pem.
    json
        Print JSON.
    """
    public = read_issuer_public(issuer)
    changes = differences(read_signed(old, public), read_signed(new, public))
    if json:
        say_json([{"field": name, "old": a, "new": b} for name, a, b in changes])
        return
    for name, before, after in changes:
        if before is None:
            say(f"{name}: new: {after}")
        elif after is None:
            say(f"{name}: no more: {before}")
        else:
            say(f"{name}: {before} -> {after}")
    if not changes:
        say("the two say the same")


def _changed(toml: str, changes: dict[str, str]) -> str:
    """Return the TOML with other values of top-level keys, and without its [review]."""
    head, *tables = re.split(r"(?m)^(?=\s*\[)", toml)
    for key, value in changes.items():
        line = f"{key} = {value} "  # no template: a value may have backslashes
        head = re.sub(rf"(?m)^\s*{key}\s*=[^#\n]*", lambda _, line=line: line, head)
    kept = [table for table in tables if not re.match(r"\s*\[review\]", table)]
    return (head + "".join(kept)).rstrip() + "\n"


def _zones_of(text: Path) -> str:
    found = re.search(r"""(?m)^\s*zones\s*=\s*["']([^"']*)["']""", read_text(text))
    return ZONES if found is None else found[1]
