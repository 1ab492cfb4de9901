"""orders/zones: GeoJSON features to the policy's zones, and what a writer gets wrong."""

import copy
import json

import pytest

from reticent.errors import BadInput
from reticent.orders.zones import Circle, Polygon, parse_zones, read_zones

SQUARE = [[0.0, 0.0], [0.01, 0.0], [0.01, 0.01], [0.0, 0.01], [0.0, 0.0]]
HOLE = [[0.004, 0.004], [0.006, 0.004], [0.006, 0.006], [0.004, 0.004]]


def feature(geometry=None, **properties):
    zone = {"name": "Park", "kind": "exclusion", "justification": "why", **properties}
    geometry = geometry or {"type": "Polygon", "coordinates": [SQUARE]}
    return {"type": "Feature", "properties": zone, "geometry": geometry}


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


def point(*position):
    return {"type": "Point", "coordinates": list(position)}


def polygon(*rings):
    return {"type": "Polygon", "coordinates": list(rings)}


def test_a_point_with_a_radius_is_a_circle():
    (zone,) = parse_zones(collection(feature(point(-0.1234567, 51.5), radius_m=400)))
    assert zone.shape == Circle(51_500_000, -123_457, 400)
    assert zone.shape.fields() == [1, 51_500_000, -123_457, 400]


def test_a_polygon_keeps_its_holes_and_drops_the_repeated_corner():
    (zone,) = parse_zones(collection(feature(polygon(SQUARE, HOLE))))
    assert isinstance(zone.shape, Polygon)
    assert [len(ring) for ring in zone.shape.rings] == [4, 3]
    assert zone.shape.fields()[2] == [4000, 4000, 6000, 4000, 6000, 6000]


def test_a_multipolygon_of_one_and_a_height_do_no_harm():
    high = [[*position, 12.5] for position in SQUARE]
    one = {"type": "MultiPolygon", "coordinates": [[high]]}
    assert parse_zones(collection(feature(one))) == parse_zones(collection(feature()))


def test_a_file_is_read_without_a_float_between(tmp_path):
    path = tmp_path / "zones.geojson"
    data = collection(feature(point(12, 51), radius_m=400))
    path.write_text(json.dumps(data).replace("12, 51", "0.0000005, 51.0000015"))
    assert read_zones(path)[0].shape == Circle(51_000_002, 0, 400)  # halves go to the even one


def test_wrong_zones_are_refused_with_feature_and_mend():
    two = {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE]]}
    across = [[179.0, 0.0], [-179.0, 0.0], [-179.0, 1.0], [179.0, 0.0]]
    without_kind = copy.deepcopy(feature())
    del without_kind["properties"]["kind"]
    cases = (
        (
            feature(polygon(SQUARE[:-1])),
            "feature 1 (Park): ring 1 is not closed; repeat its first",
        ),
        (feature(polygon(SQUARE, HOLE[:-1])), "ring 2 has no area"),
        (feature(polygon(SQUARE, [*HOLE[:-1], [0, 0]])), "ring 2 is not closed"),
        (feature(polygon()), "a polygon without rings"),
        (feature(polygon(across)), "ring 1 crosses 180 degrees; cut the zone in two there"),
        (feature(two), "a MultiPolygon is several zones; make each polygon a feature"),
        (feature({"type": "LineString", "coordinates": SQUARE}), "a LineString is no zone"),
        (feature(point(51.5, -100.0), radius_m=400), "is nowhere; longitude comes first"),
        (feature(point(0.0), radius_m=400), "a position is [longitude, latitude]"),
        (feature(point("0", 0), radius_m=400), "'0' is no number of degrees"),
        (feature(point(True, 0), radius_m=400), "True is no number of degrees"),
        (feature(point(0, 0)), "`radius_m` is None; it is whole metres, 10 to 50000"),
        (feature(point(0, 0), radius_m=40.5), "`radius_m` is 40.5; it is whole metres"),
        (feature(point(0, 0), radius_m=9), "`radius_m` is 9"),
        (feature(point(0, 0), radius_m=99, kind="dwelling"), "whole metres, 100 to 50000"),
        (feature(radius_m=400), "`radius_m` goes with a Point, not with a Polygon"),
        (feature(kind="exclusoin"), "`kind` is 'exclusoin'; did you mean `exclusion`?"),
        (without_kind, "`kind` is None; known: dwelling, exclusion, inclusion"),
        (feature(name=""), "feature 1: no `name`"),
        (feature(justification=" "), "no `justification`; say why the zone is needed"),
        (feature(justifcation="why"), "unknown property `justifcation`; did you mean `justif"),
        (feature(timezone="UTC"), "`timezone` without a `schedule`"),
        (feature(schedule=["Mon 08:00-16:00"]), "a schedule needs a `timezone`"),
        ({"type": "Feature", "properties": None}, 'feature 1: not a GeoJSON feature with "prop'),
        ({**feature(), "geometry": None}, "no geometry"),
        ("zone", "feature 1: not a GeoJSON feature"),
    )
    for wrong, message in cases:
        with pytest.raises(BadInput) as caught:
            parse_zones(collection(wrong))
        assert message in str(caught.value), (message, str(caught.value))


def test_the_number_of_the_feature_is_its_place_in_the_file():
    with pytest.raises(BadInput, match=r"^feature 2 \(Park\): `kind` is 'x'"):
        parse_zones(collection(feature(), feature(kind="x")))


def test_wrong_files_are_refused_with_name_and_line(tmp_path):
    path = tmp_path / "zones.geojson"
    cases = (
        ('{\n"type": }', "zones.geojson:2: not JSON"),
        ('{"type": "Feature"}', "zones.geojson: not a GeoJSON FeatureCollection"),
        ("[]", "zones.geojson: not a GeoJSON FeatureCollection"),
        ('{"type": "FeatureCollection"}', 'zones.geojson: "features" is not a list'),
        ('{"type": NaN}', "zones.geojson: NaN is no number"),
    )
    for text, message in cases:
        path.write_text(text)
        with pytest.raises(BadInput) as caught:
            read_zones(path)
        assert message in str(caught.value), text
