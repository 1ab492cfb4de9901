"""The key ring of one tag: issuer's, recipients' and wearer's keys as PEM files in one folder.

    issuer.pem          Ed25519, signs orders; issuer.public.pem is what others check them with
    duty/2026-11-23.pem X25519, opens the ALERT batches of the UTC week that starts on this Monday
    officer/...         the same for ROUTINE batches
    wearer.pem          X25519, opens both; it belongs on the wearer's own device

The private keys lie in the clear, readable for this account alone. Wrapping them under a ring key,
and destroying them week by week, is the retention's work and not done here yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from reticent.clock import format_utc
from reticent.errors import BadInput, WontOverwrite
from reticent.files import PRIVATE, make_private_folder, read_bytes, write_new
from reticent.tagcode import batch, envelope

DUTY, OFFICER, WEARER = "duty", "officer", "wearer"
ROLES = (DUTY, OFFICER, WEARER)

_ISSUER = "issuer.pem"
_ISSUER_PUBLIC = "issuer.public.pem"
_WEARER = "wearer.pem"


@dataclass(frozen=True)
class Recipients:
    """The public keys an order names: one of each role for every week from the first on."""

    first_week: int
    duty: list[bytes]
    officer: list[bytes]
    wearer: bytes


class Keyring:
    """One tag's keys in a folder, whichever of them are there."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise BadInput(f"{folder}: no key folder; make one with `reticent keys new`")
        self.folder = folder

    @classmethod
    def create(cls, folder: Path, from_s: int, weeks: int) -> Keyring:
        """Make every key of the weeks from that of `from_s` on; no file is ever overwritten."""
        if not 1 <= weeks <= 60:
            raise BadInput(f"{weeks} weeks: a key ring holds 1 to 60")
        if (folder / _ISSUER).exists() or (folder / _WEARER).exists():
            raise WontOverwrite(f"{folder} has keys already; choose an empty folder")
        for part in (folder, folder / DUTY, folder / OFFICER):
            make_private_folder(part)
        issuer = Ed25519PrivateKey.generate()
        first = batch.week_of(from_s)
        for role in (DUTY, OFFICER):
            for week in range(first, first + weeks):
                _write_key(_week_file(folder, role, week), X25519PrivateKey.generate())
        _write_key(folder / _WEARER, X25519PrivateKey.generate())
        _write_key(folder / _ISSUER, issuer)
        public = issuer.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        write_new(folder / _ISSUER_PUBLIC, public, PRIVATE)
        return cls(folder)

    def issuer(self) -> Ed25519PrivateKey:
        """Return the key that signs orders."""
        return _read_ed25519(self.folder / _ISSUER)

    def issuer_public(self) -> bytes:
        """Return the 32 bytes with which orders are checked."""
        return read_issuer_public(self.folder / _ISSUER_PUBLIC)

    def recipients(self, from_s: int, until_s: int) -> Recipients:
        """Return the public keys for every week that has a second in [from_s, until_s)."""
        first, last = batch.week_of(from_s), batch.week_of(until_s - 1)
        duty, officer = (
            [_public(self._week_key(role, week)) for week in range(first, last + 1)]
            for role in (DUTY, OFFICER)
        )
        return Recipients(first, duty, officer, _public(_read_x25519(self.folder / _WEARER)))

    def private_keys(self, role: str) -> dict[bytes, X25519PrivateKey]:
        """Return a role's keys by key id."""
        if role not in ROLES:
            raise BadInput(f"{role!r} is no role; it is duty, officer or wearer")
        if role == WEARER:
            files = [self.folder / _WEARER]
        else:
            files = sorted((self.folder / role).glob("*.pem"))
        if not files:
            raise BadInput(f"{self.folder / role}: no keys of this role here")
        keys = [_read_x25519(path) for path in files]
        return {envelope.kid_of(_public(key)): key for key in keys}

    def _week_key(self, role: str, week: int) -> X25519PrivateKey:
        path = _week_file(self.folder, role, week)
        if not path.exists():
            raise BadInput(
                f"{path}: no {role} key for this week of the order; make keys for the whole term"
            )
        return _read_x25519(path)


def read_issuer_public(path: Path) -> bytes:
    """Return the 32 bytes of an issuer's public key file."""
    try:
        key = load_pem_public_key(read_bytes(path))
    except ValueError:
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise BadInput(f"{path}: not an Ed25519 public key in PEM; give an issuer.public.pem")
    return key.public_bytes_raw()


def _week_file(folder: Path, role: str, week: int) -> Path:
    return folder / role / f"{format_utc(batch.week_start(week))[:10]}.pem"


def _write_key(path: Path, key: Ed25519PrivateKey | X25519PrivateKey) -> None:
    write_new(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), PRIVATE)


def _public(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def _read_private(path: Path) -> object:
    try:
        return load_pem_private_key(read_bytes(path), None)
    except (ValueError, TypeError):
        raise BadInput(f"{path}: not a private key in PEM without a password") from None


def _read_ed25519(path: Path) -> Ed25519PrivateKey:
    key = _read_private(path)
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(f"{path}: not an Ed25519 key; the issuer's is one")
    return key


def _read_x25519(path: Path) -> X25519PrivateKey:
    key = _read_private(path)
    if not isinstance(key, X25519PrivateKey):
        raise BadInput(f"{path}: not an X25519 key; recipients' keys are")
    return key
