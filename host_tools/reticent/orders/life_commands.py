"""`reticent order renew`, `revoke`, `diff` and `locate`: an order after it was signed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cyclopts import Parameter
from sqlalchemy.exc import IntegrityError

from reticent.archive.access_log import AccessLog, Opening
from reticent.archive.desk import account
from reticent.archive.keyring import Keyring, read_issuer, read_issuer_public
from reticent.clock import Clock, format_utc, parse_utc
from reticent.collector.store import Locate, Store
from reticent.console import say, say_json
from reticent.errors import BadInput
from reticent.files import PUBLIC, read_bytes, read_text, write_new
from reticent.orders.commands import describe, plain
from reticent.orders.compiler import Fields
from reticent.orders.draft import ORDER, ZONES, write_order
from reticent.orders.order import read_order
from reticent.orders.signing import read_policy, sign_policy
from reticent.tagcode import batch, cbor, cose, envelope, policy
from reticent.tagcode import locate as locating

_MINUTE_S = 60
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
        "not_before": f'"{from_}"',
        "not_after": f'"{until}"',
        "review_by": f'"{review}"',
        "level": f'"{lower}"',
        "zones": f'"{ZONES}"',
    }
    toml = _changed(read_text(text), changes)
    if is_reviewed:
        words = zip(("on", "by", "finding"), told, strict=True)
        lines = [f"{name} = {_quoted(str(value))}" for name, value in words]
        toml += "\n[review]\n" + "\n".join(lines) + "\n"
    zones = text.parent / _zones_of(text)
    write_order(out, toml, read_text(zones))
    why = "reviewed" if is_reviewed else f"not reviewed: its level falls to {lower}"
    say(f"{out / ORDER}: version {order.version + 1}, {why}; sign it with --after")


def revoke(
    signed: Path,
    *,
    keys: Path | None = None,
    issuer_key: Path | None = None,
    reason: str,
    out: Path,
    now: str | None = None,
) -> None:
    """Sign the end of an order: the next version, which ends now and lets nothing be said.

    Publish it: the collector then bars every older version.

    Parameters
    ----------
    signed
        The signed policy in force.
    keys
        The tag's key ring, for its issuer.pem.
    issuer_key
        The key that signs, if not the ring's.
    reason
        Why the order ends.
    out
        The signed revocation to write.
    now
        When (ISO 8601, UTC), if not by the computer's clock.
    """
    issuer = _issuer(keys, issuer_key)
    fields = _read(signed, issuer.public_key().public_bytes_raw())
    now_s = Clock.set_to(now).utc_s()
    revoked = sign_policy(revocation(fields, reason, now_s), issuer)
    write_new(out, revoked, PUBLIC)
    say(f"{out}: version {cast('int', fields[policy.VERSION]) + 1} ends the order; publish it")


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
    changes = differences(_read(old, public), _read(new, public))
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


def locate(
    signed: Path,
    *,
    keys: Path | None = None,
    issuer_key: Path | None = None,
    number: int,
    reason: str,
    case: str,
    until: str,
    database: Path,
    log: Path,
    out: Path | None = None,
    person: str | None = None,
    now: str | None = None,
) -> None:
    """Sign a locate order and let the collector hand it to its tag: one position, once.

    The order in force must allow it, three times at most; the wearer can read of each in the log.

    Parameters
    ----------
    signed
        The signed policy in force.
    keys
        The tag's key ring, for its issuer.pem.
    issuer_key
        The key that signs, if not the ring's.
    number
        Counts up from 1 with each locate order of this version.
    reason
        Why; it is logged.
    case
        The case's number; it is logged.
    until
        The tag does not answer later than this (ISO 8601, UTC); a day from now at most.
    database
        The collector's database.
    log
        The access logs' folder.
    out
        The signed locate order, if a file of it is wanted.
    person
        Who orders it, if not this account's name.
    now
        The time (ISO 8601, UTC), if not the computer's clock.
    """
    issuer = _issuer(keys, issuer_key)
    read = policy.Policy(_read(signed, issuer.public_key().public_bytes_raw()))
    who = account() if person is None else person
    now_s, until_s = Clock.set_to(now).utc_s(), parse_utc(until)
    if not read.locate:
        raise BadInput(f"{signed}: the order allows no locate orders; it has no justification")
    fields: Fields = dict(
        enumerate(
            (
                locating.LOCATE_FORMAT, read.tag, read.version, number, now_s, until_s, who,
                reason, case,
            ),
            1,
        )
    )  # fmt: skip
    made = sign_locate(fields, issuer)
    store = Store(database, must_exist=True)
    try:
        if len(store.locate_orders(read.tag, read.version)) >= _MOST_LOCATES:
            raise BadInput(f"{_MOST_LOCATES} locate orders were given under this version: no more")
        words = f"locate order {number}, until {format_utc(until_s)}: {reason}"
        head = AccessLog(log).append(Opening(read.tag, who, "locate", words, case, []), now_s)
        store.set_log_head(read.tag, head)
        store.publish_locate(read.tag, Locate(read.version, number, until_s), made)
    except IntegrityError:
        raise BadInput(f"locate order {number} was given already; take the next number") from None
    finally:
        store.close()
    if out is not None:
        write_new(out, made, PUBLIC)
    say(f"locate order {number} is published for tag {read.tag.hex()}, until {until}")


_MOST_LOCATES = 3


def sign_locate(fields: Fields, issuer: Ed25519PrivateKey) -> bytes:
    """Return a signed locate order; BadInput for one that no tag takes."""
    try:
        locating.check(fields)
    except policy.PolicyError as error:
        raise BadInput(f"the locate order is refused: {error}") from None
    kid = envelope.kid_of(issuer.public_key().public_bytes_raw())
    payload = cbor.encode(fields)
    made = cose.frame(kid, payload, issuer.sign(cose.to_be_signed(kid, payload)))
    if len(made) > locating.MAX_BYTES:
        raise BadInput(f"{len(made)} bytes; a locate order has {locating.MAX_BYTES}: be shorter")
    return made


def _quoted(text: str) -> str:
    """Return a text as TOML has it, in quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _issuer(keys: Path | None, issuer_key: Path | None) -> Ed25519PrivateKey:
    if issuer_key is not None:
        return read_issuer(issuer_key)
    if keys is None:
        raise BadInput("name the key that signs: --issuer-key, or a ring with --keys")
    return Keyring(keys).issuer()


def _read(signed: Path, public: bytes) -> Fields:
    try:
        return read_policy(read_bytes(signed), public)
    except BadInput as error:
        raise BadInput(f"{signed}: {error}") from None


def _changed(toml: str, changes: dict[str, str]) -> str:
    """Return the TOML with other values of top-level keys, and without its [review]."""
    head, *tables = re.split(r"(?m)^(?=\s*\[)", toml)
    for key, value in changes.items():
        head = re.sub(rf"(?m)^\s*{key}\s*=[^#\n]*", f"{key} = {value} ", head)
    kept = [table for table in tables if not re.match(r"\s*\[review\]", table)]
    return (head + "".join(kept)).rstrip() + "\n"


def _zones_of(text: Path) -> str:
    found = re.search(r"""(?m)^\s*zones\s*=\s*["']([^"']*)["']""", read_text(text))
    return ZONES if found is None else found[1]


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
