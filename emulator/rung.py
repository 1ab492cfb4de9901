"""How every program of the rung runs: its options, chips side by side, its end.

Exit status: 0 done, 1 a finding, 2 what whoever called it can mend, 130 interrupted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TextIO, TypeVar

from reticent.errors import Finding, ReticentError

Result = TypeVar("Result")
_CHIPS = 2  # at a time; each takes a processor and up to a gigabyte
_BAD_INPUT, _INTERRUPTED = 2, 130


def options(doc: str | None) -> argparse.ArgumentParser:
    """Return a parser of what all of them are told."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--uf2", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    return parser


def hours(parser: argparse.ArgumentParser, given: Sequence[float]) -> tuple[float, float]:
    """Return the hours of the day that were asked for."""
    begin, end = given
    if not 0 <= begin < end <= 24:
        parser.error("--hours: from 0 to 24, the first before the second")
    return begin, end


def side_by_side(calls: Iterable[Callable[[], Result]]) -> Iterator[Result]:
    """Yield the calls' results in their order; after a failure or an interrupt all chips end."""
    pool = ThreadPoolExecutor(_CHIPS)
    _chips.is_over = False
    try:
        for future in [pool.submit(call) for call in calls]:
            yield future.result()
    except BaseException:
        _chips.end()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


class _Chips:
    """The emulators that run. A thread that builds a tag goes on, but then starts none."""

    def __init__(self) -> None:
        self.is_over = False
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()

    def start(self, command: list[str], errors: TextIO) -> subprocess.Popen[bytes]:
        with self._lock:
            if self.is_over:
                raise Finding("ended with the others")
            process = subprocess.Popen(command, stderr=errors)
            self._running.add(process)
            return process

    def ended(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()  # which is nothing to one that has ended
        self._running.discard(process)

    def end(self) -> None:
        with self._lock:
            self.is_over = True
            for process in self._running:
                process.terminate()


_chips = _Chips()


def run_chip(command: list[str], log: Path) -> None:
    """Run an emulator, its errors in a file; Finding where it fails or ends with the others."""
    with log.open("w") as errors:
        process = _chips.start(command, errors)
        try:
            status = process.wait()
        finally:
            _chips.ended(process)
    if status:
        raise Finding(f"the emulator failed: {log} says why, console.txt what the tag said")


def run(main: Callable[[], list[str] | None]) -> None:
    """Run a program and end with its status; its findings are told, a line each."""
    try:
        findings = main() or []
    except ReticentError as error:
        _end([str(error)], error.exit_status)
    except OSError as error:
        _end([f"{error.filename}: {error.strerror}"], _BAD_INPUT)
    except KeyboardInterrupt:
        _end(["interrupted"], _INTERRUPTED)
    else:
        _end(findings, 1 if findings else 0)


def _end(lines: list[str], status: int) -> None:
    sys.stdout.flush()
    for line in lines:
        sys.stderr.write(f"emulate: {line}\n")
    sys.exit(status)
