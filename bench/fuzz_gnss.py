"""Coverage-guided fuzzing of the receiver's parser (atheris): `make fuzz SECONDS=3600`.

Any bytes, in pieces of any size. What has to hold, whatever they are:
- nothing is raised, and every value of a Fix is in its range;
- as many sentences are checked as a second, independent reading by regular expression finds;
- every position comes from a position field of one of those sentences, to the microdegree;
- a good epoch behind the bytes is read.
"""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from functools import reduce
from operator import xor
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "firmware"), str(ROOT / "host_tools" / "reticent" / "cpython")]

with atheris.instrument_imports(include=["tag"]):
    from tag import gnss

SENTENCE = re.compile(rb"\$([ -#%-)+-~]*)\*([0-9A-Fa-f]{2})")
ANGLE = re.compile(rb"[0-9]{4,5}(\.[0-9]*)?")
MOST_BODY = 116
MOST_FIELDS = 24
KNOWN = (b"RMC", b"GGA", b"GNS", b"GLL", b"VTG", b"GSA", b"GSV", b"ZDA", b"GST")
TRAILER = (
    b"$GPRMC,202641.000,A,4404.1305,N,12118.8515,W,0.01,201.71,130415,,,D*7D\r\n"
    b"$GPGGA,202641.000,4404.1305,N,12118.8515,W,2,11,0.83,1127.7,M,-19.6,M,,*65\r\n"
)


def checked_sentences(data: bytes) -> list[bytes]:
    """Return the bodies of the sentences whose checksum is right, as another reader sees them."""
    bodies = []
    for match in SENTENCE.finditer(data):
        body, total = match.groups()
        is_short = len(body) <= MOST_BODY and body.count(b",") < MOST_FIELDS
        if is_short and reduce(xor, body, 0) == int(total, 16):
            bodies.append(body)
    return bodies


def is_known(body: bytes) -> bool:
    """Return whether the parser has to read this sentence: five characters, not proprietary."""
    address = body.partition(b",")[0]
    return len(address) == 5 and address[2:] in KNOWN and address[:1] != b"P"


def positions(bodies: list[bytes]) -> set[int]:
    """Return the absolute angles in microdegrees that stand in any field of these sentences."""
    found = set()
    for body in bodies:
        for field in body.split(b","):
            if ANGLE.fullmatch(field):
                digits = field.partition(b".")[0]
                minutes = Fraction(field[len(digits) - 2 :].decode().rstrip(".") or "0")
                udeg = int(digits[:-2]) * 1_000_000 + minutes * 1_000_000 / 60
                found.add(int(udeg + Fraction(1, 2)))
    return found


def check_fix(fix: gnss.Fix, allowed: set[int]) -> None:
    """Raise AssertionError for a value that is out of range or came from nowhere."""
    assert abs(fix.lat_udeg) <= 90_000_000, fix.lat_udeg
    assert abs(fix.lon_udeg) <= 180_000_000, fix.lon_udeg
    assert abs(fix.lat_udeg) in allowed, fix.lat_udeg
    assert abs(fix.lon_udeg) in allowed, fix.lon_udeg
    assert 946_684_800 <= fix.utc_s <= 4_102_444_800, fix.utc_s
    assert 0 <= fix.utc_ms < 1000, fix.utc_ms
    for value, most in (
        (fix.sats_used, 99),
        (fix.speed_cm_s, 61_800),
        (fix.course_cdeg, 36_000),
        (fix.hdop_x100, 999_999_999),
        (fix.mode, 3),
    ):
        assert value is None or 0 <= value <= most, value
    assert fix.sats_used != 0, "a fix without satellites"


def test_one_input(raw: bytes) -> None:
    """Feed the bytes in pieces whose size their first byte says, then a good epoch."""
    if not raw:
        return
    piece, data = raw[0] + 1, raw[1:]
    epochs = gnss.Epochs()
    fixes = []
    for start in range(0, len(data), piece):
        part = data[start : start + piece]
        fixes += epochs.feed(part, len(part))
    bodies = checked_sentences(data)
    known = [body for body in bodies if is_known(body)]
    assert epochs.sentences == len(known), (epochs.sentences, known)
    fixes += epochs.feed(b"", 0)
    allowed = positions(bodies)
    for fix in fixes:
        check_fix(fix, allowed)
    before = epochs.sentences
    epochs.feed(TRAILER, len(TRAILER))
    assert epochs.sentences == before + 2, "a good sentence was lost"


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """Change the bytes, then in three of four inputs make the checksums right again.

    Without that hardly any input would come past the checksum.
    """
    changed = atheris.Mutate(data, most)
    if seed % 4 == 0:
        return changed

    def with_checksum(match: re.Match[bytes]) -> bytes:
        return b"$%s*%02X" % (match[1], reduce(xor, match[1], 0))

    return SENTENCE.sub(with_checksum, changed)[:most]


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input, custom_mutator=mutate)
    atheris.Fuzz()
