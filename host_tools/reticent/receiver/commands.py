"""`reticent fixes`: what the tag's own parser makes of a receiver's raw log."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from reticent.console import counted, say
from reticent.receiver.log import COLUMNS, LogReader


def fixes(
    log: Path,
    /,
    *,
    as_csv: Annotated[bool, Parameter(name="--csv", negative=())] = False,
) -> None:
    """List the fixes of a receiver's raw log, as the firmware reads them.

    The firmware's parser runs on the real MicroPython interpreter. A log may be several, joined.

    Parameters
    ----------
    log
        A raw log: NMEA 0183, with whatever stands between the sentences.
    as_csv
        Print CSV, and nothing else.
    """
    reader = LogReader(log)
    if as_csv:
        _write_csv(reader)
    else:
        _show(reader)


def _write_csv(reader: LogReader) -> None:
    """Write each fix as it comes: a log of a year fits into no memory."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    has_header = False
    for fix in reader.fixes():
        if not has_header:
            writer.writerow(COLUMNS)
            has_header = True
        writer.writerow(fix.cells)
    if not has_header:  # a log without a fix, which its end has shown to be a log
        writer.writerow(COLUMNS)
    sys.stdout.flush()


def _show(reader: LogReader) -> None:
    """Print each fix as it comes, 80 columns wide, then the counts."""
    shown = doubtful = 0
    for fix in reader.fixes():
        if not shown:
            _print(_row("epoch", "lat", "lon", "alt m", "m/s", "deg", "hdop", "sat", "dim"))
        shown += 1
        doubtful += fix.is_doubtful
        epoch, lat, lon, alt, speed, course, *rest = fix.cells
        moment = epoch.replace("T", " ").removesuffix("Z").rstrip("0").removesuffix(".")
        _print(_row(moment, lat, lon, alt[:-2], speed, course[:-1], *rest) + "?" * fix.is_doubtful)
    say(
        f"{shown} {'fix' if shown == 1 else 'fixes'} in "
        f"{counted(reader.epochs, 'epoch')}, {counted(reader.sentences, 'sentence')}, "
        f"{reader.refused} of them refused"
    )
    if doubtful:
        say("? given by one sentence alone where two usually do: no order acts on it")


def _print(line: str) -> None:
    """Print a line; a reader that leaves ends the command: a log may be long."""
    sys.stdout.write(line + "\n")


def _row(epoch: str, *cells: str) -> str:
    widths = (10, 11, 6, 5, 5, 5, 3, 3)
    numbers = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
    return " ".join((epoch.ljust(23), *numbers))
