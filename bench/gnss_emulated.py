"""What a receiver's stream at 115,200 baud and 10 Hz costs an RP2040 at 125 MHz, emulated.

`make emulate-gnss UF2=RPI_PICO.uf2`. Exits with 1 where a byte was lost, the sentences took heap,
or the chip's fixes are not CPython's.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import pico

from reticent.sim.image import build_image, compile_module
from reticent.sim.track import checksum
from reticent.tagcode import FIRMWARE, gnss

sys.path.append(str(Path(__file__).parents[1] / "tests" / "logic"))
from test_gnss_damage import KINDS, run_case

BENCH = Path(__file__).parent
MODULES = "__init__ nmea fields epoch fix judge sayings gnss events integrity".split()
EPOCHS = 40
DAMAGED = 70  # streams with damage: ten of each kind
BAUD = 115_200


def epoch(number: int) -> bytes:
    """Return the sentences of one tenth of a second: every type that the parser reads."""
    clock = f"2026{40 + number // 10:02d}.{number % 10}00"
    place = f"4404.{1305 + number:04d}0,N,12118.{8515 + number:04d}0,W"
    bodies = [
        f"GNRMC,{clock},A,{place},38.880,315.00,130415,,,D,V",
        "GNVTG,315.00,T,,M,38.880,N,72.006,K,D",
        f"GNGGA,{clock},{place},2,11,0.83,1127.7,M,-19.6,M,,0000",
        f"GNGNS,{clock},{place},AADN,11,0.83,1127.7,-19.6,,,V",
        "GNGSA,A,3,10,12,23,24,25,31,,,,,,,1.55,0.83,1.30,1",
        "GNGSA,A,3,68,77,78,,,,,,,,,,1.55,0.83,1.30,2",
        "GPGSV,3,1,10,10,78,221,47,12,09,042,20,23,05,242,33,24,04,149,38,1",
        "GPGSV,3,2,10,25,37,235,30,31,41,333,31,32,11,022,,08,12,111,,1",
        "GLGSV,1,1,03,68,37,235,30,77,41,333,31,78,20,100,29,1",
        f"GNGLL,{place},{clock},A,D",
        f"GNZDA,{clock},13,04,2015,00,00",
        f"GNGST,{clock},2.0,1.1,0.9,12.0,3.0,4.0,9.0",
    ]
    return b"".join(b"$%s*%02X\r\n" % (body.encode(), checksum(body.encode())) for body in bodies)


def paced(epochs: int) -> bytes:
    """Return the stream; it comes at the line's rate without a pause, which is more than 10 Hz."""
    data = b"".join(epoch(number) for number in range(epochs))
    needed = len(data) * 10 // epochs * 10  # bits a second
    print(f"the stream: {len(data) // epochs} bytes an epoch, {needed:,} of {BAUD:,} baud")
    return data


def damaged(cases: int) -> bytes:
    """Return damaged streams, each behind its length: the corruptions of the tests."""
    found = b""
    for seed in range(cases):
        data = run_case(seed, KINDS[seed // 2 % len(KINDS)])[2]
        found += len(data).to_bytes(2, "big") + data
    return found


def checksum_here(streams: bytes) -> list[int]:
    """Return what the chip has to print of the damaged streams."""
    total = count = at = 0
    while at < len(streams):
        length = int.from_bytes(streams[at : at + 2], "big")
        data = streams[at + 2 : at + 2 + length]
        at += 2 + length
        reader = gnss.Epochs()
        for fix in reader.feed(data, length) + reader.feed(b"", 0):
            total = crc32(_text_of(fix).encode(), total)
            count += 1
    return [total, count]


def _text_of(fix: gnss.Fix) -> str:
    values = (fix.utc_s, fix.utc_ms, fix.lat_udeg, fix.lon_udeg, fix.alt_mm, fix.speed_cm_s)
    more = (fix.course_cdeg, fix.hdop_x100, fix.sats_used, fix.mode, fix.error_m, fix.signals)
    return f"{values} {more} {fix.is_doubtful}\n"


def run(uf2: Path, folder: Path, miss: int) -> dict[str, list[int]]:
    """Run the emulator with this many cycles a flash-cache miss; return what the chip printed."""
    command = ["node", BENCH / "gnss_emulated.mjs", uf2, pico.BOOTROM]
    command += [folder / "image.bin", folder / "stream.nmea"]
    command += [BENCH / "gnss_on_pico.py", BAUD, miss]
    said = {}
    for line in pico.printed(command).splitlines():
        word, _, values = line.partition(" ")
        if values:
            said[word] = [int(value) for value in values.strip("()").replace(",", "").split()]
    return said


def main() -> None:
    """Print the share of the chip, with and without flash-cache misses, and the heap."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--uf2", type=Path, required=True)
    arguments = parser.parse_args()
    pico.require_all(arguments.uf2)
    with TemporaryDirectory() as name:
        folder = Path(name)
        files = {"stream.nmea": paced(EPOCHS), "damaged.bin": damaged(DAMAGED)}
        expected = checksum_here(files["damaged.bin"])
        (folder / "stream.nmea").write_bytes(files["stream.nmea"])
        for module in MODULES:
            target = folder / f"{module}.mpy"
            source = FIRMWARE / "tag" / f"{module}.py"
            compile_module(source, target, f"tag/{module}.py", "armv6m")
            files[f"lib/tag/{module}.mpy"] = target.read_bytes()
        build_image(folder / "image.bin", pico.BLOCKS, files)
        wrong: list[str] = []
        for miss in (0, 42):
            wrong += report(miss, run(arguments.uf2, folder, miss), expected)
    sys.exit("\n".join(wrong) or 0)


def report(miss: int, said: dict[str, list[int]], expected: list[int]) -> list[str]:
    """Print a run's figures; return what they must not be."""
    free, idle = said["turns"]
    received, fixes, sentences = said["received"]
    taken, counted = said["heap"]
    (lost,) = said["lost"]
    is_same = said["damaged"] == expected
    how = "as" if is_same else "NOT as"
    print(f"{expected[1]} fixes of {DAMAGED} damaged streams are {how} on CPython")
    print(
        f"xipMiss {miss}: {(free - idle) / free * 100:.1f} % of 125 MHz, {received} bytes, "
        f"{sentences} sentences, {fixes} fixes, {lost} bytes lost; "
        f"{taken} bytes of heap for {counted} sentences"
    )
    wrong = {
        f"the fixes of the damaged streams: {said['damaged']}, not {expected}": not is_same,
        f"{lost} bytes were lost": lost > 0,
        f"{counted} sentences took {taken} bytes of heap": taken > 0 or not counted,
        "no sentence was read, or no fix made": not sentences or not fixes,
    }
    return [f"xipMiss {miss}: {what}" for what, is_so in wrong.items() if is_so]


if __name__ == "__main__":
    main()
