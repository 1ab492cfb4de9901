"""The collector's database: sealed envelopes, evidence of forks, policies to hand out, log heads.

SQLite, SQLAlchemy Core. What is acked was committed and synced before. No source address, no
request header and no plaintext is ever a column here.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.exc import DatabaseError

from reticent.errors import BadInput, WontOverwrite
from reticent.tagcode import envelope

STORED, KNOWN, EVIDENCE = "stored", "known", "evidence"

_metadata = MetaData()


def _sealed_columns() -> list[Column[int] | Column[bytes]]:
    return [
        Column("id", Integer, primary_key=True),
        Column("tag", LargeBinary, nullable=False),
        Column("number", Integer, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("received_s", Integer, nullable=False),
    ]


_envelopes = Table("envelopes", _metadata, *_sealed_columns(), UniqueConstraint("tag", "number"))
# A second, different envelope under one number: proof that the tag's counter or key was copied.
_evidence = Table("evidence", _metadata, *_sealed_columns(), UniqueConstraint("tag", "hash"))
_policies = Table(
    "policies",
    _metadata,
    Column("tag", LargeBinary, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("signed", LargeBinary, nullable=False),
)
_locates = Table(
    "locates",
    _metadata,
    Column("tag", LargeBinary, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("expires_s", Integer, nullable=False),
    Column("signed", LargeBinary, nullable=False),
)
_tags = Table(
    "tags",
    _metadata,
    Column("tag", LargeBinary, primary_key=True),
    Column("least_policy_version", Integer, nullable=False, default=0),
    Column("log_head", LargeBinary, nullable=False, default=envelope.ZERO_HASH),
)


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


class Store:
    """The database; each public method is one transaction."""

    def __init__(self, path: Path, *, must_exist: bool = False) -> None:
        if must_exist and not path.is_file():
            raise BadInput(f"{path}: no such database; the collector makes it")
        engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
        event.listen(engine, "connect", _set_up_connection)
        event.listen(engine, "begin", _begin)
        self._reading = engine
        self._writing = engine.execution_options(writes=True)
        try:
            with self._writing.begin() as connection:
                _metadata.create_all(connection)
        except DatabaseError as error:
            raise BadInput(f"{path}: not a usable database: {error.orig}") from None

    def close(self) -> None:
        """Close every connection, so that the database is one file again."""
        self._reading.dispose()

    def put(self, envelopes: list[Sealed], received_s: int) -> list[str]:
        """Store the envelopes in one commit; return STORED, KNOWN or EVIDENCE for each."""
        with self._writing.begin() as connection:
            return [_put(connection, sealed, received_s) for sealed in envelopes]

    def envelopes(self, tag: bytes | None = None) -> list[Sealed]:
        """Return the stored envelopes by tag and number; of one tag where it is given."""
        columns = _envelopes.c
        query = select(columns.tag, columns.number, columns.hash, columns.sealed)
        if tag is not None:
            query = query.where(columns.tag == tag)
        with self._reading.connect() as connection:
            rows = connection.execute(query.order_by(columns.tag, columns.number))
            return [Sealed(*row) for row in rows]

    def evidence(self) -> list[Sealed]:
        """Return the envelopes that were refused as a second one under their number."""
        columns = _evidence.c
        query = select(columns.tag, columns.number, columns.hash, columns.sealed)
        with self._reading.connect() as connection:
            return [Sealed(*row) for row in connection.execute(query.order_by(columns.id))]

    def publish(self, tag: bytes, version: int, signed: bytes) -> None:
        """Keep a signed policy for the tag to fetch; a version is published once."""
        with self._writing.begin() as connection:
            if connection.execute(_policy_query(tag, version)).scalar() not in (None, signed):
                raise WontOverwrite(
                    f"version {version} is published for {tag.hex()}; take the next number"
                )
            row = {"tag": tag, "version": version, "signed": signed}
            connection.execute(upsert(_policies).values(row).on_conflict_do_nothing())

    def policy(self, tag: bytes, version: int) -> bytes | None:
        """Return the signed policy of this version, where it was published."""
        with self._reading.connect() as connection:
            return connection.execute(_policy_query(tag, version)).scalar()

    def policies(self) -> list[tuple[bytes, int, bytes]]:
        """Return (tag, version, signed policy) of all that were published."""
        columns = _policies.c
        query = select(columns.tag, columns.version, columns.signed)
        with self._reading.connect() as connection:
            rows = connection.execute(query.order_by(columns.tag, columns.version))
            return [(tag, version, signed) for tag, version, signed in rows]

    def publish_locate(self, tag: bytes, order: Locate, signed: bytes) -> None:
        """Keep a locate order for the tag to fetch; a number is published once."""
        row = {"tag": tag, "version": order.version, "number": order.number}
        row_more = {"expires_s": order.expires_s, "signed": signed}
        with self._writing.begin() as connection:
            connection.execute(insert(_locates).values(row | row_more))

    def locate_orders(self, tag: bytes, version: int) -> list[tuple[int, bytes]]:
        """Return (number, signed locate order) of all of a version of the tag's order."""
        columns = _locates.c
        query = select(columns.number, columns.signed).where(
            columns.tag == tag, columns.version == version
        )
        with self._reading.connect() as connection:
            rows = connection.execute(query.order_by(columns.number))
            return [(number, signed) for number, signed in rows]

    def locate_order(self, tag: bytes, version: int, now_s: int) -> bytes | None:
        """Return the newest locate order for this version that has not expired."""
        columns = _locates.c
        query = (
            select(columns.signed)
            .where(columns.tag == tag, columns.version == version, columns.expires_s > now_s)
            .order_by(columns.number.desc())
            .limit(1)
        )
        with self._reading.connect() as connection:
            return connection.execute(query).scalar()

    def newer_policy(self, tag: bytes, version: int) -> bytes | None:
        """Return the newest signed policy above this version, if there is one."""
        columns = _policies.c
        query = (
            select(columns.signed)
            .where(columns.tag == tag, columns.version > version)
            .order_by(columns.version.desc())
            .limit(1)
        )
        with self._reading.connect() as connection:
            return connection.execute(query).scalar()

    def state(self, tag: bytes) -> TagState:
        """Return what acks tell this tag; zeros until something else is set."""
        columns = _tags.c
        query = select(columns.least_policy_version, columns.log_head).where(columns.tag == tag)
        with self._reading.connect() as connection:
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
        self._set(tag, _tags.c.least_policy_version < version, least_policy_version=version)

    def _set(self, tag: bytes, *conditions: ColumnElement[bool], **values: int | bytes) -> None:
        with self._writing.begin() as connection:
            connection.execute(upsert(_tags).values(tag=tag).on_conflict_do_nothing())
            connection.execute(update(_tags).where(_tags.c.tag == tag, *conditions).values(values))


def _put(connection: Connection, sealed: Sealed, received_s: int) -> str:
    columns = _envelopes.c
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
        connection.execute(insert(_envelopes).values(row))
        return STORED
    connection.execute(upsert(_evidence).values(row).on_conflict_do_nothing())
    return EVIDENCE


def _policy_query(tag: bytes, version: int) -> Select[bytes]:
    columns = _policies.c
    return select(columns.signed).where(columns.tag == tag, columns.version == version)


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own way of starting transactions is switched off: _begin does it.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: two that read first and then write would both fail.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
