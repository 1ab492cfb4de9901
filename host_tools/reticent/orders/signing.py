"""Signing an order's map, and reading a signed policy with the tag's own reader."""

from __future__ import annotations

from collections.abc import Generator
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from reticent.errors import BadInput
from reticent.orders.compiler import Fields
from reticent.orders.fault import OrderFault
from reticent.tagcode import FormatError, cbor, cose, envelope, policy


def sign_policy(fields: Fields, issuer: Ed25519PrivateKey) -> bytes:
    """Return the signed policy's bytes."""
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


def _verify(
    public_key: bytes, signature: bytes, parts: tuple[bytes, ...]
) -> Generator[None, None, bool]:
    """Check as policy.read wants it: a generator, because on the tag it takes its time."""
    yield
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, b"".join(parts))
    except InvalidSignature:
        return False
    return True
