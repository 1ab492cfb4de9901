"""`reticent order`: the tree of its commands; sign, show and publish."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cyclopts import App
from rich.table import Table

from reticent.archive.key_files import read_issuer_public
from reticent.archive.keyring import Keyring
from reticent.archive.recipients import PublicKeys, read_public_keys
from reticent.bench.registration import read_identity
from reticent.collector.store import Store
from reticent.console import say_json, show, tell
from reticent.errors import BadInput
from reticent.files import PRIVATE, read_bytes, write_new
from reticent.orders.compiler import compile_order
from reticent.orders.describe import describe, plain
from reticent.orders.fault import OrderFault
from reticent.orders.options import Signer
from reticent.orders.order import read_order
from reticent.orders.signing import check_follows, read_signed, sign_policy
from reticent.tagcode import policy

_SIGNER = Signer()

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
    signer: Signer = _SIGNER,
    recipients: Path | None = None,
    tag: Path,
    after: Path | None = None,
    out: Path,
    json: bool = False,
) -> None:
    """Check an order and sign it for one tag.

    Who signs needs the issuer's key and the recipients' public keys, and nothing that opens.

    Parameters
    ----------
    text
        The order, TOML; it names its zones' GeoJSON file.
    recipients
        The recipients' public keys (`reticent keys list --public`), if not the ring's.
    tag
        The tag's public file.
    after
        The signed policy in force: what the tag asks of the next version is then checked too.
    out
        The signed policy to write.
    json
        Print JSON.
    """
    written, source = read_order(text)
    public, where = _public_keys(signer.keys, recipients)
    issuer = signer.key()
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
    write_new(out, signed, PRIVATE)
    tell(
        f"{out}: {written.reference}, version {written.version}, {len(signed)} bytes",
        {
            "file": str(out),
            "tag": identity.tag.hex(),
            "reference": written.reference,
            "version": written.version,
            "bytes": len(signed),
        },
        as_json=json,
    )


def _public_keys(ring: Path | None, recipients: Path | None) -> tuple[PublicKeys, str]:
    """Return the public keys that an order names, and where they are from."""
    if recipients is not None:
        return read_public_keys(recipients), str(recipients)
    if ring is None:
        raise BadInput("name a key ring with --keys, or --issuer-key and --recipients")
    return Keyring(ring).public_keys(), f"{ring}/recipients.toml"


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
    "reticent.orders.locate_commands:locate",
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
    described = describe(read_signed(signed, read_issuer_public(issuer)))
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
def publish(signed: Path, *, issuer: Path, database: Path, json: bool = False) -> None:
    """Verify a signed policy and let the collector hand it to its tag.

    Parameters
    ----------
    signed
        The signed policy.
    issuer
        The issuer's public key, issuer.public.pem.
    database
        The collector's database.
    json
        Print JSON.
    """
    fields: dict[int, Any] = read_signed(signed, read_issuer_public(issuer))
    tag, version = fields[policy.TAG], fields[policy.VERSION]
    store = Store(database, must_exist=True)
    store.publish(tag, version, read_bytes(signed))
    if fields[policy.REVOKED] is not None:
        store.raise_least_policy_version(tag, version)  # the order that it ends says no more
    store.close()
    tell(
        f"version {version} is published for tag {tag.hex()}",
        {"tag": tag.hex(), "version": version, "database": str(database)},
        as_json=json,
    )
