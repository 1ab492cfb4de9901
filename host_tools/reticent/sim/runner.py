"""Runs a simulated chip, life after life: the real interpreter over the mocked hardware."""

from __future__ import annotations

import atexit
import json
import os
import selectors
import subprocess
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from reticent.sim.image import compile_module
from reticent.sim.interpreter import micropython_command
from reticent.sim.report import Life, Report
from reticent.sim.world import World

_MOCK = Path(__file__).parent / "mock"
_PWRON_RESET, _WDT_RESET = 1, 3
_NO_SCRATCH = [0, 0, 0, 0]  # the watchdog's registers after a power-on
_RESTARTING = ("reset", "watchdog")
_FAREWELL_S = 5.0  # what an interrupted interpreter gets to write its report

# What the mock, its world and the mounted volume take of the interpreter's heap, on 64 bits; a
# test holds it to what chip.py measures.
MOCK_HEAP_BYTES = 76_000
# Objects are twice as large on the interpreter's 64 bits.
_HEAP_FACTOR = 2
# The collector's own tables take 3 bits of each block of 32 bytes.
_TABLES = (3, 256)


def heap_size(board_heap_bytes: int) -> int:
    """Return the interpreter's heap size that leaves the firmware as much as the board would."""
    used = board_heap_bytes * _HEAP_FACTOR + MOCK_HEAP_BYTES
    return used * _TABLES[1] // (_TABLES[1] - _TABLES[0])


class SimulationError(Exception):
    """The interpreter died without a report; the message is what it said last."""


@cache
def _compiled_mock() -> Path:
    """Compile the mock once a process: compiling it in the chip would take the chip's heap."""
    folder = TemporaryDirectory(prefix="reticent-mock-")
    atexit.register(folder.cleanup)
    for source in sorted(_MOCK.glob("*.py")):
        compile_module(source, Path(folder.name) / f"{source.stem}.mpy", source.name, None)
    return Path(folder.name)


class Chip:
    """A chip with its flash and its clock; run() powers it on."""

    def __init__(
        self,
        world: World,
        *,
        on_line: Callable[[str], None] = print,
        on_progress: Callable[[int], None] | None = None,
        on_hold: Callable[[int], None] | None = None,
        max_restarts: int = 20,
        stall_s: float = 60,
    ) -> None:
        """Take a world.

        on_line gets each line of the firmware's stdout and stderr, on_progress the virtual time in
        milliseconds a few times a second, on_hold the same at each HOLD of the world. Where the
        interpreter neither prints nor lets virtual time pass for stall_s of real time it is ended.
        """
        self.world = world
        self.report = Report()
        self._on_line = on_line
        self._on_progress = on_progress
        self._on_hold = on_hold
        self._max_restarts = max_restarts
        self._stall_s = stall_s
        self._told_ms = 0

    def run(self) -> Report:
        """Power on, restart at each reset until something else ends it; return the report so far.

        After a power cut, run() again is the next power-on: the flash is as the cut left it and
        virtual time goes on.
        """
        cause = _PWRON_RESET
        for _ in range(self._max_restarts + 1):
            self.report.add(self._live(cause))
            if self.report.stop not in _RESTARTING:
                break
            cause = _WDT_RESET
        return self.report

    def _live(self, reset_cause: int) -> Life:
        """Run one life of the chip; return what it reports."""
        heap = heap_size(self.world.board.heap_bytes)
        with TemporaryDirectory(prefix="reticent-sim-") as folder:
            report = self.report
            begin: dict[str, object] = {
                "start_ms": report.end_ms,
                "flash_ops": report.flash_ops,
                "reset_cause": reset_cause,
                "scratch": _NO_SCRATCH if reset_cause == _PWRON_RESET else report.scratch,
            }
            path = self.world.write(Path(folder), begin)
            with _Process(heap, path) as process:
                try:
                    return self._follow(process, self._stall_s)
                except KeyboardInterrupt:
                    process.interrupt()
                    self.report.add(self._follow(process, _FAREWELL_S))
                    raise

    def _follow(self, process: _Process, stall_s: float) -> Life:
        """Pass on what the process says until it ends."""
        said: deque[str] = deque(maxlen=20)
        life: Life = {}
        try:
            for is_control, line in process.lines(stall_s):
                if not is_control:
                    said.append(line)
                    self._on_line(line)
                elif line.startswith("r "):
                    life = json.loads(line[2:])
                else:
                    self._heed(process, *line.split())
        except TimeoutError:
            return {"stop": "stalled", "end_ms": self._told_ms}
        if not life:
            raise SimulationError("the interpreter died without a report:\n" + "\n".join(said))
        return life

    def _heed(self, process: _Process, what: str, at_ms: str, used: str = "") -> None:
        """Do as the chip says while it lives; chip.py has the lines."""
        if what == "h":
            self.report.heap.append((int(at_ms), int(used)))
        elif what == "t":
            self._told_ms = int(at_ms)
            if self._on_progress:
                self._on_progress(self._told_ms)
        elif what == "s":
            if self._on_hold:
                self._on_hold(int(at_ms))
            process.go_on()


class _Process:
    """One life: the interpreter's process, and what comes out of it."""

    def __init__(self, heap_bytes: int, world_path: Path) -> None:
        read_end, write_end = os.pipe()
        self._control = os.fdopen(read_end, "rb", buffering=0)
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [*micropython_command(str(heap_bytes)), "-m", "chip", str(world_path), str(write_end)],
            stdin=subprocess.PIPE,  # it ends when the interpreter is to: chip.py
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(write_end,),
            env=os.environ | {"MICROPYPATH": str(_compiled_mock()), "TZ": "UTC"},
            # A Ctrl-C at the terminal is for the runner, which passes it on.
            start_new_session=True,
        )
        os.close(write_end)

    def __enter__(self) -> _Process:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        self._control.close()

    def go_on(self) -> None:
        """Let an interpreter that stands still go on."""
        if self._process.stdin is not None:  # else it was asked to end
            self._process.stdin.write(b"\n")
            self._process.stdin.flush()

    def interrupt(self) -> None:
        """Ask the interpreter to end by itself."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.stdin = None  # communicate() would flush it

    def lines(self, stall_s: float) -> Iterator[tuple[bool, str]]:
        """Yield (is from the control pipe, line) until the process has closed both of its pipes.

        Raises TimeoutError when nothing has come for stall_s.
        """
        stdout = self._process.stdout
        assert stdout is not None
        pending = {stdout.fileno(): b"", self._control.fileno(): b""}
        with selectors.DefaultSelector() as selector:
            for fd in pending:
                selector.register(fd, selectors.EVENT_READ)
            while selector.get_map():
                ready = selector.select(stall_s)
                if not ready:
                    raise TimeoutError
                for key, _ in ready:
                    data = os.read(key.fd, 65536)
                    if not data:
                        selector.unregister(key.fd)
                    *whole, pending[key.fd] = (pending[key.fd] + (data or b"\n")).split(b"\n")
                    for line in whole:
                        if data or line:
                            text = line.decode(errors="replace")
                            yield key.fd == self._control.fileno(), text
