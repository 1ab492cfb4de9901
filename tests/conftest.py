"""The ladder's lower rungs: tests/logic runs on CPython and on MicroPython, tests/device on
MicroPython.

A MicroPython file runs once, in one interpreter; each of its test functions is an item of its own,
so that pytest's summary counts it. A file's heap is set by a line `# heap: 400k` in it; a line
`# path: folder` puts one of the repository's folders before all others on its sys.path.
"""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cryptography_vectors
import pytest

from cases import Skip
from reticent import tagcode
from reticent.sim.interpreter import micropython_command

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FIRMWARE = tagcode.FIRMWARE
DATA = ROOT.parent / "shared" / "data"

os.environ["RETICENT_VECTORS"] = str(Path(cryptography_vectors.__file__).parent)
if DATA.is_dir():
    os.environ.setdefault("RETICENT_DATA", str(DATA))

sys.path.append(str(TESTS / "support" / "cpython"))  # cryptolib, for firmware/seal

# A job in the background, and one under nohup, ignores what its children would ignore with it.
for number, handler in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, lambda *_: None),
):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, handler)


class MicroPythonTest(pytest.Item):
    """One test function's outcome in its file's one run."""

    def runtest(self) -> None:
        outcome, output = self.parent.outcomes().get(self.originalname, ("MISSING", ""))
        if outcome == "MISSING":
            output = self.parent.output
        if outcome.startswith("SKIP"):
            pytest.skip(outcome[5:])
        if outcome != "PASS":
            raise MicroPythonFailure(output)

    def __init__(self, originalname: str, **kwargs) -> None:
        super().__init__(name=originalname + "[micropython]", **kwargs)
        self.originalname = originalname

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, MicroPythonFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, f"{self.path.name}::{self.name}"


class MicroPythonFailure(Exception):
    """A test failed in the interpreter; the text is what it printed."""


class MicroPythonFile(pytest.File):
    """A test file that runs on the real interpreter, once."""

    _outcomes: dict[str, tuple[str, str]] | None = None
    output = ""

    def collect(self) -> Iterator[pytest.Item]:
        for node in ast.parse(self.path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield MicroPythonTest.from_parent(self, originalname=node.name)

    def outcomes(self) -> dict[str, tuple[str, str]]:
        if self._outcomes is None:
            source = self.path.read_text()
            heap = re.search(r"^# heap: (\w+)", source, re.M)
            folders = re.findall(r"^# path: (\S+)", source, re.M)
            command = [
                *micropython_command(heap[1] if heap else "256M"),
                TESTS / "support" / "run_micropython.py",
                FIRMWARE,
                TESTS / "support",
                self.path,
                *(ROOT / folder for folder in folders),
            ]
            run = subprocess.run(command, capture_output=True, text=True, errors="replace")
            self.output = run.stdout + run.stderr
            self._outcomes = {}
            printed = ""
            for line in run.stdout.splitlines(keepends=True):
                if line.startswith("\x01"):
                    name, _ms, outcome = line[1:].rstrip("\n").split(" ", 2)
                    self._outcomes[name] = (outcome, printed)
                    printed = ""
                else:
                    printed += line
        return self._outcomes


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    rung = file_path.relative_to(TESTS).parts[0] if file_path.is_relative_to(TESTS) else ""
    if rung in ("logic", "device") and file_path.match("test_*.py"):
        return MicroPythonFile.from_parent(parent, path=file_path)
    return None


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    return True if collection_path.name in ("support", "__pycache__") else None


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector):
    """tests/device is MicroPython's alone: give CPython an empty module of it."""
    if module_path.is_relative_to(TESTS / "device"):
        return EmptyModule.from_parent(parent, path=module_path)
    return None


class EmptyModule(pytest.Module):
    def collect(self):
        return []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item):
    try:
        return (yield)
    except Skip as reason:
        pytest.skip(str(reason))


def pytest_terminal_summary(terminalreporter) -> None:
    """State how many of the counted tests ran on the real interpreter."""
    ran = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.nodeid.endswith("[micropython]") and report.when == "call"
    ]
    terminalreporter.write_line(f"{len(ran)} of these tests ran on MicroPython")
