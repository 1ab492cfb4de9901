"""Runs where adafruit-circuitpython-gps is installed: each line's position as it has it, as JSON.

usage: python gnss_adafruit.py LOG ...
prints {log: [[[type, second of day, lat, lon in udeg] ...], [[type, error] of what raised ...]]}
"""

from __future__ import annotations

import json
import sys
from math import copysign
from pathlib import Path

import adafruit_gps


class OneLine:
    """A UART that has one line."""

    in_waiting = 256

    def __init__(self) -> None:
        self.line = b""

    def readline(self) -> bytes:
        return self.line


def positions(path: Path) -> tuple[list[list[object]], list[list[str]]]:
    """Return what each position sentence gave, and which lines raised what."""
    uart = OneLine()
    gps = adafruit_gps.GPS(uart)
    found: list[list[object]] = []
    raised: list[list[str]] = []
    for line in path.read_bytes().split(b"\n"):
        start = line.rfind(b"$")
        kind = line[start + 3 : start + 6].decode("latin-1")
        uart.line = line[start:] if start >= 0 else line
        try:
            is_new = gps.update()
        except (ValueError, IndexError, TypeError, AttributeError) as error:
            raised.append([kind, f"{type(error).__name__}: {error}"])
            continue
        if not is_new or kind not in ("RMC", "GGA", "GLL") or not gps.has_fix:
            continue
        if gps.timestamp_utc is None or gps.latitude is None or gps.longitude is None:
            continue
        clock = gps.timestamp_utc
        second = clock.tm_hour * 3600 + clock.tm_min * 60 + clock.tm_sec
        # Its `latitude` itself has four decimals of a minute; these have all that were there.
        lat = abs(gps.latitude_degrees) + gps.latitude_minutes / 60
        lon = abs(gps.longitude_degrees) + gps.longitude_minutes / 60
        places = copysign(lat, gps.latitude), copysign(lon, gps.longitude)
        found.append([kind, second, *(round(place * 1e6) for place in places)])
    return found, raised


print(json.dumps({path: positions(Path(path)) for path in sys.argv[1:]}))
