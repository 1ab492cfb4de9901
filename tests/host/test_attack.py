"""`reticent attack`: its short form, the other tags' failure, tracks, and what it refuses."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from commands import fails
from reticent.attacks import driven, errands, home, offset, rule, silences, traffic
from reticent.attacks.cellmap import flat
from reticent.attacks.draws import Task, draw
from reticent.attacks.figures import Figure
from reticent.attacks.kept import Kept, _code, _needed
from reticent.attacks.population import live, most_seen, nights
from reticent.attacks.tracks import read_tracks
from reticent.attacks.wearers import FAR_ERRANDS_M, NEAR_ERRANDS_M
from reticent.cli import run
from reticent.tagcode import EXAMPLES, batch, record

ORDER = str(EXAMPLES / "order" / "order.toml")
SHARED = Path(__file__).parents[3] / "shared" / "data" / "tracks"


TERMS = (7, 30)


@pytest.fixture(scope="module")
def draws():
    return [draw(Task(seed, TERMS, 1000, compares=True)) for seed in range(50)]


@pytest.fixture(scope="module")
def lessons():
    return [draw(Task(seed, TERMS, 1000, compares=True)) for seed in range(1_000, 1_050)]


@pytest.mark.parametrize("errands_m", [FAR_ERRANDS_M, NEAR_ERRANDS_M])
def test_the_short_form_keeps_the_bars_of_r12_within_what_chance_allows(errands_m):
    live = [
        [draw(Task(first + k, TERMS, 1000, errands_m)) for k in range(60)] for first in (0, 99)
    ]
    for term in (0, 1):
        seen, taught = ([one.homes[term] for one in some] for some in live)
        given, _ = home.learned(seen, taught, home.DAYS)
        unknown = home.centre(seen, offset_given=False)
        assert given.median > 0.30 and given.within < 0.12, given
        assert unknown.median > 0.40 and unknown.within < 0.09, unknown


def test_other_tags_fail_the_bars_that_ours_keeps(draws, lessons):
    errors = {name: [one.errors[name] for one in draws] for name in draws[0].errors}
    assert np.median(errors["minute by minute"]) < 0.01
    assert np.median(errors["fresh noise"]) < 0.03

    def median(seen_of):
        return home.learned(
            *([seen_of(one) for one in some] for some in (draws, lessons)), home.DAYS
        )[0].median

    ours = median(lambda one: one.homes[1])
    for name in ("public grid", "report on change", "one fix a slot", "true cells, ways too"):
        assert median(lambda one, name=name: one.seen[name]) < ours, name


def test_errands_next_door_of_a_long_stay_are_silent():
    life = live(5, 30, 1000, errands_m=300.0)
    cell = most_seen(nights(life.said))
    away = np.abs(flat(life.said, cell, 1000)).max(axis=1)
    assert not ((away > 0) & (away <= 2)).any()
    everything = rule.rests(life.fixes, 1000, life.offset)
    assert ((np.abs(flat(everything, cell, 1000)).max(axis=1) + 1) // 2 == 1).sum() > 20


def test_errands_tell_a_home_where_they_are_told_next_door():
    missed = [errands.miss(errands.Task(k, 60, 1000, NEAR_ERRANDS_M)) for k in range(50)]
    assert errands.guess([one.every_rest for one in missed]).median < 0.32
    assert errands.guess([one.told for one in missed]).median > 0.32


def test_the_silences_around_a_dwelling_tell_it_no_better_than_its_cell_would():
    misses = [silences.misses(live(seed, 60, 1000), FAR_ERRANDS_M) for seed in range(20)]
    for name in misses[0]:
        assert np.median([one[name] for one in misses]) > 0.4, name


def test_what_is_kept_depends_on_the_code_that_the_work_runs():
    assert _needed("errands") >= {"errands", "home", "population", "rule", "wearers", "towns"}
    assert "traffic" not in _needed("draws")
    assert _code("reticent.attacks.draws") != _code("reticent.attacks.traffic")


def test_work_that_was_done_is_kept_and_found_again(tmp_path):
    done = []
    with ThreadPoolExecutor(1) as pool:
        for wanted in (range(6), range(9)):
            kept = Kept(tmp_path / "kept")
            found = kept.each(
                pool, lambda n: done.append(n) or n * n, list(wanted), lambda *_: None
            )
            assert found == [n * n for n in wanted]
    assert done == list(range(9))


def test_an_offset_is_kept_through_renewals_and_ten_places_leave_little_of_it():
    life = live(3, 184, 1000)
    first = offset.recover(life, 92, offset.KNOWN["home, work, ten errands"])
    both = offset.recover(life, 184, offset.KNOWN["home, work, ten errands"])
    assert both.area <= first.area < 0.2
    assert offset.recover(life, 92, offset.KNOWN["home"]).area > first.area


@pytest.fixture(scope="module")
def week():
    return traffic.week_of(5, 1, driven.Rules())


def test_every_routine_envelope_has_one_size_and_one_an_hour_leaves(week):
    assert len(week.windows.sizes) == 1
    assert week.windows.seen[:, 0].tolist() == [1.0] * 23


def test_an_alert_before_a_border_takes_no_routine_envelope_along():
    cut_s = driven.START_S + 3_600 - 30
    said = [(cut_s, batch.ALERT, record.crossing(cut_s, 0, True))]
    order = driven.policy_of(driven.Rules(), 1, [])
    sent = traffic.envelopes(said, order, 1, np.random.default_rng(1))
    assert 3_570 <= next(one.at_s for one in sent if one.kind == batch.ALERT) < 3_600
    routine = [one.at_s for one in sent if one.kind == batch.ROUTINE]
    assert [int(at_s // 3_600) for at_s in routine] == list(range(1, 24)), routine


def test_the_classifier_finds_a_size_or_a_time_that_tells():
    rng = np.random.default_rng(1)
    truth = rng.random(800) < 0.4
    seen = rng.normal(0, 1, (800, 3))
    assert traffic.upper_auc(seen, truth, 1)[1] < 0.58
    seen[:, 1] += truth  # the fault that the bar is to catch
    assert traffic.upper_auc(seen, truth, 1)[0] > 0.7


def test_the_command_gives_json_and_a_verdict_to_no_run_that_is_too_short(capsys):
    assert run(["attack", "--order", ORDER, "--draws", "10", "--days", "7", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert {"R12", "R13", "R14", "R20", "R25", "other"} <= {one["requirement"] for one in figures}
    assert {one["verdict"] for one in figures} <= {None, "few"}


def test_a_broken_bar_is_a_finding():
    from reticent.attacks.commands import judge
    from reticent.errors import Finding

    held = Figure("R12", "home: nights", "tag", "median error", 0.4, "cell", 0.35, ">=", 2_000)
    judge([held])
    broken = Figure("R12", "home: nights", "tag", "median error", 0.3, "cell", 0.35, ">=", 2_000)
    other = Figure("other", "home", "a tag", "median error", 0.3, "cell", 0.35, ">=", 2_000)
    judge([other])
    with pytest.raises(Finding, match="1 bar is broken: R12 home: nights"):
        judge([held, broken])


def write_track(path, rows):
    text = "id,time,lat,lon\n" + "".join(f"{row}\n" for row in rows)
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


def stay(hours):
    return [
        f"a,2026-03-02T{minute // 60:02}:{minute % 60:02}:00Z,47.2,-30.1"
        for minute in range(0, hours * 60, 5)
    ]


@pytest.mark.parametrize("name", ["one.csv", "one.csv.gz"])
def test_a_track_from_a_file_gives_figures_without_a_bar(tmp_path, capsys, name):
    path = write_track(tmp_path / name, stay(12))
    assert run(["attack", path, "--order", ORDER, "--draws", "10", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert {one["verdict"] for one in figures} == {None}
    by_name = {(one["attack"], one["what"]): one["value"] for one in figures}
    assert by_name["most visited place: minute by minute", "median error"] < 0.001
    assert by_name["most visited place: tag, offset given", "median error"] > 0.1


BAD = (
    ("attack {0}/none.csv --order {1}", 2, "is not there"),
    ("attack {0}/empty --order {1}", 2, "holds no .csv"),
    ("attack {0}/words.csv --order {1}", 2, "names no columns time, lat, lon"),
    ("attack {0}/torn.csv.gz --order {1}", 2, "is no CSV"),
    ("attack {0}/north.csv --order {1}", 2, "line 3: 97 is not within 90 degrees"),
    ("attack {0}/few.csv --order {1}", 2, "line 2: has too few columns"),
    ("attack --order {1} --draws 3", 2, "--draws 3: take 10"),
    ("attack --order {1} --days 1000", 2, "--days 1000"),
    ("attack --order {0}/none.toml", 2, "none.toml"),
    ("attack --order {0}/breach.toml", 2, "level breach says no cell"),
)


@pytest.mark.parametrize(("line", "status", "message"), BAD, ids=[row[2] for row in BAD])
def test_bad_input_is_one_line(tmp_path, capsys, line, status, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "words.csv").write_text("a,b\n1,2\n")
    whole = Path(write_track(tmp_path / "torn.csv.gz", stay(9)))
    whole.write_bytes(whole.read_bytes()[:-40])
    write_track(tmp_path / "north.csv", [*stay(1)[:1], "a,2026-03-02T00:05:00Z,97,-30"])
    write_track(tmp_path / "few.csv", ["a,2026-03-02T00:05:00Z"])
    text = Path(ORDER).read_text().replace('level = "coarse"', 'level = "breach"')
    (tmp_path / "breach.toml").write_text(text)
    (tmp_path / "zones.geojson").write_bytes((Path(ORDER).parent / "zones.geojson").read_bytes())
    fails(capsys, line.format(tmp_path, ORDER).split(" "), status, message)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real tracks are not beside the repository")
def test_real_tracks_are_read():
    cats = read_tracks(SHARED / "petcats_uk_CC0" / "cats_uk.csv.gz")
    assert len(cats) > 15
    assert all(track.days < 40 for track in cats)
    assert read_tracks(SHARED / "petcats_uk_CC0")[0].name.startswith("cats_uk.csv.gz")
