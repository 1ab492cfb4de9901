"""`reticent keys`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from reticent.archive.keyring import Keyring
from reticent.clock import parse_utc
from reticent.console import counted, tell

keys = App(name="keys", help="Keys of issuer and recipients.")


@keys.command
def new(
    folder: Path,
    *,
    from_: Annotated[str, Parameter(name="--from")],
    weeks: int,
    json: bool = False,
) -> None:
    """Make the key ring of one tag: issuer, duty desk and officer by week, wearer.

    Parameters
    ----------
    folder
        The key ring to make; nothing in it is overwritten.
    from_
        A day in the first week.
    weeks
        How many UTC weeks; an order's whole term needs keys.
    json
        Print JSON.
    """
    Keyring.create(folder, parse_utc(from_), weeks)
    tell(
        f"{folder}: issuer, wearer, and {counted(weeks, 'week')} of duty and officer keys",
        {"folder": str(folder), "weeks": weeks},
        as_json=json,
    )
