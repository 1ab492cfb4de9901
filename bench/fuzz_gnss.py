"""Coverage-guided fuzzing of the receiver's code (atheris): `make fuzz SECONDS=3600`.

The whole way of a byte from the UART to a Fix: any bytes, in pieces of any size, some of them with
their checksums made right. What has to hold, whatever they are:
- nothing is raised, and every value of a Fix, of an event and of the search is in its range;
- as many sentences are checked as nmea_oracle.py, an independent reader, finds;
- every Fix has the time and the position of one valid sentence, to the microdegree;
- good sentences behind the bytes are read, and within twelve epochs there are fixes again.
"""

from __future__ import annotations

import sys
from functools import reduce
from operator import xor
from pathlib import Path

import atheris
import nmea_oracle as oracle
from fuzz_budget import fuzz

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "firmware"), str(ROOT / "host_tools" / "reticent" / "cpython")]

with atheris.instrument_imports(include=["tag"]):  # pyright: ignore[reportAttributeAccessIssue]
    from tag import events, gnss, integrity, receiver_search, receivers

DAY_MS = 86_400_000


def with_checksum(body: bytes) -> bytes:
    """Return the sentence of a body."""
    return b"$%s*%02X\r\n" % (body, reduce(xor, body, 0))


def epoch(second: int) -> bytes:
    """Return a good epoch that moves on: in the year 2098, later than most that comes before."""
    place = b"44%02d.1305,N,12118.8515,W" % second
    return with_checksum(
        b"GPRMC,2026%02d.000,A,%s,0.01,201.71,130498,,,D" % (second, place)
    ) + with_checksum(b"GPGGA,2026%02d.000,%s,2,11,0.83,1127.7,M,-19.6,M,," % (second, place))


TRAILER = b"".join(epoch(second) for second in range(12))
SEEDS = [
    with_checksum(body)
    for body in (
        b"GNRMC,202641.000,A,4404.1305,N,12118.8515,W,38.880,315.00,130415,,,D,V",
        b"GPGGA,202641.000,4404.1305,N,12118.8515,W,2,11,0.83,1127.7,M,-19.6,M,,0000",
        b"GNGNS,202641.000,4404.1305,N,12118.8515,W,AADN,11,0.83,1127.7,-19.6,,,V",
        b"GNGLL,4404.13051234,N,12118.8515,W,202641.00,A,D",
        b"GNVTG,315.00,T,,M,38.880,N,72.006,K,D",
        b"GNGSA,A,3,10,12,23,24,25,31,,,,,,,1.55,0.83,1.30,1",
        b"GPGSV,3,1,10,10,78,221,47,12,09,042,20,23,05,242,33,24,04,149,38,1",
        b"GNZDA,202641.000,13,04,2015,-05,00",
        b"GNGST,202641.000,2.0,1.1,0.9,12.0,3.0,4.0,9.0",
        b"GPTXT,01,01,01,ANTENNA OK",
        b"PMTK705,AXN_2.31_3339_13101700,5632,PA6H,1.0",
        b"PAIR001,020,0",
    )
]
SEEDS.append(b"\xb5\x62\x0a\x04\x28\x00" + bytes(30) + b"00080000\x00\x00\xbe\xe1")
SEEDS.append(b"".join(SEEDS[:9]))  # an epoch of all types: a fix
SEEDS.append(TRAILER[:600])
SEEDS.append(with_checksum(b"GPRMC,235960.5,A,0000.0001,S,18000.00,E,,,311216") + TRAILER[:150])


def check_fix(fix: gnss.Fix, allowed: set[oracle.Place]) -> None:
    """Raise AssertionError for a value that is out of range or came from nowhere."""
    at_ms = fix.utc_s * 1000 % DAY_MS + fix.utc_ms
    assert (at_ms, fix.lat_udeg, fix.lon_udeg) in allowed, (at_ms, fix.lat_udeg, fix.lon_udeg)
    assert abs(fix.lat_udeg) <= 90_000_000, fix.lat_udeg
    assert abs(fix.lon_udeg) <= 180_000_000, fix.lon_udeg
    assert 946_684_800 <= fix.utc_s <= 4_102_444_800, fix.utc_s
    for value, most in (
        (fix.utc_ms, 999),
        (fix.sats_used, 99),
        (fix.speed_cm_s, 61_800),
        (fix.course_cdeg, 36_000),
        (fix.hdop_x100, 999_999_999),
        (fix.mode, 3),
    ):
        assert value is None or 0 <= value <= most, value
    assert fix.sats_used != 0, "a fix without satellites"
    assert not fix.passes(50, 4) or fix.error_m <= 25, "worse than the order's gate"


class Reader:
    """What the tag runs on a receiver's bytes: parser, integrity, search."""

    def __init__(self, claims: int, least_utc_s: int, is_searching: bool) -> None:
        self.integrity = integrity.Integrity()
        self.epochs = gnss.Epochs(least_utc_s, claims, on_signals=self.integrity.take_signals)
        self.search = receiver_search.ReceiverSearch(9_600) if is_searching else None
        self.second = 0

    def feed(self, data: bytes, piece: int) -> list[gnss.Fix]:
        """Return the fixes of the bytes in pieces; a piece a second."""
        found = []
        for start in range(0, len(data), piece):
            part = data[start : start + piece]
            found += self.take(part)
        return found + self.take(b"")

    def take(self, part: bytes) -> list[gnss.Fix]:
        """Take a piece; an empty one is silence."""
        self.second += 1
        if self.search is not None:
            self.search.hear(part, len(part))
        fixes = self.epochs.feed(part, len(part))
        for fix in fixes:
            self.integrity.take_fix(fix, self.second)
        for code, value in self.integrity.suspicions(self.second):
            assert events.is_known(code), code
            assert events.bounded(code, value) == value, (code, value)
        return fixes


def test_one_input(raw: bytes) -> None:
    """The first two bytes say the size of the pieces, the settings and what follows."""
    if len(raw) < 2:
        return
    piece, how, data = raw[0] + 1, raw[1], raw[2:]
    reader = Reader(1 if how & 1 else 10, 1_400_000_000 if how & 2 else 0, how & 224 == 0)
    epochs = reader.epochs
    fixes = reader.feed(data, piece)
    known = oracle.bodies(data)
    assert epochs.sentences == len(known), (epochs.sentences, known)
    allowed = oracle.places(data) if fixes else set()
    for fix in fixes:
        check_fix(fix, allowed)
    kind, generation = receivers.kind_of(data)
    assert 0 <= kind <= receivers.CASIC, kind
    assert (generation > 0) == (kind in (receivers.UBLOX, receivers.UBLOX_KEYS)), generation
    trailer = TRAILER if how & 28 == 0 else TRAILER[:150]
    recovered = reader.feed(trailer, 256)
    assert epochs.sentences == len(known) + trailer.count(b"*"), "a good sentence was lost"
    if trailer is TRAILER:
        assert any(not fix.is_doubtful for fix in recovered), "no fix in twelve good epochs"


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """Change the bytes, then in three of four inputs make the checksums right again.

    Without that hardly any input would come past the checksum.
    """
    changed = atheris.Mutate(data, most)
    if seed % 4 == 0:
        return changed
    return oracle.SENTENCE.sub(lambda match: with_checksum(match[1])[:-2], changed)[:most]


if __name__ == "__main__":
    fuzz(test_one_input, [b"\x3f\x00" + seed for seed in SEEDS], mutate)
