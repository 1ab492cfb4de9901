"""Where the emulated Pico of `emulator/` is, for the benches that run a script on it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

EMULATOR = Path(__file__).parents[1] / "emulator"
BOOTROM = EMULATOR / "bootrom.bin"


def require(uf2: Path) -> None:
    """Say what is missing for the emulator, and end."""
    for what, is_there in (
        ("node", shutil.which("node")),
        ("a UF2 of RPI_PICO (UF2=...)", uf2.is_file()),
        ("rp2040js (make emulator/.ready)", (EMULATOR / "node_modules/rp2040js").is_dir()),
        ("the boot ROM (make emulator/.ready)", BOOTROM.is_file()),
    ):
        if not is_there:
            sys.exit(f"bench: the emulated Pico was skipped: {what} is missing")
