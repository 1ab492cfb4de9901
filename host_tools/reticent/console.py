"""A command's output: lines, tables, JSON. Colour on a terminal only."""

from __future__ import annotations

import json
import sys

from rich.console import Console
from rich.table import Table

_WIDTH = 80


def say(line: str) -> None:
    """Print one line to standard output, as it is."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def say_json(value: object) -> None:
    """Print one JSON value to standard output."""
    say(json.dumps(value, indent=2, ensure_ascii=False))


def tell(line: str, value: object, *, as_json: bool) -> None:
    """Print a command's one result: the line for a person, or the value as JSON."""
    if as_json:
        say_json(value)
    else:
        say(line)


def show(table: Table) -> None:
    """Print a table, 80 columns wide at most."""
    console = Console(highlight=False, markup=False)  # a zone's name is text, whatever it holds
    console.print(table, width=min(console.width, _WIDTH))


def complain(line: str) -> None:
    """Print one line about what went wrong to standard error."""
    sys.stderr.write(f"reticent: {' '.join(line.split())}\n")


def counted(number: int, noun: str) -> str:
    """Return as in "1 envelope", "2 envelopes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
