"""The receiver's parser beside adafruit-circuitpython-gps: agreement, and sentences a second.

Both on the same real logs in one run: `make bench-gnss`. Speed is measured on MicroPython,
agreement on CPython, where Adafruit's has its own floats of 64 bits.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from reticent.sim.interpreter import micropython_command
from reticent.tagcode import FIRMWARE, gnss

BENCH = Path(__file__).parent
DATA = Path(os.environ.get("RETICENT_DATA", BENCH.parents[1] / "shared" / "data"))
TOLERANCE_UDEG = 2


def logs() -> list[Path]:
    """Return every real log there is."""
    nmea = DATA / "nmea"
    found = sorted(nmea.glob("gpsd/*.log")) + sorted(nmea.glob("pynmeagps/*.log"))
    return found + sorted(nmea.glob("nmeaparser_drive/*.txt"))


def compare(log: Path, theirs: list[list[object]]) -> tuple[int, list[str]]:
    """Return how many of their positions are ours too, and the differences as text."""
    data = log.read_bytes()
    epochs = gnss.Epochs(0, 1)
    fixes = epochs.feed(data, len(data)) + epochs.feed(b"", 0)
    ours: dict[int, list[tuple[int, int]]] = {}
    for fix in fixes:
        place = abs(fix.lat_udeg), abs(fix.lon_udeg)
        ours.setdefault(fix.utc_s % 86_400, []).append(place)
    same = 0
    different = []
    for kind, second, lat, lon in theirs:
        assert isinstance(second, int) and isinstance(lat, int) and isinstance(lon, int)
        places = ours.get(second, [])
        if any(max(abs(lat - a), abs(lon - b)) <= TOLERANCE_UDEG for a, b in places):
            same += 1
        else:
            different.append(f"{log.name}: {kind} at second {second}: {lat} {lon}, ours {places}")
    return same, different


def main() -> None:
    """Print the agreement and the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", type=Path, required=True)
    arguments = parser.parse_args()
    paths = logs()
    if not paths:
        sys.exit("bench: no real logs: RETICENT_DATA names no folder with them")
    command = [str(arguments.peers / "bin" / "python"), str(BENCH / "gnss_adafruit.py")]
    run = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True, check=True)
    same = raised = 0
    for name, (positions, errors) in json.loads(run.stdout).items():
        agreed, different = compare(Path(name), positions)
        same += agreed
        raised += errors
        for line in different:
            print(line)
    print(f"agreement: {same} of Adafruit's positions are ours; its parser raised {raised} times")
    folder = next(arguments.peers.glob("lib/python3*/site-packages"))
    command = [*micropython_command("48M"), str(BENCH / "gnss_on_tag.py"), str(FIRMWARE)]
    run = subprocess.run(
        [*command, str(folder), *map(str, paths)], capture_output=True, text=True, check=True
    )
    count, size, ours, theirs, errors = (int(value) for value in run.stdout.split())
    print(f"{count} sentences, {size} bytes, on MicroPython:")
    print(f"  Adafruit  {count * 1_000_000 // theirs:9,} sentences/s ({errors} raised)")
    print(f"  Reticent  {count * 1_000_000 // ours:9,} sentences/s")
    print(f"  ratio     {theirs / ours:9.1f}")


if __name__ == "__main__":
    main()
