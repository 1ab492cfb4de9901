"""The options that several commands share: where everything lies, and who asks and why."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cyclopts import Parameter

from reticent.archive.access_log import account
from reticent.archive.desk import Asked, Desk, Opening, tag_id
from reticent.archive.key_files import ISSUER_PUBLIC
from reticent.clock import Clock
from reticent.errors import BadInput
from reticent.run import Run


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Where:
    """Where a desk finds what it needs; a run's folder fills in what is not given.

    Parameters
    ----------
    database
        The collector's database.
    tags
        The registered tags' files.
    keys
        The key ring.
    log
        The access logs' folder; else access-log beside the database.
    issuer
        The issuer's public key, if not issuer.public.pem among the keys.
    """

    database: Path | None = None
    tags: Path | None = None
    keys: Path | None = None
    log: Path | None = None
    issuer: Path | None = None

    def desk(self, run: Path | None) -> Desk:
        """Return the desk of these options."""
        database, tags, keys, log = self.database, self.tags, self.keys, self.log
        if run is not None:
            places = Run(run).check()
            database, tags = database or places.database, tags or places.tags
            keys, log = keys or places.keys, log or places.access_log
        if database is None or tags is None or keys is None:
            raise BadInput("name a run's folder, or give --database, --tags and --keys")
        beside = keys / ISSUER_PUBLIC
        issuer = self.issuer or (beside if beside.exists() else None)
        return Desk(database, tags, keys, log or database.parent / "access-log", issuer)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Who:
    """Who does it, and when: both are logged.

    Parameters
    ----------
    person
        Who does it, if not this account's name.
    now
        The time to log (ISO 8601, UTC), if not the run's, or else the computer's clock.
    """

    person: str | None = None
    now: str | None = None

    def name(self) -> str:
        """Return the name to log."""
        return account() if self.person is None else self.person

    def utc_s(self, run: Path | None = None) -> int:
        """Return the time to log: in a simulation's folder it is its tag's, unless told."""
        if self.now is None and run is not None and Run(run).clock.exists():
            return Clock.set_to(f"@{Run(run).clock}").utc_s()
        return Clock.set_to(self.now).utc_s()


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Why:
    """What an opening is for, and of which tag.

    Parameters
    ----------
    reason
        Why; it is logged.
    case
        The case's number; it is logged.
    tag
        This tag only (16 hex digits).
    """

    reason: str
    case: str
    tag: str | None = None

    def opening(self, desk: Desk, role: str, name: str, utc_s: int) -> Opening:
        """Log and open what the keys of a role open, or of several with commas."""
        asked = Asked(tuple(role.split(",")), self.reason, self.case, name)
        return Opening(desk, asked, utc_s, tag_id(self.tag))
