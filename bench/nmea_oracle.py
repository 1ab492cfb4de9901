"""NMEA sentences as regular expressions and fractions have them: a second reader for the fuzzer.

Nothing here comes from firmware/: two readers that share no line do not share a fault.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import reduce
from operator import xor

SENTENCE = re.compile(rb"\$([ -#%-)+-~]*)\*([0-9A-Fa-f]{2})")
KNOWN = (b"RMC", b"GGA", b"GNS", b"GLL", b"VTG", b"GSA", b"GSV", b"ZDA", b"GST")
MOST_BODY = 116
MOST_FIELDS = 24
_TIME = re.compile(rb"([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]*))?")
_ANGLE = re.compile(rb"([0-9]{2,3})([0-9]{2}(?:\.[0-9]*)?)")

Place = tuple[int, int, int]  # milliseconds of the day, latitude and longitude in microdegrees


def bodies(data: bytes) -> list[bytes]:
    """Return the bodies of the sentences whose checksum is right and whose address is known."""
    found = []
    for match in SENTENCE.finditer(data):
        body, total = match.groups()
        address, _, rest = body.partition(b",")
        is_short = len(body) <= MOST_BODY and rest.count(b",") + 1 < MOST_FIELDS
        is_known = len(address) == 5 and address[2:] in KNOWN and address[:1] != b"P"
        if is_short and is_known and reduce(xor, body, 0) == int(total, 16):
            found.append(body)
    return found


def places(data: bytes) -> set[Place]:
    """Return every position that a valid sentence of these bytes has, with its time of day."""
    found = set()
    for body in bodies(data):
        place = _place(body.split(b","))
        if place is not None:
            found.add(place)
    return found


def _place(fields: list[bytes]) -> Place | None:
    kind = fields[0][2:]
    fields = [*fields, *[b""] * MOST_FIELDS]
    if kind == b"RMC":
        valid, clock, at = fields[2] == b"A" and not set(fields[12]) & set(b"NEMS"), 1, 3
    elif kind == b"GGA":
        valid, clock, at = fields[6].lstrip(b"0") in (b"1", b"2", b"3", b"4", b"5", b"9"), 1, 2
    elif kind == b"GNS":
        modes = set(fields[6])
        valid, clock, at = bool(modes & set(b"ADFPR")) and not modes & set(b"EMS"), 1, 2
    elif kind == b"GLL":
        valid, clock, at = fields[6] == b"A" and not set(fields[7]) & set(b"NEMS"), 5, 1
    else:
        return None
    at_ms = _time_ms(fields[clock])
    lat = _angle(fields[at], fields[at + 1], b"NS")
    lon = _angle(fields[at + 2], fields[at + 3], b"EW")
    return None if not valid or at_ms is None or lat is None or lon is None else (at_ms, lat, lon)


def _time_ms(field: bytes) -> int | None:
    match = _TIME.fullmatch(field)
    if match is None:
        return None
    hours, minutes, seconds, decimals = match.groups()
    whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
    return (whole * 1000 + int(((decimals or b"") + b"000")[:3])) % 86_400_000


def _angle(field: bytes, side: bytes, sides: bytes) -> int | None:
    match = _ANGLE.fullmatch(field)
    if match is None or len(side) != 1 or side not in sides:
        return None
    degrees, minutes = match.groups()
    if len(degrees) != (2 if sides == b"NS" else 3):
        return None
    exact = int(degrees) * 1_000_000 + Fraction(minutes.decode().rstrip(".")) * 1_000_000 / 60
    rounded = int(exact + Fraction(1, 2))
    return rounded if side == sides[:1] else -rounded
