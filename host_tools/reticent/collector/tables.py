"""The tables of the collector's database.

No source address, no request header and no plaintext is ever a column here.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, UniqueConstraint

from reticent.tagcode import envelope

metadata = MetaData()


def _sealed_columns() -> list[Column[int] | Column[bytes]]:
    return [
        Column("id", Integer, primary_key=True),
        Column("tag", LargeBinary, nullable=False),
        Column("number", Integer, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("received_s", Integer, nullable=False),
    ]


envelopes = Table("envelopes", metadata, *_sealed_columns(), UniqueConstraint("tag", "number"))
# A second, different envelope under one number: proof that the tag's counter or key was copied.
evidence = Table("evidence", metadata, *_sealed_columns(), UniqueConstraint("tag", "hash"))
policies = Table(
    "policies",
    metadata,
    Column("tag", LargeBinary, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("signed", LargeBinary, nullable=False),
)
locates = Table(
    "locates",
    metadata,
    Column("tag", LargeBinary, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("expires_s", Integer, nullable=False),
    Column("signed", LargeBinary, nullable=False),
)
tags = Table(
    "tags",
    metadata,
    Column("tag", LargeBinary, primary_key=True),
    Column("least_policy_version", Integer, nullable=False, default=0),
    Column("log_head", LargeBinary, nullable=False, default=envelope.ZERO_HASH),
)
