"""Opening sealed envelopes with a role's keys: every check of docs/FORMAT.md, in its order.

It uses an independent library for all cryptography, so that it and the tag check each other.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reticent.bench.registration import Identity
from reticent.collector.store import Sealed
from reticent.tagcode import FormatError, batch, envelope

_SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_NONCE = bytes(12)  # each key seals one batch only

CHAIN_START, CHAIN_HOLDS, CHAIN_BROKEN = "start", "holds", "broken"


class Reason(StrEnum):
    """Why an envelope must not be believed."""

    UNREGISTERED = "the tag is not registered here"
    UNREADABLE = "not an envelope of a version known here"
    UNSIGNED = "the signature is not the tag's"
    MISFILED = "stored under another tag or number than it says"
    COMMIT = "the commit does not fit the secret: the tag shows others another batch"
    CIPHERTEXT = "the ciphertext was changed"
    CONTENT = "the content is no batch of a version known here"
    HEADER = "the batch's class or policy version is not the header's"
    WRAPPED = "the wrapped secret was changed"
    FOR_OTHERS = "sealed for others"


class Refusal(Exception):
    """An envelope that must not be believed; its one argument is the Reason."""


@dataclass(frozen=True)
class Genuine:
    """A stored envelope whose tag's signature holds; `chain` is its tie to the one before.

    `after` is the number of the stored envelope that it names as the one before: 0 at the chain's
    start, None where that is not the one stored before it.
    """

    sealed: Sealed
    envelope: envelope.Envelope
    chain: str
    after: int | None


@dataclass(frozen=True)
class Refused:
    """A stored envelope that failed a check."""

    tag: bytes
    number: int
    reason: str


@dataclass(frozen=True)
class Opened:
    """An envelope's content."""

    tag: bytes
    number: int
    chain: str
    after: int | None
    batch: batch.Batch


def authenticate(
    stored: list[Sealed], identities: Mapping[bytes, Identity]
) -> tuple[list[Genuine], list[Refused]]:
    """Check signatures before anything else, and note how the chain of each tag holds.

    `stored` is sorted by tag and number.
    """
    genuine: list[Genuine] = []
    refused: list[Refused] = []
    before: Sealed | None = None
    for sealed in stored:
        try:
            read = _authentic(sealed, identities)
        except Refusal as reason:
            refused.append(Refused(sealed.tag, sealed.number, str(reason)))
            continue
        chain = _chain(read, sealed.tag, before)
        follows = {CHAIN_START: 0, CHAIN_HOLDS: before.number if before else None}
        genuine.append(Genuine(sealed, read, chain, follows.get(chain)))
        before = sealed
    return genuine, refused


@dataclass(frozen=True)
class RoleKeys:
    """What opens for a role: private keys by key id, content secrets of holds by envelope hash."""

    private: Mapping[bytes, X25519PrivateKey] = field(repr=False)
    held: Mapping[bytes, bytes] = field(default_factory=dict[bytes, bytes], repr=False)


def is_for(keys: RoleKeys, genuine: Genuine) -> bool:
    """Return whether one of these keys is among the envelope's recipients, or a hold has it."""
    is_held = genuine.sealed.hash in keys.held
    return is_held or any(kid in keys.private for kid, _ in genuine.envelope.wrapped)


def secret_of(genuine: Genuine, keys: RoleKeys) -> bytes:
    """Return the content secret of an envelope that is for one of the keys; else raise Refusal.

    That it is the one which the header commits to is checked.
    """
    read = genuine.envelope
    held = keys.held.get(genuine.sealed.hash)
    secret = _unwrap(read, keys.private) if held is None else held
    if not hmac.compare_digest(_derive(secret, envelope.COMMIT_INFO), read.header.commit):
        raise Refusal(Reason.COMMIT)
    return secret


def open_envelope(genuine: Genuine, keys: RoleKeys) -> Opened:
    """Return the content of an envelope that is for one of the keys; else raise Refusal."""
    sealed, read = genuine.sealed, genuine.envelope
    secret = secret_of(genuine, keys)
    try:
        key = _derive(secret, envelope.KEY_INFO)
        plain = AESGCM(key).decrypt(_NONCE, read.ciphertext, read.header_bytes)
        content = batch.decode(plain)
    except InvalidTag:
        raise Refusal(Reason.CIPHERTEXT) from None
    except FormatError:
        raise Refusal(Reason.CONTENT) from None
    if (content.kind, content.policy_version) != (read.header.kind, read.header.policy_version):
        raise Refusal(Reason.HEADER)
    return Opened(sealed.tag, sealed.number, genuine.chain, genuine.after, content)


def _authentic(sealed: Sealed, identities: Mapping[bytes, Identity]) -> envelope.Envelope:
    identity = identities.get(sealed.tag)
    if identity is None:
        raise Refusal(Reason.UNREGISTERED)
    try:
        read = envelope.parse(sealed.sealed)
    except FormatError:
        raise Refusal(Reason.UNREADABLE) from None
    if not identity.has_signed(read):
        raise Refusal(Reason.UNSIGNED)
    if (read.header.tag, read.header.number) != (sealed.tag, sealed.number):
        raise Refusal(Reason.MISFILED)
    return read


def _chain(read: envelope.Envelope, tag: bytes, before: Sealed | None) -> str:
    if read.header.previous == envelope.ZERO_HASH:
        return CHAIN_START
    holds = (
        before is not None
        and before.tag == tag
        and envelope.hash_of(before.sealed) == read.header.previous
    )
    return CHAIN_HOLDS if holds else CHAIN_BROKEN


def _unwrap(read: envelope.Envelope, keys: Mapping[bytes, X25519PrivateKey]) -> bytes:
    info = envelope.wrap_info(read.header_bytes)
    for kid, wrapped in read.wrapped:
        if kid in keys:
            try:
                return _SUITE.decrypt(wrapped, keys[kid], info)  # its size is the blob's, fixed
            except InvalidTag:
                raise Refusal(Reason.WRAPPED) from None
    raise Refusal(Reason.FOR_OTHERS)


def _derive(secret: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, info).derive(secret)
