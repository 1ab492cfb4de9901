"""reticent zones: the tag's geometry against published answers, and the preview."""

import csv
import io
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cases import data_path
from reticent.cli import run


def feature(name, geometry, **properties):
    return {"type": "Feature", "properties": {"name": name, **properties}, "geometry": geometry}


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def point(lon, lat):
    return {"type": "Point", "coordinates": [lon, lat]}


@pytest.fixture
def check(tmp_path, capsys):
    """Return a function: (features, [(lat, lon, zone)], option ...) -> rows of the answer."""

    def answer(features, points, *options):
        shapes, asked = tmp_path / "zones.geojson", tmp_path / "points.csv"
        shapes.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        with asked.open("w") as file:
            csv.writer(file).writerows([("lat", "lon", "zone"), *points])
        assert run(["zones", "check", str(shapes), str(asked), *options]) == 0
        return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    return answer


def wrong(expected, rows):
    """Return what differs; on the border is inside."""
    return [
        (number, want, row)
        for number, (want, row) in enumerate(zip(expected, rows, strict=True))
        if (want != "outside") != (row["inside"] == "true")
    ]


def read_rows(name):
    with open(data_path(f"geometry/{name}")) as file:
        return list(csv.DictReader(file))


def test_peers_cases_come_out_as_their_own_tests_expect(check):
    with open(data_path("geometry/peers_point_in_polygon_cases.json")) as file:
        cases = json.load(file)["cases"]
    features = []
    for number, case in enumerate(cases):
        shape = polygon(*case["polygon"]) if "polygon" in case else None
        multi = {"type": "MultiPolygon", "coordinates": case.get("multipolygon")}
        features.append(feature(f"case {number}", shape or multi))
    points = [(*case["point"][::-1], f"case {number}") for number, case in enumerate(cases)]
    assert wrong([case["expected"] for case in cases], check(features, points)) == []


@pytest.mark.parametrize(
    ("shapes", "points"),
    [
        ("london_boroughs_OGL3.geojson", "london_boroughs_points.csv"),
        ("natural_earth_50m_dev_PD.geojson", "natural_earth_50m_dev_points.csv"),
    ],
)
def test_boroughs_and_countries_hold_what_geos_says(check, shapes, points):
    rows = read_rows(points)
    with open(data_path(f"geometry/{shapes}")) as file:
        features = json.load(file)["features"]
    answers = check(features, [(row["lat"], row["lon"], row["polygon"]) for row in rows])
    assert wrong([row["expected"] for row in rows], answers) == []


def test_distances_are_within_1_percent_of_the_geodesics(check):
    pairs = read_rows("geodesic_pairs.csv")
    features = [
        feature(f"{number}", point(float(pair["lon1"]), float(pair["lat1"])))
        for number, pair in enumerate(pairs)
    ]
    points = [(pair["lat2"], pair["lon2"], f"{number}") for number, pair in enumerate(pairs)]
    for pair, row in zip(pairs, check(features, points), strict=True):
        true_m = float(pair["wgs84_distance_m"])
        assert abs(float(row["distance_m"]) - true_m) <= 0.01 * true_m, (pair, row)


def test_rows_keep_their_order_and_their_text(check):
    features = [
        feature("a,b", polygon([[0, 0], [1, 0], [1, 1], [0, 0]])),
        feature("c", point(0, 0)),
    ]
    points = [("0.50", "0.9", "a,b"), ("1e-1", "0", "c"), (" 0", "0", "a,b"), ("5", "5", "a,b")]
    rows = check(features, points)
    assert [(row["lat"], row["lon"], row["zone"]) for row in rows] == points
    assert [row["inside"] for row in rows] == ["true", "false", "true", "false"]
    assert abs(float(rows[1]["distance_m"]) - 11_119.5) < 1
    assert float(rows[2]["distance_m"]) == 0


def test_zones_go_across_the_antimeridian_and_around_the_poles(check):
    across = [[179, -1], [-179, -1], [-179, 1], [179, 1], [179, -1]]
    beyond = [[179, -1], [181, -1], [181, 1], [179, 1], [179, -1]]
    cap = [[-180, 80], [180, 80], [180, 90], [-180, 90], [-180, 80]]
    around = [[0, 80], [120, 80], [-120, 80], [0, 80]]
    cut = {
        "type": "MultiPolygon",
        "coordinates": [
            [[[179, -1], [180, -1], [180, 1], [179, 1], [179, -1]]],
            [[[-180, -1], [-179, -1], [-179, 1], [-180, 1], [-180, -1]]],
        ],
    }
    features = [
        feature("across", polygon(across)),
        feature("beyond", polygon(beyond)),
        feature("cut", cut),
        feature("cap", polygon(cap)),
        feature("around", polygon(around)),
    ]
    points = []
    for name in ("across", "beyond", "cut"):
        points += [("0", lon, name) for lon in ("180", "-180", "179.5", "-179.5", "178.9", "0")]
    for name in ("cap", "around"):
        points += [(lat, "77", name) for lat in ("90", "85", "80", "79.9")]
        points += [("85", "-180", name), ("85", "180", name), ("-85", "0", name)]
    answers = [row["inside"] == "true" for row in check(features, points)]
    small = [True, True, True, True, False, False]
    polar = [True, True, True, False, True, True, False]
    assert answers == small * 3 + polar * 2
    rows = check(features, [("0", "-178.9", "across"), ("90", "0", "around"), ("79", "5", "cap")])
    degrees = [float(row["distance_m"]) / 111_195 for row in rows]
    assert degrees == pytest.approx([0.1, 10, 1], rel=0.01)


def test_as_tag_rounds_to_microdegrees(check):
    features = [feature("z", polygon([[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]))]
    points = [("0.5", "1.0000004", "z"), ("0.5", "1.0000006", "z")]
    assert [row["inside"] for row in check(features, points)] == ["false", "false"]
    assert [row["inside"] for row in check(features, points, "--as-tag")] == ["true", "false"]


def test_wrong_input_is_refused_with_its_place(tmp_path, capsys):
    shapes, points = tmp_path / "z.geojson", tmp_path / "p.csv"
    good = {"type": "FeatureCollection", "features": [feature("z", point(0, 0))]}
    line = feature("z", {"type": "LineString", "coordinates": [[0, 0], [1, 1]]})
    cases = (
        (good, "lat,lon\n", "p.csv: no column `zone`"),
        (good, "lat,lon,zone\n0,0,y\n", "p.csv:2: no zone is called 'y'"),
        (good, "lat,lon,zone\n0,x,z\n", "p.csv:2: a coordinate is 'x', no number"),
        (good, "lat,lon,zone\n0,nan,z\n", "p.csv:2: a coordinate is nan"),
        ({**good, "features": []}, "lat,lon,zone\n", "z.geojson: no feature in it"),
        ({**good, "features": [line]}, "lat,lon,zone\n", "feature 1: a LineString has no area"),
        ({**good, "type": "x"}, "lat,lon,zone\n", "not a GeoJSON FeatureCollection"),
    )
    for data, text, message in cases:
        shapes.write_text(json.dumps(data))
        points.write_text(text)
        assert run(["zones", "check", str(shapes), str(points)]) == 2
        assert message in capsys.readouterr().err, message


def test_a_folder_is_no_file_to_write_and_nothing_is_left_of_it(tmp_path, capsys):
    shapes, points = tmp_path / "z.geojson", tmp_path / "p.csv"
    shapes.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature("z", point(0, 0))]})
    )
    points.write_text("lat,lon,zone\n0,0,z\n")
    before = sorted(tmp_path.parent.iterdir()), sorted(tmp_path.iterdir())
    for words in (["check", str(shapes), str(points)], ["preview", str(shapes)]):
        assert run(["zones", *words, "--out", str(tmp_path)]) == 2
        assert f"{tmp_path}: Is a directory" in capsys.readouterr().err, words
    assert before == (sorted(tmp_path.parent.iterdir()), sorted(tmp_path.iterdir()))


def test_ctrl_c_ends_a_check_with_130_and_no_traceback(tmp_path):
    shapes, points, out = (tmp_path / name for name in ("z.geojson", "p.csv", "o.csv"))
    ring = [[math.cos(k / 500) / 9, math.sin(k / 500) / 9] for k in range(3_000)]
    features = [feature("z", polygon([*ring, ring[0]]))]
    shapes.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    points.write_text("lat,lon,zone\n" + "5,5,z\n" * 20_000)
    command = [sys.executable, "-m", "reticent", "zones", "check", shapes, points, "--out", out]
    with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while process.poll() is None and not children.read_text():
            time.sleep(0.05)  # until the tag's interpreter runs
        os.killpg(process.pid, signal.SIGINT)
        told = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130, told
    assert "Traceback" not in told
    assert not out.exists()


def test_the_preview_is_one_page_that_asks_nobody(tmp_path):
    shapes, out = tmp_path / "z.geojson", tmp_path / "z.html"
    square = [[0, 0], [0.01, 0], [0.01, 0.01], [0, 0.01], [0, 0]]
    features = [
        feature("<b>&park", polygon(square), kind="exclusion"),
        feature("home", point(0.03, 0), kind="dwelling", radius_m=150),
    ]
    shapes.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert run(["zones", "preview", str(shapes), "--out", str(out)]) == 0
    html = out.read_text()
    assert not re.search(r"(?:src|href)\s*=|url\(|@import|https?://|<script", html)
    assert "<b>" not in html
    assert html.count('class="warn"') == 1
    assert html.count('<path class="zone') == 2
    assert html.count("&lt;b&gt;&amp;park</text>") == html.count("home</text>") == 1
    width_m = (0.01 + 0.02) * 111_195
    assert html.count('class="cell"') >= math.floor(width_m / 1000) * 2
