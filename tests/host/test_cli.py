"""The `reticent` command: one line and the right status, whatever a person types."""

import json
import os
import shutil
import signal
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
    cases = (
        (["ordre"], 'Unknown command "ordre". Did you mean "order"?'),
        (["keys", "new", keys], "--from"),
        (["keys", "new", keys, "--from", "soon", "--weeks", "2"], "'soon' is not a time"),
        (["keys", "new", keys, "--from", "2026-11-23", "--weeks", "x"], 'convert "x" into int'),
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
    opened.wait()


def test_ctrl_c_is_one_line_and_130(agency, tmp_path):
    fifo = tmp_path / "order.toml"
    os.mkfifo(fifo)  # the command waits for somebody to write
    command = [*COMMAND, "order", "sign", str(fifo), "--keys", "k", "--tag", "t", "--out", "o"]
    waiting = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    writer = os.open(fifo, os.O_WRONLY)  # returns once the command reads
    waiting.send_signal(signal.SIGINT)
    assert waiting.communicate()[1] == "reticent: interrupted\n"
    assert waiting.returncode == 130
    os.close(writer)
