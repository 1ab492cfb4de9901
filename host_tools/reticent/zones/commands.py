"""`reticent zones`: what the tag's own geometry says of zones, and a picture of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from cyclopts import App

from reticent.console import counted, tell, write
from reticent.errors import BadInput
from reticent.files import read_text, write_whole
from reticent.whole import Whole
from reticent.zones.oracle import Question, ask
from reticent.zones.preview import page
from reticent.zones.shapes import Named, degrees, read_shapes, scale_for

zones = App(name="zones", help="Zones: what the tag says of them, and how they look.")

_COLUMNS = ("lat", "lon", "zone")
_TAG_DECIMALS = 6


@zones.command
def check(shapes: Path, points: Path, *, out: Path | None = None, as_tag: bool = False) -> None:
    """Ask the tag's own geometry, on the real interpreter, which points are inside.

    Writes CSV with lat, lon, zone, inside (true or false) and distance_m to the zone's edge, in
    the points' order. The border is inside. Shapes over an order's limits are checked as well.

    Parameters
    ----------
    shapes
        GeoJSON; each feature has a `name`. A Point may have a `radius_m`.
    points
        CSV with the columns lat, lon, zone (a feature's name).
    out
        Write here instead of to standard output.
    as_tag
        Round every coordinate to whole microdegrees first, as an order and a receiver do (else
        every decimal counts).
    """
    named = read_shapes(shapes)
    rows, questions = _read_points(points, named)
    decimals = _TAG_DECIMALS
    if not as_tag:
        coordinates = [value for zone in named.values() for p in zone.positions() for value in p]
        asked = [value for _, *position in questions for value in position]
        decimals = scale_for(iter(coordinates + asked))
    answers = ask(named.values(), questions, decimals)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*_COLUMNS, "inside", "distance_m"))
    for row, (inside, distance_mm) in zip(rows, answers, strict=True):
        metres = f"{distance_mm // 1000}.{distance_mm % 1000:03}"
        writer.writerow((*row, "true" if inside else "false", metres))
    if out is None:
        write(text.getvalue())
    else:
        write_whole(out, text.getvalue().encode())


@zones.command
def preview(
    shapes: Path,
    *,
    out: Path = Path("zones.html"),
    warn_m: Whole = 150,
    cell_m: Whole = 1_000,
    json: bool = False,
) -> None:
    """Draw zones, warn buffers and cells as one HTML file that loads nothing from anywhere.

    Parameters
    ----------
    shapes
        GeoJSON, an order's or any other.
    out
        The file to write.
    warn_m
        The warn buffer, 0 to 1000 m.
    cell_m
        The cells' size, 500 m or more.
    json
        Print JSON.
    """
    if not 0 <= warn_m <= 1_000 or not 500 <= cell_m <= 100_000:
        raise BadInput("--warn-m is 0 to 1000, --cell-m 500 to 100000")
    named = list(read_shapes(shapes).values())
    write_whole(out, page(named, shapes.name, warn_m, cell_m).encode())
    tell(
        f"{out}: {counted(len(named), 'zone')}",
        {"file": str(out), "zones": [zone.name for zone in named]},
        as_json=json,
    )


def _read_points(
    path: Path, named: dict[str, Named]
) -> tuple[list[tuple[str, str, str]], list[Question]]:
    """Return the rows as they are written, and what to ask for each."""
    reader = csv.DictReader(io.StringIO(read_text(path).removeprefix("\ufeff"), newline=""))
    missing = [column for column in _COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise BadInput(f"{path}: no column `{missing[0]}`; the columns are lat, lon, zone")
    numbers = {name: number for number, name in enumerate(named)}
    rows: list[tuple[str, str, str]] = []
    questions: list[Question] = []
    for row in _rows(reader, path):
        lat, lon, zone = (row[column] or "" for column in _COLUMNS)
        where = f"{path}:{reader.line_num}"
        if zone not in numbers:
            raise BadInput(f"{where}: no zone is called {zone!r}")
        rows.append((lat, lon, zone))
        questions.append((numbers[zone], _degrees(lat, where), _degrees(lon, where)))
    return rows, questions


def _rows(reader: csv.DictReader[str], path: Path) -> Iterator[dict[str, str | None]]:
    try:
        yield from reader
    except csv.Error as error:
        raise BadInput(f"{path}:{reader.line_num}: is no CSV ({error})") from None


def _degrees(text: str, where: str) -> Decimal:
    try:
        return degrees(text.strip(), "a coordinate")
    except BadInput as error:
        raise BadInput(f"{where}: {error}") from None
