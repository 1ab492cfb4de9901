"""Signing an order's map, and reading a signed policy with the tag's own reader."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from reticent.errors import BadInput
from reticent.files import read_bytes
from reticent.orders.compiler import Fields
from reticent.orders.fault import OrderFault
from reticent.tagcode import FormatError, cbor, cose, envelope, policy, succession


def sign_policy(fields: Fields, issuer: Ed25519PrivateKey) -> bytes:
    """Return the signed policy's bytes; OrderFault for what no tag takes, whoever made the map."""
    try:
        policy.check(fields)
    except policy.PolicyError as error:
        raise OrderFault("", f"{error}: docs/FORMAT.md, section 7, has the rule") from None
    kid = envelope.kid_of(issuer.public_key().public_bytes_raw())
    payload = cbor.encode(fields)
    signed = cose.frame(kid, payload, issuer.sign(cose.to_be_signed(kid, payload)))
    if len(signed) > policy.MAX_BYTES:
        raise OrderFault(
            "zones",
            f"{len(signed)} bytes; a policy has at most {policy.MAX_BYTES}: draw it simpler",
        )
    return signed


def read_policy(signed: bytes, issuer_public: bytes) -> Fields:
    """Return the map of a signed policy that is genuine and keeps every limit; else BadInput."""
    steps = policy.read(signed, issuer_public, _verify)
    try:
        for _ in steps:
            pass
    except FormatError:
        raise BadInput("not a signed policy, or damaged; sign the order anew") from None
    except policy.PolicyError as error:
        raise BadInput(f"the policy is refused: {error}") from None
    return cast("Fields", cbor.decode(cose.parse(signed)[1]))


def read_signed(path: Path, issuer_public: bytes) -> Fields:
    """Return the map of a signed policy's file; BadInput names the file."""
    signed = read_bytes(path)
    try:
        return read_policy(signed, issuer_public)
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None


def check_follows(fields: Fields, after: Path) -> None:
    """Raise OrderFault where the tag would refuse this map after the signed policy in force.

    The signature of that one is not checked: the tag has.
    """
    try:
        old = policy.decode(cose.parse(read_bytes(after))[1])
    except (FormatError, policy.PolicyError):
        raise BadInput(f"{after}: not a signed policy that a tag takes") from None
    new = policy.Policy(fields)
    try:
        succession.check_follows(new, old, old.tag, old.version, old.cell_m)
    except policy.PolicyError as error:
        key, mend = _MENDS[error.code]
        raise OrderFault(key, f"{error}: {mend}") from None


_MENDS = {
    policy.OTHER_TAG: ("tag", "sign it for the tag of the order in force"),
    policy.NOT_NEWER: ("version", "take the next number"),
    policy.CELL_CHANGED: ("cell_m", "it stays as it is until the tag is released"),
    policy.NOT_REVIEWED: ("review", "record the review in [review], or lower the level"),
}


def _verify(
    public_key: bytes, signature: bytes, parts: Iterable[bytes]
) -> Generator[None, None, bool]:
    """Check as policy.read wants it: a generator, because on the tag it takes its time."""
    yield
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, b"".join(parts))
    except InvalidSignature:
        return False
    return True
