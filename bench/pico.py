"""Where the emulated Pico of `emulator/` is, for the benches that run a script on it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "emulator"))
from needs import BOOTROM, require_all

__all__ = ["BOOTROM", "require_all"]
