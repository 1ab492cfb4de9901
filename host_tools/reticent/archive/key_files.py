"""Private and public keys in PEM files: the issuer's Ed25519 key, the wearer's X25519 key."""

from __future__ import annotations

import os
import sys
from getpass import getpass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from reticent.errors import BadInput
from reticent.files import PRIVATE, read_bytes, read_text, write_new
from reticent.points import is_signers_key
from reticent.tagcode import cose, envelope

ISSUER, ISSUER_PUBLIC = "issuer.pem", "issuer.public.pem"


def make_issuer(folder: Path, passphrase: str | None) -> None:
    """Make the key that signs orders, and its public half."""
    issuer = Ed25519PrivateKey.generate()
    write_pem(folder / ISSUER, issuer, passphrase)
    public = issuer.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_new(folder / ISSUER_PUBLIC, public, PRIVATE)


def read_passphrase(folder: Path) -> str:
    """Return the passphrase: from RETICENT_PASSPHRASE, a file it names, or asked for."""
    if text := os.environ.get("RETICENT_PASSPHRASE"):
        return text
    if path := os.environ.get("RETICENT_PASSPHRASE_FILE"):
        return read_text(Path(path)).rstrip("\n")
    if sys.stdin.isatty():
        return getpass(f"Passphrase of {folder}: ")
    raise BadInput(
        f"{folder}: under a passphrase; set RETICENT_PASSPHRASE or RETICENT_PASSPHRASE_FILE"
    )


def read_issuer_public(path: Path) -> bytes:
    """Return the 32 bytes of an issuer's public key file."""
    try:
        key = load_pem_public_key(read_bytes(path))
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise BadInput(f"{path}: not an Ed25519 public key in PEM; give an issuer.public.pem")
    public = key.public_bytes_raw()
    if not is_signers_key(public):
        raise BadInput(f"{path}: a key that anybody can sign for; ask the issuer for another")
    return public


def is_signed_by(issuer: bytes, signed: bytes) -> bool:
    """Return whether this COSE_Sign1 is the issuer's; FormatError where it is none."""
    kid, payload, signature = cose.parse(signed)
    key = Ed25519PublicKey.from_public_bytes(issuer)
    try:
        key.verify(signature, cose.to_be_signed(kid, payload))
    except InvalidSignature:
        return False
    return kid == envelope.kid_of(issuer)


def read_issuer(path: Path) -> Ed25519PrivateKey:
    """Return the key in an issuer.pem."""
    key = _read_private(path)
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(f"{path}: not an Ed25519 key; the issuer's is one")
    return key


def read_wearer(path: Path) -> X25519PrivateKey:
    """Return the key in a wearer's file."""
    key = _read_private(path)
    if not isinstance(key, X25519PrivateKey):
        raise BadInput(f"{path}: not an X25519 key; recipients' keys are")
    return key


def by_kid(keys: list[X25519PrivateKey]) -> dict[bytes, X25519PrivateKey]:
    """Return the keys by their key ids."""
    return {envelope.kid_of(key.public_key().public_bytes_raw()): key for key in keys}


def write_pem(
    path: Path, key: Ed25519PrivateKey | X25519PrivateKey, passphrase: str | None
) -> None:
    """Write a private key, under the passphrase where one is given; WontOverwrite."""
    how = NoEncryption() if passphrase is None else BestAvailableEncryption(passphrase.encode())
    write_new(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how), PRIVATE)


def _read_private(path: Path) -> object:
    data = read_bytes(path)
    try:
        passphrase = read_passphrase(path).encode() if b"ENCRYPTED" in data else None
        return load_pem_private_key(data, passphrase)
    except (ValueError, TypeError):
        raise BadInput(f"{path}: not a private key in PEM, or another passphrase's") from None
