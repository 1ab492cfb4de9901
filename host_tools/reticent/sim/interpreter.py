"""Where the real MicroPython interpreter is, and how it is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# The PyPI package is an extension module with a console script; calling the module through this
# Python needs no PATH.
_CALL = "import sys; from micropython_unix import main; sys.exit(main())"


def micropython_command(heap: str) -> list[str]:
    """Return the command that starts the interpreter with a heap such as "400k".

    MICROPYTHON in the environment names another binary.
    """
    own = os.environ.get("MICROPYTHON")
    base = [own] if own else [str(Path(sys.executable)), "-c", _CALL]
    return [*base, "-X", f"heapsize={heap}"]
