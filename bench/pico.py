"""What the benches share that run a script on the emulated Pico of `emulator/`, and elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "emulator"))
from needs import BOOTROM, require_all

__all__ = ["BLOCKS", "BOOTROM", "printed", "require_all"]
BLOCKS = 352  # of 4 KiB: a Pico's volume
_TAIL = 1_500  # characters of a failure: node prints a whole minified file first


def printed(command: list[object], **environment: str) -> str:
    """Return what a command printed; where it fails, the end of that ends the bench with 1."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit((done.stdout + done.stderr)[-_TAIL:])
    return done.stdout
