"""Canary coordinates: places that a test gives the wearer, and every way to write them down."""

from __future__ import annotations

import base64
import struct


class Canary:
    """One place (degrees), and the encodings by which it is looked for."""

    def __init__(self, name: str, lat: float, lon: float) -> None:
        self.name = name
        self.lat_udeg = round(lat * 1e6)
        self.lon_udeg = round(lon * 1e6)
        self.encodings = {
            f"{name} {axis} {how}": what
            for axis, degrees, digits in (("latitude", lat, 2), ("longitude", lon, 3))
            for how, what in _encodings(degrees, digits)
        }

    def found_in(self, data: bytes) -> list[str]:
        """Return the names of the encodings that stand in the bytes."""
        return [name for name, what in self.encodings.items() if what in data]


def _encodings(degrees: float, digits: int):
    udeg = round(degrees * 1e6)
    yield from _texts(degrees, digits)
    numbers = {"udeg": udeg, "1e-7": round(degrees * 1e7), "mas": round(degrees * 3_600_000)}
    for unit, number in numbers.items():
        for order in "<>":
            name = f"{unit} {'little' if order == '<' else 'big'}"
            raw = struct.pack(order + "i", number)
            yield name, raw
            yield name + " long", struct.pack(order + "q", number)
            yield name + " hex", raw.hex().encode()
            yield name + " HEX", raw.hex().upper().encode()
            for shift in range(3):  # base64 of three bytes is four letters, wherever it begins
                text = base64.b64encode(bytes(shift) + raw + raw)
                yield f"{name} base64 {shift}", text[4:8] + text[8:11]
        # CBOR (RFC 8949): a negative number is -1 - n under another head
        head = 0x1A if number >= 0 else 0x3A
        yield f"{unit} CBOR", struct.pack(">BI", head, number if number >= 0 else -1 - number)
        yield f"{unit} text", str(abs(number)).encode()
    for order in "<>":
        yield "float " + order, struct.pack(order + "f", degrees)
        yield "double " + order, struct.pack(order + "d", degrees)


def _texts(degrees, digits):
    whole, minutes = int(abs(degrees)), abs(degrees) % 1 * 60
    yield "decimal", f"{abs(degrees):.4f}"[:-1].encode()  # 0.001 degree: 111 m
    yield "NMEA", f"{whole:0{digits}}{minutes:07.4f}"[: digits + 5].encode()  # 0.01': 19 m
    yield "minutes", f"{whole} {minutes:06.3f}"[:-1].encode()
    yield "UTF-16", f"{abs(degrees):.3f}".encode("utf-16-le")
