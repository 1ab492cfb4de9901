"""The radio's bus, a word at a time instead of an edge of its clock (wifi_mends: EDGES).

A transfer is a state machine that clocks X + 1 bits out and Y + 1 bits in, its words moved by two
DMA channels (cyw43_bus_pio_spi.c of the Pico's SDK). Here it is done whole in the moment in which
the machine is switched on, and the time that it takes passes in that moment.
"""

from __future__ import annotations

from typing import Any

_CTRL = 0x000
_MACHINES = 0xF
_TX_STALL = 24  # the first of FDEBUG's bits
_CLOCK_PIN = 29  # Pico W data sheet
_WORD_BITS = 32
_CYCLES_A_BIT = 4  # two instructions, each of two cycles
_NORMAL, _XOR, _SET = 0, 1, 2  # ways of an atomic write; the fourth clears


class Words:
    """rp2040py's gSPI bus, fed with and asked for whole words."""

    def __init__(self, bus: Any) -> None:
        """Take the radio's bus."""
        self._bus = bus

    def put(self, word: int) -> None:
        """Clock a word in: only its last bit is looked at by rp2040py's own decoder."""
        bus = self._bus
        bus._shift_reg, bus._bits_in_word = word >> 1, _WORD_BITS - 1
        bus._on_clock_rising(bool(word & 1))

    def get(self) -> int:
        """Clock a word out; 0 where there is no answer."""
        bus = self._bus
        answer, at = bus._response_bytes, bus._response_bit_index // 8
        bus._response_bit_index += _WORD_BITS
        if bus._response_bit_index >= 8 * len(answer):
            bus._response_bytes, bus._response_bit_index = b"", 0
        return int.from_bytes(answer[at : at + 4], "big")


class QuickPio:
    """Stands for a PIO block on the chip's bus; transfers to the radio are done at once."""

    def __init__(self, mcu: Any, pio: Any, bus: Any) -> None:
        """Take the chip, one of its PIO blocks and the radio's bus."""
        self._mcu, self._pio = mcu, pio
        self._words = Words(bus)
        self.transfers = 0

    def read_uint32(self, offset: int) -> int:
        """Read a register."""
        return self._pio.read_uint32(offset)

    def write_uint32_atomic(self, offset: int, value: int, way: int) -> None:
        """Write a register; a machine of the radio's that is switched on has done its work."""
        if offset == _CTRL:
            old = self._pio.read_uint32(_CTRL)
            started = _merged(old, value, way) & ~old & _MACHINES
            for machine in self._pio.machines:
                if started >> machine.index & 1 and machine.sideset_base == _CLOCK_PIN:
                    self._transfer(machine)
                    value, way = _without(machine.index, old, value, way), _NORMAL
        self._pio.write_uint32_atomic(offset, value, way)

    def _transfer(self, machine: Any) -> None:
        out, back = (self._channel(dreq) for dreq in (machine.dreq_tx, machine.dreq_rx))
        sent_bits = machine.x + 1
        for _ in range(sent_bits // _WORD_BITS):
            if machine.tx_fifo.empty:
                _move(out)
            self._words.put(machine.tx_fifo.pull())
        got_bits = machine.y + 1 if back is not None else 0
        for _ in range(got_bits // _WORD_BITS):
            machine.rx_fifo.push(self._words.get())
            _move(back)
        stalled = 1 << (_TX_STALL + machine.index)
        self._pio.tx_stall |= stalled  # wifi_mends: STALL
        self._pio.fdebug |= stalled
        self.transfers += 1
        clock = self._mcu.clock
        clock.tick((sent_bits + got_bits) * _CYCLES_A_BIT * 1e9 / self._mcu.clk_sys)

    def _channel(self, dreq: int) -> Any:
        """Return the DMA channel that waits for this machine, or None."""
        channels = self._mcu.dma.channels
        return next((one for one in channels if one.active and one.treq == dreq), None)


def _move(channel: Any) -> None:
    channel.transfer_alarm.cancel()
    channel.transfer()


def _merged(old: int, value: int, way: int) -> int:
    if way == _NORMAL:
        return value
    return old ^ value if way == _XOR else old | value if way == _SET else old & ~value


def _without(machine: int, old: int, value: int, way: int) -> int:
    return _merged(old, value, way) & ~(1 << machine)


def quicken(mcu: Any, bus: Any) -> list[QuickPio]:
    """Put a QuickPio in the place of each PIO block."""
    quick = []
    for place, peripheral in mcu.peripherals.items():
        if peripheral in mcu.pio:
            mcu.peripherals[place] = QuickPio(mcu, peripheral, bus)
            quick.append(mcu.peripherals[place])
    return quick
