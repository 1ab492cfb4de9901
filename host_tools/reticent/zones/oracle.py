"""Asks the tag's own geometry, compiled as for the tag, on the real MicroPython interpreter."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from reticent.errors import ReticentError
from reticent.sim.image import compile_module
from reticent.sim.interpreter import micropython_command
from reticent.tagcode import FIRMWARE
from reticent.zones.shapes import Circle, Named, Part, Position, per_udeg, units

_SCRIPT = Path(__file__).parent / "answer.py"
_MODULES = ("tag/__init__", "tag/sphere", "tag/edges", "tag/geometry")
_HEAP = "256M"

Question = tuple[int, Decimal, Decimal]  # number of the zone, latitude, longitude
Answer = tuple[bool, int]  # inside, distance to the edge in millimetres


class InterpreterFailed(ReticentError):
    """The interpreter ended without all answers; the message is its own last line."""


def ask(zones: Iterable[Named], questions: Iterable[Question], decimals: int) -> list[Answer]:
    """Return an answer for each question, with coordinates of that many decimals."""
    asked = list(questions)
    described = {
        "per_udeg": per_udeg(decimals),
        "zones": [[_described(shape, decimals) for shape in zone.shapes] for zone in zones],
    }
    lines = [json.dumps(described)]
    lines += [f"{zone} {units(lat, decimals)} {units(lon, decimals)}" for zone, lat, lon in asked]
    answers = [line.split() for line in _run("\n".join(lines) + "\n").splitlines()]
    if len(answers) != len(asked):
        raise InterpreterFailed(f"{len(answers)} answers to {len(asked)} points")
    return [(inside == "1", int(distance_mm)) for inside, distance_mm in answers]


def _described(shape: Circle | Part, decimals: int) -> dict[str, object]:
    if isinstance(shape, Circle):
        lon, lat = shape.centre
        return {"circle": [units(lat, decimals), units(lon, decimals), shape.radius_m]}
    return {"rings": [_flat(ring, decimals) for ring in shape.rings]}


def _flat(ring: tuple[Position, ...], decimals: int) -> list[int]:
    return [units(value, decimals) for position in ring for value in position]


def _run(text: str) -> str:
    with TemporaryDirectory(prefix="reticent-zones-") as folder:
        for name in _MODULES:
            target = Path(folder) / f"{name}.mpy"
            target.parent.mkdir(exist_ok=True)
            compile_module(FIRMWARE / f"{name}.py", target, f"{name}.py", None)
        run = subprocess.run(  # noqa: S603 - our own interpreter
            [*micropython_command(_HEAP), str(_SCRIPT)],
            input=text,
            capture_output=True,
            text=True,
            env=os.environ | {"MICROPYPATH": folder},
            check=False,
        )
    if run.returncode:
        last = (run.stderr or run.stdout).strip().splitlines()[-1:]
        raise InterpreterFailed(f"the interpreter failed: {''.join(last)}")
    return run.stdout
