"""The valid positions of a log as pynmeagps reads them: an oracle apart from the firmware."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pynmeagps import NMEAReader

GOOD_QUALITIES = (1, 2, 3, 4, 5, 9)


def says_valid(message: Any) -> bool:
    """Return whether a position sentence says that its position is one."""
    if message.msgID == "GGA":
        return message.quality in GOOD_QUALITIES
    if message.msgID == "GNS":
        return any(mode in "ADFPR" for mode in str(message.posMode))
    return message.status == "A" and getattr(message, "posMode", "A") not in ("N", "E", "M", "S")


def messages_of(data: bytes) -> Iterator[Any]:
    """Yield pynmeagps's messages; it raises IndexError on one sentence, and goes on."""
    reader = NMEAReader(io.BytesIO(data), quitonerror=0)
    while True:
        try:
            raw, message = reader.read()
        except IndexError:
            continue
        if raw is None:
            return
        yield message


def read_positions(data: bytes) -> tuple[dict[int, list[tuple[int, int]]], set[int]]:
    """Return {time of day in ms: [(lat, lon) in udeg]}, and the times that a sentence denies."""
    found: dict[int, list[tuple[int, int]]] = {}
    denied: set[int] = set()
    for message in messages_of(data):
        if message is None or message.msgID not in ("RMC", "GGA", "GNS", "GLL"):
            continue
        if not getattr(message, "time", None) or message.talker.startswith("P"):
            continue
        clock = message.time
        second = (clock.hour * 60 + clock.minute) * 60 + clock.second
        at_ms = second * 1000 + clock.microsecond // 1000
        if not says_valid(message):
            denied.add(at_ms)
        elif message.lat != "" and message.lon != "":
            place = round(float(message.lat) * 1e6), round(float(message.lon) * 1e6)
            found.setdefault(at_ms, []).append(place)
    return found, denied
