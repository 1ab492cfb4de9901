"""The `reticent` command: one line and the right status, whatever a person types."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table

from agency import SLOT, START_S, Agency
from commands import fails
from reticent.cli import run
from reticent.console import show
from reticent.tagcode import batch, record

EXAMPLE = Path(__file__).parents[2] / "examples" / "order" / "order.toml"
COMMAND = [str(Path(sys.executable).with_name("reticent"))]


@pytest.fixture
def agency(tmp_path):
    made = Agency(tmp_path)
    cell, inside = record.coarse(SLOT, (5, 7)), record.precise(START_S + 5, 0, 1, 2, 12)
    made.take(made.seal([cell]), made.seal([inside], batch.ALERT))
    yield made
    made.store.close()


def opening(agency, *more, role="officer", reason="weekly review", case="77"):
    return [
        "open", "--database", str(agency.database), "--tags", str(agency.tags),
        "--keys", str(agency.ring.folder), "--role", role, "--reason", reason, "--case", case,
        *more,
    ]  # fmt: skip


def test_bad_input_is_one_line_and_status_2(agency, tmp_path, capsys):
    keys, ring = str(tmp_path / "new"), str(agency.ring.folder)
    collector = ["collector", "serve", "--database", str(tmp_path / "db"), "--tags"]
    damaged = tmp_path / "damaged"
    shutil.copytree(ring, damaged)
    (damaged / "ring.sealed").write_bytes(b"\x85\x01\x02\x03\x04\x05")
    deep, long = tmp_path / "deep", tmp_path / "long"
    deep.write_text("a = " + "[" * 100_000)
    long.write_text("version = " + "9" * 5_000)
    map_ = tmp_path / "map.json"
    map_.write_text("[" * 100_000)
    pair = ["--certificate", str(map_), "--key", str(map_)]
    certificate = ["collector", "certificate", "--out", str(tmp_path / "c")]
    port = ["fetch", "/dev/none", "--ca", str(map_), "--collector"]
    zones = ["zones", "preview", str(map_), "--out", str(tmp_path / "zones.html")]
    cases = (
        (["ordre"], 'Unknown command "ordre". Did you mean "order"?'),
        (["keys", "new", keys], "--from"),
        (["keys", "new", keys, "--from", "soon", "--weeks", "2"], "'soon' is not a time"),
        (["keys", "new", keys, "--from", "2026-11-23", "--weeks", "x"], "'x' is no whole number"),
        (["keys", "new", keys, "--from", "2026-11-23", "--weeks", "1.5"], "'1.5' is no whole"),
        (["keys", "new", keys, "--from", "9999-12-31", "--weeks", "1"], "from 1970 to 2099"),
        (["keys", "new", str(deep), "--from", "2026-11-23", "--weeks", "1"], "is in the way"),
        (["keys", "list", str(damaged)], "not a sealed ring of a version known here"),
        (["keys", "list", ring, "--public", "--json"], "leave --json out"),
        (["keys", "list", ring, "--now", f"@{map_}"], "not a number of milliseconds"),
        (["keys", "new", keys, "--from", "2026-11-23", "--weeks", "99"], "holds 1 to 60"),
        (["keys", "new", ring, "--from", "2026-11-23", "--weeks", "1"], "has keys already"),
        (["keys", "new", keys, "--from", "2026-11-23", "--week", "1"], "Did you mean --weeks"),
        (["order", "show", "none", "--issuer", f"{ring}/issuer.public.pem"], "none: No such file"),
        (["order", "show", str(EXAMPLE), "--issuer", f"{ring}/issuer.public.pem"],
         "order.toml: not a signed policy"),
        (opening(agency, reason=" "), "no reason: an opening needs one"),
        (opening(agency, case=""), "no case: an opening needs one"),
        (opening(agency, role="clerk"), "'clerk' is no role"),
        (opening(agency, "--tag", "xyz"), "'xyz' is no tag id; it is 16 hex digits"),
        (opening(agency, "--now", "noon"), "'noon' is not a time"),
        (opening(agency)[:-2], "--case"),
        (opening(agency, reason="\udcff"), "not UTF-8 text"),
        (["audit", "--tags", str(agency.tags), "--database", str(deep)], "not a usable database"),
        (["order", "check", str(deep)], "deep: not TOML: nested too deep"),
        (["order", "check", str(long)], "long: not TOML: a number is too long"),
        (["order", "check", "a\x1b[31m"], "a\\x1b[31m: No such file"),
        ([*zones], "map.json:1: not JSON: nested too deep"),
        ([*zones[:2], str(EXAMPLE.parent / "zones.geojson"), "--out", "."], ".: is a folder"),
        (["firmware", str(tmp_path / "f"), "--board", "../boards/pico"], "no such board"),
        (["wearer-key", "/"], "/: is a folder; name a file"),
        ([*port, "h:99999"], "'h:99999' is no HOST:PORT"),
        ([*port, ":1"], "'' is no host name"),
        ([*collector, str(agency.tags), *pair], "not a pair in PEM; make both"),
        ([*certificate, "--name", "b\u00fccher"], "is no host name"),
        ([*certificate, "--name", "x" * 65], "is no host name"),
        ([*collector, str(tmp_path / "none"), "--certificate", "a", "--key", "b"],
         "no folder of registered tags"),
        ([*collector, str(agency.tags), "--certificate", "a", "--key", "b"],
         "a: no such file; make both: reticent collector certificate"),
        (["collector", "certificate", "--out", str(tmp_path / "c"), "--from", "2026-01-02",
          "--until", "2026-01-01"], "ends before it starts; set a later --until"),
    )  # fmt: skip
    for arguments, message in cases:
        fails(capsys, arguments, 2, message)
    assert agency.log.entries(agency.tag.id) == [], "nothing was opened"


def test_the_way_from_keys_to_a_published_order(agency, tmp_path, capsys):
    keys, policy = tmp_path / "ring", tmp_path / "policy.cose"
    issuer = str(keys / "issuer.public.pem")
    made = ["keys", "new", str(keys), "--from", "2026-11-23", "--weeks", "13"]
    sign = ["order", "sign", str(EXAMPLE), "--keys", str(keys), "--tag", str(agency.tag_file)]
    publish = ["order", "publish", str(policy), "--issuer", issuer]
    assert run(made) == 0
    assert run([*sign, "--out", str(policy)]) == 0
    assert run([*publish, "--database", str(agency.database)]) == 0
    assert agency.store.policy(agency.tag.id, 1) == policy.read_bytes()
    capsys.readouterr()
    assert run(["order", "show", str(policy), "--issuer", issuer, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["tag"] == agency.tag.id.hex()
    assert (shown["reference"], shown["level"]) == ("EX-2026-0117", "coarse")
    assert [zone["name"] for zone in shown["zones"]] == ["Harbour Lane", "Mill School", "Home"]
    fails(capsys, [*sign, "--out", str(policy)], 2, "policy.cose exists; move it away")
    other = str(agency.ring.folder / "issuer.public.pem")
    fails(capsys, ["order", "show", str(policy), "--issuer", other], 2, "another issuer")


def test_a_fault_of_the_order_is_told_with_its_line(agency, tmp_path, capsys):
    shutil.copytree(EXAMPLE.parent, tmp_path / "order")
    text = tmp_path / "order" / "order.toml"
    sign = ["order", "sign", str(text), "--keys", str(agency.ring.folder), "--tag"]
    sign += [str(agency.tag_file), "--out", str(tmp_path / "policy")]
    fails(capsys, sign, 2, "recipients.toml: no duty key for the week of 2026-11-30")
    text.write_text(EXAMPLE.read_text().replace("2027-02-22", "2026-11-30"))
    fails(capsys, sign, 2, "order.toml:8: the review is not within the term: set it after")
    assert not (tmp_path / "policy").exists()


def test_open_prints_a_table_or_json_and_logs_the_account(agency, capsys):
    assert run(opening(agency)) == 0
    out = capsys.readouterr().out
    assert "in or near cell row 5" in " ".join(out.replace("│", " ").split())
    assert "1 envelope opened, 0 refused, 1 sealed for others" in out
    assert max(len(line) for line in out.splitlines()) <= 80
    assert run(opening(agency, "--json", "--now", "2026-11-24T00:00:00Z")) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["opened"][0]["records"][0]["row"] == 5
    entries = agency.log.entries(agency.tag.id)
    assert entries[1]["time"].startswith("2026-11-24T00:00:0")
    assert entries[0]["person"] not in ("", None)
    assert run(opening(agency, "--person", "B. Officer", "--tag", agency.tag.id.hex())) == 0
    assert agency.log.entries(agency.tag.id)[2]["person"] == "B. Officer"


def test_an_envelope_that_fails_is_listed_and_the_status_is_1(agency, capsys):
    agency.take(agency.seal([], commit=bytes(32)))
    assert run(opening(agency)) == 1
    captured = capsys.readouterr()
    assert f"refused: envelope 3 of tag {agency.tag.id.hex()}: the commit" in captured.out
    assert "1 envelope failed a check" in captured.err
    assert run(opening(agency, "--json")) == 1
    assert json.loads(capsys.readouterr().out)["refused"][0]["number"] == 3


def test_a_text_that_looks_like_markup_is_shown_as_it_is(capsys):
    table = Table("zone")
    table.add_row("[bold]Park[/bold] [1, 2]")
    show(table)
    assert "[bold]Park[/bold] [1, 2]" in capsys.readouterr().out


def test_every_command_that_makes_something_prints_it_as_json(agency, tmp_path, capsys):
    ring, policy = tmp_path / "ring", tmp_path / "policy"
    issuer, tag = str(ring / "issuer.public.pem"), agency.tag.id.hex()
    term = ["--from", "2027-02-22", "--until", "2027-05-20", "--review", "2027-05-01"]
    database = ["--database", str(agency.database)]
    held = ["--tags", str(agency.tags), "--keys", str(agency.ring.folder), "--tag", tag]
    held += ["--first", "1", "--last", "1", "--name", "h1", "--purpose", "an appeal"]
    held += ["--case", "7", "--until", "2098-01-01", "--role", "officer"]
    cases = (
        (["keys", "new", str(ring), "--from", "2026-11-23", "--weeks", "14"], "weeks", 14),
        (["keys", "rotate", str(ring), "--add-weeks", "1"], "weeks_added", 1),
        (["keys", "list", str(ring)], "holds", []),
        (["keys", "hold", *held, *database], "envelopes", 1),
        (["order", "sign", str(EXAMPLE), "--keys", str(ring), "--tag", str(agency.tag_file),
          "--out", str(policy)], "version", 1),
        (["order", "publish", str(policy), "--issuer", issuer, *database], "tag", tag),
        (["order", "renew", str(EXAMPLE), "--out", str(tmp_path / "next"), *term], "version", 2),
        (["order", "revoke", str(policy), "--keys", str(ring), "--reason", "it is over",
          "--out", str(tmp_path / "end"), "--now", "2026-12-01"], "version", 2),
        (["zones", "preview", str(EXAMPLE.parent / "zones.geojson"), "--out",
          str(tmp_path / "map.html")], "zones", ["Harbour Lane", "Mill School", "Home"]),
    )  # fmt: skip
    for arguments, name, value in cases:
        assert run([*arguments, "--json"]) == 0, (arguments, capsys.readouterr().err)
        assert json.loads(capsys.readouterr().out)[name] == value, arguments


def test_an_order_goes_into_a_collectors_database_or_nowhere(agency, tmp_path, capsys):
    """A wrong path must not say "published": a revocation would never reach its tag."""
    ring, policy = str(tmp_path / "ring"), str(tmp_path / "policy")
    assert run(["keys", "new", ring, "--from", "2026-11-23", "--weeks", "14"]) == 0
    sign = ["order", "sign", str(EXAMPLE), "--keys", ring, "--tag", str(agency.tag_file)]
    assert run([*sign, "--out", policy]) == 0
    capsys.readouterr()
    publish = ["order", "publish", policy, "--issuer", f"{ring}/issuer.public.pem", "--database"]
    other = tmp_path / "other.sqlite"
    fails(capsys, [*publish, str(other)], 2, "no such database; the collector makes it")
    other.touch()
    fails(capsys, [*publish, str(other)], 2, "no such database; the collector makes it")
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()
    before = other.read_bytes()
    fails(capsys, [*publish, str(other)], 2, "not a collector's database")
    assert other.read_bytes() == before


def test_what_cannot_be_done_is_not_logged(agency, tmp_path, capsys):
    shred = ["keys", "shred", str(agency.ring.folder), "--log", str(agency.folder / "access-log")]
    shred += ["--tag", agency.tag.id.hex(), "--case", "7", "--database", str(tmp_path / "none")]
    fails(capsys, shred, 2, "no such database")
    export = ["export", *opening(agency)[1:], "--out"]
    fails(capsys, [*export, str(tmp_path)], 2, "is a folder; name a file")
    fails(capsys, [*export, str(tmp_path / "none" / "x.csv")], 2, "x.csv: No such file")
    assert agency.log.entries(agency.tag.id) == []


def test_a_wearers_public_key_is_there_with_its_private_one_or_not_at_all(tmp_path, capsys):
    key, public = tmp_path / "w.pem", tmp_path / "w.pem.public.toml"
    key.touch()
    fails(capsys, ["wearer-key", str(key)], 2, "w.pem exists; move it away")
    fails(capsys, ["wearer-key", str(key), "--qr", str(tmp_path / "no" / "q.svg")], 2, "q.svg")
    assert os.listdir(tmp_path) == ["w.pem"]
    assert run(["wearer-key", str(key), "--words", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert len(said["words"].split()) == 24
    assert said["key"] in public.read_text()


@pytest.mark.parametrize("target", ["emulate", "emulate-cuts", "emulate-table", "emulate-seal"])
def test_a_target_without_its_file_is_one_line_and_sets_nothing_up(target):
    done = subprocess.run(
        ["make", "-s", "--no-print-directory", target, "UF2="],
        cwd=EXAMPLE.parents[2], capture_output=True, text=True, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("make: no file at UF2=: name an official MicroPython build")
    assert done.stdout == ""


def test_debug_shows_the_traceback():
    command = [*COMMAND, "--debug", "keys", "new", "x", "--from", "soon", "--weeks", "1"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 2
    assert "Traceback" in run.stderr


def test_a_defect_of_the_program_is_no_finding(agency, capsys, monkeypatch):
    monkeypatch.setattr("reticent.archive.desk.read_identities", lambda folder: 1 // 0)
    fails(capsys, opening(agency), 70, "failed by a fault of its own (ZeroDivisionError)")


def test_the_process_has_the_same_statuses_and_no_colour_in_a_pipe(agency):
    env = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR",)}
    cases = (
        (["--version"], 0),
        (["--help"], 0),
        (["nonsense"], 2),
        (opening(agency), 0),
    )
    for arguments, status in cases:
        run = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, env=env)
        assert run.returncode == status, (arguments, run.stderr)
        assert "\x1b" not in run.stdout + run.stderr, arguments
        assert "Traceback" not in run.stderr


def test_a_reader_that_leaves_early_is_no_error(agency):
    opened = subprocess.Popen(
        [*COMMAND, *opening(agency, "--json")], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    opened.stdout.close()
    assert opened.stderr.read() == b""
    opened.stderr.close()
    assert opened.wait() == 0


def test_a_reader_that_leaves_early_changes_no_status_and_stops_no_work(agency, tmp_path):
    """A finding stays one, and what was to be written is written."""
    agency.take(agency.seal([], commit=bytes(32)))
    made = tmp_path / "made"
    cases = (
        (opening(agency), 1),
        (["keys", "new", str(made), "--from", "2026-11-23", "--weeks", "1"], 0),
        (["--help"], 0),
    )
    for arguments, status in cases:
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([*COMMAND, *arguments], stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        assert done.returncode == status, (arguments, done.stderr)
        assert b"roken pipe" not in done.stderr, arguments
    assert (made / "issuer.public.pem").exists()


def test_standard_streams_that_are_full_or_closed(agency):
    check = f"{COMMAND[0]} order check {EXAMPLE}"
    cases = (
        (f"{check} >/dev/full", 2, "reticent: standard output: No space left on device\n"),
        (f"{check} >&-", 0, ""),
        (f"{check}x 2>&-", 2, ""),
        (f"{check} <&- >&- 2>&-", 0, ""),
    )
    for line, status, message in cases:
        done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (status, message), line


@pytest.mark.parametrize(
    ("number", "line", "status"),
    [
        (signal.SIGINT, "reticent: interrupted\n", 130),
        (signal.SIGTERM, "reticent: ended by SIGTERM\n", 143),
        (signal.SIGHUP, "reticent: ended by SIGHUP\n", 129),
    ],
)
def test_a_signal_is_one_line_and_its_status(tmp_path, number, line, status):
    fifo = tmp_path / "order.toml"
    os.mkfifo(fifo)  # the command waits for somebody to write
    command = [*COMMAND, "order", "sign", str(fifo), "--keys", "k", "--tag", "t", "--out", "o"]
    waiting = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    writer = os.open(fifo, os.O_WRONLY)  # returns once the command reads
    waiting.send_signal(number)
    assert waiting.communicate()[1] == line
    assert waiting.returncode == status
    os.close(writer)
