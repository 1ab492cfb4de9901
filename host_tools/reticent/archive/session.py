"""One opening: authenticate what is stored, log who opens it and why, then open it.

The log's entry is on the disk, and its head where the next ack takes it from, before anything is
decrypted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from reticent.archive.access_log import AccessLog, Opening
from reticent.archive.opener import (
    Genuine,
    Opened,
    Refusal,
    Refused,
    RoleKeys,
    authenticate,
    is_for,
    open_envelope,
)
from reticent.bench.registration import Identity
from reticent.collector.store import Sealed


class Envelopes(Protocol):
    """Where sealed envelopes are: the collector's store, or files that an auditor was given."""

    def envelopes(self, tag: bytes | None = None) -> list[Sealed]:
        """Return the envelopes by tag and number; of one tag where it is given."""
        ...

    def set_log_head(self, tag: bytes, log_head: bytes) -> None:
        """Let the next ack, where there is one, carry this head of the tag's access log."""
        ...


@dataclass(frozen=True)
class Purpose:
    """Who opens, in which role, why, and for which case."""

    person: str
    role: str
    reason: str
    case: str

    def opening(self, tag: bytes, numbers: list[int]) -> Opening:
        """Return the access log's entry for these envelopes of a tag; BadInput if one is empty."""
        return Opening(tag, self.person, self.role, self.reason, self.case, numbers)


@dataclass(frozen=True)
class Result:
    """What was opened, what failed a check, and how many are sealed for others."""

    opened: list[Opened]
    refused: list[Refused]
    for_others: int


class Session:
    """An opener's tools: the sealed envelopes, the tags' identities, one role's keys, the log."""

    def __init__(
        self,
        store: Envelopes,
        identities: Mapping[bytes, Identity],
        keys: RoleKeys,
        log: AccessLog,
    ) -> None:
        self._store = store
        self._identities = identities
        self._keys = keys
        self._log = log

    def open(self, purpose: Purpose, utc_s: int, tag: bytes | None = None) -> Result:
        """Log and open all that the keys open, of one tag or of all."""
        purpose.opening(b"", []).check()
        genuine, refused = authenticate(self._store.envelopes(tag), self._identities)
        ours = [one for one in genuine if is_for(self._keys, one)]
        self._log_opening(purpose, ours, utc_s)
        opened: list[Opened] = []
        for one in ours:
            try:
                opened.append(open_envelope(one, self._keys))
            except Refusal as reason:
                refused.append(Refused(one.sealed.tag, one.sealed.number, str(reason)))
        return Result(opened, refused, len(genuine) - len(ours))

    def _log_opening(self, purpose: Purpose, ours: list[Genuine], utc_s: int) -> None:
        for tag, group in groupby(ours, lambda one: one.sealed.tag):
            numbers = [one.sealed.number for one in group]
            head = self._log.append(purpose.opening(tag, numbers), utc_s)
            self._store.set_log_head(tag, head)
