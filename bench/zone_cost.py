"""What a check of 100 zones and a cell cost, and that every interpreter gives the same results.

usage: python bench/zone_cost.py [--wasm PACKAGE] [--uf2 FILE]

The unix interpreter always; the WebAssembly build (npm's pyscript package of MicroPython) and the
emulated Pico (an official UF2) where they are named, and skipped otherwise. Exits with 1 where a
result differs.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pico

from reticent.sim.image import build_image, compile_module
from reticent.sim.interpreter import micropython_command
from reticent.tagcode import FIRMWARE

MODULES = (
    "__init__", "sphere", "edges", "geometry", "near", "table", "grid", "schedule", "jumps",
    "evidence", "fields", "fix",
)  # fmt: skip
ON_TAG = Path(__file__).parent / "on_tag"
SCRIPT = ON_TAG / "zone_cost.py"
PICO_SETTINGS = "NAIVE, POINTS, REPEAT, VIPER = False, 60, 2, True\n"


def compiled(folder: Path, march: str) -> None:
    """Compile the modules into folder/tag."""
    (folder / "tag").mkdir()
    for name in MODULES:
        compile_module(FIRMWARE / f"tag/{name}.py", folder / f"tag/{name}.mpy", name, march)


def on_unix(folder: Path) -> str:
    compiled(folder, "x64")
    (folder / "settings.py").write_text("NAIVE, POINTS, REPEAT, VIPER = True, 60, 20, True\n")
    return pico.printed([*micropython_command("4M"), SCRIPT], MICROPYPATH=str(folder))


def on_wasm(folder: Path, package: Path) -> str:
    """Run the sources there, with viper's decorators and annotations stripped."""
    (folder / "tag").mkdir()
    for name in MODULES:
        source = (FIRMWARE / f"tag/{name}.py").read_text()
        source = re.sub(r"@micropython\.(viper|native)\n", "", source)
        source = re.sub(r": (ptr8|ptr16|ptr32|int)\b(?=[,)])", "", source)
        (folder / f"tag/{name}.py").write_text(source)
    (folder / "settings.py").write_text("NAIVE, POINTS, REPEAT, VIPER = False, 60, 1, False\n")
    return pico.printed(["node", ON_TAG / "wasm.mjs", package, folder, SCRIPT])


def on_pico(folder: Path, args: argparse.Namespace) -> str:
    compiled(folder, "armv6m")
    files = {f"lib/tag/{name}.mpy": (folder / f"tag/{name}.mpy").read_bytes() for name in MODULES}
    files["settings.py"] = PICO_SETTINGS.encode()
    files["boot.py"] = (FIRMWARE / "boot.py").read_bytes()  # or modules leave no hole for arrays
    compile_module(SCRIPT, folder / "script.mpy", SCRIPT.name, "armv6m")
    files["zone_cost.mpy"] = (folder / "script.mpy").read_bytes()
    image = folder / "flash.img"
    build_image(image, pico.BLOCKS, files)
    return pico.printed(["node", ON_TAG / "pico.mjs", args.uf2, pico.BOOTROM, image, SCRIPT.stem])


def report(name: str, printed: str) -> set[str]:
    """Print an interpreter's figures and ratios; return its checksums."""
    figures: dict[str, str] = {}
    checksums: set[str] = set()
    print(f"{name}:")
    for line in printed.splitlines():
        key, _, value = line.partition(" ")
        print(f"  {key} {value}")
        figures[key] = value
        if key == "checksums":
            checksums.add(value)
            if "naive_ns" in figures:
                ratio = int(figures["naive_ns"]) / int(figures["check_ns"])
                print(f"  float loop / check: {ratio:.0f}")
            if int(figures["divisions_ns"]):
                ratio = int(figures["cell_ns"]) / int(figures["divisions_ns"])
                print(f"  cell / four divisions: {ratio:.2f}")
    return checksums


def main() -> None:
    """Run it wherever it can run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("wasm", "uf2"):
        parser.add_argument(f"--{name}", type=Path)
    args = parser.parse_args()
    runs = {"unix": on_unix}
    if args.wasm is None or shutil.which("node") is None:
        print("skipped: WebAssembly needs node and --wasm")
    else:
        runs["wasm"] = lambda folder: on_wasm(folder, args.wasm)
    if args.uf2 is None:
        print("skipped: the emulated Pico needs --uf2")
    else:
        pico.require_all(args.uf2)
        runs["pico"] = lambda folder: on_pico(folder, args)
    checksums: set[str] = set()
    for name, runner in runs.items():
        with TemporaryDirectory() as folder:
            found = report(name, runner(Path(folder)))
        if not found:
            sys.exit(f"{name}: no results")
        checksums |= found
    sys.exit(f"results differ: {checksums}" if len(checksums) != 1 else 0)


if __name__ == "__main__":
    main()
