"""The emulator's rung where it cannot run, and what it holds a tag to."""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from reticent.errors import BadInput, Finding
from reticent.tagcode import FIRMWARE

EMULATOR = Path(__file__).parents[2] / "emulator"
sys.path.append(str(EMULATOR))
import cuts
import emulate
import ledger
import needs
import renewal
import rung
import uf2
import verdict
import wifi_mends


def run(script, uf2, *options, **environment):
    command = [sys.executable, EMULATOR / script, "--uf2", uf2, "--out", "nowhere", *options]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def make_node(folder, version):
    (folder / "node").write_text(f"#!/bin/sh\necho {version}\n")
    (folder / "node").chmod(0o755)


def make_uf2(text, count=2, family=0xE48BFF56):
    """Return a UF2 of two blocks; the text begins in the first and ends in the second."""
    image = (bytes(250) + text).ljust(512, b"\0")
    made = b""
    for number in range(2):
        address, part = 0x1000_0000 + 256 * number, image[256 * number : 256 * number + 256]
        head = (0x0A324655, 0x9E5D5157, 0x2000, address, 256, number, count, family)
        made += struct.pack("<8I", *head) + part.ljust(476, b"\0") + struct.pack("<I", 0x0AB16F30)
    return made


PICO = b"MicroPython v1.25.0 on 2025-04-15\0; Raspberry Pi Pico with RP2040\0"


@pytest.mark.parametrize(
    ("data", "board", "why"),
    [
        (make_uf2(PICO), "pico", None),
        (make_uf2(PICO), "pico_w", "is for Raspberry Pi Pico; a build of RPI_PICO_W is needed"),
        (
            make_uf2(PICO.replace(b"Pico with", b"Pico W with")),
            "pico",
            "is for Raspberry Pi Pico W; a build of RPI_PICO is needed",
        ),
        (
            make_uf2(PICO.replace(b"1.25", b"1.24")),
            "pico",
            "is MicroPython v1.24; 1.25 or newer is needed",
        ),
        (make_uf2(PICO, count=3), "pico", "has 2 of its 3 blocks: fetch it again"),
        (make_uf2(PICO)[:512], "pico", "has 1 of its 2 blocks: fetch it again"),
        (make_uf2(PICO, family=0xE48BFF59), "pico", "is no UF2 for an RP2040"),
        (b"# Reticent\n" * 100, "pico", "is no UF2 for an RP2040"),
        (b"", "pico", "is no UF2 for an RP2040"),
        (
            make_uf2(b"CircuitPython, for some board"),
            "pico",
            "is no MicroPython; an official build of RPI_PICO is needed",
        ),
    ],
)
def test_a_build_is_one_for_the_board_or_told_why_not(data, board, why):
    assert uf2.fault(data, board) == why


def test_another_build_is_refused_before_anything_is_made(tmp_path):
    make_node(tmp_path, "v20.1.0")
    (tmp_path / "w.uf2").write_bytes(b"no UF2")
    done = run("emulate.py", tmp_path / "w.uf2", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"emulate: {tmp_path}/w.uf2 is no UF2 for an RP2040\n"
    assert not Path("nowhere").exists()


@pytest.mark.parametrize("script", ["emulate.py", "cuts.py"])
def test_without_a_build_it_says_so_and_ends(tmp_path, script):
    make_node(tmp_path, "v20.1.0")
    done = run(script, tmp_path / "none.uf2", PATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr == (
        f"emulate: skipped: an official UF2 of RPI_PICO at {tmp_path}/none.uf2 is missing\n"
    )


@pytest.mark.parametrize(
    ("script", "options", "why"),
    [
        ("emulate.py", ["--day", "--only", "heap"], "--day is one tag over all hours"),
        (
            "emulate.py",
            ["--hours", "5", "3"],
            "--hours: from 0 to 24, the first before the second",
        ),
        ("cuts.py", ["--cuts", "0"], "--cuts: one at least"),
    ],
)
def test_options_that_make_no_run_are_refused(tmp_path, script, options, why):
    done = run(script, tmp_path / "none.uf2", *options)
    assert done.returncode == 2
    assert why in done.stderr.splitlines()[-1]


def test_without_node_it_says_so_and_ends(tmp_path):
    done = run("emulate.py", tmp_path / "none.uf2", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "emulate: skipped: node (apt-get install nodejs npm) is missing\n"


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        ({}, None),
        ({"resets": 1}, "the tag was reset 1 times"),
        ({"lostFull": 3}, "3 bytes were lost to a full UART"),
        ({"watchdogGapMs": 0}, "its watchdog was never fed"),
        ({"audit_faults": ["Envelope 3 is missing."]}, "Envelope 3 is missing."),
    ],
)
def test_a_run_with_a_reset_a_lost_byte_or_no_watchdog_has_a_fault(planted, fault):
    measured = {"resets": 0, "lostFull": 0, "lostOff": 4, "watchdogGapMs": 2_800.0}
    measured["audit_faults"] = []
    assert verdict.faults(measured | planted) == ([fault] if fault else [])


def test_a_batch_that_broke_off_shifts_no_other_batchs_steps():
    whole = "".join(f"#seal {number} {100 * number}\r\n" for number in range(5))
    broken = "#seal 0 1\r\n#seal 1 7\r\n"
    steps = {name: [100] for name in emulate.STEPS} | {"in all": [400]}
    assert emulate.sealing_ms(whole) == steps
    assert emulate.sealing_ms(broken + whole + broken) == steps
    assert emulate.sealing_ms(broken) == {}


def audit_says(monkeypatch, status=0, findings=(), **changed):
    told = {"envelopes": 5, "opened": 5, "violations": 0, "notices": 0} | changed
    told["findings"] = [{"severity": kind, "sentence": words} for kind, words in findings]
    done = SimpleNamespace(returncode=status, stdout=json.dumps(told), stderr="why")
    monkeypatch.setattr(verdict.subprocess, "run", lambda *_, **__: done)
    return verdict.audit(Path("run"), 0)


def test_an_audit_that_found_something_or_did_not_open_everything_is_a_fault(monkeypatch):
    line = "5 envelopes, 5 opened: 0 violations, 0 notices"
    assert audit_says(monkeypatch) == {"audit": line, "audit_faults": []}
    noticed = audit_says(monkeypatch, findings=[("notice", "Late.")], notices=1)
    assert noticed["audit_faults"] == []
    found = audit_says(monkeypatch, 1, [("violation", "Envelope 3 is missing.")], violations=1)
    assert found["audit_faults"] == ["Envelope 3 is missing."]
    for planted in ({"opened": 4}, {"opened": 0, "envelopes": 0}):
        (fault,) = audit_says(monkeypatch, **planted)["audit_faults"]
        assert fault.startswith("not all was opened: ")
    with pytest.raises(Finding, match="failed: why"):
        audit_says(monkeypatch, 2)


@pytest.mark.parametrize(
    ("mends", "reference"), [("mends.mjs", "mends.mjs"), ("wifi_mends.py", "wifi_mends")]
)
def test_each_fault_that_is_mended_elsewhere_stands_in_the_one_file_and_is_named_there(
    mends, reference
):
    listed = re.findall(
        r"^(?:// )?([A-Z]+) \((\S+)\): ", (EMULATOR / mends).read_text(), re.MULTILINE
    )
    assert len(listed) >= 4
    named = [
        (name, path.name)
        for path in [*EMULATOR.glob("*.mjs"), *EMULATOR.glob("*.py")]
        for name in re.findall(rf"\b(?<!wifi_){reference}: ([A-Z]+)", path.read_text())
    ]
    assert set(listed) <= set(named)
    assert {name for name, _ in named} == {name for name, _ in listed}


def test_a_node_that_is_too_old_is_named(tmp_path):
    make_node(tmp_path, "v16.20.2")
    done = run("emulate.py", tmp_path / "none.uf2", PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "emulate: node is v16.20.2; 18 or newer is needed\n"


def test_another_release_of_an_emulator_than_its_faults_are_mended_of_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        needs._require_version("rp2040js", "1.5.0", "1.4.1")
    assert ended.value.code == 2
    assert "rp2040js is 1.5.0, its faults are mended of 1.4.1" in capsys.readouterr().err
    assert f"rp2040js {needs._rp2040js()} " in (EMULATOR / "mends.mjs").read_text()
    lock = (EMULATOR.parent / "requirements-emulator.lock").read_text()
    assert f"rp2040py=={wifi_mends.VERSION} " in lock


def raising(error):
    def main():
        raise error

    return main


@pytest.mark.parametrize(
    ("main", "status", "said"),
    [
        (lambda: None, 0, ""),
        (lambda: ["2 violations"], 1, "emulate: 2 violations\n"),
        (raising(Finding("no batch")), 1, "emulate: no batch\n"),
        (raising(BadInput("x: is no run's")), 2, "emulate: x: is no run's\n"),
        (
            raising(NotADirectoryError(20, "Not a directory", "x/y")),
            2,
            "emulate: x/y: Not a directory\n",
        ),
        (raising(KeyboardInterrupt()), 130, "emulate: interrupted\n"),
    ],
)
def test_a_program_of_the_rung_ends_with_its_status_and_a_line(capsys, main, status, said):
    with pytest.raises(SystemExit) as ended:
        rung.run(main)
    assert (ended.value.code, capsys.readouterr().err) == (status, said)


def test_after_a_failure_the_chips_that_wait_are_not_started():
    begun, never = [], threading.Event()

    def fail():
        raise Finding("one")

    def begin():
        begun.append(1)
        never.wait(0.1)

    with pytest.raises(Finding):
        list(rung.side_by_side([fail, *[begin] * 40]))
    assert len(begun) < 40


@pytest.mark.parametrize("error", [Finding("one"), KeyboardInterrupt()])
def test_what_fails_or_is_interrupted_ends_the_chips_that_run(tmp_path, error):
    begun, ended = threading.Event(), []

    def chip():
        begun.set()
        try:
            rung.run_chip([sys.executable, "-c", "import time; time.sleep(50)"], tmp_path / "log")
        except Finding as why:
            ended.append(str(why))
        rung.run_chip([sys.executable, "-c", "import time; time.sleep(50)"], tmp_path / "log")

    def fail():
        begun.wait(20)
        raise error

    with pytest.raises(type(error)):
        list(rung.side_by_side([fail, chip]))
    assert len(ended) == 1


def test_an_emulator_that_fails_is_a_finding_that_names_its_log(tmp_path):
    def chip():
        rung.run_chip([sys.executable, "-c", "raise ValueError(7)"], tmp_path / "log")

    with pytest.raises(Finding, match=f"{tmp_path}/log says why"):
        list(rung.side_by_side([chip]))
    assert "ValueError: 7" in (tmp_path / "log").read_text()


def test_compiled_code_does_what_the_emulators_own_core_does():
    if shutil.which("node") is None or not (EMULATOR / "node_modules/rp2040js").is_dir():
        pytest.skip("node or rp2040js is missing: make emulator/.ready")
    command = ["node", EMULATOR / "compare.mjs", "3000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    cases, instructions, differ = map(int, re.findall(r"\d+", done.stdout))
    assert (cases, differ) == (3_000, 0)
    assert instructions > 100_000


def test_the_ledger_looks_behind_what_joins_the_tag():
    source = (FIRMWARE / "main.py").read_text()
    text = ledger.instrumented(source, ["tag.gnss"])
    compile(text, "main.py", "exec")
    assert "__import__('tag.gnss')\nlook('tag.gnss')\n" in text
    assert text.count("look(") > 20
    with pytest.raises(KeyError, match="live"):
        ledger.instrumented(source.replace("def live(", "def run("), [])


def test_what_is_patched_is_in_the_source():
    planted = ("store.blocks", cuts.GUARD, cuts.PLANT)
    for module, text, _ in (*emulate.MARKS, *renewal.MARKS, planted):
        source = (FIRMWARE / f"{module.replace('.', '/')}.py").read_text()
        assert source.count(text) == 1, text
