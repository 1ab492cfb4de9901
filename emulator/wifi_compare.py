"""Runs random instructions on both cores, wifi_core's and rp2040py's own, and tells what differs:
registers, flags, memory, cycles.

usage: wifi_compare.py CASES, by the Python that is to be tried: numba compiles wifi_core where it
is installed, and what is compiled has other integers. Exit status 1 where a case differs.
"""

from __future__ import annotations

import random
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import wifi_core
from rp2040py.rp2040 import RP2040
from wifi_core import C, N, V, Z

RAM, FLASH = 0x2000_0000, 0x1000_0000
LEAST_OURS = 0.5  # of the instructions
# What a random halfword is too seldom: CPSID, CPSIE, MRS of PRIMASK and of CONTROL, barriers, WFI.
SPECIAL = (
    (0xB672, 0),
    (0xB662, 0),
    (0xF3EF, 0x8310),
    (0xF3EF, 0x8314),
    (0xF3BF, 0x8F4F),
    (0xF3BF, 0x8F6F),
    (0xBF30, 0),
)


def quiet_chip() -> Any:
    """Return a chip that reports no wrong access: random code makes many."""
    mcu = RP2040()
    logger: Any = SimpleNamespace(**dict.fromkeys(("debug", "info", "warning"), lambda *_: None))
    mcu.logger = logger
    return mcu


class Bench:
    """One instruction at a time, on the quick core and on rp2040py's."""

    def __init__(self, mcu: Any) -> None:
        """Take the chip, whose memory and registers both cores use."""
        self.mcu, self.core = mcu, mcu.core
        self.regs = np.asarray(mcu.core.registers)
        self.memory = [np.frombuffer(p, np.uint32) for p in (mcu.bootrom, mcu.flash, mcu.sram)]
        self.state = np.zeros(wifi_core.STATES, np.int64)

    def lay(
        self, regs: list[int], flags: int, at: int, *halfwords: int, is_masked: bool = False
    ) -> None:
        """Put the registers, the flags and the instructions in their places."""
        self.regs[:] = regs
        self.regs[15] = at
        self.state[wifi_core.FLAGS], self.state[wifi_core.PRIMASK] = flags, is_masked
        core = self.core
        core.pm = is_masked
        core.n, core.z, core.c, core.v = (bool(flags & bit) for bit in (N, Z, C, V))
        core.interrupts_updated = core.waiting = False
        for i, halfword in enumerate(halfwords):
            self.mcu.write_uint16(at + 2 * i, halfword)

    def quick(self, most: int = 1) -> int:
        """Run wifi_core for so many cycles; return those it took, 0 where it leaves it alone."""
        return wifi_core.run(most, self.regs, self.state, *self.memory)

    def slow(self) -> int:
        """Run one instruction on rp2040py's core, and bring its flags; return the cycles."""
        core = self.core
        cycles = core.execute_instruction()
        self.state[wifi_core.FLAGS] = N * core.n | Z * core.z | C * core.c | V * core.v
        self.state[wifi_core.PRIMASK] = core.pm
        return cycles

    def seen(self, cycles: int) -> tuple[list[int], list[int], int, bytes]:
        """Return registers, flags and mask, cycles, memory."""
        flags = [int(self.state[place]) for place in (wifi_core.FLAGS, wifi_core.PRIMASK)]
        return list(map(int, self.regs)), flags, cycles, bytes(self.mcu.sram)


def is_mended(opcode: int, regs: list[int], flags: int) -> bool:
    """Return whether rp2040py departs from the manual here (wifi_mends: SHIFTS, OVERFLOW)."""
    kind, left, right = opcode >> 6, regs[opcode & 7], regs[opcode >> 3 & 7]
    if kind in (0x102, 0x103, 0x104, 0x107):
        return not 0 < right & 0xFF <= 31
    if kind == 0x105:
        return left == 0x7FFF_FFFF and flags & C > 0
    return kind == 0x106 and right == 0x7FFF_FFFF and not flags & C


def registers(rng: random.Random) -> list[int]:
    """Return values that point somewhere, or lie at an edge; the stack's is in RAM."""
    kinds = (
        lambda: rng.randrange(1 << 32),
        lambda: RAM + 4 * rng.randrange(60_000),
        lambda: RAM + rng.randrange(240_000),
        lambda: FLASH + rng.randrange(1 << 20),
        lambda: rng.choice((0, 1, 31, 32, 33, 255, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)),
    )
    regs = [rng.choice(kinds)() for _ in range(16)]
    regs[13] = RAM + 4 * rng.randrange(100, 60_000)
    return regs


def instruction(rng: random.Random) -> tuple[int, int]:
    """Return two halfwords: any, but what has most of the flags and what is rare more often."""
    kind, second = rng.random(), rng.randrange(0x10000)
    if kind < 0.1:  # BL
        return 0xF000 | rng.randrange(0x800), 0xD000 | rng.randrange(0x3000)
    if kind < 0.15:
        return rng.choice(SPECIAL)
    if kind < 0.4:  # data processing
        return 0x4000 | rng.randrange(0x400), second
    return rng.randrange(0x10000), second


def compare(mcu: Any, cases: int) -> tuple[int, list[str]]:
    """Return how many random instructions wifi_core did, and those in which the two differ."""
    bench, rng, ours = Bench(mcu), random.Random(1), 0
    wrong: list[str] = []
    for _ in range(cases):
        opcode, second = instruction(rng)
        regs, flags, is_masked = registers(rng), rng.randrange(16), rng.random() < 0.5
        at = rng.choice((FLASH + 0x100, RAM + 0x1000)) + 2 * rng.randrange(50)
        if is_mended(opcode, regs, flags):
            continue
        memory = bytes(mcu.sram)
        bench.lay(regs, flags, at, opcode, second, is_masked=is_masked)
        laid = bench.seen(0)
        cycles = bench.quick()
        quick = bench.seen(cycles)
        ours += cycles > 0
        if cycles:
            mcu.sram[:] = memory
            bench.lay(regs, flags, at, opcode, second, is_masked=is_masked)
        expected = bench.seen(bench.slow()) if cycles else laid
        if quick != expected:
            wrong.append(f"{opcode:04x} {second:04x}: {quick[:3]}, not {expected[:3]}")
        mcu.sram[:] = memory
    return ours, wrong


def main() -> None:
    """Print how many were compared, and the first that differ."""
    cases = int(sys.argv[1])
    ours, wrong = compare(quiet_chip(), cases)
    how = "compiled" if hasattr(wifi_core.run, "py_func") else "not compiled"
    print(f"{cases} instructions, {ours} of them wifi_core's, {how}, {len(wrong)} differ")
    print("\n".join(wrong[:5]))
    sys.exit(1 if wrong or ours < LEAST_OURS * cases else 0)


if __name__ == "__main__":
    main()
