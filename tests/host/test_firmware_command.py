"""`reticent firmware`, and an unmodified mpremote that copies what it wrote to a tag's flash."""

import json
import subprocess
import sys
from pathlib import Path

from commands import fails
from reticent.cli import run
from reticent.deploy.build import MARCH, build
from reticent.sim.image import build_image, read_image
from reticent.sim.tag import firmware_sources, read_board
from serial_board import serial_board

BOARD = "pico"


def test_mpremote_copies_all_of_it(tmp_path, capsys):
    out, flash = tmp_path / "out", tmp_path / "flash.img"
    assert run(["firmware", str(out), "--board", BOARD]) == 0
    assert f"mpremote cp -r {out}/flash/* :" in capsys.readouterr().out
    build_image(flash, read_board(BOARD)["FLASH_BLOCKS"], {})
    with serial_board(flash, tmp_path / "board.py") as port:
        sources = sorted((out / "flash").iterdir())
        mpremote = Path(sys.executable).with_name("mpremote")
        command = [mpremote, "connect", port, "resume", "cp", "-r", *sources, ":"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert (
        read_image(flash) == build(firmware_sources(read_board(BOARD)), MARCH, traces=False).files
    )


def test_the_map_lies_beside_what_is_copied(tmp_path, capsys):
    out = tmp_path / "out"
    assert run(["firmware", str(out), "--board", "pico_w", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    files = [path for path in (out / "flash").rglob("*") if path.is_file()]
    assert (said["files"], said["bytes"]) == (len(files), sum(p.stat().st_size for p in files))
    assert {path.name for path in out.iterdir()} == {"flash", "names.json"}
    assert "modules" in json.loads((out / "names.json").read_text())


def test_bad_input(tmp_path, capsys):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine").touch()
    fails(capsys, ["firmware", str(taken), "--board", BOARD], 2, "choose another place")
    fails(capsys, ["firmware", str(taken / "mine"), "--board", BOARD], 2, "choose another place")
    fails(
        capsys, ["firmware", str(tmp_path / "o"), "--board", "pica"], 2, "there are: pico, pico_w"
    )
    assert not (tmp_path / "o").exists()
    assert [path.name for path in taken.iterdir()] == ["mine"]
