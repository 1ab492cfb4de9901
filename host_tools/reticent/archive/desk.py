"""A desk at which envelopes are opened: where everything lies, and who opens, as what, and why.

Every command that shows plaintext goes through here, so that each opening is logged the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from reticent.archive.access_log import AccessLog
from reticent.archive.key_files import is_signed_by, read_issuer_public
from reticent.archive.keyring import role_keys
from reticent.archive.opener import Opened
from reticent.archive.session import Purpose, Result, Session
from reticent.archive.words import Measures, Reader
from reticent.bench.registration import read_identities
from reticent.collector.store import Store
from reticent.errors import BadInput, Finding
from reticent.tagcode import cbor, cose


@dataclass(frozen=True)
class Desk:
    """The collector's database, the registered tags, a key ring and the access logs.

    With the issuer's public key the orders are checked that say what records mean: whoever has the
    database could else move every cell.
    """

    database: Path
    tags: Path
    keys: Path
    log: Path
    issuer: Path | None


@dataclass(frozen=True)
class Asked:
    """Who opens, in which roles, why, and for which case."""

    roles: tuple[str, ...]
    reason: str
    case: str
    person: str

    def purpose(self, role: str) -> Purpose:
        """Return the access log's word for one role."""
        return Purpose(self.person, role, self.reason, self.case)


class Opening:
    """What was opened at a desk, and the published orders that say what it means."""

    def __init__(self, desk: Desk, asked: Asked, utc_s: int, tag: bytes | None = None) -> None:
        """Log and open what the roles' keys open; an empty reason or case is refused first."""
        held = {role: role_keys(desk.keys, role) for role in asked.roles}
        identities = read_identities(desk.tags)
        self._issuer = None if desk.issuer is None else read_issuer_public(desk.issuer)
        self._store = Store(desk.database, must_exist=True)
        self._readers: dict[tuple[bytes, int], Reader] = {}
        self.results: list[Result] = []
        for role, keys in held.items():
            session = Session(self._store, identities, keys, AccessLog(desk.log))
            self.results.append(session.open(asked.purpose(role), utc_s, tag))

    def opened(self) -> list[Opened]:
        """Return the opened envelopes by tag and number; one that two roles open is there once."""
        unique = {(one.tag, one.number): one for result in self.results for one in result.opened}
        return [unique[key] for key in sorted(unique)]

    def require_sound(self) -> None:
        """Raise Finding where an envelope failed a check: nothing may be built on the rest."""
        for result in self.results:
            for refused in result.refused:
                raise Finding(
                    f"envelope {refused.number} of tag {refused.tag.hex()}: {refused.reason}; "
                    "keep the database, and see: reticent audit"
                )

    def sizes(self, tag: bytes) -> dict[int, int]:
        """Return the bytes of each stored envelope of a tag, by number."""
        return {sealed.number: len(sealed.sealed) for sealed in self._store.envelopes(tag)}

    def reader(self, one: Opened) -> Reader:
        """Return what reads this envelope's records."""
        key = (one.tag, one.batch.policy_version)
        if key not in self._readers:
            signed = self._policy(one)
            self._readers[key] = Reader(None if signed is None else Measures.of(signed))
        return self._readers[key]

    def fields(self, one: Opened) -> dict[int, object]:
        """Return the published order's map for this envelope; BadInput where none is."""
        signed = self._policy(one)
        if signed is None:
            raise BadInput(
                f"version {one.batch.policy_version} of the order is not in the database; "
                "see: reticent order publish"
            )
        return cast("dict[int, object]", cbor.decode(cose.parse(signed)[1]))

    def _policy(self, one: Opened) -> bytes | None:
        """Return the published, signed order of this envelope; None where none is."""
        version = one.batch.policy_version
        signed = self._store.policy(one.tag, version)
        if signed is None:
            return None
        if self._issuer is None:
            raise BadInput("name the issuer's public key with --issuer: the order must be checked")
        if not is_signed_by(self._issuer, signed):
            raise Finding(
                f"version {version} of the order in the database is not signed by the issuer; "
                "keep the database, and see: reticent audit"
            )
        return signed

    def close(self) -> None:
        """Close the database."""
        self._store.close()


def tag_id(text: str | None) -> bytes | None:
    """Return a tag's id from its 16 hex digits."""
    if text is None:
        return None
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != cose.KID_SIZE:
        raise BadInput(f"{text!r} is no tag id; it is 16 hex digits")
    return found
