"""`reticent order check`."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from reticent.console import say, say_json, show
from reticent.orders.check import check_order, meaning, words


def check(text: Path, *, json: bool = False) -> None:
    """Check an order before it is signed, and say what it means.

    It needs no keys and no tag. Exit status 2 and one line, with the place and the mend, where the
    order cannot be signed.

    Parameters
    ----------
    text
        The order, TOML; it names its zones' GeoJSON file.
    json
        Print JSON.
    """
    order, read, size = check_order(text)
    if json:
        say_json(meaning(order, read, size))
        return
    table = Table(show_header=False, title=f"{text}: can be signed", title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for subject, line in words(order, read, size):
        table.add_row(subject, line)
    show(table)
    say("Sign it with: reticent order sign")
