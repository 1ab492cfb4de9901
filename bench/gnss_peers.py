"""The receiver's parser beside its peers: agreement position by position, sentences a second.

`make bench-gnss`, on all real logs: adafruit-circuitpython-gps and pynmeagps as independent
readers on CPython, then the speed beside Adafruit's on MicroPython. Each difference is printed
with its reason (gnss_differences.py); one without a reason, or a peer that reads nothing, makes
the exit status 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from gnss_differences import DIFFERENCES
from pynmeagps_reader import read_positions

from reticent.sim.interpreter import micropython_command
from reticent.tagcode import FIRMWARE, gnss

BENCH = Path(__file__).parent
DATA = Path(os.environ.get("RETICENT_DATA", BENCH.parents[1] / "shared" / "data"))
TOLERANCE_UDEG = 2

Position = tuple[int, int, int]  # second of the day, latitude and longitude in microdegrees


def logs() -> list[Path]:
    """Return every real log there is."""
    nmea = DATA / "nmea"
    found = sorted(nmea.glob("gpsd/*.log")) + sorted(nmea.glob("pynmeagps/*.log"))
    return found + sorted(nmea.glob("nmeaparser_drive/*.txt"))


def ours_of(log: Path) -> dict[int, list[tuple[int, int]]]:
    """Return {second of the day: our positions in microdegrees} of a log, which may be several."""
    data = log.read_bytes()
    epochs = gnss.Epochs(0, 1)
    found: dict[int, list[tuple[int, int]]] = {}
    for fix in epochs.feed(data, len(data)) + epochs.feed(b"", 0):
        found.setdefault(fix.utc_s % 86_400, []).append((fix.lat_udeg, fix.lon_udeg))
    return found


def compare(log: Path, theirs: list[Position], peer: str) -> tuple[int, list[str], list[str]]:
    """Return how many of a peer's positions are ours; the differences, and the unexplained."""
    ours = ours_of(log)
    same = 0
    explained: set[str] = set()
    unexplained: list[str] = []
    for second, lat, lon in theirs:
        places = ours.get(second, [])
        if any(max(abs(lat - a), abs(lon - b)) <= TOLERANCE_UDEG for a, b in places):
            same += 1
        elif (log.name, second) in DIFFERENCES:
            explained.add(f"{log.name} at second {second}: {DIFFERENCES[log.name, second]}")
        else:
            unexplained.append(
                f"{peer}, {log.name} at second {second}: {lat} {lon}, ours {places}"
            )
    return same, sorted(explained), unexplained


def adafruits(python: Path, paths: list[Path]) -> dict[Path, list[Position]]:
    """Return Adafruit's positions by log, and say which sentences its parser raised on."""
    command = [str(python), str(BENCH / "gnss_adafruit.py"), *map(str, paths)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[Path, list[Position]] = {}
    for name, (positions, raised) in json.loads(run.stdout).items():
        found[Path(name)] = [(second, lat, lon) for _, second, lat, lon in positions]
        for kind, error in raised:
            print(f"  Adafruit raised on a {kind} of {Path(name).name}: {error}")
    return found


def pynmeagps_of(log: Path) -> list[Position]:
    """Return pynmeagps's valid positions of a log, without those that another sentence denies."""
    places, denied = read_positions(log.read_bytes())
    return [
        (at_ms // 1000, *place)
        for at_ms, found in places.items()
        for place in found
        if at_ms not in denied
    ]


def print_agreement(paths: list[Path], python: Path) -> bool:
    """Print how far each peer agrees and each difference with its reason; whether all have one.

    A peer without a position agrees with nothing.
    """
    peers = {
        "Adafruit": adafruits(python, paths),
        "pynmeagps": {p: pynmeagps_of(p) for p in paths},
    }
    is_explained = True
    for peer, positions in peers.items():
        results = [compare(path, positions[path], peer) for path in paths]
        total = sum(len(found) for found in positions.values())
        is_explained &= total > 0
        print(f"{peer}: {sum(one[0] for one in results)} of its {total} positions are ours")
        for _, explained, unexplained in results:
            for line in explained:
                print(f"  not ours: {line}")
            for line in unexplained:
                print(f"  UNEXPLAINED: {line}")
                is_explained = False
    return is_explained


def print_speed(peers: Path, paths: list[Path]) -> None:
    """Print sentences a second on MicroPython, both parsers in one run."""
    folder = next(peers.glob("lib/python3*/site-packages"))
    command = [*micropython_command("4M"), str(BENCH / "gnss_on_tag.py"), str(FIRMWARE)]
    run = subprocess.run(
        [*command, str(folder), *map(str, paths)], capture_output=True, text=True, check=True
    )
    count, size, ours, theirs, errors = (int(value) for value in run.stdout.split())
    print(f"{count} sentences, {size} bytes, on MicroPython:")
    print(f"  Adafruit  {count * 1_000_000 // theirs:9,} sentences/s ({errors} raised)")
    print(f"  Reticent  {count * 1_000_000 // ours:9,} sentences/s")
    print(f"  ratio     {theirs / ours:9.1f}")


def main() -> int:
    """Print the agreement and the ratio; 1 where a difference has no reason."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", type=Path, required=True)
    arguments = parser.parse_args()
    paths = logs()
    if not paths:
        sys.exit("bench: no real logs: RETICENT_DATA names no folder with them")
    is_explained = print_agreement(paths, arguments.peers / "bin" / "python")
    print_speed(arguments.peers, paths)
    return 0 if is_explained else 1


if __name__ == "__main__":
    sys.exit(main())
