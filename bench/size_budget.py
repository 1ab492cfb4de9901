"""What the firmware may take of each board: compiled bytes on its flash, heap once it is loaded.

`make check` runs this. The heap is the unix port's, whose objects are twice a chip's: it shows
what grew, not what a Pico has left (`make emulate` tells that). Exits with 1 where a budget is
exceeded.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from reticent.deploy.build import MAIN, Build, build, imported
from reticent.sim.interpreter import micropython_command
from reticent.sim.tag import firmware_sources, read_board

# What the unix port has not: nothing of it is needed to import.
CHIP = ("machine", "network", "rp2")
# board -> (bytes of compiled modules, of the unix port's heap after import): a kilobyte or so
# above what was measured when it was set. Raise one only with a reason in the commit.
BUDGETS = {"pico": (116_700, 146_750), "pico_w": (114_100, 150_750)}
LOAD = """
import gc, sys
sys.path.insert(0, {lib!r})
import asyncio, hashlib, machine, network, rp2, socket, ssl, time
gc.collect()
before = gc.mem_alloc()
for name in {modules!r}:
    __import__(name)
gc.collect()
print(gc.mem_alloc() - before)
"""


def flash_bytes(made: Build) -> int:
    """Return the bytes of the compiled modules."""
    return sum(len(data) for path, data in made.files.items() if path.endswith(".mpy"))


def heap_bytes(made: Build, folder: Path) -> int:
    """Return what the modules that stay take of the unix port's heap."""
    for path, data in made.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    for name in CHIP:
        (folder / "lib" / f"{name}.py").touch()
    modules = imported(made.small.program, [MAIN])[:-1]
    script = LOAD.format(lib=str(folder / "lib"), modules=modules)
    command = [*micropython_command("4m"), "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"size_budget: {done.stdout}{done.stderr}")
    return int(done.stdout)


def measure(board: str) -> tuple[int, int]:
    """Return (bytes on the flash, bytes of heap) of a board's firmware."""
    sources = firmware_sources(read_board(board), 0)
    with TemporaryDirectory() as folder:
        heap = heap_bytes(build(sources, "x64", traces=False), Path(folder))
    return flash_bytes(build(sources, "armv6m", traces=False)), heap


def main() -> None:
    """Compare each board with its budget."""
    is_over = False
    for board, budget in BUDGETS.items():
        for what, taken, most in zip(("flash", "heap"), measure(board), budget, strict=True):
            is_over |= taken > most
            word = "OVER" if taken > most else "of"
            print(f"{board:8} {what:6} {taken:8} {word} {most}")
    if is_over:
        sys.exit("size_budget: the firmware grew; cut it, or raise its budget and say why")


if __name__ == "__main__":
    main()
