"""`reticent fixes`: what the tag's own parser makes of a receiver's raw log."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table

from reticent.console import counted, say, show
from reticent.receiver.log import COLUMNS, LogReading, read_log


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
    reading = read_log(log)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(fix.cells for fix in reading.fixes)
        sys.stdout.flush()
    else:
        _show(reading)


def _show(reading: LogReading) -> None:
    table = Table(box=None, padding=(0, 1, 0, 0))
    for column in ("epoch", "lat", "lon", "alt m", "m/s", "course", "hdop", "sats", "mode", ""):
        table.add_column(column, justify="left" if column == "epoch" else "right", no_wrap=True)
    for fix in reading.fixes:
        moment = fix.cells[0].replace("T", " ").removesuffix("Z").removesuffix(".000")
        alt, speed, course = fix.cells[3], fix.cells[4], fix.cells[5]
        shown = (moment, *fix.cells[1:3], alt[:-2], speed, course[:-1], *fix.cells[6:])
        table.add_row(*shown, "?" if fix.is_doubtful else "")
    if reading.fixes:
        show(table)
    say(
        f"{len(reading.fixes)} {'fix' if len(reading.fixes) == 1 else 'fixes'} in "
        f"{counted(reading.epochs, 'epoch')}, {counted(reading.sentences, 'sentence')}, "
        f"{reading.refused} of them refused"
    )
    if any(fix.is_doubtful for fix in reading.fixes):
        say("? one sentence alone gave this position where two usually do: no order acts on it")
