"""Feed files: what comes down a UART's line in a simulation, and when."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

_HEADER = struct.Struct("<QI")


def write_feed(path: Path, bursts: Iterable[tuple[int, bytes]]) -> None:
    """Write bursts of (milliseconds since the first power-on, bytes), in order of time.

    A burst that is due while another is on the line queues behind it at the line's rate.
    """
    last_ms = 0
    with path.open("wb") as file:
        for at_ms, data in bursts:
            if at_ms < last_ms:
                raise ValueError(f"burst at {at_ms} ms comes after one at {last_ms} ms")
            last_ms = at_ms
            if data:
                file.write(_HEADER.pack(at_ms, len(data)) + data)
