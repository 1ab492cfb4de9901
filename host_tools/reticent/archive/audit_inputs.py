"""What an auditor was given: a run's folder, the collector's database, envelopes, orders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from reticent.archive.audit_locates import LocateKey
from reticent.archive.audit_orders import Filed, OrderKey, read_order
from reticent.collector.store import Sealed, Store
from reticent.errors import BadInput
from reticent.files import read_bytes
from reticent.run import Run
from reticent.tagcode import FormatError, envelope


@dataclass(frozen=True)
class Places:
    """Where everything lies; a run's folder sets what was not named."""

    database: Path | None
    envelopes: Path | None
    tags: Path
    policies: tuple[Path, ...]
    keys: Path | None
    issuer: Path | None
    log: Path | None

    @classmethod
    def of(cls, run: Path | None, named: dict[str, Path | None], policies: list[Path]) -> Places:
        """Return the places of a run with those that were named instead of its own."""
        own = {} if run is None else _run_places(Run(run).check())
        if named["envelopes"] is not None:
            own.pop("database", None)
        at = {name: own.get(name) if path is None else path for name, path in named.items()}
        database, envelopes, tags = at["database"], at["envelopes"], at["tags"]
        if database is None and envelopes is None:
            raise BadInput("no envelopes: name a run's folder, --database or --envelopes")
        if tags is None:
            raise BadInput("no registered tags: name their folder with --tags")
        policies = policies or [path for path in (own.get("policy"),) if path and path.exists()]
        keys, log = at["keys"], at["log"]
        issuer = at["issuer"] or (None if keys is None else _if_there(keys / "issuer.public.pem"))
        if log is None and database is not None:
            log = database.parent / "access-log"
        return cls(database, envelopes, tags, tuple(policies), keys, issuer, log)


def _run_places(run: Run) -> dict[str, Path]:
    return {
        "database": run.database,
        "tags": run.tags,
        "keys": run.keys,
        "policy": run.policy,
        "log": run.access_log,
    }


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None


class Sources:
    """The envelopes and orders of an audit; also what a session opens from."""

    def __init__(self, places: Places) -> None:
        self._store = None if places.database is None else Store(places.database, must_exist=True)
        try:
            self.orders = _orders(places.policies, self._store)
            self._stored, self.second = _read_all(places.envelopes, self._store)
        except BaseException:
            self.close()
            raise

    def envelopes(self, tag: bytes | None = None) -> list[Sealed]:
        """Return the envelopes by tag and number; of one tag where it is given."""
        return [one for one in self._stored if tag in (None, one.tag)]

    def locates(self) -> dict[LocateKey, bytes] | None:
        """Return the signed locate orders of the orders here; None without a database."""
        if self._store is None:
            return None
        return {
            (tag, version, number): signed
            for tag, version in self.orders
            for number, signed in self._store.locate_orders(tag, version)
        }

    def set_log_head(self, tag: bytes, log_head: bytes) -> None:
        """Let the collector's next ack carry the head, where its database is here."""
        if self._store is not None:
            self._store.set_log_head(tag, log_head)

    def close(self) -> None:
        """Close the database."""
        if self._store is not None:
            self._store.close()


def _read_all(path: Path | None, store: Store | None) -> tuple[list[Sealed], list[Sealed]]:
    """Return the envelopes by tag and number, and the second ones under a number."""
    if path is not None:
        return _split(_read_envelopes(path))
    return ([], []) if store is None else (store.envelopes(), store.evidence())


def _orders(files: tuple[Path, ...], store: Store | None) -> dict[OrderKey, Filed]:
    """Return the orders by tag and version: the database's, and those in files over them.

    One that is another than the database's is filed with that one as its twin.
    """
    orders: dict[OrderKey, Filed] = {}
    for tag, version, signed in [] if store is None else store.policies():
        try:
            orders[tag, version] = read_order(signed, (tag, version))
        except BadInput as error:
            words = f"version {version} for tag {tag.hex()} in the database: {error}"
            raise BadInput(words) from None
    for path in files:
        try:
            filed = read_order(read_bytes(path))
        except BadInput as error:
            raise BadInput(str(error) if str(path) in str(error) else f"{path}: {error}") from None
        known = orders.setdefault((filed.tag, filed.version), filed)
        if known.signed != filed.signed:
            orders[filed.tag, filed.version] = replace(filed, twin=known.signed)
    return orders


def _read_envelopes(path: Path) -> list[Sealed]:
    """Return the envelopes of a file, or of every file in a folder."""
    if not path.is_dir():
        return _parse_sequence(path)
    files = sorted(one for one in path.iterdir() if one.is_file() and one.name[0] != ".")
    return [sealed for file in files for sealed in _parse_sequence(file)]


def _parse_sequence(path: Path) -> list[Sealed]:
    """Return the envelopes of one file, a CBOR sequence (RFC 8742)."""
    data = read_bytes(path)
    found: list[Sealed] = []
    start = 0
    while start < len(data) or not found:
        try:
            read, end = envelope.parse_first(data, start)
        except FormatError:
            words = "not an envelope of a version known here, or cut off; fetch the file again"
            raise BadInput(f"{path}: byte {start}: {words}") from None
        one = data[start:end]
        found.append(Sealed(read.header.tag, read.header.number, envelope.hash_of(one), one))
        start = end
    return found


def _split(found: list[Sealed]) -> tuple[list[Sealed], list[Sealed]]:
    """Return the envelopes by tag and number, and those that are second ones under a number."""
    first: dict[tuple[bytes, int], Sealed] = {}
    second: dict[bytes, Sealed] = {}
    for one in found:
        if first.setdefault((one.tag, one.number), one).hash != one.hash:
            second[one.hash] = one
    return [first[key] for key in sorted(first)], list(second.values())
