"""What the chip's ROM and _boot.py do: power on, mount the flash, run boot.py and main.py.

usage: micropython -m chip WORLD.json CONTROL_FD

Over the control descriptor go lines: "t <ms>" now and then, "s <ms>" where the chip stands still
until a byte comes in on standard input, and at the end "r <report as JSON>".
When standard input ends, so does the simulation. A signal would not do: the port raises Ctrl-C out
of the signal's handler, wherever its C code is, a write of LittleFS or the collector included.
The firmware sees the modules of this folder as the port's own, and of the host nothing.
"""

import builtins
import gc
import json
import sys

import clock
import uselect
import utime
import vfs
import world

_BOARD_MODULES = ("time", "select", "machine", "rp2", "os", "network", "socket")
_OWN_MODULES = ("chip", "clock", "world", "line", "receiver", "uart", "pins", "rp2_vfs", "rp2_gc")
_HOST_MODULES = ("termios", "argparse", "_thread", "uctypes", "websocket")
_WIFI_MODULES = ("network", "socket", "ssl", "tls", "usocket", "unetwork", "requests", "mip")
_PROGRESS_REAL_MS = 250
_REPORT_HEAP_BYTES = 4096


class _Progress:
    """Tells the runner the virtual time, a few times a second of real time."""

    def __init__(self, control):
        self._control = control
        self._alarm = clock.Alarm(self._tell)
        self._step_us = 1_000_000
        self._told_ms = utime.ticks_ms()
        self._alarm.set(clock.now_us + self._step_us)
        self._input = uselect.poll()
        self._input.register(sys.stdin, uselect.POLLIN)

    def _tell(self):
        if self._input.poll(0):
            clock.stop(clock.Stop("interrupted"))
        real_ms = utime.ticks_ms()
        if real_ms - self._told_ms < _PROGRESS_REAL_MS // 2:
            self._step_us *= 2
        else:
            self._control.write("t %d\n" % (clock.now_us // 1000))
            if real_ms - self._told_ms > _PROGRESS_REAL_MS * 2 and self._step_us > 2_000_000:
                self._step_us //= 2
            self._told_ms = real_ms
        self._alarm.set(clock.now_us + self._step_us)


def _holder(control):
    """Return what tells the runner the virtual time and stands still until it has answered."""

    def hold():
        control.write("s %d\n" % (clock.now_us // 1000))
        sys.stdin.read(1)

    return hold


class _HeapWatch:
    """Tells the runner what the heap holds, garbage gone, every so often."""

    def __init__(self, control, every_ms):
        self._control = control
        self._every_us = every_ms * 1000
        self._alarm = clock.Alarm(self._tell)
        self._alarm.set(clock.now_us + self._every_us)

    def _tell(self):
        gc.collect()
        self._control.write("h %d %d\n" % (clock.now_us // 1000, gc.mem_alloc()))
        self._alarm.set(clock.now_us + self._every_us)


def _guard_imports(has_wifi):
    """Refuse what the board has not; what is built into the interpreter cannot be removed."""
    hidden = _HOST_MODULES if has_wifi else _HOST_MODULES + _WIFI_MODULES
    real_import = builtins.__import__

    def guarded(name, *args):
        if name.split(".")[0] in hidden:
            raise ImportError("no module named '%s'" % name)
        return real_import(name, *args)

    builtins.__import__ = guarded


def _load_modules(has_wifi):
    """Import the board's modules under their names and the old names with a u; forget our own."""
    for name in _BOARD_MODULES:
        if has_wifi or name not in _WIFI_MODULES:
            sys.modules["u" + name] = __import__(name)
    sys.modules["vfs"] = __import__("rp2_vfs")
    sys.modules["gc"] = __import__("rp2_gc")
    for name in _OWN_MODULES:
        sys.modules.pop(name, None)


def _mount():
    """Mount the flash in the host's place, as _boot.py does; but never format it."""
    # No times of modification: they would be the host's, and no two runs the same.
    volume = vfs.VfsLfs2(sys.modules["rp2"].Flash(), progsize=256, mtime=False)
    vfs.umount("/")
    vfs.mount(volume, "/")
    sys.modules["os"].chdir("/")
    sys.path[:] = ["", ".frozen", "/lib"]


def _run(name, names):
    """Run a file of the firmware, if it is there; return whether it raised nothing."""
    if name not in sys.modules["os"].listdir("/"):
        return True
    try:
        execfile("/" + name, names)  # noqa: F821 - MicroPython's
    except Exception as error:  # noqa: BLE001 - the port prints it
        sys.print_exception(error, sys.stderr)
        return False
    return True


def _live():
    """Run the firmware; return why it ended. Where a watchdog runs, it ends what has stopped."""
    names = {"__name__": "__main__"}
    is_well = _run("boot.py", names) and _run("main.py", names)
    if sys.modules["machine"]._watchdog_runs():
        clock.advance_to(clock.FAR_US)
    return "returned" if is_well else "exception"


def _end_of(call):
    """Return why a call ended: what it returned, or what stopped it."""
    try:
        return call()
    except clock.Stop as stop:
        return stop.args[0]
    except SystemExit:
        return "exit"


def _report(reason, heap_mock):
    """Put together what became of this life."""
    report = sys.modules["rp2"]._report()
    report["stop"] = reason
    report["end_ms"] = clock.now_us // 1000
    report["heap_mock"] = heap_mock
    report["scratch"] = world.scratch
    report["levels_put_out"] = world.levels_put_out
    ports = sys.modules["machine"]._uart.ports
    report["uarts"] = {number: port.report() for number, port in ports.items()}
    return report


def main():
    _, world_path, control_fd = sys.argv
    control = open(int(control_fd), "w")
    world.load(world_path)
    has_wifi = world.board["has_wifi"]
    world.hold = _holder(control)
    _Progress(control)
    if world.heap_every_ms:
        _HeapWatch(control, world.heap_every_ms)
    _load_modules(has_wifi)
    heap_mock = 0
    # Held back for the report: the firmware may have left nothing.
    spare = bytearray(_REPORT_HEAP_BYTES)
    try:
        _mount()
    except OSError as error:
        sys.print_exception(error, sys.stderr)
        reason = "mount failed"
    else:
        _guard_imports(has_wifi)
        gc.collect()
        heap_mock = gc.mem_alloc()
        clock.drive_asyncio()
        reason = _end_of(_live)
    del spare
    gc.collect()
    control.write("r " + json.dumps(_report(reason, heap_mock)) + "\n")


main()
