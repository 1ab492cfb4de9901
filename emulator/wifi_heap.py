"""MicroPython's heap as it lies in an emulated chip's RAM: how much is free, without asking it.

Its allocation table has two bits for each block of 16 bytes, 0 for one that is free (py/gc.c). The
probe on the chip (emulate.PROBE) collects first; this sees garbage as taken, but also sees what C
takes between two lines of Python, a TLS handshake say.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_RAM = 0x2000_0000
_BLOCK_BYTES = 16
_BLOCKS_A_BYTE = 4
_LEAST_TABLE = 1_000
_FREE_IN = np.array([sum(not byte >> 2 * i & 3 for i in range(4)) for byte in range(256)])


class Heap:
    """Knows where the table is once MicroPython has made it."""

    def __init__(self, ram: Any) -> None:
        """Take the chip's RAM."""
        self._bytes = np.frombuffer(ram, np.uint8)
        self._words = np.frombuffer(ram, np.uint32)
        self._table: Any = None

    def free(self) -> int | None:
        """Return the bytes that are free, None where there is no heap yet."""
        if self._table is None:
            self._table = self._find()
        if self._table is None:
            return None
        return int(_FREE_IN[self._table].sum()) * _BLOCK_BYTES

    def _find(self) -> Any:
        """Return the table; mp_state_mem_area_t is its start, length, finalisers, pool, end."""
        words = self._words.astype(np.int64)
        start, size, finalisers, pool, end = (words[i : len(words) - 4 + i] for i in range(5))
        fits = (size >= _LEAST_TABLE) & (end - pool == size * _BLOCKS_A_BYTE * _BLOCK_BYTES)
        fits &= (start >= _RAM) & (finalisers >= start + size) & (pool > finalisers)
        found = np.flatnonzero(fits)
        if len(found) != 1:
            return None
        at = int(start[found[0]]) - _RAM
        return self._bytes[at : at + int(size[found[0]])]
