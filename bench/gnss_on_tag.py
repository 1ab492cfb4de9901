"""Runs on MicroPython: sentences a second of our parser and of Adafruit's, over the same logs.

usage: micropython gnss_on_tag.py FIRMWARE FOLDER_OF_ADAFRUIT_GPS LOG ...

Adafruit's adafruit_gps.py is unchanged. The shims that it needs: a `time` with monotonic() and
struct_time, and a UART that hands out whole lines at once, which spares it all waiting.
"""

import gc
import sys
import time
from collections import namedtuple

clock = time.clock  # of this process alone: what else the computer does is not measured
FIRMWARE, PEERS, LOGS = sys.argv[1], sys.argv[2], sys.argv[3:]
REPEATS = 2
THEIR_PASSES, OUR_PASSES = 5, 100
MOST_LINES = 600  # of a log
MOST_BYTES = 65_536


Moment = namedtuple(
    "struct_time",
    [
        "tm_year",
        "tm_mon",
        "tm_mday",
        "tm_hour",
        "tm_min",
        "tm_sec",
        "tm_wday",
        "tm_yday",
        "tm_isdst",
    ],
)


class Time:
    """What adafruit_gps takes from CircuitPython's time."""

    @staticmethod
    def monotonic():
        return time.ticks_ms() / 1000

    @staticmethod
    def struct_time(values):
        return Moment(*values)

    sleep = time.sleep


class Lines:
    """A UART that always has a whole line."""

    def __init__(self, lines):
        self.lines = lines
        self.at = 0

    @property
    def in_waiting(self):
        return 256

    def readline(self):
        line = self.lines[self.at]
        self.at += 1
        return line


def is_checked(line):
    """Return whether this is one whole sentence with a right checksum."""
    body, star, rest = line[1:].partition(b"*")
    if line[:1] != b"$" or not star:
        return False
    total = 0
    for byte in body:
        total ^= byte
    try:
        return total == int(rest[:2], 16)
    except ValueError:
        return False


def time_adafruit(lines):
    """Return (seconds, lines that raised) of one pass, the mean of several: a tick is 1 ms."""
    source = Lines(lines)
    gps = adafruit_gps.GPS(source)
    started_s = clock()
    for _ in range(THEIR_PASSES):
        source.at = raised = 0
        for _ in lines:
            try:
                gps.update()
            except (ValueError, IndexError, TypeError, AttributeError):
                raised += 1
    return (clock() - started_s) / THEIR_PASSES, raised


def time_ours(data):
    """Return the seconds of one pass, the mean of several."""
    count = len(data)
    epochs = gnss.Epochs(0, 1)
    started_s = clock()
    for _ in range(OUR_PASSES):
        at = 0
        while at < count:
            if epochs.read(data, at, count):
                epochs.fix()
            at = epochs.at
    return (clock() - started_s) / OUR_PASSES


sys.modules["time"] = Time
sys.path[:0] = [FIRMWARE, PEERS]
import adafruit_gps  # noqa: E402 - after its shims

from tag import gnss  # noqa: E402

totals = [0, 0, 0, 0, 0]  # sentences, bytes, seconds of ours and theirs, raised
for path in LOGS:
    # One log at a time: Adafruit's garbage collections would else walk over all the others.
    with open(path, "rb") as file:
        lines = [line + b"\n" for line in file.read(MOST_BYTES).split(b"\n") if is_checked(line)]
    lines = lines[:MOST_LINES]
    data = b"".join(lines)
    theirs = ours = None
    for _ in range(REPEATS):  # by turns: what else the computer does to its caches meets both
        gc.collect()
        now = time_adafruit(lines)
        theirs = now if theirs is None else min(theirs, now)
        gc.collect()
        now = time_ours(data)
        ours = now if ours is None else min(ours, now)
    for at, value in enumerate((len(lines), len(data), ours, theirs[0], theirs[1])):
        totals[at] += value
print(totals[0], totals[1], int(totals[2] * 1e6), int(totals[3] * 1e6), totals[4])
