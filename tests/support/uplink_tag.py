"""A tag with envelopes waiting and no order: the whole firmware, for its uplink alone."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from reticent.sim.image import build_image, envelopes_in, read_image
from reticent.sim.interpreter import micropython_command
from reticent.sim.report import Report
from reticent.sim.runner import Chip
from reticent.sim.tag import DAY_S, Network, SimulatedTag
from reticent.sim.world import Change
from rude_server import ACK_KEY, NAME, RudeServer
from serial_board import ROOT

START_S = 1_780_000_000


@cache
def waiting_files(count: int) -> dict[str, bytes]:
    """Return the outbox's files of a tag that has sealed so many, the third an ALERT."""
    folders = ["host_tools/reticent/sim/mock", "firmware", "tests/support"]
    paths = ":".join(str(ROOT / folder) for folder in folders)
    script = ROOT / "tests" / "support" / "make_waiting.py"
    with TemporaryDirectory() as folder:
        target = Path(folder) / "flash.img"
        command = [*micropython_command("64M"), str(script), paths, str(count), str(target)]
        subprocess.run(command, check=True, capture_output=True)
        files = read_image(target)
    return {name: data for name, data in files.items() if name.startswith("outbox/")}


class UplinkTag:
    """In a folder; `clock` shows its virtual UTC in milliseconds."""

    def __init__(self, folder: Path, count: int) -> None:
        self.lines: list[str] = []
        self.clock = folder / "clock"
        self.clock.write_text("0")
        self._folder = folder
        self._count = count
        self.sealed: dict[int, bytes] = {}

    def run(self, server: RudeServer, until_s: int, **world) -> Report:
        """Personalise the tag for this server, and let it live for so long."""
        self.prepare(server)
        return self.go_on(server, until_s, **world)

    def prepare(self, server: RudeServer) -> None:
        """Personalise the tag for this server, and let envelopes wait in it."""
        self._network = Network(NAME, server.port, server.authority.der)
        self._tag = SimulatedTag(self._folder, "pico_w", START_S - DAY_S)
        self._tag.personalise(b"\x01" * 32, ACK_KEY, self._network, 9_600)
        files = read_image(self._folder / "flash.img") | waiting_files(self._count)
        build_image(self._folder / "flash.img", 212, files)
        self.sealed = envelopes_in(files)

    def go_on(
        self, server: RudeServer, until_s: int, changes: tuple[Change, ...] = (), portal_port=0
    ) -> Report:
        """Power the tag on, for so long."""
        world = self._tag._world(until_s * 1_000, {}, self._network)
        world = replace(
            world,
            changes=changes,
            clock=self.clock,
            zero_utc_ms=START_S * 1_000,
            wifi=replace(world.wifi, portal_port=portal_port),
            grace_ms=200,
        )
        chip = Chip(world, on_line=self.lines.append, max_restarts=0)
        return chip.run()

    def file(self, name: str) -> bytes:
        """Return a file of the flash."""
        return read_image(self._folder / "flash.img")[name]

    def waiting(self) -> dict[int, bytes]:
        """Return what is still in the outbox."""
        return envelopes_in(read_image(self._folder / "flash.img"))
