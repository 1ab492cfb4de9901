"""A simulated tag on a serial port: the unix interpreter behind a pty, its flash in a file.

The firmware's modules come from the checkout; what is stored is LittleFS over the mocked flash.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reticent.sim.interpreter import micropython_command

ROOT = Path(__file__).parents[2]
_BOOT = """
import sys
sys.path[:] = {path!r}
import mocked, vfs
flash = open({flash!r}, "r+b")
mocked.power_on_again(board={{"flash_blocks": {blocks}}}, flash=flash, cut_at_op={cut_at_op})
import board, machine, rp2, duty.dock
vfs.umount("/")
vfs.mount(vfs.VfsLfs2(rp2.Flash(), progsize=256, mtime=False), "/")
machine.WDT._timeout_us = 0
"""


@contextmanager
def serial_board(flash: Path, script: Path, cut_at_op: int = 0) -> Iterator[str]:
    """Yield the device's path of a tag that lies at its prompt, its flash in this file."""
    folders = ["host_tools/reticent/sim/mock", "firmware", "boards/pico", "tests/support"]
    path = ["", ".frozen", *(str(ROOT / folder) for folder in folders)]
    blocks = flash.stat().st_size // 4096
    script.write_text(
        _BOOT.format(path=path, flash=str(flash), blocks=blocks, cut_at_op=cut_at_op)
    )
    host, slave = pty.openpty()
    ours, theirs = pty.openpty()
    for end in (slave, theirs):
        tty.setraw(end)
    process = subprocess.Popen(
        [*micropython_command("8M"), "-i", str(script)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    stop = threading.Event()

    def relay() -> None:
        while not stop.is_set():
            for end in select.select([host, ours], [], [], 0.1)[0]:
                try:
                    data = os.read(end, 4096)
                    os.write(ours if end == host else host, data)
                except OSError:
                    return

    thread = threading.Thread(target=relay)
    thread.start()
    try:
        yield os.ttyname(slave)
    finally:
        stop.set()
        thread.join()
        process.kill()
        process.wait()
        for end in (host, slave, ours):
            os.close(end)
