"""`reticent open`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from rich.table import Table

from reticent.archive.desk import Opening
from reticent.archive.opener import CHAIN_BROKEN, CHAIN_HOLDS, CHAIN_START, Opened
from reticent.archive.options import Where, Who, Why
from reticent.archive.session import Result
from reticent.archive.words import KINDS, Reader
from reticent.console import counted, say, say_json, show
from reticent.errors import Finding

_WHERE, _WHO = Where(), Who()
_CHAIN = {
    CHAIN_START: "the tag's chain starts here",
    CHAIN_BROKEN: "the envelope before it is missing, or another one than the tag sealed",
}


def open_envelopes(
    run: Path | None = None,
    *,
    role: str,
    why: Why,
    where: Where = _WHERE,
    who: Who = _WHO,
    json: bool = False,
) -> None:
    """Open what is sealed for a role; it is logged first, and the wearer can read the log.

    Parameters
    ----------
    run
        The folder of a simulation: it says where database, tags, keys and log are.
    role
        duty, officer or wearer.
    json
        Print JSON.
    """
    opening = why.opening(where.desk(run), role, who.name(), who.utc_s(run))
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
