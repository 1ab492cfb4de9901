"""A receiver's raw log, read by the firmware's parser on the real interpreter."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reticent.errors import BadInput
from reticent.sim.interpreter import micropython_command
from reticent.tagcode import FIRMWARE

COLUMNS = (
    "epoch_utc",
    "lat",
    "lon",
    "alt_msl_m",
    "speed_mps",
    "course_deg",
    "hdop",
    "sats_used",
    "mode",
)
_DECIMALS = (6, 6, 3, 2, 2, 2, 0, 0)  # of the columns behind the first
_ON_TAG = Path(__file__).with_name("on_tag.py")
_HEAP = "8M"


@dataclass(frozen=True)
class LogFix:
    """One fix of a log: its cells in the order of COLUMNS, as text."""

    cells: tuple[str, ...]
    is_doubtful: bool


@dataclass(frozen=True)
class LogReading:
    """What the parser made of a log."""

    fixes: list[LogFix]
    sentences: int
    refused: int
    epochs: int


def read_log(path: Path) -> LogReading:
    """Return what the tag would have read; raises BadInput for what is no log of a receiver."""
    if not path.is_file():
        raise BadInput(f"{path}: is not a file; name a receiver's raw NMEA log")
    command = [*micropython_command(_HEAP), str(_ON_TAG), str(FIRMWARE), str(path.absolute())]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    *lines, last = run.stdout.splitlines() or [""]
    if run.returncode or not last.startswith("= "):
        raise BadInput(f"{path}: cannot be read: {run.stderr.strip() or run.stdout.strip()}")
    sentences, refused, epochs = (int(count) for count in last[2:].split())
    if not sentences:
        raise BadInput(f"{path}: no NMEA sentence with a right checksum; is it a receiver's log?")
    return LogReading([_fix(line) for line in lines], sentences, refused, epochs)


def _fix(line: str) -> LogFix:
    utc_s, utc_ms, *values, doubtful = line.split()
    moment = datetime.fromtimestamp(int(utc_s), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    cells = (
        "" if value == "-" else _decimal(int(value), places)
        for value, places in zip(values, _DECIMALS, strict=True)
    )
    return LogFix((f"{moment}.{int(utc_ms):03d}Z", *cells), doubtful == "1")


def _decimal(scaled: int, places: int) -> str:
    """Return a scaled integer as decimal text, exactly; metres from millimetres and so on."""
    if places == 0:
        return str(scaled)
    whole, rest = divmod(abs(scaled), 10**places)
    return f"{'-' if scaled < 0 else ''}{whole}.{rest:0{places}d}"
