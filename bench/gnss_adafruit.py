"""Runs where adafruit-circuitpython-gps is installed: each line's position as it has it, as JSON.

usage: python gnss_adafruit.py LOG ...; prints {log: [[type, second of day, lat, lon in udeg]]}
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import adafruit_gps


class OneLine:
    """A UART that has one line."""

    in_waiting = 256

    def __init__(self) -> None:
        self.line = b""

    def readline(self) -> bytes:
        return self.line


def positions(path: Path) -> tuple[list[list[object]], int]:
    """Return what each position sentence gave, and how many lines raised."""
    uart = OneLine()
    gps = adafruit_gps.GPS(uart)
    found: list[list[object]] = []
    raised = 0
    for line in path.read_bytes().split(b"\n"):
        start = line.rfind(b"$")
        kind = line[start + 3 : start + 6].decode("latin-1")
        uart.line = line[start:] if start >= 0 else line
        try:
            is_new = gps.update()
        except (ValueError, IndexError, TypeError, AttributeError):
            raised += 1
            continue
        if not is_new or kind not in ("RMC", "GGA", "GLL") or not gps.has_fix:
            continue
        if gps.timestamp_utc is None or gps.latitude_degrees is None:
            continue
        clock = gps.timestamp_utc
        second = clock.tm_hour * 3600 + clock.tm_min * 60 + clock.tm_sec
        lat = abs(gps.latitude_degrees) + gps.latitude_minutes / 60
        lon = abs(gps.longitude_degrees) + gps.longitude_minutes / 60
        found.append([kind, second, round(lat * 1e6), round(lon * 1e6)])
    return found, raised


print(json.dumps({path: positions(Path(path)) for path in sys.argv[1:]}))
