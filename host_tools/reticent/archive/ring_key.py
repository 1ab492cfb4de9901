"""The ring key: 32 bytes that wrap a ring's private keys, in a folder that no backup may take.

    ring-key/CACHEDIR.TAG   tells backup programs to leave the folder out (bford.info/cachedir)
    ring-key/key            the ring key, wrapped under a passphrase (scrypt), or in the clear
    ring-key/key.new        the next one, while it is being replaced

It is replaced at each shred. Whoever copies this folder keeps what is shredded later: on a disk of
its own, or a token's, it is best kept apart from everything else.
"""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from reticent.errors import BadInput
from reticent.files import PRIVATE, make_private_folder, read_bytes, write_new

FOLDER = "ring-key"
_KEY, _NEXT, _CACHE_TAG = "key", "key.new", "CACHEDIR.TAG"
_CACHE_TEXT = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# The ring key must be in no backup: what is shredded could then be opened.\n"
)
_VERSION = 1
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 1 << 15, 8, 1  # 32 MB and some 0.1 s a try (RFC 7914)
_ID_SIZE, _KEY_SIZE, _SALT_SIZE, _NONCE_SIZE = 8, 32, 16, 12


@dataclass(frozen=True)
class RingKey:
    """A ring key; `id` names it in the file that it seals."""

    id: bytes
    key: bytes

    @classmethod
    def generate(cls) -> RingKey:
        """Return a new one."""
        return cls(secrets.token_bytes(_ID_SIZE), secrets.token_bytes(_KEY_SIZE))

    def seal(self, plain: bytes, associated: bytes) -> bytes:
        """Return nonce || AES-256-GCM of these bytes."""
        nonce = secrets.token_bytes(_NONCE_SIZE)
        return nonce + AESGCM(self.key).encrypt(nonce, plain, associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """Return what seal() was given; InvalidTag for anything else."""
        nonce = sealed[:_NONCE_SIZE]
        return AESGCM(self.key).decrypt(nonce, sealed[_NONCE_SIZE:], associated)


class RingKeys:
    """The folder of a ring's key, and of the next one while it is replaced."""

    def __init__(self, ring: Path) -> None:
        self.folder = ring / FOLDER
        self._key, self._next = self.folder / _KEY, self.folder / _NEXT

    def create(self, made: RingKey, passphrase: str | None) -> None:
        """Make the folder with its first key."""
        make_private_folder(self.folder)
        write_new(self.folder / _CACHE_TAG, _CACHE_TEXT.encode(), PRIVATE)
        write_new(self._key, _encode(made, passphrase), PRIVATE)

    def discard(self) -> None:
        """Remove the folder of a ring that was not finished."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def propose(self, made: RingKey, passphrase: str | None) -> None:
        """Write the next key beside the one in use."""
        if self._next.exists():
            destroy(self._next)
        write_new(self._next, _encode(made, passphrase), PRIVATE)

    def settle(self, used: bytes) -> None:
        """Keep the key of this id and destroy the other, at any point where a change stopped."""
        if not self._next.exists():
            return
        if _id_of(self._next) != used:
            destroy(self._next)
            return
        if self._key.exists():
            destroy(self._key)
        self._next.rename(self._key)

    def load(self, used: bytes, passphrase: str | None) -> RingKey:
        """Return the key of this id; BadInput where it is not here, or the passphrase is wrong."""
        self.settle(used)
        if not self._key.is_file():
            raise BadInput(f"{self._key}: the ring key is not here; without it nothing opens")
        made = _decode(self._key, passphrase)
        if made.id != used:
            raise BadInput(f"{self._key}: not the key of this ring; it was replaced since")
        return made

    def needs_passphrase(self) -> bool:
        """Return whether the key is wrapped."""
        for path in (self._key, self._next):
            if path.is_file():
                return _fields(path)[2] is not None
        return False


def destroy(path: Path) -> None:
    """Overwrite a file in place, have that on the disk, and remove it.

    On flash, or a file system that copies on write, an old block may outlive it: what it held must
    be of no use without the ring key, and the ring key's folder must lie where this holds.
    """
    size = path.stat().st_size
    with path.open("r+b") as file:
        for data in (secrets.token_bytes(size), bytes(size)):
            file.seek(0)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    path.unlink()


def _encode(made: RingKey, passphrase: str | None) -> bytes:
    if passphrase is None:
        return cbor2.dumps([_VERSION, made.id, None, made.key])
    salt = secrets.token_bytes(_SALT_SIZE)
    kdf: list[Any] = [salt, _SCRYPT_N, _SCRYPT_R, _SCRYPT_P]
    wrapped = RingKey(made.id, _stretch(passphrase, kdf)).seal(made.key, made.id)
    return cbor2.dumps([_VERSION, made.id, kdf, wrapped])


def _decode(path: Path, passphrase: str | None) -> RingKey:
    _, name, kdf, key = _fields(path)
    if kdf is None:
        return RingKey(name, key)
    if passphrase is None:
        raise BadInput(f"{path}: wrapped under a passphrase; set RETICENT_PASSPHRASE")
    try:
        return RingKey(name, RingKey(name, _stretch(passphrase, kdf)).open(key, name))
    except InvalidTag:
        raise BadInput(f"{path}: the passphrase is wrong") from None


def _stretch(passphrase: str, kdf: list[Any]) -> bytes:
    salt, n, r, p = kdf
    return Scrypt(salt, _KEY_SIZE, n, r, p).derive(passphrase.encode())


def _id_of(path: Path) -> bytes:
    return _fields(path)[1]


def _fields(path: Path) -> list[Any]:
    try:
        fields = cbor2.loads(read_bytes(path))
    except (cbor2.CBORDecodeError, ValueError):
        fields = None
    if not isinstance(fields, list) or len(fields) != 4 or fields[0] != _VERSION:
        raise BadInput(f"{path}: not a ring key of a version known here")
    return fields
