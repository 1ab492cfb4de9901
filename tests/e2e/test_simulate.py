"""`reticent simulate` as a person runs it: the same records twice, faults, an absent collector."""

import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reticent.archive.desk import Asked, Opening
from reticent.archive.options import Where
from reticent.cli import run
from reticent.collector.certificate import Term, make_certificates
from reticent.sim.image import envelopes_in, read_image
from reticent.tagcode import cbor, vault

ORDER = Path(__file__).parents[2] / "examples" / "order" / "order.toml"
COMMAND = [sys.executable, "-m", "reticent"]
# From home to work and into Harbour Lane, two and a half hours.
PLACES = (
    ("09:00:00", 47.0, -30.0),
    ("09:08:00", 47.0, -30.0),
    ("09:18:00", 47.0216, -29.9314),
    ("09:27:00", 47.0216, -29.9314),
    ("09:36:00", 47.0216, -29.9314),
    ("09:45:00", 47.0216, -29.9314),
    ("09:54:00", 47.0297, -29.9222),
    ("10:00:00", 47.0297, -29.9222),
    ("10:09:00", 47.0216, -29.9314),
    *((f"{10 + m // 60}:{m % 60:02}:00", 47.0216, -29.9314) for m in range(18, 100, 9)),
)


@pytest.fixture(scope="module")
def track(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("track") / "walk.csv"
    rows = "".join(f"2026-03-02T{clock}Z,{lat},{lon}\n" for clock, lat, lon in PLACES)
    path.write_text("time,lat,lon\n" + rows)
    return path


def simulate(track: Path, out: Path, *options: str) -> list[str]:
    base = ["simulate", str(track), "--order", str(ORDER), "--out", str(out), "--redate"]
    return [*base, "--receiver", "plain", *options]


def records_of(folder: Path) -> list[bytes]:
    """Return the plaintext records of a run, batch by batch."""
    asked = Asked(("duty", "officer"), "a test", "T-1", "pytest")
    opening = Opening(Where().desk(folder), asked, 0)
    batches = [cbor.encode([one.number, one.batch.records]) for one in opening.opened()]
    opening.close()
    return batches


def offset_of(folder: Path) -> tuple[int, int, int] | None:
    """Return the hidden offset that the tag has drawn."""
    files = read_image(folder / "flash.img")
    pages = [files[f"secrets/{name}"][vault.PAGE_BYTES :] for name in vault.NAMES]
    _, record = max(vault.decode_page(index, page) for index, page in enumerate(pages))
    return vault.decode(record).offset


@pytest.fixture(scope="module")
def first_run(track, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("first") / "out"
    assert run(simulate(track, out, "--noise")) == 0
    return out


def test_the_same_track_order_and_seed_give_the_same_records(track, first_run, tmp_path):
    again, other = tmp_path / "again", tmp_path / "other"
    assert run(simulate(track, again, "--noise")) == 0
    assert run(simulate(track, other, "--noise", "--seed", "2")) == 0
    assert records_of(first_run) == records_of(again)
    assert records_of(first_run) != records_of(other)
    assert offset_of(first_run) == offset_of(again) is not None


def test_the_figures_as_json_are_all_that_is_printed(track, tmp_path, capsys):
    assert run(simulate(track, tmp_path / "out", "--json")) == 0
    printed = capsys.readouterr()
    figures = json.loads(printed.out)
    assert figures["envelopes_waiting"] == 0
    assert figures["precise_positions_disclosed"] >= 10
    assert figures["fixes"] > 5_000
    assert printed.err == ""


def test_while_the_network_is_down_nothing_is_lost(track, first_run, tmp_path):
    faults = tmp_path / "faults.toml"
    faults.write_text("[[network]]\nfrom = 2026-03-02T09:30:00Z\nuntil = 2026-03-02T10:50:00Z\n")
    out = tmp_path / "out"
    assert run(simulate(track, out, "--noise", "--faults", str(faults))) == 0
    assert envelopes_in(read_image(out / "flash.img")) == {}
    assert len(records_of(out)) == len(records_of(first_run))


def test_without_a_collector_the_tag_keeps_its_batches_and_says_so(track, tmp_path, capsys):
    now_s = int(time.time())
    make_certificates(tmp_path / "tls", "localhost", Term(now_s - 60, now_s + 86_400))
    out = tmp_path / "out"
    options = ("--collector", "localhost:9", "--ca", str(tmp_path / "tls" / "ca.pem"))
    assert run(simulate(track, out, *options)) == 2
    printed = capsys.readouterr().err
    assert re.search(r"took nothing: \d+ envelopes wait in .*flash\.img", printed)
    assert printed.count("\n") == 1
    assert len(envelopes_in(read_image(out / "flash.img"))) >= 10


def test_a_full_disk_is_one_line_and_leaves_nothing_half_made(track, tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    out = tmp_path / "out"
    command = [*COMMAND, *simulate(track, out)]
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=limit)
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert "File too large" in done.stderr
    assert not out.exists()


def test_a_folder_that_cannot_be_made_is_one_line(track, capsys):
    assert run(simulate(track, Path("/dev/null/out"))) == 2
    assert "/dev/null" in capsys.readouterr().err


def test_a_folder_that_is_no_runs_is_left_alone(track, tmp_path, capsys):
    (tmp_path / "precious").write_text("mine")
    assert run(simulate(track, tmp_path)) == 2
    assert "is not an earlier run's" in capsys.readouterr().err
    assert (tmp_path / "precious").read_text() == "mine"


def test_ctrl_c_leaves_a_whole_state(tmp_path):
    day = tmp_path / "day.csv"
    minutes = range(0, 12 * 60, 9)
    rows = (f"2026-03-02T{m // 60:02}:{m % 60:02}:00Z,47.3,-30.{m:03}\n" for m in minutes)
    day.write_text("time,lat,lon\n" + "".join(rows))
    out = tmp_path / "out"
    process = subprocess.Popen(
        [*COMMAND, *simulate(day, out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    database = out / "collector.sqlite"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if database.exists() and stored(database) >= 3:
            break
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole group
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert errors == "reticent: interrupted\n"
    assert len(records_of(out)) >= 3
    assert "identity.pub" in read_image(out / "flash.img"), "the flash still mounts"


def stored(database: Path) -> int:
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return connection.execute("select count(*) from envelopes").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


class Page(HTMLParser):
    """Collects what a page would ask the network for, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("src", "href", "srcset", "action", "data", "poster"):
                self.asked.append(f"{tag} {name}={value}")
        if tag in ("script", "iframe", "object", "embed", "link"):
            self.asked.append(tag)

    def handle_data(self, data):
        self.text += data


def test_the_report_is_one_page_that_asks_nothing_of_the_network(first_run, tmp_path, capsys):
    out = tmp_path / "report.html"
    options = ["--out", str(out), "--reason", "a test", "--case", "T-1", "--json"]
    assert run(["report", str(first_run), *options]) == 0
    figures = json.loads(capsys.readouterr().out)
    text = out.read_text()
    page = Page()
    page.feed(text)
    assert page.asked == []
    assert "url(" not in text
    assert "@import" not in text
    assert f"{figures['minute_by_minute_positions']:,} positions" in page.text
    assert f"told {figures['cells']:,} cells" in page.text
    assert text.count("<svg viewBox") == 2
    assert text.count('class="precise"') == figures["precise_positions"]


def test_exports_of_a_run_are_whole_files(first_run, tmp_path, capsys):
    for name in ("csv", "geojson", "gpx"):
        out = tmp_path / f"rows.{name}"
        options = ["--role", "duty,officer", "--reason", "a test", "--case", "T-1"]
        assert run(["export", str(first_run), "--format", name, "--out", str(out), *options]) == 0
        assert out.stat().st_size > 1000
    assert run(["export", str(first_run), "--format", "kml", *options]) == 2
    assert "'kml' is no format; it is csv, geojson, gpx" in capsys.readouterr().err
