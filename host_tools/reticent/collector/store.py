"""The collector's database: sealed envelopes, evidence of forks, policies to hand out, log heads.

SQLite, SQLAlchemy Core. What is acked was committed and synced before.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Select,
    create_engine,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError, IntegrityError

from reticent.collector import tables
from reticent.errors import BadInput, WontOverwrite
from reticent.files import PRIVATE
from reticent.tagcode import envelope

STORED, KNOWN, EVIDENCE = "stored", "known", "evidence"


@dataclass(frozen=True)
class Sealed:
    """An envelope as it was received: the tag's number of it, its SHA-256 and its bytes."""

    tag: bytes
    number: int
    hash: bytes
    sealed: bytes


@dataclass(frozen=True)
class Locate:
    """A locate order, as far as the collector must know: version, number, expiry."""

    version: int
    number: int
    expires_s: int


@dataclass(frozen=True)
class TagState:
    """What every ack tells the tag."""

    least_policy_version: int
    log_head: bytes


class StoreError(BadInput):
    """A database that cannot be used: damaged, read-only, on a full disk, or another's."""


class Store:
    """The database; each public method is one transaction."""

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        if must_exist and not (path.is_file() and path.stat().st_size):
            raise BadInput(f"{path}: no such database; the collector makes it")
        self._path = path
        if not path.exists():
            _make_private(path)
        engine = create_engine(_url(path), hide_parameters=True)
        event.listen(engine, "connect", _set_up if must_exist else _set_up_own)
        event.listen(engine, "begin", _begin)
        self._reading = engine
        self._writing = engine.execution_options(writes=True)
        if must_exist:
            self._refuse_foreign()
            return
        with self._write() as connection:
            tables.metadata.create_all(connection)

    def close(self) -> None:
        """Close every connection, so that the database is one file again."""
        self._reading.dispose()

    @contextmanager
    def _write(self) -> Generator[Connection]:
        """Yield a transaction that writes."""
        with self._named(), self._writing.begin() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Generator[Connection]:
        """Yield a transaction that reads."""
        with self._named(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def _named(self) -> Generator[None]:
        """Turn what the database refuses into a line that names it."""
        try:
            yield
        except IntegrityError:
            raise  # a row that is there already: who writes it knows what that means
        except DatabaseError as error:
            raise StoreError(f"{self._path}: not a usable database: {error.orig}") from None

    def _refuse_foreign(self) -> None:
        """Raise StoreError for a database that is not a collector's: nothing is put into it."""
        with self._read() as connection:
            missing = set(tables.metadata.tables) - set(inspect(connection).get_table_names())
        if missing:
            raise StoreError(f"{self._path}: not a collector's database; the collector makes it")

    def put(self, envelopes: list[Sealed], received_s: int) -> list[str]:
        """Store the envelopes in one commit; return STORED, KNOWN or EVIDENCE for each."""
        with self._write() as connection:
            return [_put(connection, sealed, received_s) for sealed in envelopes]

    def envelopes(self, tag: bytes | None = None) -> list[Sealed]:
        """Return the stored envelopes by tag and number; of one tag where it is given."""
        columns = tables.envelopes.c
        query = select(columns.tag, columns.number, columns.hash, columns.sealed)
        if tag is not None:
            query = query.where(columns.tag == tag)
        with self._read() as connection:
            rows = connection.execute(query.order_by(columns.tag, columns.number))
            return [Sealed(*row) for row in rows]

    def evidence(self) -> list[Sealed]:
        """Return the envelopes that were refused as a second one under their number."""
        columns = tables.evidence.c
        query = select(columns.tag, columns.number, columns.hash, columns.sealed)
        with self._read() as connection:
            return [Sealed(*row) for row in connection.execute(query.order_by(columns.id))]

    def publish(self, tag: bytes, version: int, signed: bytes) -> None:
        """Keep a signed policy for the tag to fetch; a version is published once."""
        with self._write() as connection:
            if connection.execute(_policy_query(tag, version)).scalar() not in (None, signed):
                raise WontOverwrite(
                    f"version {version} is published for {tag.hex()}; take the next number"
                )
            row = {"tag": tag, "version": version, "signed": signed}
            connection.execute(upsert(tables.policies).values(row).on_conflict_do_nothing())

    def policy(self, tag: bytes, version: int) -> bytes | None:
        """Return the signed policy of this version, where it was published."""
        with self._read() as connection:
            return connection.execute(_policy_query(tag, version)).scalar()

    def policies(self) -> list[tuple[bytes, int, bytes]]:
        """Return (tag, version, signed policy) of all that were published."""
        columns = tables.policies.c
        query = select(columns.tag, columns.version, columns.signed)
        with self._read() as connection:
            rows = connection.execute(query.order_by(columns.tag, columns.version))
            return [(tag, version, signed) for tag, version, signed in rows]

    def publish_locate(self, tag: bytes, order: Locate, signed: bytes) -> None:
        """Keep a locate order for the tag to fetch; a number is published once."""
        row = {"tag": tag, "version": order.version, "number": order.number}
        row_more = {"expires_s": order.expires_s, "signed": signed}
        with self._write() as connection:
            connection.execute(insert(tables.locates).values(row | row_more))

    def locate_orders(self, tag: bytes, version: int) -> list[tuple[int, bytes]]:
        """Return (number, signed locate order) of all of a version of the tag's order."""
        columns = tables.locates.c
        query = select(columns.number, columns.signed).where(
            columns.tag == tag, columns.version == version
        )
        with self._read() as connection:
            rows = connection.execute(query.order_by(columns.number))
            return [(number, signed) for number, signed in rows]

    def locate_order(self, tag: bytes, version: int, now_s: int) -> bytes | None:
        """Return the newest locate order for this version that has not expired."""
        columns = tables.locates.c
        query = (
            select(columns.signed)
            .where(columns.tag == tag, columns.version == version, columns.expires_s > now_s)
            .order_by(columns.number.desc())
            .limit(1)
        )
        with self._read() as connection:
            return connection.execute(query).scalar()

    def newer_policy(self, tag: bytes, version: int) -> bytes | None:
        """Return the newest signed policy above this version, if there is one."""
        columns = tables.policies.c
        query = (
            select(columns.signed)
            .where(columns.tag == tag, columns.version > version)
            .order_by(columns.version.desc())
            .limit(1)
        )
        with self._read() as connection:
            return connection.execute(query).scalar()

    def state(self, tag: bytes) -> TagState:
        """Return what acks tell this tag; zeros until something else is set."""
        columns = tables.tags.c
        query = select(columns.least_policy_version, columns.log_head).where(columns.tag == tag)
        with self._read() as connection:
            row = connection.execute(query).first()
        return TagState(0, envelope.ZERO_HASH) if row is None else TagState(*row)

    def set_log_head(self, tag: bytes, log_head: bytes) -> None:
        """Let the next ack carry this head of the tag's access log."""
        self._set(tag, log_head=log_head)

    def set_least_policy_version(self, tag: bytes, version: int) -> None:
        """Let acks bar policies below this version."""
        self._set(tag, least_policy_version=version)

    def raise_least_policy_version(self, tag: bytes, version: int) -> None:
        """Bar what is below a version that the tag has sealed under: it never goes back (R28)."""
        self._set(tag, tables.tags.c.least_policy_version < version, least_policy_version=version)

    def _set(self, tag: bytes, *conditions: ColumnElement[bool], **values: int | bytes) -> None:
        with self._write() as connection:
            connection.execute(upsert(tables.tags).values(tag=tag).on_conflict_do_nothing())
            connection.execute(
                update(tables.tags).where(tables.tags.c.tag == tag, *conditions).values(values)
            )


def _url(path: Path) -> URL:
    """Return where SQLite finds the file; a read-only one, an auditor's copy, as it is."""
    log = path.with_name(path.name + "-wal")
    if not path.exists() or os.access(path, os.W_OK) or log.exists():
        return URL.create("sqlite", database=str(path))
    where = {"immutable": "1", "uri": "true"}
    return URL.create("sqlite", database=path.absolute().as_uri(), query=where)


def _make_private(path: Path) -> None:
    """Make the file, empty, for this account's eyes only; SQLite gives its journal the same."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, PRIVATE))
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from None


def _put(connection: Connection, sealed: Sealed, received_s: int) -> str:
    columns = tables.envelopes.c
    known = connection.execute(
        select(columns.hash).where(columns.tag == sealed.tag, columns.number == sealed.number)
    ).scalar()
    if known == sealed.hash:
        return KNOWN
    row = {
        "tag": sealed.tag,
        "number": sealed.number,
        "hash": sealed.hash,
        "sealed": sealed.sealed,
        "received_s": received_s,
    }
    if known is None:
        connection.execute(insert(tables.envelopes).values(row))
        return STORED
    connection.execute(upsert(tables.evidence).values(row).on_conflict_do_nothing())
    return EVIDENCE


def _policy_query(tag: bytes, version: int) -> Select[bytes]:
    columns = tables.policies.c
    return select(columns.signed).where(columns.tag == tag, columns.version == version)


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own way of starting transactions is switched off: _begin does it.
    connection.isolation_level = None
    for pragma in ("synchronous=FULL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _set_up_own(connection: sqlite3.Connection, record: object) -> None:
    _set_up(connection, record)
    connection.execute("PRAGMA journal_mode=WAL")  # it stays so in the file


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: two that read first and then write would both fail.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
