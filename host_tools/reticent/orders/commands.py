"""`reticent order`: the tree of its commands; sign, show and publish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cyclopts import App
from rich.table import Table

from reticent.archive.keyring import Keyring, read_issuer, read_issuer_public
from reticent.archive.recipients import PublicKeys, read_public_keys
from reticent.bench.registration import read_identity
from reticent.clock import format_utc
from reticent.collector.store import Store
from reticent.console import say, say_json, show
from reticent.errors import BadInput
from reticent.files import PUBLIC, read_bytes, write_new
from reticent.orders.check import quiet_words
from reticent.orders.compiler import Fields, compile_order
from reticent.orders.fault import OrderFault
from reticent.orders.order import LEVELS, LIMITS, read_order
from reticent.orders.signing import check_follows, read_policy, sign_policy
from reticent.orders.zones import KINDS
from reticent.tagcode import batch, order_limits, policy

order = App(
    name="order", help="Orders: new, check, sign, show, publish, diff, renew, revoke, locate."
)
order.command(
    "reticent.orders.new_commands:new", name="new", help="Write a new order, asked or from flags."
)
order.command(
    "reticent.orders.check_commands:check",
    name="check",
    help="Check an order and say what it means.",
)


@order.command
def sign(
    text: Path,
    *,
    keys: Path | None = None,
    issuer_key: Path | None = None,
    recipients: Path | None = None,
    tag: Path,
    after: Path | None = None,
    out: Path,
) -> None:
    """Check an order and sign it for one tag.

    Who signs needs the issuer's key and the recipients' public keys, and nothing that opens.

    Parameters
    ----------
    text
        The order, TOML; it names its zones' GeoJSON file.
    keys
        The tag's key ring, where the issuer's key and the public keys lie together.
    issuer_key
        The key that signs, if not the ring's issuer.pem.
    recipients
        The recipients' public keys (`reticent keys list --public`), if not the ring's.
    tag
        The tag's public file.
    after
        The signed policy in force: what the tag asks of the next version is then checked too.
    out
        The signed policy to write.
    """
    written, source = read_order(text)
    issuer, public, where = _desk(keys, issuer_key, recipients)
    identity = read_identity(tag)
    if written.retention_days < public.retention_days:
        raise BadInput(
            f"{source.at('retention_days')}: {written.retention_days} days, but these keys are "
            f"kept for {public.retention_days}: make keys that are destroyed as soon"
        )
    named = public.recipients(written.not_before, written.not_after, where)
    try:
        fields = compile_order(written, identity.tag, named)
        if after is not None:
            check_follows(fields, after)
        signed = sign_policy(fields, issuer)
    except OrderFault as fault:
        raise BadInput(f"{source.at(fault.key)}: {fault}") from None
    write_new(out, signed, PUBLIC)
    say(f"{out}: {written.reference}, version {written.version}, {len(signed)} bytes")


def _desk(
    keys: Path | None, issuer_key: Path | None, recipients: Path | None
) -> tuple[Ed25519PrivateKey, PublicKeys, str]:
    """Return the key that signs, the public keys that an order names, and where those are from."""
    if keys is None and (issuer_key is None or recipients is None):
        raise BadInput("name a key ring with --keys, or --issuer-key and --recipients")
    ring = None if keys is None else Keyring(keys)
    if issuer_key is not None:
        issuer = read_issuer(issuer_key)
    else:
        assert ring is not None  # or the issuer's key was named
        issuer = ring.issuer()
    if recipients is not None:
        return issuer, read_public_keys(recipients), str(recipients)
    assert ring is not None  # or the recipients were named
    return issuer, ring.public_keys(), f"{ring.folder}/recipients.toml"


order.command(
    "reticent.orders.life_commands:renew",
    name="renew",
    help="Write the next version of an order, one level lower without a review.",
)
order.command(
    "reticent.orders.life_commands:revoke", name="revoke", help="Sign the end of an order, now."
)
order.command(
    "reticent.orders.life_commands:diff",
    name="diff",
    help="Say in words in what two signed policies differ.",
)
order.command(
    "reticent.orders.life_commands:locate",
    name="locate",
    help="Sign a locate order: one position, with a reason, logged.",
)


@order.command(name="show")
def show_order(signed: Path, *, issuer: Path, json: bool = False) -> None:
    """Verify a signed policy and show what it says.

    Parameters
    ----------
    signed
        The signed policy.
    issuer
        The issuer's public key, issuer.public.pem.
    json
        Print JSON.
    """
    described = describe(_read(signed, issuer))
    if json:
        say_json(described)
        return
    table = Table("field", title=str(described["reference"]))
    table.add_column("value", overflow="fold")
    for name, value in described.items():
        for entry in value if isinstance(value, list) else [value]:
            table.add_row(name, plain(entry))
    show(table)


@order.command
def publish(signed: Path, *, issuer: Path, database: Path) -> None:
    """Verify a signed policy and let the collector hand it to its tag.

    Parameters
    ----------
    signed
        The signed policy.
    issuer
        The issuer's public key, issuer.public.pem.
    database
        The collector's database.
    """
    fields: dict[int, Any] = _read(signed, issuer)
    tag, version = fields[policy.TAG], fields[policy.VERSION]
    store = Store(database)
    store.publish(tag, version, read_bytes(signed))
    if fields[policy.REVOKED] is not None:
        store.raise_least_policy_version(tag, version)  # the order that it ends says no more
    store.close()
    say(f"version {version} is published for tag {tag.hex()}")


def _read(signed: Path, issuer: Path) -> Fields:
    try:
        return read_policy(read_bytes(signed), read_issuer_public(issuer))
    except BadInput as error:
        raise BadInput(f"{signed}: {error}") from None


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
        **fields[policy.STATEMENT],
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
