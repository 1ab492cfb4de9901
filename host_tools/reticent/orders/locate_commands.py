"""`reticent order locate`: one position, once, with a reason."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.exc import IntegrityError

from reticent.archive.access_log import AccessLog, Opening
from reticent.archive.options import Who
from reticent.clock import format_utc, parse_utc
from reticent.collector.store import Locate, Store
from reticent.console import tell
from reticent.errors import BadInput, WontOverwrite
from reticent.files import PRIVATE, write_new
from reticent.orders.compiler import Fields
from reticent.orders.options import Signer
from reticent.orders.signing import read_signed
from reticent.tagcode import cbor, cose, envelope, policy
from reticent.tagcode import locate as locating
from reticent.whole import Whole

_MOST_LOCATES = 3
_SIGNER, _WHO = Signer(), Who()


def locate(
    signed: Path,
    *,
    signer: Signer = _SIGNER,
    number: Whole,
    reason: str,
    case: str,
    until: str,
    database: Path,
    log: Path,
    out: Path | None = None,
    who: Who = _WHO,
    json: bool = False,
) -> None:
    """Sign a locate order and let the collector hand it to its tag: one position, once.

    The order in force must allow it, three times at most; the wearer can read of each in the log.

    Parameters
    ----------
    signed
        The signed policy in force.
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
    json
        Print JSON.
    """
    if out is not None and out.exists():
        raise WontOverwrite(f"{out} exists; move it away or choose another place")
    issuer = signer.key()
    read = policy.Policy(read_signed(signed, issuer.public_key().public_bytes_raw()))
    name, now_s, until_s = who.name(), who.utc_s(), parse_utc(until)
    if not read.locate:
        raise BadInput(f"{signed}: the order allows no locate orders; it has no justification")
    fields: Fields = dict(
        enumerate(
            (
                locating.LOCATE_FORMAT, read.tag, read.version, number, now_s, until_s, name,
                reason, case,
            ),
            1,
        )
    )  # fmt: skip
    made = sign_locate(fields, issuer)
    store = Store(database, must_exist=True)
    try:
        given = [one for one, _ in store.locate_orders(read.tag, read.version)]
        if number in given:
            raise BadInput(f"locate order {number} was given already; take the next number")
        if len(given) >= _MOST_LOCATES:
            raise BadInput(f"{_MOST_LOCATES} locate orders were given under this version: no more")
        words = f"locate order {number}, until {format_utc(until_s)}: {reason}"
        head = AccessLog(log).append(Opening(read.tag, name, "locate", words, case, []), now_s)
        store.set_log_head(read.tag, head)
        store.publish_locate(read.tag, Locate(read.version, number, until_s), made)
    except IntegrityError:
        raise BadInput(f"locate order {number} was given already; take the next number") from None
    finally:
        store.close()
    if out is not None:
        write_new(out, made, PRIVATE)
    tell(
        f"locate order {number} is published for tag {read.tag.hex()}, until {until}",
        {"tag": read.tag.hex(), "number": number, "until": format_utc(until_s)},
        as_json=json,
    )


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
