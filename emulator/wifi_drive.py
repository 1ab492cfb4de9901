"""Drives rp2040py's chip through wifi_core: the plain run of a program there, the rest as is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import wifi_core
from rp2040py.execute_batch import execute_batch
from wifi_core import (
    CSR,
    DIVIDEND,
    DIVISOR,
    FLAGS,
    LOCKS,
    PRIMASK,
    QUOTIENT,
    REMAINDER,
    STATES,
    C,
    N,
    V,
    Z,
)

CYCLE_NS = 8.0  # at 125 MHz, as rp2040py counts
_MOST_CYCLES = 1_000_000
_LOOK = 64  # turns between two looks at the wall's clock
_WORD = 0xFFFF_FFFF
_LOOK_NS = 1e6
_SHARED = {
    "div_dividend": DIVIDEND,
    "div_divisor": DIVISOR,
    "div_quotient": QUOTIENT,
    "div_remainder": REMAINDER,
    "div_csr": CSR,
    "spin_lock": LOCKS,
}


class Drive:
    """Runs the chip in short stretches; registers, memory, divider and locks are shared with it.

    `rp2040`, `clock` and `stopped` are what rp2040py's own loop asks of a simulator.
    """

    def __init__(self, simulator: Any, look: Callable[[], None]) -> None:
        """Take rp2040py's Simulator, and what is to be called once a millisecond of the chip's."""
        self.rp2040, self.clock = simulator.rp2040, simulator.clock
        self.busy_ns = 0.0  # awake
        self._look, self._next_look_ns = look, 0.0
        self._core, self._pios = self.rp2040.core, self.rp2040.pio
        memory = self.rp2040.bootrom, self.rp2040.flash, self.rp2040.sram
        self._memory = [np.frombuffer(part, np.uint32) for part in memory]
        self._regs = np.asarray(self._core.registers)
        self._state = np.zeros(STATES, dtype=np.int64)
        share_sio(self.rp2040.sio, self._state)

    @property
    def stopped(self) -> bool:
        """Whether no state machine has anything to do: then its every step need not be seen."""
        return all(pio.stopped or pio.next_due_fp > pio.cycle_fp + (1 << 40) for pio in self._pios)

    def batch(self, most_s: float) -> None:
        """Run for about this many seconds of wall time."""
        end_s = time.monotonic() + most_s
        while time.monotonic() < end_s:
            for _ in range(_LOOK):
                if self.stopped:
                    self._pass(self._turn())
                else:
                    execute_batch(self, 1)
                    break

    def _pass(self, nanos: float) -> None:
        self.clock.tick(nanos)
        cycles = int(nanos / CYCLE_NS) or 1
        for pio in self._pios:
            if not pio.stopped:
                pio.advance(cycles)
        if self.clock.nanos >= self._next_look_ns:
            self._next_look_ns = self.clock.nanos + _LOOK_NS
            self._look()

    def _turn(self) -> float:
        """Run up to the next event or to what only rp2040py can do; return nanoseconds."""
        core, clock = self._core, self.clock
        if core.waiting:
            # wifi_mends: IDLE
            return clock.nanos_to_next_alarm if clock.has_scheduled_alarm else _LOOK_NS
        cycles = 0
        if not core.interrupts_updated:
            most = _MOST_CYCLES
            if clock.has_scheduled_alarm:
                most = min(max(math.ceil(clock.nanos_to_next_alarm / CYCLE_NS), 1), most)
            cycles = self._run(most)
        nanos = (cycles or core.execute_instruction()) * CYCLE_NS
        self.busy_ns += nanos
        return nanos

    def _run(self, most: int) -> int:
        core, state = self._core, self._state
        state[FLAGS] = N * core.n | Z * core.z | C * core.c | V * core.v
        state[PRIMASK] = core.pm
        cycles = wifi_core.run(most, self._regs, state, *self._memory)
        flags = int(state[FLAGS])
        core.n, core.z, core.c, core.v = flags & N > 0, flags & Z > 0, flags & C > 0, flags & V > 0
        core.pm = bool(state[PRIMASK])
        return cycles


def share_sio(sio: Any, state: Any) -> None:
    """Keep the divider and the spin locks of rp2040py's SIO in this state."""

    def shared(place: int) -> property:
        def write(_: Any, value: float) -> None:
            state[place] = int(value) & _WORD  # wifi_mends: DIVIDER

        return property(lambda _: int(state[place]), write)

    for name, place in _SHARED.items():
        state[place] = getattr(sio, name)
    kind = type(sio)
    sio.__class__ = type(kind.__name__, (kind,), {n: shared(p) for n, p in _SHARED.items()})
