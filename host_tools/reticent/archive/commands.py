"""`reticent open`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from rich.table import Table

from reticent.archive.desk import Asked, Desk, Opening, tag_id
from reticent.archive.opener import CHAIN_BROKEN, CHAIN_HOLDS, CHAIN_START, Opened
from reticent.archive.session import Result
from reticent.archive.words import KINDS, Reader
from reticent.clock import Clock
from reticent.console import counted, say, say_json, show
from reticent.errors import Finding

_CHAIN = {
    CHAIN_START: "the tag's chain starts here",
    CHAIN_BROKEN: "the envelope before it is missing, or another one than the tag sealed",
}


def open_envelopes(
    run: Path | None = None,
    *,
    database: Path | None = None,
    tags: Path | None = None,
    keys: Path | None = None,
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
    run
        The folder of a simulation: it says where database, tags, keys and log are.
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
    desk = Desk.at(run, database, tags, keys, log)
    asked = Asked((role,), reason, case, person)
    opening = Opening(desk, asked, Clock.set_to(now).utc_s(), tag_id(tag))
    try:
        (result,) = opening.results
        _print(result, opening, as_json=json)
    finally:
        opening.close()
    if result.refused:
        failed = counted(len(result.refused), "envelope")
        raise Finding(f"{failed} failed a check and must not be believed; keep the database")


def _print(result: Result, opening: Opening, *, as_json: bool) -> None:
    if as_json:
        say_json(_as_json(result, opening))
        return
    for tag, group in groupby(result.opened, lambda opened: opened.tag):
        show(_table(tag, list(group), opening))
    for refused in result.refused:
        say(f"refused: envelope {refused.number} of tag {refused.tag.hex()}: {refused.reason}")
    say(
        f"{counted(len(result.opened), 'envelope')} opened, {len(result.refused)} refused, "
        f"{result.for_others} sealed for others"
    )


def _table(tag: bytes, envelopes: list[Opened], opening: Opening) -> Table:
    table = Table(title=f"tag {tag.hex()}")
    for name in ("no.", "class", "UTC"):
        table.add_column(name, no_wrap=True)
    table.add_column("what it says")
    for opened in envelopes:
        reader = opening.reader(opened)
        name = (str(opened.number), KINDS[opened.batch.kind])
        if opened.chain != CHAIN_HOLDS:
            table.add_row(*name, "", _CHAIN[opened.chain])
        for entry in opened.batch.records:
            table.add_row(*name, reader.time_words(entry), reader.words(entry))
    return table


def _as_json(result: Result, opening: Opening) -> dict[str, object]:
    return {
        "opened": [_opened_as_json(opened, opening.reader(opened)) for opened in result.opened],
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
