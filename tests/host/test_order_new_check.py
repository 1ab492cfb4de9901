"""`reticent order check` and `order new`: what they refuse, in one line, and what they write."""

import io
import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands import fails
from reticent.cli import run
from reticent.errors import BadInput
from reticent.orders.rings import check_rings

EXAMPLE = Path(__file__).parents[2] / "examples" / "order"
TEXT = (EXAMPLE / "order.toml").read_text()
ZONES = (EXAMPLE / "zones.geojson").read_text()
CORNERS = "[-29.9622, 46.9804],\n            [-29.9622, 46.9854],"
LINES = {line.split(" ")[0]: n for n, line in enumerate(TEXT.splitlines(), 1)}

# What is changed in which file, and the one line that says where it is and how to mend it.
FAULTS = (
    ("order.toml", "cell_m = 1000", "cell_m == 1000", f"order.toml:{LINES['cell_m']}: not TOML"),
    ("order.toml", "retention_days", "retension_days",
     f"order.toml:{LINES['retention_days']}: unknown key `retension_days`; did you mean `ret"),
    ("order.toml", "= 2027-02-22T", "= 2026-02-22T",
     f"order.toml:{LINES['not_after']}: the order ends before it starts; set a later `not_after`"),
    ("order.toml", "= 2027-02-22T", "= 2027-03-22T",
     f"order.toml:{LINES['not_after']}: a term over 92 days; end it sooner and renew it"),
    ("order.toml", '"coarse"', '"fine"',
     f"order.toml:{LINES['level']}: unknown level 'fine'; known: breach, coarse, presence"),
    ("order.toml", "slot_s = 900", "slot_s = 60",
     f"order.toml:{LINES['slot_s']}: a slot under 900 s or over a day: 900 is usual"),
    ("order.toml", "retention_days = 60", "retention_days = 90",
     f"order.toml:{LINES['retention_days']}: retention over 60 days: take 1 to 60"),
    ("zones.geojson", '"type": "Feature",', '"type" "Feature",', "zones.geojson:5: not JSON"),
    ("zones.geojson", '"kind": "dwelling"', '"kind": "dweling"',
     "zones.geojson: feature 3 (Home): `kind` is 'dweling'; did you mean `dwelling`?"),
    ("zones.geojson", "[-29.9692, 46.9859],\n            [-29.9692, 46.9804]",
     "[-29.9692, 46.9859]",
     "feature 2 (Mill School): ring 1 is not closed; repeat its first position at the end"),
    ("zones.geojson", CORNERS, "[-29.9622, 46.9854],\n            [-29.9622, 46.9804],",
     "feature 2 (Mill School): ring 1 crosses or touches itself: the edges from positions 1 and 3"
     " meet; go once around the zone"),
    ("zones.geojson", CORNERS, "[-29.9622, 46.9804],\n            [-29.9622, 46.9804],",
     "feature 2 (Mill School): ring 1 has position 2 twice in a row; remove one"),
    ("zones.geojson", '"radius_m": 300', '"radius_m": 3000',
     f"order.toml:{LINES['zones']}: exclusion zones over 25 km2: draw them smaller"),
    ("zones.geojson", '"radius_m": 150', '"radius_m": 50',
     "feature 3 (Home): `radius_m` is 50; it is whole metres, 100 to 50000"),
    ("zones.geojson", '"justification": "Home of the person protected.",', "",
     "feature 1 (Harbour Lane): no `justification`; say why the zone is needed"),
    ("zones.geojson", "Mon-Fri 07:30", "Mo-Fri 07:30",
     "feature 2 (Mill School): unknown day 'Mo'; did you mean `Mon`?"),
    ("zones.geojson", "[-29.9222, 47.0297]", "[47.0297, -129.9222]", "is nowhere; longitude"),
)  # fmt: skip


@pytest.fixture
def order(tmp_path):
    """Return a copy of the example order."""
    (tmp_path / "order.toml").write_text(TEXT)
    (tmp_path / "zones.geojson").write_text(ZONES)
    return tmp_path / "order.toml"


@pytest.mark.parametrize(("name", "old", "new", "message"), FAULTS)
def test_a_fault_is_one_line_with_place_and_mend(order, capsys, name, old, new, message):
    path = order.with_name(name)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    fails(capsys, ["order", "check", str(order)], 2, message)
    assert capsys.readouterr().out == ""


def test_zones_over_the_limits_are_refused(order, capsys):
    features = json.loads(ZONES)["features"]
    cases = ((features[:1] * 11, "over 10 exclusion zones"), (features[2:] * 6, "over 5 other"))
    for many, message in cases:
        collection = {"type": "FeatureCollection", "features": many}
        order.with_name("zones.geojson").write_text(json.dumps(collection))
        where = f"order.toml:{LINES['zones']}: {message}"
        fails(capsys, ["order", "check", str(order)], 2, where)


def test_files_that_are_none_are_refused(order, tmp_path, capsys):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path, message in (
        (tmp_path / "none", "none: No such file"),
        (tmp_path, "Is a directory"),
        (tmp_path / "binary", "not UTF-8 text"),
    ):
        fails(capsys, ["order", "check", str(path)], 2, message)


def test_the_example_is_told_in_words(order, capsys):
    assert run(["order", "check", str(order)]) == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines() if str(order) not in line) <= 80
    words = " ".join(out.replace("│", " ").split())
    for text in (
        "2026-11-23 00:00 UTC to 2027-02-22 00:00 UTC, 91 days",
        "coarse: crossings of and positions inside exclusion zones",
        "1,000 m or larger on each side, one every 15 minutes",
        "exclusion Mill School: 0.31 km2, in 65 windows",
        "2 of 10 exclusion zones with 0.59 km2 of 25 km2, 1 of 5 others",
        "one of constant size every hour; a breach at once",
    ):
        assert text in words, text
    assert run(["order", "check", str(order), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["days"], told["level"], len(told["zones"])) == (91, "coarse", 3)


# order new

FLAGS = {
    "reference": 'EX "7"', "from": "2026-11-23", "until": "2027-01-25T12:00:00Z",
    "review": "2026-12-24", "level": "breach", "controller": "A court\\in Westmere",
    "lawful-basis": "a law", "purpose": "one", "alternatives": "none would do",
    "justification": "because",
}  # fmt: skip
LANE = "exclusion 47.0297,-29.9222 300 Harbour Lane: Home of the person protected."


def new(folder, *more, **changes):
    flags = {**FLAGS, **changes}
    given = [part for name, text in flags.items() if text for part in (f"--{name}", text)]
    return ["order", "new", str(folder), *given, *more]


def test_what_is_written_passes_the_check(tmp_path, capsys):
    folder = tmp_path / "a" / "b"
    home = "dwelling 47,-30 150 Home"
    more = ["--purpose", "two", "--circle", LANE, "--circle", home, "--tag", "01" * 8]
    assert run(new(folder, *more)) == 0
    assert sorted(os.listdir(folder)) == ["order.toml", "zones.geojson"]
    capsys.readouterr()
    assert run(["order", "check", str(folder / "order.toml"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["reference"], told["tag"]) == ('EX "7"', "01" * 8)
    zones = [(zone["name"], zone["justification"]) for zone in told["zones"]]
    assert zones == [("Harbour Lane", "Home of the person protected."), ("Home", "")]
    before = (folder / "order.toml").read_bytes()
    fails(capsys, new(folder, reference="other"), 2, "order.toml exists; choose another folder")
    assert (folder / "order.toml").read_bytes() == before


def test_zones_are_taken_from_a_file(tmp_path):
    assert run(new(tmp_path / "new", "--zones", str(EXAMPLE / "zones.geojson"))) == 0
    assert (tmp_path / "new" / "zones.geojson").read_text() == ZONES


def test_a_new_order_that_is_refused_leaves_nothing(tmp_path, capsys):
    folder = tmp_path / "new"
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    cases = (
        (new(folder, reference=None, level=None), "missing: --reference, --level; give them"),
        (new(folder, level="fine"), f"{folder}/order.toml:9: unknown level 'fine'"),
        (new(folder, until="2026-01-01"), f"{folder}/order.toml:4: the order ends before"),
        (new(folder, "--from", "noon"), "--from"),
        (new(folder, review="noon"), "'noon' is not a time"),
        (new(folder, "--circle", "prison 1,2 3 x"), "feature 1 (x): `kind` is 'prison'"),
        (new(folder, "--circle", "nonsense"), "'nonsense' is no circle; write it like"),
        (new(folder, "--circle", "exclusion 1.2.3,4 300 x: y"), "not numbers of degrees"),
        (new(folder, "--circle", "exclusion 1,4 300 x"), "feature 1 (x): no `justification`"),
        (new(folder, "--circle", LANE, "--zones", str(EXAMPLE / "zones.geojson")), "one of them"),
        (new(folder, "--zones", str(tmp_path / "none")), "none: No such file"),
        (new(blocked), "blocked"),
    )
    for arguments, message in cases:
        fails(capsys, arguments, 2, message)
        assert not folder.exists(), arguments
    assert os.listdir(tmp_path) == ["blocked"]


def test_a_disk_that_is_full_leaves_nothing(tmp_path, capsys, monkeypatch):
    from reticent.orders import draft

    written = draft.write_new

    def write(path, data, mode):
        if path.name == "order.toml":
            raise OSError(28, "No space left on device", str(path))
        written(path, data, mode)

    monkeypatch.setattr(draft, "write_new", write)
    fails(capsys, new(tmp_path / "new"), 2, "order.toml: No space left on device")
    assert os.listdir(tmp_path) == []


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_person_is_asked_for_what_no_flag_has(tmp_path, capsys, monkeypatch):
    answers = ["nonsense", "coarse", "", "because", "y", "exclusion", "Lane", "47.03", "-29.92"]
    answers += ["300", "Home.", "n"]
    monkeypatch.setattr("sys.stdin", Terminal("\n".join(answers) + "\n"))
    assert run(new(tmp_path / "new", level=None, justification=None)) == 0
    asked = capsys.readouterr().err
    assert "Please select one of the available options" in asked
    capsys.readouterr()
    assert run(["order", "check", str(tmp_path / "new" / "order.toml"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["level"], told["zones"][0]["name"]) == ("coarse", "Lane")


def test_a_person_who_stops_leaves_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", Terminal("coarse\n"))
    assert run(new(tmp_path / "new", level=None, justification=None)) == 2
    assert "the answers ended early; nothing was written" in capsys.readouterr().err
    assert os.listdir(tmp_path) == []


# Rings

SIMPLE = (
    ((0, 0), (10, 0), (10, 10), (0, 10)),
    ((0, 0), (10, 0), (5, 1)),
    ((0, 0), (5, 0), (10, 0), (10, 10)),
    ((0, 0), (10, 0), (10, 10), (5, 5), (0, 10)),
)
CROSSING = (
    ((0, 0), (10, 10), (10, 0), (0, 10)),
    ((0, 0), (10, 0), (10, 10), (5, 0)),
    ((0, 0), (10, 0), (10, 10), (5, 5), (0, 10), (5, 5)),
    ((0, 0), (10, 0), (4, 0), (4, 9)),
    ((0, 0), (10, 0), (0, 0), (4, 9)),
    ((0, 0), (10, 0), (20, 0)),
)


def is_simple(*rings):
    try:
        check_rings(rings)
    except BadInput:
        return False
    return True


def test_a_ring_that_goes_once_around_is_taken_and_no_other():
    for ring in SIMPLE:
        for turn in range(len(ring)):
            turned = ring[turn:] + ring[:turn]
            assert is_simple(turned), ring
            assert is_simple(turned[::-1]), ring
    for ring in CROSSING:
        for turn in range(len(ring)):
            turned = ring[turn:] + ring[:turn]
            assert not is_simple(turned), ring
            assert not is_simple(turned[::-1]), ring


def test_a_microdegree_decides():
    far = 170_000_000
    assert is_simple(((0, 0), (far, 1), (far, 3), (0, 2)))
    assert not is_simple(((0, 0), (far, 1), (far, 0), (0, 1)))
    assert is_simple(((0, 0), (2 * far, 0), (far, 1)))
    assert not is_simple(((0, 0), (2 * far, 0), (far, 1), (far - 1, 0)))


def test_a_hole_lies_apart():
    outer = ((0, 0), (10, 0), (10, 10), (0, 10))
    assert is_simple(outer, ((2, 2), (4, 2), (4, 4)))
    assert not is_simple(outer, ((2, 2), (14, 2), (4, 4)))
    assert not is_simple(outer, ((12, 2), (14, 2), (14, 4)))
    assert not is_simple(outer, ((0, 0), (4, 2), (2, 4)))
    assert not is_simple(outer, ((2, 2), (6, 2), (6, 6)), ((4, 1), (5, 5), (4, 8)))


@given(st.integers(3, 40), st.integers(0, 1 << 30))
def test_a_star_is_simple_however_its_corners_lie(corners, seed):
    rng = random.Random(seed)
    angles = sorted(rng.sample(range(1, 8 * 1_000), corners))
    ring = [_on_diamond(angle, rng.randrange(1_000, 1_000_000)) for angle in angles]
    if angles[-1] - angles[0] > 4_100 and max(_gaps(angles)) < 3_900:
        assert is_simple(tuple(ring)), ring


def _gaps(angles):
    return [after - before for before, after in zip(angles, [*angles[1:], angles[0] + 8_000])]


def _on_diamond(angle, radius):
    """Return a corner in this direction (8,000 a turn) from the origin."""
    quarter, rest = divmod(angle, 2_000)
    x, y = (2_000 - rest) * radius, rest * radius
    return [(x, y), (-y, x), (-x, -y), (y, -x)][quarter]
