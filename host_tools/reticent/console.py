"""A command's output: lines, tables, JSON. Colour on a terminal only."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from reticent.errors import BadInput
from reticent.texts import shown

_WIDTH = 80


class Lasting(Console):
    """A console whose reader may leave early: the command still does its work and ends as ever."""

    def on_broken_pipe(self) -> None:
        """Print to nowhere from here on, instead of ending with status 1."""
        nobody_reads()


def nobody_reads() -> None:
    """Let what is still to be printed go nowhere: who read us has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(line: str) -> None:
    """Print one line to standard output; BadInput where it does not take it."""
    write(shown(line) + "\n")


def write(text: str) -> None:
    """Print a text to standard output."""
    with _printing():
        sys.stdout.write(text)


@contextmanager
def _printing() -> Generator[None]:
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        nobody_reads()
    except OSError as error:  # a full disk
        nobody_reads()
        raise BadInput(f"standard output: {error.strerror or error}") from None


def say_json(value: object) -> None:
    """Print one JSON value to standard output."""
    is_unicode = sys.stdout.encoding.lower().startswith("utf")
    write(json.dumps(value, indent=2, ensure_ascii=not is_unicode) + "\n")


def tell(line: str, value: object, *, as_json: bool) -> None:
    """Print a command's one result: the line for a person, or the value as JSON."""
    if as_json:
        say_json(value)
    else:
        say(line)


def show(table: Table) -> None:
    """Print a table, 80 columns wide at most."""
    console = Lasting(highlight=False, markup=False)  # a zone's name is text, whatever it holds
    with _printing():
        console.print(table, width=min(console.width, _WIDTH))


def complain(line: str) -> None:
    """Print one line about what went wrong to standard error."""
    sys.stderr.write(f"reticent: {shown(' '.join(line.split()))}\n")


def counted(number: int, noun: str) -> str:
    """Return as in "1 envelope", "2 envelopes"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
