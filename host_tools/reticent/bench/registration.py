"""A tag's registration: what the collector and the opener know of it, one pair of files a tag.

    <tag id>.toml  public: the tag's id and its Ed25519 identity key, in hex
    <tag id>.ack   secret: the 32-byte key of its acks, in hex, mode 0600

The tag's id is the key id of its identity key, so a file cannot speak for another tag.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from reticent.errors import BadInput
from reticent.files import PRIVATE, PUBLIC, make_folder, read_text, write_all_new
from reticent.points import is_signers_key
from reticent.tagcode import envelope
from reticent.texts import parse_toml

_KEY_SIZE = 32


@dataclass(frozen=True)
class Identity:
    """A tag's public half: its id (8 bytes) and its Ed25519 public key (32 bytes)."""

    tag: bytes
    public_key: bytes

    def has_signed(self, read: envelope.Envelope) -> bool:
        """Return whether the envelope's signature is this tag's."""
        try:
            key = Ed25519PublicKey.from_public_bytes(self.public_key)
            key.verify(read.signature, read.to_be_signed())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class RegisteredTag:
    """A tag as the collector knows it: its identity, and the key of its acks."""

    identity: Identity
    ack_key: bytes = field(repr=False)


def register(folder: Path, public_key: bytes, ack_key: bytes) -> Path:
    """Write a new tag's two files and return the public one's path."""
    for key in (public_key, ack_key):
        if len(key) != _KEY_SIZE:
            raise BadInput(f"a key of {len(key)} bytes; identity and ack key have {_KEY_SIZE}")
    if not is_signers_key(public_key):
        raise BadInput("an identity key that anybody can sign for; see what made it on the tag")
    make_folder(folder)
    tag = envelope.kid_of(public_key).hex()
    public = folder / f"{tag}.toml"
    text = f'tag = "{tag}"\nidentity = "{public_key.hex()}"\n'
    secret = f"{ack_key.hex()}\n".encode(), PRIVATE
    write_all_new({folder / f"{tag}.ack": secret, public: (text.encode(), PUBLIC)})
    return public


def read_identity(path: Path) -> Identity:
    """Return the identity in a tag's public file."""
    try:
        fields = parse_toml(read_text(path))
    except ValueError as error:
        raise BadInput(f"{path}: not TOML: {error}") from None
    if set(fields) != {"tag", "identity"}:
        raise BadInput(f"{path}: a tag's file has exactly `tag` and `identity`")
    public_key = _unhex(path, fields["identity"], _KEY_SIZE)
    tag = _unhex(path, fields["tag"], 8)
    if tag != envelope.kid_of(public_key):
        raise BadInput(f"{path}: `tag` is not the id of `identity`; register the tag anew")
    if not is_signers_key(public_key):
        raise BadInput(f"{path}: `identity`: anybody can sign for it; do not use the tag")
    return Identity(tag, public_key)


def read_identities(folder: Path) -> dict[bytes, Identity]:
    """Return every tag's identity in a folder by tag id; no ack key is read."""
    if not folder.is_dir():
        raise BadInput(f"{folder}: no folder of registered tags")
    identities = [read_identity(path) for path in sorted(folder.glob("*.toml"))]
    return {identity.tag: identity for identity in identities}


def read_tags(folder: Path) -> dict[bytes, RegisteredTag]:
    """Return every registered tag in a folder, ack key included, by tag id."""
    return {
        tag: RegisteredTag(identity, _read_ack_key(folder / f"{tag.hex()}.ack"))
        for tag, identity in read_identities(folder).items()
    }


def _read_ack_key(path: Path) -> bytes:
    if path.is_file() and path.stat().st_mode & 0o077:
        raise BadInput(f"{path}: others can read this key; run chmod 600 on it")
    return _unhex(path, read_text(path).strip(), _KEY_SIZE)


def _unhex(path: Path, text: object, size: int) -> bytes:
    try:
        value = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        value = b""
    if len(value) != size:
        raise BadInput(f"{path}: expected {2 * size} hex digits")
    return value
