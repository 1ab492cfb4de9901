"""The table of docs/ARCHITECTURE.md, "The whole tag on an emulated Pico", with both models of the
flash cache.

`make emulate-table UF2=RPI_PICO.uf2`: the short form twice for each model (one tag's heap is
looked at, one is left alone for the times), the benches of a sentence, a zone and a cell, and what
a day left where one was run (`make emulate ARGS=--day`).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import rung
from emulate import LOOKS, MARKS, SHORT_H, SHORT_UPLOAD_S, STEPS, emulate
from emulated import Machine
from needs import EMULATOR, require_all
from verdict import faults

from reticent.errors import Finding
from reticent.sim.demo import example_order

MISSES = (0, 42)  # cycles; the data sheets' figures come to some 42
ERASES = 100_000  # of a sector of the W25Q16JV
DAYS = 365
BAUD = 115_200  # of bench/gnss_emulated.py's stream
BENCH = EMULATOR.parent / "bench"
Row = tuple[str, list[str]]  # what, its figure for each model


def short_form(uf2: Path, folder: Path) -> list[dict[str, dict[str, Any]]]:
    """Return {run: what was measured} for each model; two chips at a time."""
    order = replace(example_order(), upload_s=SHORT_UPLOAD_S)
    runs = [(miss, name) for miss in MISSES for name in LOOKS]
    calls = [
        partial(
            emulate,
            folder / f"{name}{miss}",
            Machine(uf2, miss, patches=MARKS),
            SHORT_H,
            LOOKS[name],
            order,
        )
        for miss, name in runs
    ]
    measured = dict(zip(runs, rung.side_by_side(calls), strict=True))
    return [{name: measured[miss, name] for name in LOOKS} for miss in MISSES]


def bench(script: str, uf2: Path) -> str:
    """Return what a bench prints; its failure ends this program."""
    command = [sys.executable, str(BENCH / script), "--uf2", str(uf2)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Finding(f"{script} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def sentence_ms(printed: str, miss: int) -> str:
    """Return a sentence's cost, of the stream's share of the chip and its time on the line."""
    pattern = rf"xipMiss {miss}: ([\d.]+) % of 125 MHz, (\d+) bytes, (\d+) sentences"
    found = re.search(pattern, printed)
    if found is None:
        raise Finding(f"gnss_emulated.py says nothing of xipMiss {miss}:\n{printed}")
    share, size, sentences = (float(value) for value in found.groups())
    return f"{share / 100 * size * 10_000 / BAUD / sentences:.2f} ms"


def nanoseconds(printed: str, key: str, miss: int) -> str:
    """Return a figure of zone_cost.py's under this model, in ms."""
    under = printed.partition(f"xip_miss {miss}\n")[2].partition("xip_miss")[0]
    found = re.search(rf"{key}_ns (\d+)", under)
    if found is None:
        raise Finding(f"zone_cost.py says no {key}_ns at xipMiss {miss}:\n{printed}")
    return f"{int(found[1]) / 1e6:.3f} ms"


def steps(measured: dict[str, Any]) -> list[str]:
    """Return how long each step of a batch took, and all of them: least to most, ms."""
    times = measured["sealing_ms"]
    if not times:
        raise Finding("no batch was sealed")
    return [f"{min(times[name])} to {max(times[name])} ms" for name in (*STEPS, "in all")]


def table(runs: list[dict[str, dict[str, Any]]], uf2: Path) -> list[Row]:
    """Run the benches; return the rows of these and of the runs."""
    heaps, times = [run["heap"] for run in runs], [run["times"] for run in runs]
    sentences, zones = bench("gnss_emulated.py", uf2), bench("zone_cost.py", uf2)
    full = [sum(one["lost_while_the_uart_was_full"] for one in run.values()) for run in runs]
    resets = [sum(one["resets"] for one in run.values()) for run in runs]
    off = [run["lost_while_its_rate_was_changed"] for run in times]
    rows: list[Row] = [
        ("from power-on to listening", [f"{run['boot_s']:.1f} s" for run in times]),
        ("heap free after boot", [f"{run['heap_after_boot']:,}" for run in heaps]),
        ("heap free at worst", [f"{run['heap_worst']:,}" for run in heaps]),
        ("a sentence", [sentence_ms(sentences, miss) for miss in MISSES]),
        ("a check of 100 zones", [nanoseconds(zones, "check", miss) for miss in MISSES]),
        ("depths in 100 zones", [nanoseconds(zones, "measure", miss) for miss in MISSES]),
        ("a cell", [nanoseconds(zones, "cell", miss) for miss in MISSES]),
    ]
    sealed = zip(*(steps(run) for run in times), strict=True)
    names = ["its code loaded", "sealed for two", "memory scrubbed", "stored", "a batch in all"]
    rows += [(name, list(some)) for name, some in zip(names, sealed, strict=True)]
    return [
        *rows,
        ("UART bytes lost to a full UART", [str(count) for count in full]),
        ("lost while its rate was changed", [str(count) for count in off]),
        ("longest gap between feeds", [f"{run['watchdogGapMs'] / 1000:.1f} s" for run in times]),
        ("share of time awake", [f"{run['awake_share'] * 100:.1f} %" for run in times]),
        ("resets", [str(count) for count in resets]),
    ]


def day(measured: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a day shows."""
    most, erases = measured["most_of_one_sector"], measured["erases_in_the_run"]
    batches = measured["sealing_ms"]["in all"]
    late = sum(ms > 2_000 for ms in batches)
    return [
        ("resets", str(measured["resets"])),
        ("UART bytes lost to a full UART", str(measured["lost_while_the_uart_was_full"])),
        ("heap free after boot", f"{measured['heap_after_boot']:,}"),
        (f"heap free at worst, {len(measured['heap']):,} looks", f"{measured['heap_worst']:,}"),
        ("share of time awake, looks included", f"{measured['awake_share'] * 100:.2f} %"),
        ("longest gap between feeds", f"{measured['watchdogGapMs'] / 1000:.1f} s"),
        (
            f"a batch for two, {len(batches)} of them, {late} above 2.0 s",
            f"{min(batches)} to {max(batches)} ms",
        ),
        ("flash erases, first boot and activation included", str(erases)),
        (
            f"years to wear-out, {most} a day of one sector",
            f"{ERASES / most / DAYS:.0f}",
        ),
        ("the audit", str(measured["audit"])),
        ("wall time", f"{measured['wall_s'] / 60:.0f} min"),
    ]


def main() -> list[str]:
    """Print both tables; return what no run may show."""
    parser = rung.options(__doc__)
    parser.add_argument("--day", type=Path, required=True, help="measured.json of a day, if any")
    parser.add_argument("--only-day", action="store_true", help="the day's table alone")
    given = parser.parse_args()
    require_all(given.uf2)
    found: list[str] = []
    if not given.only_day:
        runs = short_form(given.uf2, given.out)
        found = [fault for run in runs for measured in run.values() for fault in faults(measured)]
        print("| | no misses | 42 cycles a miss |\n| --- | --- | --- |")
        for what, values in table(runs, given.uf2):
            print(f"| {what} | {' | '.join(values)} |")
    if given.day.is_file():
        print("\n| a day | 42 cycles a miss |\n| --- | --- |")
        for what, value in day(json.loads(given.day.read_text())):
            print(f"| {what} | {value} |")
    return found


if __name__ == "__main__":
    rung.run(main)
