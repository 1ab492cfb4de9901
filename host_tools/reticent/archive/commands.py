"""`reticent open`."""

from __future__ import annotations

import os
import pwd
from itertools import groupby
from pathlib import Path

from rich.table import Table

from reticent.archive.access_log import AccessLog
from reticent.archive.keyring import Keyring
from reticent.archive.opener import CHAIN_BROKEN, CHAIN_HOLDS, CHAIN_START, Opened
from reticent.archive.session import Purpose, Result, Session
from reticent.archive.words import KINDS, Measures, Reader
from reticent.bench.registration import read_identities
from reticent.clock import Clock
from reticent.collector.store import Store
from reticent.console import counted, say, say_json, show
from reticent.errors import BadInput, Finding

_CHAIN = {
    CHAIN_START: "the tag's chain starts here",
    CHAIN_BROKEN: "the envelope before it is missing, or another one than the tag sealed",
}


def open_envelopes(
    *,
    database: Path,
    tags: Path,
    keys: Path,
    role: str,
    reason: str,
    case: str,
    tag: str | None = None,
    person: str | None = None,
    log: Path | None = None,
    json: bool = False,
    now: str | None = None,
) -> None:
    """Open what is sealed for a role; it is logged first, and the wearer can read the log.

    Parameters
    ----------
    database
        The collector's database.
    tags
        The registered tags' files.
    keys
        The key ring.
    role
        duty, officer or wearer.
    reason
        Why; it is logged.
    case
        The case's number; it is logged.
    tag
        Open this tag's envelopes only (16 hex digits).
    person
        Who opens, if not this account's name.
    log
        The access logs' folder; else access-log beside the database.
    json
        Print JSON.
    now
        The time to log (ISO 8601, UTC), if not the computer's clock.
    """
    purpose = Purpose(account() if person is None else person, role, reason, case)
    held = Keyring(keys).private_keys(role)
    identities = read_identities(tags)
    store = Store(database, must_exist=True)
    try:
        access_log = AccessLog(log or database.with_name("access-log"))
        session = Session(store, identities, held, access_log)
        result = session.open(purpose, Clock.set_to(now).utc_s(), _tag_id(tag))
        _print(result, _Readers(store), as_json=json)
    finally:
        store.close()
    if result.refused:
        failed = counted(len(result.refused), "envelope")
        raise Finding(f"{failed} failed a check and must not be believed; keep the database")


def account() -> str:
    """Return the name of this process's account: unlike $USER, nobody can choose it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _tag_id(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise BadInput(f"{text!r} is no tag id; it is 16 hex digits") from None


class _Readers:
    """The readers of records, by tag and policy version, from the published policies."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._readers: dict[tuple[bytes, int], Reader] = {}

    def of(self, opened: Opened) -> Reader:
        key = (opened.tag, opened.batch.policy_version)
        if key not in self._readers:
            signed = self._store.policy(*key)
            self._readers[key] = Reader(None if signed is None else Measures.of(signed))
        return self._readers[key]


def _print(result: Result, readers: _Readers, *, as_json: bool) -> None:
    if as_json:
        say_json(_as_json(result, readers))
        return
    for tag, group in groupby(result.opened, lambda opened: opened.tag):
        show(_table(tag, list(group), readers))
    for refused in result.refused:
        say(f"refused: envelope {refused.number} of tag {refused.tag.hex()}: {refused.reason}")
    say(
        f"{counted(len(result.opened), 'envelope')} opened, {len(result.refused)} refused, "
        f"{result.for_others} sealed for others"
    )


def _table(tag: bytes, envelopes: list[Opened], readers: _Readers) -> Table:
    table = Table(title=f"tag {tag.hex()}")
    for name in ("no.", "class", "UTC"):
        table.add_column(name, no_wrap=True)
    table.add_column("what it says")
    for opened in envelopes:
        reader = readers.of(opened)
        name = (str(opened.number), KINDS[opened.batch.kind])
        if opened.chain != CHAIN_HOLDS:
            table.add_row(*name, "", _CHAIN[opened.chain])
        for entry in opened.batch.records:
            table.add_row(*name, reader.time_words(entry), reader.words(entry))
    return table


def _as_json(result: Result, readers: _Readers) -> dict[str, object]:
    return {
        "opened": [_opened_as_json(opened, readers.of(opened)) for opened in result.opened],
        "refused": [
            {"tag": refused.tag.hex(), "number": refused.number, "reason": refused.reason}
            for refused in result.refused
        ],
        "for_others": result.for_others,
    }


def _opened_as_json(opened: Opened, reader: Reader) -> dict[str, object]:
    return {
        "tag": opened.tag.hex(),
        "number": opened.number,
        "chain": opened.chain,
        "class": KINDS[opened.batch.kind],
        "policy_version": opened.batch.policy_version,
        "week": opened.batch.week,
        "records": [reader.fields(entry) for entry in opened.batch.records],
    }
