"""What an emulated chip needs; where some is missing, one line says so and the program ends."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

EMULATOR = Path(__file__).parent
BOOTROM = EMULATOR / "bootrom.bin"


def require(what: str, is_there: bool) -> None:
    """End the program with one line where something is missing: the rung is not run then."""
    if not is_there:
        sys.stderr.write(f"emulate: skipped: {what} is missing\n")
        sys.exit(2)


def require_all(uf2: Path) -> None:
    """End the program where what an emulated Pico needs is missing."""
    require("node (apt-get install nodejs npm)", shutil.which("node") is not None)
    require(f"an official UF2 of RPI_PICO at {uf2}", uf2.is_file())
    modules = EMULATOR / "node_modules/rp2040js"
    require("rp2040js (make emulator/.ready)", modules.is_dir())
    require("the boot ROM (make emulator/.ready)", BOOTROM.is_file())
