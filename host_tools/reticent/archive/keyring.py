"""One tag's key ring: the issuer's key, the agency's private keys by role and UTC week, holds.

    issuer.pem, issuer.public.pem   signs orders; under the passphrase, where there is one
    recipients.toml                 the public halves (recipients.py)
    ring.sealed                     private keys and holds, under the ring key
    ring-key/                       the ring key (ring_key.py), in no backup
    wearer.pem                      in trials only: the wearer's key is made apart

A week's keys are destroyed with the ring key that wrapped them: the ring is written anew, without
them, under a new one. So no copy of ring.sealed from before opens any more.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from reticent.archive.key_files import (
    ISSUER,
    ISSUER_PUBLIC,
    by_kid,
    make_issuer,
    read_issuer,
    read_issuer_public,
    read_passphrase,
    read_wearer,
    write_pem,
)
from reticent.archive.opener import RoleKeys
from reticent.archive.recipients import (
    AGENCY,
    DUTY,
    OFFICER,
    ROLES,
    WEARER,
    PublicKeys,
    Recipients,
    read_public_keys,
)
from reticent.archive.ring_content import Hold, RingContent, is_in
from reticent.archive.ring_key import RingKey, RingKeys, destroy
from reticent.archive.ring_lock import alone
from reticent.errors import BadInput, Finding, WontOverwrite
from reticent.files import (
    PRIVATE,
    make_private_folder,
    read_bytes,
    write_new,
    write_whole,
)
from reticent.tagcode import batch

__all__ = ["AGENCY", "DUTY", "OFFICER", "ROLES", "WEARER", "Keyring", "Recipients"]

_WEARER, _PUBLIC, _SEALED = "wearer.pem", "recipients.toml", "ring.sealed"
_FILES = (ISSUER, ISSUER_PUBLIC, _WEARER, _SEALED, _PUBLIC)
_VERSION, _KINDS = 1, [int, bytes, list, list, bytes]
_MOST_WEEKS, _DAY_S = 60, 86_400


class Keyring:
    """One tag's keys in a folder, whichever of them are there."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise BadInput(f"{folder}: no key folder; make one with `reticent keys new`")
        self.folder = folder
        self._keys = RingKeys(folder)

    @classmethod
    def create(
        cls,
        folder: Path,
        from_s: int,
        weeks: int,
        *,
        wearer: bytes | None = None,
        retention_days: int = 60,
        passphrase: str | None = None,
    ) -> Keyring:
        """Make every key of the weeks from that of `from_s` on; no file is ever overwritten.

        Without the wearer's public key a wearer.pem is made too: good for trials only.
        """
        if not 1 <= weeks <= _MOST_WEEKS:
            raise BadInput(f"{weeks} weeks: a key ring holds 1 to {_MOST_WEEKS}")
        if not 1 <= retention_days <= 60:
            raise BadInput(f"{retention_days} days: keys are kept for 1 to 60")
        make_private_folder(folder)
        ring, first = cls(folder), batch.week_of(from_s)
        ring._make(range(first, first + weeks), wearer, retention_days, passphrase)
        return ring

    @alone
    def _make(
        self, weeks: range, wearer: bytes | None, retention_days: int, passphrase: str | None
    ) -> None:
        if self._keys.folder.exists() or any((self.folder / name).exists() for name in _FILES):
            raise WontOverwrite(f"{self.folder} has keys already; choose an empty folder")
        with ExitStack() as undo:
            undo.callback(self._discard)  # Ctrl-C, a full disk: half a ring is only in the way
            if wearer is None:
                made = X25519PrivateKey.generate()
                write_pem(self.folder / _WEARER, made, None)
                wearer = made.public_key().public_bytes_raw()
            content = RingContent({role: {} for role in AGENCY}, [])
            public = PublicKeys({role: {} for role in AGENCY}, wearer, retention_days)
            content.add_weeks(public, weeks)
            self._keys.create(key := RingKey.generate(), passphrase)
            self._write(key, content)
            write_new(self.folder / _PUBLIC, public.text().encode(), PRIVATE)
            make_issuer(self.folder, passphrase)
            undo.pop_all()

    def _discard(self) -> None:
        """Remove what a ring that was not finished has."""
        for name in _FILES:
            (self.folder / name).unlink(missing_ok=True)
        self._keys.discard()

    def issuer(self) -> Ed25519PrivateKey:
        """Return the key that signs orders."""
        return read_issuer(self.folder / ISSUER)

    def issuer_public(self) -> bytes:
        """Return the 32 bytes with which orders are checked."""
        return read_issuer_public(self.folder / ISSUER_PUBLIC)

    def public_keys(self) -> PublicKeys:
        """Return the public halves of all keys that the ring ever had."""
        return read_public_keys(self.folder / _PUBLIC)

    def recipients(self, from_s: int, until_s: int) -> Recipients:
        """Return the public keys for every week that has a second in [from_s, until_s)."""
        return self.public_keys().recipients(from_s, until_s, str(self.folder / _PUBLIC))

    @alone
    def private_keys(self, role: str) -> dict[bytes, X25519PrivateKey]:
        """Return a role's keys by key id, as far as they are not destroyed."""
        if role not in ROLES:
            raise BadInput(f"{role!r} is no role; it is duty, officer or wearer")
        if role == WEARER:
            return by_kid([read_wearer(self.folder / _WEARER)])
        content = self._content()[1]
        raw = content.weeks[role].values()
        if not raw and not any(hold.role == role for hold in content.holds):
            raise BadInput(f"{self.folder}: no {role} keys any more; all are destroyed")
        return by_kid([X25519PrivateKey.from_private_bytes(key) for key in raw])

    @alone
    def held(self, role: str) -> dict[bytes, bytes]:
        """Return the content secrets that holds keep for a role, by the envelope's SHA-256."""
        if role == WEARER:
            return {}
        holds = [hold for hold in self._content()[1].holds if hold.role == role]
        return {digest: secret for hold in holds for digest, secret in hold.secrets.items()}

    @alone
    def holds(self) -> list[Hold]:
        """Return the holds, in the order in which they were made."""
        return self._content()[1].holds

    def has_wearers_key(self) -> bool:
        """Return whether the wearer's private key lies here: in a trial, or against the rules."""
        return (self.folder / _WEARER).exists()

    def weeks(self) -> dict[str, list[int]]:
        """Return the weeks whose private keys are there, by role; no ring key is needed."""
        fields = self._sealed_fields()
        return dict(zip(AGENCY, fields[2:4], strict=True))

    def late(self, now_s: int, most_days: int | None = None) -> dict[str, list[int]]:
        """Return the weeks, by role, whose keys ought to be destroyed by now.

        The ring says after how many days; `most_days` is what somebody else says, if less.
        """
        days = self.public_keys().retention_days
        kept_s = (days if most_days is None else min(days, most_days)) * _DAY_S
        return {
            role: [week for week in weeks if batch.week_start(week) + kept_s <= now_s]
            for role, weeks in self.weeks().items()
        }

    @alone
    def hold(self, hold: Hold) -> None:
        """Keep a hold, under the ring key in use."""
        key, content = self._content()
        self._refuse_name(content, hold.name)
        content.holds.append(hold)
        self._write(key, content)

    @alone
    def refuse_name(self, name: str) -> None:
        """Raise WontOverwrite where a hold has this name."""
        self._refuse_name(self._content()[1], name)

    def _refuse_name(self, content: RingContent, name: str) -> None:
        if any(hold.name == name for hold in content.holds):
            raise WontOverwrite(f"{self.folder}: has a hold {name!r} already; name another")

    @alone
    def rotate(self, add_weeks: int = 0) -> None:
        """Replace the ring key; add weeks behind the last one for an order that goes on."""
        _, content = self._content()
        public = self.public_keys() if add_weeks else None
        if public is not None:
            first = max(public.weeks[DUTY]) + 1
            content.add_weeks(public, range(first, first + add_weeks))
        self._replace(content)
        if public is not None:
            # Last: an order that names a public half without its key seals what nobody can open.
            write_whole(self.folder / _PUBLIC, public.text().encode(), PRIVATE)

    @alone
    def due(self, now_s: int) -> list[str]:
        """Return in words what `shred` would destroy now."""
        return [words for words, _ in self._content()[1].take_due(self.late(now_s), now_s)]

    @alone
    def shred(self, now_s: int) -> list[str]:
        """Destroy what is due: weeks over their retention, holds at their end; say what.

        The ring key is replaced and the old one overwritten; Finding where a trace is left.
        """
        key, content = self._content()
        due = content.take_due(self.late(now_s), now_s)
        self._replace(content)
        self._prove([key.key, *(secret for _, secrets in due for secret in secrets)])
        return [words for words, _ in due]

    def _content(self) -> tuple[RingKey, RingContent]:
        fields = self._sealed_fields()
        key = self._keys.load(fields[1], self._passphrase)
        try:
            plain = key.open(fields[4], cbor2.dumps(fields[:4]))
        except InvalidTag:
            words = "damaged, or not under this ring key"
            raise BadInput(f"{self.folder / _SEALED}: {words}") from None
        return key, RingContent.decode(plain)

    def _sealed_fields(self) -> list[Any]:
        path = self.folder / _SEALED
        try:
            found = cbor2.loads(read_bytes(path))
        except (cbor2.CBORDecodeError, ValueError):
            found = None
        fields = cast("list[Any]", found if isinstance(found, list) else [])
        if [type(one) for one in fields] != _KINDS or fields[0] != _VERSION:
            raise BadInput(f"{path}: not a sealed ring of a version known here")
        return fields

    @cached_property
    def _passphrase(self) -> str | None:
        """What the ring key lies under; a person is asked for it once."""
        return read_passphrase(self.folder) if self._keys.needs_passphrase() else None

    def _write(self, key: RingKey, content: RingContent) -> None:
        """Write the ring under this key; which weeks are in it stands beside, authenticated."""
        fields = [_VERSION, key.id, *(sorted(content.weeks[role]) for role in AGENCY)]
        sealed = key.seal(content.encode(), cbor2.dumps(fields))
        write_whole(self.folder / _SEALED, cbor2.dumps([*fields, sealed]), PRIVATE)

    def _replace(self, content: RingContent) -> None:
        """Write the ring under a new ring key and destroy the old one; whole at any stop.

        Until the sealed file is replaced the old key is the ring's, from then on the new one; the
        other of the two is destroyed here, or by whoever opens the ring next.
        """
        key = RingKey.generate()
        self._keys.propose(key, self._passphrase)
        self._write(key, content)
        self._keys.settle(key.id)
        for left in self.folder.glob(f".{_SEALED}.*"):
            destroy(left)  # a write that was cut off

    def _prove(self, gone: list[bytes]) -> None:
        """Raise Finding where any of these secrets is left, in any file, in any usual writing."""
        _, content = self._content()
        texts = [(self.folder / _SEALED, content.encode())]
        texts += [(path, path.read_bytes()) for path in self.folder.rglob("*") if path.is_file()]
        for path, data in texts:
            if any(is_in(data, secret) for secret in gone):
                raise Finding(f"{path}: a key that was to be destroyed is still in it; remove it")


def role_keys(path: Path, role: str) -> RoleKeys:
    """Return what opens for a role: a ring's keys and holds, or the key in a wearer's file."""
    if path.is_file():
        if role != WEARER:
            raise BadInput(f"{path}: one key opens for the wearer only; for {role} name a ring")
        return RoleKeys(by_kid([read_wearer(path)]))
    ring = Keyring(path)
    return RoleKeys(ring.private_keys(role), ring.held(role))
