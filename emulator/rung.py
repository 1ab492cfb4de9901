"""How every program of the rung runs: its options, chips side by side, its end.

Exit status: 0 done, 1 a finding, 2 what whoever called it can mend, 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from reticent.errors import ReticentError

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
    """Yield what the calls return, in their order; after a failure none is begun any more."""
    pool = ThreadPoolExecutor(_CHIPS)
    try:
        for future in [pool.submit(call) for call in calls]:
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


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
