"""What the boards' manifests freeze, read as MicroPython's manifestfile.py reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRMWARE = ROOT / "firmware"
BOARDS = sorted(path.parent.name for path in (ROOT / "boards").glob("*/board.py"))
STOCK = {"$(MPY_DIR)/extmod/asyncio", "$(PORT_DIR)/modules/rp2.py"}


class Manifest:
    """The words of a manifest; paths are relative to the file that says them."""

    def __init__(self) -> None:
        self.files: dict[str, Path] = {}  # by their name in the build
        self.foreign: set[str] = set()

    def read(self, path: Path) -> Manifest:
        here = path.parent

        def include(other: str) -> None:
            if other.startswith("$("):
                self.foreign.add(other)
            else:
                self.read(here / other)

        def module(name: str, base_path: str = ".") -> None:
            if base_path.startswith("$("):
                self.foreign.add(f"{base_path}/{name}")
            else:
                self.add(name, here / base_path / name)

        def package(name: str, base_path: str = ".") -> None:
            for file in sorted((here / base_path / name).rglob("*.py")):
                self.add(file.relative_to((here / base_path)).as_posix(), file)

        words = {"include": include, "module": module, "package": package}
        words["require"] = lambda name: self.foreign.add(name)
        exec(path.read_text(), words)
        return self

    def add(self, name: str, file: Path) -> None:
        assert file.is_file(), file
        assert name not in self.files, f"{name} is frozen twice"
        self.files[name] = file.resolve()


@pytest.mark.parametrize("board", BOARDS)
def test_a_frozen_build_holds_the_whole_firmware_and_its_board(board):
    found = Manifest().read(ROOT / "boards" / board / "manifest.py").files
    firmware = {path.relative_to(FIRMWARE).as_posix(): path for path in FIRMWARE.rglob("*.py")}
    assert found == firmware | {
        "board.py": ROOT / "boards" / board / "board.py",
        "_boot.py": ROOT / "boards" / "_boot.py",
    }


def test_of_micropython_a_build_takes_only_what_the_firmware_imports():
    assert Manifest().read(ROOT / "boards" / "pico" / "manifest.py").foreign == STOCK
    assert Manifest().read(ROOT / "boards" / "pico_w" / "manifest.py").foreign == STOCK | {"ssl"}
