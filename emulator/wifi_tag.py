"""Runs a tag's flash volume on an emulated Pico W, a receiver at its UART and a network around it.

usage: wifi_tag.py JOB.json; the job's fields stand in emulated.py. The counterpart of tag.mjs, on
rp2040py, which has a Wi-Fi chip: without flash times or a flash cache.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

from rp2040py.boards import BoardSpec
from rp2040py.device.base_device import BaseDevice, ResetCause
from rp2040py.external.cyw43 import Cyw43439
from rp2040py.gpio_pin import GPIOPinState
from rp2040py.memory_map import FLASH_START_ADDRESS
from wifi_drive import Drive
from wifi_gspi import quicken
from wifi_heap import Heap
from wifi_mends import Pace, mend_console, mend_noise, mend_uart
from wifi_network import Network

_FLASH_BYTES = 2 << 20
_RADIO_POWER = 23  # the pin WL_REG_ON (Pico W data sheet)
_STEP_S = 0.05  # of waiting, before looking again
_BATCH_S = 0.005
_UART_HZ = 48_000_000  # where MicroPython sets it (wifi_mends: RATE)
_RATE_OFF = 0.04  # a UART reads nothing sensible from a line whose rate is further off
_DOG_LOAD = 0x04
_HEAP_EVERY_MS = 100


class Feed:
    """Lets a receiver's bytes come down a UART's line at its rate, each burst at its time."""

    def __init__(self, clock: Any, uart: Any, baud: int, file: Path) -> None:
        """Take a feed as reticent/sim/feed.py writes it."""
        self._clock, self._uart = clock, uart
        self._baud, self._byte_ns = baud, 10e9 / baud
        self._bursts = list(_bursts(file.read_bytes()))
        self._burst = self._byte = 0
        self.lost_full = self.lost_off = 0
        self._alarm = clock.create_alarm(self._next)
        self._schedule()

    def _schedule(self) -> None:
        if self._burst < len(self._bursts):
            wait_ns = self._bursts[self._burst][0] * 1e6 - self._clock.nanos
            self._alarm.schedule(max(wait_ns, 0) + self._byte_ns)

    def _hears(self) -> bool:
        uart = self._uart
        divider = uart.baud_divider
        return bool(
            uart.enabled
            and divider
            and abs(_UART_HZ / (16 * divider * self._baud) - 1) < _RATE_OFF
        )

    def _next(self) -> None:
        data = self._bursts[self._burst][1]
        if self._hears():
            self.lost_full += self._uart.rx_fifo.full
            self._uart.feed_byte(data[self._byte])
        else:
            self.lost_off += 1
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
        radio = self._chip = Cyw43439()
        self.device = BaseDevice(board=BoardSpec(extras=(lambda: radio,), image=job["uf2"]))
        self.mcu = self.device.mcu
        self.clock = self.device.simulator.clock
        self.steps: list[tuple[int, str]] = []
        self.free: list[tuple[int, int]] = []  # (ms, bytes): the least in each tenth of a second
        self.resets = 0
        self.dog_gap_ns = 0.0
        self._fed_ns: float | None = None
        self.listening_ms: int | None = None
        self.network = Network(self.mcu, radio.bus.queue_rx_ethernet_frame, job["host"], self.note)
        radio.bus.nat_bridge = self.network
        self._mend(radio)
        self._heap = Heap(self.mcu.sram)
        self.drive = Drive(self.device.simulator, self._look)
        volume = Path(job["volume"]).read_bytes()
        self._volume = slice(_FLASH_BYTES - len(volume), _FLASH_BYTES)
        self.mcu.flash[self._volume] = volume

    def _mend(self, radio: Any) -> None:
        for uart in self.mcu.uart:
            mend_uart(uart)
        mend_console(self.device.cdc)
        mend_noise(self.mcu, self._job["seed"])
        quicken(self.mcu, radio.bus)
        self.mcu.gpio[_RADIO_POWER].add_listener(self._radio)
        dog = self.mcu.watchdog
        dog.on_watchdog_trigger = self._reset
        write = dog.write_uint32

        def write_uint32(offset: int, value: int) -> None:
            if offset == _DOG_LOAD:
                self._feed_dog()
            write(offset, value)

        dog.write_uint32 = write_uint32

    @property
    def ms(self) -> int:
        """Milliseconds since power-on."""
        return int(self.clock.nanos // 1_000_000)

    def note(self, what: str) -> None:
        """Keep when something happened."""
        self.steps.append((self.ms, what))

    def listen(self, console: BinaryIO) -> None:
        """Write what the chip prints to this file."""

        def hear(data: bytes | bytearray) -> None:
            console.write(data)

        self.device.cdc.on_serial_data = hear

    def volume(self) -> bytes:
        """Return the file system's flash."""
        return bytes(self.mcu.flash[self._volume])

    def _feed_dog(self) -> None:
        now_ns = self.clock.nanos
        if self._fed_ns is not None:
            self.dog_gap_ns = max(self.dog_gap_ns, now_ns - self._fed_ns)
        self._fed_ns = now_ns

    def _look(self) -> None:
        """Look at the chip from outside, once a millisecond."""
        free, slot = self._heap.free(), self.ms // _HEAP_EVERY_MS * _HEAP_EVERY_MS
        if free is not None:
            if not self.free or self.free[-1][0] != slot:
                self.free.append((slot, free))
            elif free < self.free[-1][1]:
                self.free[-1] = slot, free
        if self.listening_ms is None and self.mcu.uart[self._job["uart"]].enabled:
            self.listening_ms = self.ms

    def _radio(self, new: GPIOPinState, old: GPIOPinState) -> None:
        if new == GPIOPinState.HIGH != old:
            self.note("radio on")

    def _reset(self) -> None:
        self.resets += 1
        self.note("reset")
        self._fed_ns = None
        self._chip.bus.power_off()  # wifi_mends: SUPPLY
        self.device.hard_reset(cause=ResetCause.WATCHDOG)

    async def run(self) -> None:
        """Run until the job's end; show the time to a collector beside it, where asked."""
        simulator, pace = self.device.simulator, Pace(time.monotonic)
        simulator.bind_loop()
        simulator.stopped = False
        self.mcu.core.pc = FLASH_START_ADDRESS
        while self.ms < self._job["endMs"]:
            self.drive.batch(_BATCH_S)
            if self._job["clock"]:
                show_time(Path(self._job["clock"]), self._job["zeroUtcMs"] + self.ms)
            wait_s = pace.wait_s(self.clock.nanos / 1e9, self.network.is_open)
            await asyncio.sleep(min(wait_s, _STEP_S))


def show_time(clock: Path, utc_ms: int) -> None:
    """Write the time for the collector, whole: it may be reading what was written before."""
    new = clock.with_suffix(".new")
    new.write_text(str(utc_ms))
    new.replace(clock)


def main() -> None:
    """Run the job and write what came of it."""
    job = json.loads(Path(sys.argv[1]).read_text())
    chip = PicoW(job)
    feed = None
    if job["feed"]:
        uart = chip.mcu.uart[job["uart"]]
        feed = Feed(chip.clock, uart, job["baud"], Path(job["feed"]))
    began_s = time.process_time()
    with Path(job["console"]).open("wb", buffering=0) as console:
        chip.listen(console)
        asyncio.run(chip.run())
    Path(job["volume"]).write_bytes(chip.volume())
    result = {
        "stop": "end",
        "ms": chip.ms,
        "listeningMs": chip.listening_ms,
        "resets": chip.resets,
        "lostFull": feed.lost_full if feed else 0,
        "lostOff": feed.lost_off if feed else 0,
        "watchdogGapMs": chip.dog_gap_ns / 1e6,
        "busyMs": chip.drive.busy_ns / 1e6,
        "free": chip.free,
        "steps": chip.steps,
        "cpu_s": time.process_time() - began_s,
    }
    Path(job["result"]).write_text(json.dumps(result))


if __name__ == "__main__":
    main()
