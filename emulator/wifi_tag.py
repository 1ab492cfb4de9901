"""Runs a tag's flash volume on an emulated Pico W, a receiver at its UART and a network around it.

usage: wifi_tag.py JOB.json; the job's fields stand in emulated.py. The counterpart of tag.mjs, on
rp2040py, which has a Wi-Fi chip: about ten times slower, without flash times or a flash cache.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from pathlib import Path
from typing import Any

from rp2040py.boards import BoardSpec
from rp2040py.device.base_device import BaseDevice, ResetCause
from rp2040py.execute_batch import execute_batch
from rp2040py.external.cyw43 import Cyw43439
from rp2040py.gpio_pin import GPIOPinState
from rp2040py.memory_map import FLASH_START_ADDRESS
from wifi_mends import Pace, mend_console, mend_noise, mend_uart
from wifi_network import Network

_FLASH_BYTES = 2 << 20
_RADIO_POWER = 23  # the pin WL_REG_ON (Pico W data sheet)
_STEP_S = 0.05  # of waiting, before looking again


class Feed:
    """Lets a receiver's bytes come down a UART's line at its rate, each burst at its time."""

    def __init__(self, clock: Any, uart: Any, baud: int, file: Path) -> None:
        """Take a feed as reticent/sim/feed.py writes it."""
        self._clock, self._uart = clock, uart
        self._byte_ns = 10e9 / baud
        self._bursts = list(_bursts(file.read_bytes()))
        self._burst = self._byte = 0
        self.lost = 0
        self._alarm = clock.create_alarm(self._next)
        self._schedule()

    def _schedule(self) -> None:
        if self._burst < len(self._bursts):
            wait_ns = self._bursts[self._burst][0] * 1e6 - self._clock.nanos
            self._alarm.schedule(max(wait_ns, 0) + self._byte_ns)

    def _next(self) -> None:
        data = self._bursts[self._burst][1]
        if self._uart.enabled:
            self.lost += self._uart.rx_fifo.full
            self._uart.feed_byte(data[self._byte])
        self._byte += 1
        if self._byte < len(data):
            self._alarm.schedule(self._byte_ns)
            return
        self._byte = 0
        self._burst += 1
        self._schedule()


def _bursts(data: bytes) -> Any:
    at = 0
    while at < len(data):
        ms, size = struct.unpack_from("<QI", data, at)
        yield ms, data[at + 12 : at + 12 + size]
        at += 12 + size


class PicoW:
    """The chip with its mends, its flash volume and what it has done."""

    def __init__(self, job: dict[str, Any]) -> None:
        """Load MicroPython and the volume; nothing runs yet."""
        self._job = job
        radio = Cyw43439()
        self.device = BaseDevice(board=BoardSpec(extras=(lambda: radio,), image=job["uf2"]))
        self.mcu = self.device.mcu
        self.clock = self.device.simulator.clock
        self.steps: list[tuple[int, str]] = []
        self.resets = self.uploads = 0
        self._is_answered = False
        self.network = Network(self.mcu, radio.bus.queue_rx_ethernet_frame, job["host"], self.note)
        radio.bus.nat_bridge = self.network
        for uart in self.mcu.uart:
            mend_uart(uart)
        mend_console(self.device.cdc)
        mend_noise(self.mcu, job["seed"])
        self.mcu.watchdog.on_watchdog_trigger = self._reset
        self.mcu.gpio[_RADIO_POWER].add_listener(self._radio)
        volume = Path(job["volume"]).read_bytes()
        self._volume = slice(_FLASH_BYTES - len(volume), _FLASH_BYTES)
        self.mcu.flash[self._volume] = volume

    @property
    def ms(self) -> int:
        """Milliseconds since power-on."""
        return int(self.clock.nanos // 1_000_000)

    def note(self, what: str) -> None:
        """Keep when something happened; count the uploads that had an answer."""
        self.steps.append((self.ms, what))
        self._is_answered |= what == "got data"
        if what == "left" and self._is_answered:
            self.uploads += 1
            self._is_answered = False

    def volume(self) -> bytes:
        """Return the file system's flash."""
        return bytes(self.mcu.flash[self._volume])

    def _radio(self, new: GPIOPinState, old: GPIOPinState) -> None:
        if new == GPIOPinState.HIGH != old:
            self.note("radio on")

    def _reset(self) -> None:
        self.resets += 1
        self.note("reset")
        self.device.hard_reset(cause=ResetCause.WATCHDOG)

    async def run(self) -> str:
        """Run until the job's end or its number of uploads; return which it was."""
        simulator, pace = self.device.simulator, Pace(time.monotonic)
        simulator.bind_loop()
        simulator.stopped = False
        self.mcu.core.pc = FLASH_START_ADDRESS
        while self.ms < self._job["endMs"]:
            if self._job["uploads"] and self.uploads >= self._job["uploads"]:
                return "uploads"
            execute_batch(simulator, 1)
            wait_s = pace.wait_s(self.clock.nanos / 1e9, self.network.is_open)
            await asyncio.sleep(min(wait_s, _STEP_S))
        return "end"


def main() -> None:
    """Run the job and write what came of it."""
    job = json.loads(Path(sys.argv[1]).read_text())
    chip = PicoW(job)
    feed = None
    if job["feed"]:
        uart = chip.mcu.uart[job["uart"]]
        feed = Feed(chip.clock, uart, job["baud"], Path(job["feed"]))
    with Path(job["console"]).open("wb", buffering=0) as console:
        chip.device.cdc.on_serial_data = console.write
        began_s = time.process_time()
        stop = asyncio.run(chip.run())
    Path(job["volume"]).write_bytes(chip.volume())
    result = {
        "stop": stop,
        "ms": chip.ms,
        "resets": chip.resets,
        "uartBytesLost": feed.lost if feed else 0,
        "steps": chip.steps,
        "cpu_s": time.process_time() - began_s,
    }
    Path(job["result"]).write_text(json.dumps(result))


if __name__ == "__main__":
    main()
