"""A simulated tag: flashed, personalised, given an order, and run over a track in virtual time."""

from __future__ import annotations

import hashlib
import runpy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from reticent.bench.personalise import mix_seed, secret_files
from reticent.deploy.build import build, read_sources
from reticent.errors import BadInput, ReticentError
from reticent.run import CLOCK
from reticent.sim.faults import Fault, Scene, heard_through
from reticent.sim.feed import write_feed
from reticent.sim.image import build_image, envelopes_in, fill_image, read_image
from reticent.sim.runner import Chip, Report
from reticent.sim.track import Track
from reticent.sim.world import POWER, Board, Change, Uart, Wifi, World
from reticent.tagcode import BOARDS, FIRMWARE, config

_MARCH = "x64"  # viper code runs on this machine's processor
_VERSION = 0x000100
_PLAIN, _VIPER = "PLAIN_KERNELS", "@micropython.viper\n"
_TEMPERATURE, _WARM_U16 = 4, 14_000  # the converter's channel, and 27 degrees
_NOISE = 3  # of converter and clock: enough for the health tests of the tag's entropy
_LEAD_MS = 500  # a receiver talks within a second of power-on
_LATENCY_MS = 100  # from an epoch to its first byte on the line
_FIRST_BOOT_MS = 3_000
_SETTLE_S = 120  # behind the last upload slot: sealing, a try or two
DAY_S = 86_400
# Lines of boot.py: what seals stays in memory. The unix port keeps 32 bytes for each native
# function that it ever loaded, for good: loaded for each batch, as on a tag, it fills the heap
# after some 80 of them.
KEEP_SEALING = """
import sys
from duty import overlay
for name in overlay._SEALING + overlay._VERIFYING + overlay._LATER:
    __import__(name)
overlay._RESIDENT += tuple(name for name in sys.modules if name.startswith("seal."))
"""
LOADS_S = 2 * DAY_S  # a life this long may load it for each batch


@dataclass(frozen=True)
class Network:
    """How a simulated tag reaches its collector: by a name, which stands for a loopback port."""

    host: str
    port: int
    ca_der: bytes
    up: bool = True
    portal_port: int = 0  # of a captive portal, for the fault that leads there
    grace_ms: int = World.grace_ms  # of real time that virtual time stands still for a silent peer


@dataclass(frozen=True)
class Extras:
    """What a test changes about a simulated tag: its board's data, its world, what is watched."""

    board: dict[str, Any] = field(default_factory=dict[str, Any])  # names of board.py
    changes: tuple[Change, ...] = ()
    heap_every_ms: int = 0  # how often the heap in use is reported
    boot: str = ""  # lines at the end of boot.py, renamed with the rest of the program
    # gets the virtual UTC second at each HOLD among the changes; the chip stands still meanwhile
    on_hold: Callable[[int], None] | None = None


class SimulatedTag:
    """One tag in a folder: its flash is a file, and stays what the tag has made of it."""

    def __init__(
        self,
        folder: Path,
        board: str,
        build_utc_s: int,
        seed: int = 1,
        faults: tuple[Fault, ...] = (),
        extras: Extras | None = None,
    ) -> None:
        """Take a board of boards/ and the firmware's build date, the eve of the track."""
        self._faults = faults
        self._extras = extras or Extras()
        self.folder = folder
        self._data = read_board(board) | self._extras.board
        self._build_utc_s = build_utc_s
        self._seed = seed
        self._flash = folder / "flash.img"

    def personalise(self, issuer_key: bytes, ack_key: bytes, network: Network, baud: int) -> bytes:
        """Flash firmware, configuration and seed, boot once; return the identity's public key."""
        files = personal_files(issuer_key, ack_key, network, baud, self._seed)
        return self.begin(files, network)

    def begin(self, personal: dict[str, bytes], network: Network) -> bytes:
        """Flash firmware and what makes it one person's, boot once; return the public key."""
        files = firmware_files(
            self._data, _MARCH, self._build_utc_s, traces=True, boot=self._extras.boot
        )
        build_image(self._flash, self._data["FLASH_BLOCKS"], files | personal)
        self._finish(Chip(self._world(_FIRST_BOOT_MS, {}, network)))
        return read_image(self._flash)["identity.pub"]

    def install(self, policy: bytes) -> None:
        """Put a signed policy on the flash, as `mpremote cp` does."""
        self._put("policy", policy)

    def point_at(self, port: int) -> None:
        """Give the tag's configuration another port of its collector."""
        personal = config.decode(read_image(self._flash)["config"])
        personal.port = port
        self._put("config", personal.encode())

    def _put(self, name: str, data: bytes) -> None:
        files = read_image(self._flash)
        files[name] = data
        build_image(self._flash, self._data["FLASH_BLOCKS"], files)

    def run(
        self,
        track: Track,
        network: Network,
        silence_s: int,
        on_progress: Callable[[int], None] | None = None,
    ) -> Report:
        """Run the tag over the track and `silence_s` more without a receiver; return the report.

        `on_progress` gets the virtual UTC second a few times a second.
        """
        zero_ms = track.bursts[0].utc_ms - _LEAD_MS
        feed = self.folder / "receiver.feed"
        said = heard_through(track, self._faults)
        write_feed(feed, ((burst.utc_ms - zero_ms + _LATENCY_MS, burst.data) for burst in said))
        self._fill()
        end_ms = track.bursts[-1].utc_ms - zero_ms + (silence_s + _SETTLE_S) * 1000
        uarts = {self._data["GNSS_UART"]: self._receiver(feed, track)}

        def progress(virtual_ms: int) -> None:
            if on_progress is not None:
                on_progress((zero_ms + virtual_ms) // 1000)

        def hold(virtual_ms: int) -> None:
            if self._extras.on_hold is not None:
                self._extras.on_hold((zero_ms + virtual_ms) // 1000)

        scene = Scene(zero_ms, self._data["GNSS_UART"], track.baud())
        changes = [change for fault in self._faults for change in fault.changes(scene)]
        changes += self._extras.changes
        shown = self.folder / CLOCK
        shown.write_text(str(zero_ms))
        world = replace(
            self._world(end_ms, uarts, network),
            changes=tuple(changes),
            clock=shown,
            zero_utc_ms=zero_ms,
            heap_every_ms=self._extras.heap_every_ms,
        )
        chip = Chip(world, on_progress=progress, on_hold=hold)
        try:
            return self._finish(chip)
        finally:
            feed.unlink()  # a track is nothing to leave lying about

    def _fill(self) -> None:
        """Fill the flash, where a fault says so."""
        for fault in self._faults:
            left = fault.blocks_left
            if left is not None and not fill_image(self._flash, left):
                raise BadInput(f"full_flash: fewer than {left} blocks are free to begin with")

    def outbox(self) -> dict[int, bytes]:
        """Return the envelopes that still wait on the flash, by number."""
        return envelopes_in(read_image(self._flash))

    def _receiver(self, feed: Path, track: Track) -> Uart:
        return Uart(feed=feed, baud=track.baud(), power_pin=self._data["GNSS_POWER"])

    def _world(self, end_ms: int, uarts: dict[int, Uart], network: Network) -> World:
        return World(
            flash=self._flash,
            end_ms=end_ms,
            board=Board(
                flash_blocks=self._data["FLASH_BLOCKS"],
                heap_bytes=self._data["HEAP_KB"] * 1000,
                has_wifi=self._data["HAS_WIFI"],
            ),
            adc_u16={_TEMPERATURE: _WARM_U16},
            adc_noise_lsb=_NOISE,
            clock_noise_us=_NOISE,
            uarts=uarts,
            wifi=Wifi(up=network.up, portal_port=network.portal_port),
            hosts={network.host: ("127.0.0.1", 0)},
            seed=self._seed,
            grace_ms=network.grace_ms,
        )

    def _finish(self, chip: Chip) -> Report:
        report = chip.run()
        dips = sum(change.what == POWER for change in chip.world.changes)
        while report.stop == "power cut" and report.stops.count("power cut") <= dips:
            chip.run()
        if report.stop == "interrupted":
            raise KeyboardInterrupt
        if report.stop != "end":
            raise ReticentError(
                f"{self._flash}: the simulated tag stopped by itself ({report.stop}); "
                "what it printed above says where"
            )
        return report


def firmware_files(
    board: dict[str, Any], march: str, build_utc_s: int, *, traces: bool = False, boot: str = ""
) -> dict[str, bytes]:
    """Return the firmware as it is deployed, for `march`, with a board's data and a build date.

    `traces` makes a development build, which prints the traceback of what kills a task; `boot` are
    a test's lines at the end of boot.py.
    """
    sources = firmware_sources(board, build_utc_s, traces=traces)
    sources["boot"] += boot
    return dict(_built(tuple(sources.items()), march, traces))


@lru_cache(maxsize=4)
def _built(sources: tuple[tuple[str, str], ...], march: str, traces: bool) -> dict[str, bytes]:
    """Build what a process simulates once: it takes as long as some hours of a tag."""
    return build(dict(sources), march, traces=traces).files


def firmware_sources(
    board: dict[str, Any], build_utc_s: int | None = None, *, traces: bool = False
) -> dict[str, str]:
    """Return the sources of all modules by name, with this board's data.

    Without a build date, which a simulated tag has of its track, build_info is as it is written.
    """
    sources = read_sources(FIRMWARE)
    data = {name: value for name, value in board.items() if name != _PLAIN}
    sources["board"] = "".join(f"{name} = {value!r}\n" for name, value in data.items())
    for module in board.get(_PLAIN, ()):
        sources[module] = sources[module].replace(_VIPER, "")
    if build_utc_s is not None:
        sources["build_info"] = (
            f"VERSION = {_VERSION}\nTRACES = {traces}\nBUILD_UTC_S = {build_utc_s}\n"
        )
    return sources


def personal_files(
    issuer_key: bytes, ack_key: bytes, network: Network, baud: int, seed: int
) -> dict[str, bytes]:
    """Return what makes a tag one person's: configuration, and the seed of its generator."""
    personal = config.Config(
        issuer_key,
        ack_key,
        network.host,
        network.port,
        network.ca_der,
        Wifi.ssid,
        Wifi.key,
        baud,
    )
    simulated = mix_seed([hashlib.sha256(b"simulated seed %d" % seed).digest()])
    return {"config": personal.encode()} | secret_files(simulated)


def read_board(name: str) -> dict[str, Any]:
    """Return the data of boards/NAME/board.py; BadInput names the boards there are."""
    boards = {path.parent.name: path for path in BOARDS.glob("*/board.py")}
    if name not in boards:
        raise BadInput(f"{name}: no such board; there are: {', '.join(sorted(boards))}")
    board = runpy.run_path(str(boards[name]))
    return {key: value for key, value in board.items() if key.isupper()}
