"""Export and report: the same rows in three formats, a cell as the area that it means."""

import csv
import io
import json
import math
import re
import xml.etree.ElementTree as ElementTree

import pytest

from reticent.archive.export import cell_area, make_row, to_csv, to_geojson, to_gpx
from reticent.archive.words import Measures, Reader
from reticent.tagcode import grid, record

TAG = bytes(8)
READER = Reader(Measures(1000, 900, ("Lane", "School", "Home")))
SLOT = 1_969_344
CELL = grid.cell(47_021_000, -29_931_000, 1000)
RECORDS = [
    record.coarse(SLOT, CELL),
    record.coarse(SLOT + 1, None),
    record.crossing(SLOT * 900 + 7, 0, True),
    record.precise(SLOT * 900 + 9, 0, 47_029_678, -29_922_199, 6),
    record.present(SLOT + 5, 2),
    record.event(SLOT + 6, 1, 3),
    record.health(SLOT + 6, None, 256, [5, 4]),
]
GPX = "{http://www.topografix.com/GPX/1/1}"
OURS = "{urn:reticent:1}"


@pytest.fixture
def rows():
    return [make_row(entry, READER, TAG, number) for number, entry in enumerate(RECORDS, 1)]


def test_every_record_is_a_row_with_its_precision_and_uncertainty(rows):
    read = list(csv.DictReader(io.StringIO(to_csv(rows))))
    assert [row["precision"] for row in read] == [
        "coarse", "none", "none", "precise", "none", "none", "none",
    ]  # fmt: skip
    assert read[3]["latitude"] == "47.029678"
    assert read[3]["longitude"] == "-29.922199"
    assert read[3]["uncertainty_m"] == "6"
    assert read[3]["utc"] == read[3]["until"] == "2026-03-02T00:00:09Z"
    assert (read[0]["utc"], read[0]["until"]) == ("2026-03-02T00:00:00Z", "2026-03-02T00:15:00Z")
    assert [bool(row["latitude"]) for row in read] == [True, False, False, True] + [False] * 3


def test_the_three_formats_say_the_same(rows):
    table = [row for row in csv.DictReader(io.StringIO(to_csv(rows))) if row["latitude"]]
    features = json.loads(to_geojson(rows))["features"]
    placed = [feature for feature in features if feature["geometry"]]
    points = ElementTree.fromstring(to_gpx(rows)).findall(f"{GPX}wpt")
    assert len(features) == len(RECORDS)
    assert len(table) == len(placed) == len(points) == 2
    for row, feature, point in zip(table, placed, points, strict=True):
        assert row["precision"] == feature["properties"]["precision"]
        assert row["precision"] == point.find(f"{GPX}extensions/{OURS}precision").text
        assert row["uncertainty_m"] == point.find(f"{GPX}extensions/{OURS}uncertainty_m").text
        assert row["utc"] == feature["properties"]["utc"] == point.find(f"{GPX}time").text
        assert (row["latitude"], row["longitude"]) == (point.get("lat"), point.get("lon"))
    assert [feature["geometry"]["type"] for feature in placed] == ["Polygon", "Point"]


def test_a_cells_area_holds_wherever_the_wearer_can_be(rows):
    """Over many hidden offsets: the position is in the area, and within the uncertainty."""
    state = 1
    for _ in range(2_000):
        state = (state * 1103515245 + 12345) % (1 << 31)
        lat = state % 170_000_000 - 85_000_000
        state = (state * 1103515245 + 12345) % (1 << 31)
        lon = state % 360_000_000 - 180_000_000
        offset = (state % (1 << 20) - (1 << 19), state // 3 % (1 << 20) - (1 << 19))
        cell = grid.cell(lat, lon, 1000, *offset)
        row = make_row(record.coarse(SLOT, cell), READER, TAG, 1)
        area = row.area
        # A column at the edge of a row may be cut otherwise than the one beside it: 2 % of slack.
        slack = 0.02 * (area.east - area.west)
        assert area.south - 1e-6 <= lat / 1e6 <= area.north + 1e-6, (lat, lon, offset)
        east = (lon / 1e6 - area.west + 180) % 360 - 180
        assert -slack <= east <= area.east - area.west + slack, (lat, lon, offset)
        metres = math.hypot(
            (row.position[0] - lat / 1e6) * 111_195,
            ((row.position[1] - lon / 1e6 + 180) % 360 - 180)
            * 111_195
            * math.cos(math.radians(lat / 1e6)),
        )
        assert metres <= row.uncertainty_m * 1.03, (lat, lon, metres, row.uncertainty_m)


def test_a_grown_cell_is_twice_as_wide_and_high():
    plain, grown = (cell_area(*CELL, 1000, grown=flag) for flag in (False, True))
    assert math.isclose(grown.north - grown.south, 2 * (plain.north - plain.south), rel_tol=1e-9)
    assert math.isclose(grown.east - grown.west, 2 * (plain.east - plain.west), rel_tol=1e-9)
    assert plain.middle == pytest.approx(grown.middle)


def test_a_detail_is_text_in_every_format():
    reader = Reader(Measures(1000, 900, ('<b>&"\n', "x", "y")))
    row = make_row(record.precise(SLOT * 900, 0, 0, 0, 1), reader, TAG, 1)
    assert '<b>&"' in next(csv.DictReader(io.StringIO(to_csv([row]))))["detail"]
    assert '<b>&"' in ElementTree.fromstring(to_gpx([row])).find(f"{GPX}wpt/{GPX}desc").text
    assert '<b>&"' in json.loads(to_geojson([row]))["features"][0]["properties"]["detail"]


def test_no_format_asks_the_network_for_anything(rows):
    for text in (to_csv(rows), to_geojson(rows), to_gpx(rows)):
        addresses = set(re.findall(r"https?://[^\"' ]+", text))
        assert addresses <= {"http://www.topografix.com/GPX/1/1"}, "a namespace is only a name"
