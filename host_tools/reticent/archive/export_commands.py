"""`reticent export` and `reticent report`: what was opened, for others to read."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from reticent.archive.desk import Opening
from reticent.archive.export import (
    COARSE,
    NONE,
    PRECISE,
    Row,
    make_row,
    to_csv,
    to_geojson,
    to_gpx,
)
from reticent.archive.keyring import DUTY, OFFICER
from reticent.archive.options import Where, Who, Why
from reticent.archive.report import Report, read_truth
from reticent.archive.report_page import page
from reticent.console import counted, say, say_json, write
from reticent.errors import BadInput
from reticent.files import PRIVATE, check_writable, write_whole
from reticent.run import Run

_WHERE, _WHO = Where(), Who()
_FORMATS = {"csv": to_csv, "geojson": to_geojson, "gpx": to_gpx}


def export(
    run: Path | None = None,
    *,
    format: str = "csv",
    out: Path | None = None,
    role: str,
    why: Why,
    where: Where = _WHERE,
    who: Who = _WHO,
    json: bool = False,
) -> None:
    """Write what a role may open as CSV, GeoJSON or GPX; it is logged like every opening.

    Each row has longitude, latitude, UTC and its precision: `precise`, `coarse` or `none`. A
    coarse row is an area: its point is the middle, its uncertainty reaches the farthest corner.

    Parameters
    ----------
    run
        The folder of a simulation: it says where database, tags, keys and log are.
    format
        csv, geojson or gpx. A GPX has only the rows with a place.
    out
        The file to write; else standard output.
    role
        duty, officer or wearer; several with commas.
    json
        Print how many rows of which precision were written, as JSON.
    """
    if format not in _FORMATS:
        raise BadInput(f"{format!r} is no format; it is {', '.join(_FORMATS)}")
    if json and out is None:
        raise BadInput("--json tells about a file: give --out")
    if out is not None:
        check_writable(out)  # before it is opened, and logged
    opening = why.opening(where.desk(run), role, who.name(), who.utc_s(run))
    try:
        opening.require_sound()
        rows = _rows(opening)
    finally:
        opening.close()
    text = _FORMATS[format](rows)
    if out is None:
        write(text.rstrip("\n") + "\n")
        return
    write_whole(out, text.encode(), PRIVATE)
    classes = Counter(row.precision for row in rows)
    counts = {name: classes[name] for name in (PRECISE, COARSE, NONE)}
    if json:
        say_json({"file": str(out), "rows": counts})
    else:
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        say(f"{out}: {counted(len(rows), 'row')} ({told})")


def report(
    run: Path | None = None,
    *,
    out: Path | None = None,
    role: str = f"{DUTY},{OFFICER}",
    why: Why,
    where: Where = _WHERE,
    who: Who = _WHO,
    truth: Path | None = None,
    json: bool = False,
) -> None:
    """Write one HTML page: what was told, beside what a minute-by-minute tag would have told.

    The page asks nothing of the network and can be printed. A cell is drawn as the area that it
    means. Without a truth (only a simulation has one) the left side is missing.

    Parameters
    ----------
    run
        The folder of a simulation: it says where everything is.
    out
        The file to write; else report.html in the run's folder.
    role
        Whose envelopes to open: duty, officer or wearer; several with commas.
    truth
        CSV (time, lat, lon, bytes) of what a minute-by-minute tag would have told.
    json
        Print the page's figures as JSON.
    """
    if run is not None:
        places = Run(run).check()
        out, truth = out or places.folder / "report.html", truth or places.truth
    if out is None:
        raise BadInput("give --out, the file to write")
    minutes = [] if truth is None else read_truth(truth)
    check_writable(out)
    opening = why.opening(where.desk(run), role, who.name(), who.utc_s(run))
    try:
        opening.require_sound()
        told = Report.of(opening, minutes)
    finally:
        opening.close()
    write_whole(out, page(told).encode(), PRIVATE)
    if json:
        say_json({"file": str(out), **told.figures()})
    else:
        say(f"report          {out}")


def _rows(opening: Opening) -> list[Row]:
    return [
        make_row(entry, opening.reader(one), one.tag, one.number)
        for one in opening.opened()
        for entry in one.batch.records
    ]
