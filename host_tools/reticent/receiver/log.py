"""A receiver's raw log, read by the firmware's parser on the real interpreter."""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

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


class LogReader:
    """Reads one log, of any size, once; the counts are known when the last fix has been taken."""

    def __init__(self, path: Path) -> None:
        """Take a file that can be read; raises BadInput otherwise."""
        if not path.is_file():
            raise BadInput(f"{path}: is not a file; name a receiver's raw NMEA log")
        try:
            path.open("rb").close()
        except OSError as error:
            raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
        self._path = path
        self.sentences = 0
        self.refused = 0
        self.epochs = 0

    def fixes(self) -> Iterator[LogFix]:
        """Yield the fixes; raises BadInput for what is no log, before the first of them."""
        path = self._path
        command = [*micropython_command(_HEAP), str(_ON_TAG), str(FIRMWARE), str(path.absolute())]
        with TemporaryFile("w+") as errors, _running(command, errors) as lines:
            last = ""
            for line in lines:
                if line.startswith("= "):
                    last = line
                else:
                    yield _fix(line)
            if not last:
                errors.seek(0)
                said = (errors.read().strip().splitlines() or ["no reason was given"])[-1]
                raise BadInput(f"{path}: cannot be read to its end: {said}")
        self.sentences, self.refused, self.epochs = (int(count) for count in last[2:].split())
        if not self.sentences:
            raise BadInput(
                f"{path}: no NMEA sentence with a right checksum; is it a receiver's log?"
            )


@contextmanager
def _running(command: list[str], errors: IO[str]) -> Generator[IO[str]]:
    """Run the interpreter and yield its output; whoever stops listening ends it."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process:  # noqa: S603
        assert process.stdout is not None  # a pipe was asked for
        try:
            yield process.stdout
        finally:
            process.stdout.close()
            if process.poll() is None:
                process.terminate()


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
