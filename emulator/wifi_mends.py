"""Every fault of rp2040py 0.3.6 that must be worked around, each with its reason.

Those that are not mended here are by the module in brackets, which names them:
SLOW (wifi_core.py): its core asks Python at each access of memory.
SHIFTS (wifi_core.py): the carry of a shift by a register is wrong for a count of 0 or above 32.
OVERFLOW (wifi_core.py): V of ADC and SBC is wrong where 0x7FFFFFFF takes the carry or the borrow.
DIVIDER (wifi_drive.py): a quotient keeps its fraction.
IDLE (wifi_drive.py): with no alarm to come time stands still, and so does whoever waits for it.
EDGES (wifi_gspi.py): each edge of the radio's clock is Python's, for 250 KB of its firmware.
STALL (wifi_gspi.py): a machine that still waits is stalled no more once the driver clears FDEBUG.
SUPPLY (wifi_tag.py): a reset lets go of the pin of the radio's supply; the radio is not told.
RATE (wifi_tag.py): a UART's rate is told of the core's clock, not of its own 48 MHz.
INTERNET (wifi_network.py): the chip can reach the whole internet of this machine.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any

VERSION = "0.3.6"  # whose faults these are
_DR = 0x00  # of a UART
_TX_INTERRUPT = 1 << 5
_RANDOM_BIT = 0x1C  # of the ring oscillator
_ROSC = 0x40060
_NOISE_LSB = 7


def mend_uart(uart: Any) -> None:
    """Interrupt once a sent byte; it keeps the interrupt asserted.

    machine.UART()'s handler (MicroPython 1.23 and newer) would never return.
    """
    write = uart.write_uint32

    def check_interrupts() -> None:
        pending = uart._interrupt_status & uart._interrupt_mask
        uart.rp2040.set_interrupt(uart.irq, bool(pending))

    def write_uint32(offset: int, value: int) -> None:
        write(offset, value)
        if offset == _DR:
            uart._interrupt_status |= _TX_INTERRUPT
            check_interrupts()

    uart.check_interrupts = check_interrupts
    uart.write_uint32 = write_uint32


def mend_console(cdc: Any) -> None:
    """Say nothing while there is nothing to say; it answers each read with an empty packet.

    10 us later, and the chip asks again: a storm of interrupts, Python ten times too slow. This
    host listens only, so no read is ever answered but the control endpoint's.
    """
    usb = cdc.usb
    answer = usb.on_endpoint_read

    def on_endpoint_read(endpoint: int, size: int) -> None:
        if endpoint == 0:
            answer(endpoint, size)

    usb.on_endpoint_read = on_endpoint_read


def mend_end(writer: Any) -> None:
    """Say that nothing more comes to a peer that is gone as well; there it ends the emulator."""
    write_eof = writer.write_eof

    def write_eof_if_there() -> None:
        with contextlib.suppress(OSError):
            write_eof()

    writer.write_eof = write_eof_if_there


class _Noisy(list[int]):
    def __init__(self, values: list[int], noise: random.Random) -> None:
        super().__init__(values)
        self._noise = noise

    def __getitem__(self, index: Any) -> Any:
        return super().__getitem__(index) + self._noise.randint(0, _NOISE_LSB)


def mend_noise(mcu: Any, seed: int) -> None:
    """Give the ring oscillator a random bit and the converter noise; both are constant.

    From a seed, so that a run can be repeated: os.urandom and the tag's health tests need it.
    """
    noise = random.Random(seed)
    oscillator = mcu.peripherals[_ROSC]
    read: Callable[[int], int] = oscillator.read_uint32
    oscillator.read_uint32 = lambda offset: (
        noise.getrandbits(1) if offset == _RANDOM_BIT else read(offset)
    )
    mcu.adc.channel_values = _Noisy(mcu.adc.channel_values, noise)


class Pace:
    """Seconds to wait after each batch, lest idle time run away from a host that is working.

    It jumps over the chip's sleep at no cost: a minute's timeout is over before a real server has
    answered. So while a connection is open the chip's clock is never ahead of the wall's.
    """

    def __init__(self, wall_s: Callable[[], float]) -> None:
        """Take the wall's clock."""
        self._wall_s = wall_s
        self._ahead_s: float | None = None  # of the chip, when the connection was opened

    def wait_s(self, chip_s: float, is_open: bool) -> float:
        """Return how long to wait now."""
        if not is_open:
            self._ahead_s = None
            return 0
        ahead_s = chip_s - self._wall_s()
        if self._ahead_s is None:
            self._ahead_s = ahead_s
        self._ahead_s = min(self._ahead_s, ahead_s)  # what the chip was too slow for is gone
        return max(ahead_s - self._ahead_s, 0)
