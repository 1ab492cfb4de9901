"""Simulations in tests: a main.py in a world, and what it printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

from reticent.sim.image import build_image
from reticent.sim.runner import Chip
from reticent.sim.world import Board, World

SMALL = Board(flash_blocks=24)


@dataclass
class Simulation:
    """A chip that has main.py on its flash, and the lines that it has printed so far."""

    chip: Chip
    flash: Path
    lines: list[str] = field(default_factory=list)

    def run(self):
        return self.chip.run()


def simulation(
    folder: Path,
    main: str,
    *,
    files: dict[str, bytes] | None = None,
    chip: dict[str, Any] | None = None,
    **world: Any,
) -> Simulation:
    """Set a simulation up; `world` and `chip` are further arguments of World and Chip."""
    flash = folder / "flash.bin"
    board = world.setdefault("board", SMALL)
    build_image(flash, board.flash_blocks, {"main.py": dedent(main).encode(), **(files or {})})
    lines: list[str] = []
    surroundings = World(**({"flash": flash, "end_ms": 60_000} | world))
    made = Chip(surroundings, **({"on_line": lines.append} | (chip or {})))
    return Simulation(made, flash, lines)
