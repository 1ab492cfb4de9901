"""A Cortex-M0+ that runs rp2040py's chip 30 times faster (wifi_mends: SLOW).

Compiled by numba where that is installed, plain Python elsewhere, only slower. It takes the plain
run of a program: flash, boot ROM, RAM, the divider and the spin locks. Whatever else there is
(peripherals, exceptions, special registers) stops it in front of the instruction, and rp2040py's
own core does that one. Cycles are counted as there; ARMv6-M Architecture Reference Manual, A5.2
and A6.7. One long file: numba's cache does not see a change in another ("Notes on Caching").
"""

from __future__ import annotations

from typing import Any

import numpy as np

try:
    from numba import njit  # pyright: ignore[reportMissingImports]
except ImportError:

    def njit(*_: Any, **__: Any) -> Any:
        """Leave the functions as they are."""
        return lambda function: function


# Without `_nrt` numba counts references to the arrays at each call, which takes ten times longer.
N, Z, C, V = 8, 4, 2, 1
# Places in the state: the flags as above, the divider's registers, the spin locks that are taken,
# whether interrupts are masked.
FLAGS, DIVIDEND, DIVISOR, QUOTIENT, REMAINDER, CSR, LOCKS, PRIMASK = range(8)
STATES = 8

_ROM_END = 0x4000
_FLASH, _FLASH_END = 0x1000_0000, 0x1100_0000
_RAM, _RAM_END = 0x2000_0000, 0x2004_2000
_SIO = 0xD000_0000
_DIVIDER, _DIVIDER_END = _SIO + 0x60, _SIO + 0x7C
_LOCKS, _LOCKS_END = _SIO + 0x100, _SIO + 0x180
_DONE, _DIRTY = 1, 2  # the divider's CSR
_WORD = 0xFFFF_FFFF
_NOT_OURS = -1


@njit(cache=True, _nrt=False)
def _signed(value: int) -> int:
    return value - ((value & 0x8000_0000) << 1)


@njit(cache=True, _nrt=False)
def _nz(result: int, flags: int) -> int:
    """Return the flags with N and Z of this result."""
    return (flags & (C | V)) | (N if result & 0x8000_0000 else 0) | (Z if result == 0 else 0)


@njit(cache=True, _nrt=False)
def _add(left: int, right: int, carry: int) -> tuple[int, int]:
    """Return (sum, flags): AddWithCarry() of the manual. A difference is left + ~right + 1.

    V as well (wifi_mends: OVERFLOW).
    """
    whole = left + right + carry
    result = whole & _WORD
    overflow = ((left ^ result) & (right ^ result)) >> 31
    return result, _nz(result, (C if whole > _WORD else 0) | overflow)


@njit(cache=True, _nrt=False)
def _shift(kind: int, value: int, count: int, flags: int) -> tuple[int, int]:
    """Return (result, flags) of LSL 0, LSR 1, ASR 2, ROR 3; a count of 0 leaves the carry.

    As the manual has it, for all counts (wifi_mends: SHIFTS).
    """
    if count == 0:
        return value, _nz(value, flags)
    if kind == 0:
        result = (value << count) & _WORD if count < 32 else 0
        carry = (value >> (32 - count)) & 1 if count <= 32 else 0
    elif kind == 1:
        result = value >> count if count < 32 else 0
        carry = (value >> (count - 1)) & 1 if count <= 32 else 0
    elif kind == 2:
        result = (_signed(value) >> min(count, 31)) & _WORD
        carry = (_signed(value) >> min(count - 1, 31)) & 1
    else:
        turn = count & 31
        result = ((value >> turn) | (value << (32 - turn))) & _WORD
        carry = result >> 31
    return result, _nz(result, (flags & V) | (C if carry else 0))


@njit(cache=True, _nrt=False)
def _load(at: int, size: int, state: Any, rom: Any, flash: Any, ram: Any) -> int:
    """Return the bytes at an address as a number, or _NOT_OURS."""
    if at & (size - 1):
        return _NOT_OURS
    if _RAM <= at < _RAM_END:
        word = np.int64(ram[(at - _RAM) >> 2])
    elif _FLASH <= at < _FLASH_END:
        word = np.int64(flash[(at - _FLASH) >> 2])
    elif 0 <= at < _ROM_END:
        word = np.int64(rom[at >> 2])
    elif size == 4 and _DIVIDER <= at < _DIVIDER_END:
        return _read_divider((at - _DIVIDER) >> 2, state)
    elif size == 4 and _LOCKS <= at < _LOCKS_END:
        lock = np.int64(1) << ((at - _LOCKS) >> 2)
        taken = state[LOCKS] & lock
        state[LOCKS] |= lock
        return 0 if taken else lock
    elif size == 4 and at == _SIO:
        return 0  # CPUID: the first core
    else:
        return _NOT_OURS
    if size == 4:
        return word
    return (word >> (8 * (at & 3))) & (0xFFFF if size == 2 else 0xFF)


@njit(cache=True, _nrt=False)
def _store(at: int, value: int, size: int, state: Any, ram: Any) -> bool:
    """Write; return whether the address is ours."""
    if at & (size - 1):
        return False
    if _RAM <= at < _RAM_END:
        place = (at - _RAM) >> 2
        if size == 4:
            ram[place] = value
            return True
        shift = 8 * (at & 3)
        mask = 0xFFFF if size == 2 else 0xFF
        ram[place] = (np.int64(ram[place]) & ~(mask << shift)) | ((value & mask) << shift)
        return True
    if size == 4 and _DIVIDER <= at < _DIVIDER_END:
        _write_divider((at - _DIVIDER) >> 2, value, state)
        return True
    if size == 4 and _LOCKS <= at < _LOCKS_END:
        state[LOCKS] &= ~(np.int64(1) << ((at - _LOCKS) >> 2))
        return True
    return False


@njit(cache=True, _nrt=False)
def _read_divider(register: int, state: Any) -> int:
    if register < 4:
        return state[DIVIDEND] if register % 2 == 0 else state[DIVISOR]
    if register == 4:
        state[CSR] &= ~_DIRTY
        return state[QUOTIENT]
    return state[REMAINDER] if register == 5 else state[CSR]


@njit(cache=True, _nrt=False)
def _write_divider(register: int, value: int, state: Any) -> None:
    """Write UDIVIDEND, UDIVISOR, SDIVIDEND, SDIVISOR, QUOTIENT or REMAINDER (RP2040, 2.3.1.5)."""
    if register == 6:
        return
    state[CSR] = _DONE | _DIRTY
    if register >= 4:
        state[QUOTIENT if register == 4 else REMAINDER] = value
        return
    state[DIVIDEND if register % 2 == 0 else DIVISOR] = value
    left, right = state[DIVIDEND], state[DIVISOR]
    if register >= 2:
        left, right = _signed(left), _signed(right)
    if right == 0:
        quotient, remainder = (1 if left < 0 else -1), left
    else:
        quotient = abs(left) // abs(right)
        if (left < 0) != (right < 0):
            quotient = -quotient
        remainder = left - quotient * right
    state[QUOTIENT] = quotient & _WORD
    state[REMAINDER] = remainder & _WORD


@njit(cache=True, _nrt=False)
def _compute(kind: int, left: int, right: int, flags: int) -> tuple[int, int]:
    """Return (result, flags) of a data-processing instruction (A5.2.2); what only compares too."""
    if kind in (2, 3, 4, 7):
        return _shift(min(kind - 2, 3), left, right & 0xFF, flags)
    if kind == 5:
        return _add(left, right, (flags & C) >> 1)
    if kind == 6:
        return _add(left, right ^ _WORD, (flags & C) >> 1)
    if kind == 9:
        return _add(0, right ^ _WORD, 1)
    if kind == 10:
        return _add(left, right ^ _WORD, 1)
    if kind == 11:
        return _add(left, right, 0)
    if kind in (0, 8):
        result = left & right
    elif kind == 1:
        result = left ^ right
    elif kind == 12:
        result = left | right
    elif kind == 13:
        high = (left * (right >> 16)) & 0xFFFF  # in halves: 64 bits with a sign hold no square
        result = (left * (right & 0xFFFF) + (high << 16)) & _WORD
    elif kind == 14:
        result = left & (right ^ _WORD)
    else:
        result = right ^ _WORD
    return result, _nz(result, flags)


@njit(cache=True, _nrt=False)
def _holds(condition: int, flags: int) -> bool:
    """Return whether a branch's condition is met (A6.3)."""
    half = condition >> 1
    if half == 0:
        met = flags & Z != 0
    elif half == 1:
        met = flags & C != 0
    elif half == 2:
        met = flags & N != 0
    elif half == 3:
        met = flags & V != 0
    elif half == 4:
        met = flags & C != 0 and flags & Z == 0
    else:
        met = (flags & N != 0) == (flags & V != 0)
        if half == 6:
            met = met and flags & Z == 0
    return met != (condition & 1 != 0)


@njit(cache=True, _nrt=False)
def _several(opcode: int) -> int:
    """Return how many of the eight low registers this opcode names."""
    count = 0
    for register in range(8):
        count += (opcode >> register) & 1
    return count


@njit(cache=True, _nrt=False)
def _load_several(opcode: int, place: int, regs: Any, words: Any) -> None:
    """Load the named registers from this place in a memory on."""
    for register in range(8):
        if (opcode >> register) & 1:
            regs[register] = words[place]
            place += 1


@njit(cache=True, _nrt=False)
def _store_several(opcode: int, place: int, regs: Any, words: Any) -> None:
    for register in range(8):
        if (opcode >> register) & 1:
            words[place] = regs[register]
            place += 1


@njit(cache=True, _nrt=False)
def _in_ram(at: int, words: int) -> bool:
    return at & 3 == 0 and at >= _RAM and at + 4 * words <= _RAM_END


@njit(cache=True, _nrt=False)
def _in_flash(at: int, words: int) -> bool:
    return at & 3 == 0 and at >= _FLASH and at + 4 * words <= _FLASH_END


@njit(cache=True, _nrt=False)
def _extend(kind: int, value: int) -> int:
    """Return SXTH 0, SXTB 1, UXTH 2, UXTB 3 of a value."""
    low = value & (0xFF if kind & 1 else 0xFFFF)
    sign = 0x80 if kind & 1 else 0x8000
    return low if kind & 2 else ((low ^ sign) - sign) & _WORD


@njit(cache=True, _nrt=False)
def _reverse(kind: int, value: int) -> int:
    """Return REV 0, REV16 1 or REVSH 3 of a value."""
    halves = ((value & 0x00FF_00FF) << 8) | ((value >> 8) & 0x00FF_00FF)
    if kind == 0:
        return ((halves << 16) | (halves >> 16)) & _WORD
    return halves if kind == 1 else _extend(0, halves)


@njit(cache=True, _nrt=False)
def _top_register(opcode: int) -> int:
    """Return the register in bits 8 to 10."""
    return (opcode >> 8) & 7


@njit(cache=True, _nrt=False)
def _arithmetic(opcode: int, flags: int, regs: Any) -> int:
    """Do what shifts, adds, moves or compares by what is in the opcode (A5.2.1); return flags."""
    top, low, left = opcode >> 11, opcode & 7, np.int64(regs[(opcode >> 3) & 7])
    if top < 3:
        count = (opcode >> 6) & 31
        result, flags = _shift(top, left, 32 if count == 0 and top > 0 else count, flags)
    elif top == 3:
        high = (opcode >> 6) & 7
        right = high if opcode & 0x400 else np.int64(regs[high])
        result, flags = _sum(opcode & 0x200, left, right)
    else:
        low, right = _top_register(opcode), opcode & 0xFF
        if top == 4:
            result, flags = right, _nz(right, flags)
        else:
            result, flags = _sum(top != 6, np.int64(regs[low]), right)
    if top != 5:
        regs[low] = result
    return flags


@njit(cache=True, _nrt=False)
def _sum(is_difference: int, left: int, right: int) -> tuple[int, int]:
    """Return (result, flags) of a sum, or of a difference."""
    return _add(left, right ^ _WORD, 1) if is_difference else _add(left, right, 0)


@njit(cache=True, _nrt=False)
def _process(opcode: int, flags: int, regs: Any) -> int:
    """Do a data-processing instruction; return the flags."""
    kind, low = (opcode >> 6) & 15, opcode & 7
    result, flags = _compute(kind, np.int64(regs[low]), np.int64(regs[(opcode >> 3) & 7]), flags)
    if kind not in (8, 10, 11):
        regs[low] = result
    return flags


@njit(cache=True, _nrt=False)
def _special(opcode: int, pc: int, flags: int, regs: Any) -> tuple[int, int, int]:
    """Add, compare, move or branch by high registers (A5.2.3); return (cycles, next, flags)."""
    kind, source = (opcode >> 8) & 3, (opcode >> 3) & 15
    place = (opcode & 7) | ((opcode >> 4) & 8)
    right = pc + 4 if source == 15 else np.int64(regs[source])
    left = pc + 4 if place == 15 else np.int64(regs[place])
    if kind == 1:
        _, flags = _add(left, right ^ _WORD, 1)
        return 1, pc + 2, flags
    if kind == 3:
        if right >> 28 == 15 or opcode & 7 or source == 15:
            return 0, pc, flags  # perhaps the end of an exception; no BX nor BLX, or to nowhere
        if opcode & 0x80:
            regs[14] = (pc + 2) | 1
        return 2, right & ~1, flags
    result = (right if kind == 2 else left + right) & _WORD
    if place == 15:
        return 2, result & ~1, flags
    regs[place] = result & ~3 if place == 13 else result
    return 1, pc + 2, flags


@njit(cache=True, _nrt=False)
def _transfer(opcode: int, pc: int, regs: Any, state: Any, rom: Any, flash: Any, ram: Any) -> int:
    """Load or store one register (A5.2.4, and by PC or SP); return the cycles, 0 if not ours."""
    top, low, is_load, size = opcode >> 11, opcode & 7, opcode & 0x800 != 0, 4
    is_signed = False
    if top == 9:
        low, is_load = _top_register(opcode), True
        at = ((pc + 4) & ~3) + 4 * (opcode & 0xFF)
    elif top < 12:
        kind = (opcode >> 9) & 7
        at = (np.int64(regs[(opcode >> 6) & 7]) + np.int64(regs[(opcode >> 3) & 7])) & _WORD
        is_load, is_signed = kind >= 3, kind in (3, 7)
        size = 4 if kind in (0, 4) else 2 if kind in (1, 5, 7) else 1
    elif top < 18:
        size = 4 if top < 14 else 1 if top < 16 else 2
        at = (np.int64(regs[(opcode >> 3) & 7]) + size * ((opcode >> 6) & 31)) & _WORD
    else:
        low = _top_register(opcode)
        at = (np.int64(regs[13]) + 4 * (opcode & 0xFF)) & _WORD
    if is_load:
        result = _load(at, size, state, rom, flash, ram)
        if result == _NOT_OURS:
            return 0
        regs[low] = _extend(1 if size == 1 else 0, result) if is_signed else result
    elif not _store(at, np.int64(regs[low]), size, state, ram):
        return 0
    return 1 if at >= _SIO else 2


@njit(cache=True, _nrt=False)
def _various(opcode: int, pc: int, regs: Any, state: Any, ram: Any) -> tuple[int, int]:
    """Do one of the miscellaneous instructions (A5.2.5); return (cycles, next), 0 if not ours."""
    kind, low, high = (opcode >> 8) & 15, opcode & 7, (opcode >> 6) & 7
    value = np.int64(regs[(opcode >> 3) & 7])
    if kind in (4, 5):
        return _push(opcode, regs, ram), pc + 2
    if kind in (12, 13):
        return _pop(opcode, pc, regs, ram)
    if kind == 0:
        step = 4 * (opcode & 0x7F)
        regs[13] = (np.int64(regs[13]) + (-step if opcode & 0x80 else step)) & _WORD & ~3
    elif kind == 2:
        regs[low] = _extend(high & 3, value)
    elif kind == 10 and high != 2 and opcode & 0x100 == 0:
        regs[low] = _reverse(high & 3, value)
    elif opcode == 0xB672:
        state[PRIMASK] = 1  # CPSID; CPSIE may let an interrupt in
    elif opcode != 0xBF00:
        return 0, pc
    return 1, pc + 2


@njit(cache=True, _nrt=False)
def _push(opcode: int, regs: Any, ram: Any) -> int:
    """Return the cycles, 0 where the stack is elsewhere than in RAM."""
    words, with_link = _several(opcode), (opcode >> 8) & 1
    at = np.int64(regs[13]) - 4 * (words + with_link)
    if not _in_ram(at, words + 1):
        return 0
    _store_several(opcode, (at - _RAM) >> 2, regs, ram)
    if with_link:
        ram[((at - _RAM) >> 2) + words] = regs[14]
    regs[13] = at
    return 1 + words


@njit(cache=True, _nrt=False)
def _pop(opcode: int, pc: int, regs: Any, ram: Any) -> tuple[int, int]:
    """Return (cycles, next), no cycles where it is not ours: perhaps the end of an exception."""
    words, returns = _several(opcode), (opcode >> 8) & 1
    at = np.int64(regs[13])
    if not _in_ram(at, words + 1):
        return 0, pc
    target = np.int64(ram[((at - _RAM) >> 2) + words])
    if returns and target >> 28 == 15:
        return 0, pc
    _load_several(opcode, (at - _RAM) >> 2, regs, ram)
    regs[13] = at + 4 * (words + returns)
    return (3 + words, target & ~1) if returns else (1 + words, pc + 2)


@njit(cache=True, _nrt=False)
def _multiple(opcode: int, regs: Any, flash: Any, ram: Any) -> int:
    """Do LDM or STM; return the cycles, 0 if not ours."""
    place, words, is_load = _top_register(opcode), _several(opcode), opcode & 0x800 != 0
    at = np.int64(regs[place])
    if _in_ram(at, words) and is_load:
        _load_several(opcode, (at - _RAM) >> 2, regs, ram)
    elif _in_ram(at, words):
        _store_several(opcode, (at - _RAM) >> 2, regs, ram)
    elif is_load and _in_flash(at, words):
        _load_several(opcode, (at - _FLASH) >> 2, regs, flash)
    else:
        return 0
    if not (opcode >> place) & 1:
        regs[place] = at + 4 * words
    return 1 + words


@njit(cache=True, _nrt=False)
def _branch(opcode: int, pc: int, flags: int) -> tuple[int, int]:
    """Return (cycles, next) of B, met or not; no cycles of SVC and UDF."""
    if opcode >> 11 == 28:
        step = opcode & 0x7FF
        return 2, (pc + 4 + 2 * (step - ((step & 0x400) << 1))) & _WORD
    condition, step = (opcode >> 8) & 15, opcode & 0xFF
    if condition >= 14:
        return 0, pc
    if not _holds(condition, flags):
        return 1, pc + 2
    return 2, (pc + 4 + 2 * (step - ((step & 0x80) << 1))) & _WORD


@njit(cache=True, _nrt=False)
def _wide(opcode: int, second: int, pc: int, regs: Any, state: Any) -> tuple[int, int]:
    """Return (cycles, next) of an instruction of 32 bits (A5.3): BL, barriers, MRS of PRIMASK."""
    if opcode >> 11 == 30 and second & 0xD000 == 0xD000:
        regs[14] = (pc + 4) | 1
        return 3, (pc + 4 + _far(opcode, second)) & _WORD
    if opcode == 0xF3EF and second & 0xF0FF == 0x8010:
        regs[(second >> 8) & 15] = state[PRIMASK]
        return 3, pc + 4
    is_barrier = opcode == 0xF3BF and second & 0xFFC0 == 0x8F40  # nothing is out of order here
    return (3 if is_barrier else 0), pc + 4


@njit(cache=True, _nrt=False)
def _far(opcode: int, second: int) -> int:
    """Return how far BL goes (A6.7.13)."""
    sign = (opcode >> 10) & 1
    first = ((second >> 13) & 1) ^ sign ^ 1
    other = ((second >> 11) & 1) ^ sign ^ 1
    far = (first << 23) | (other << 22) | ((opcode & 0x3FF) << 12) | ((second & 0x7FF) << 1)
    return far - (sign << 24)


@njit(cache=True, _nrt=False)
def run(most: int, regs: Any, state: Any, rom: Any, flash: Any, ram: Any) -> int:
    """Run until so many cycles have passed or an instruction is not ours; return the cycles.

    `regs` are the 16 registers, `ram` and the like 32-bit words; the program counter then stands
    at the next instruction.
    """
    cycles, flags, pc = 0, state[FLAGS], np.int64(regs[15])
    while cycles < most:
        opcode = _load(pc, 2, state, rom, flash, ram)
        if opcode == _NOT_OURS:
            break
        top, spent, after = opcode >> 11, 1, pc + 2
        if top < 8:
            flags = _arithmetic(opcode, flags, regs)
        elif top == 8 and opcode & 0x400 == 0:
            flags = _process(opcode, flags, regs)
        elif top == 8:
            spent, after, flags = _special(opcode, pc, flags, regs)
        elif top < 20:
            spent = _transfer(opcode, pc, regs, state, rom, flash, ram)
        elif top < 22:
            left = (pc + 4) & ~3 if top == 20 else np.int64(regs[13])
            regs[_top_register(opcode)] = left + 4 * (opcode & 0xFF)
        elif top < 24:
            spent, after = _various(opcode, pc, regs, state, ram)
        elif top < 26:
            spent = _multiple(opcode, regs, flash, ram)
        elif top < 29:
            spent, after = _branch(opcode, pc, flags)
        else:
            spent, after = _wide(opcode, _load(pc + 2, 2, state, rom, flash, ram), pc, regs, state)
        if spent == 0:
            break
        pc = after
        cycles += spent
    regs[15], state[FLAGS] = pc, flags
    return cycles
