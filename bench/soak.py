"""`make soak`: thirty days of a tag's time with random, seeded faults, under the board's heap.

The tag is the real firmware in the simulation, its collector the real one. It is mostly far from
every zone, with the receiver off until the slot's border (GNSS_POWER); so the track holds what the
receiver says around each border, and every second of an excursion into a zone each fifth day.

What seals stays in memory here, as in every long simulation (sim/tag.py, KEEP_SEALING): on the
tag it is loaded for each batch, and no check could tell a leak of ours from what the unix port
loses by that. So the heap is as full all the time as it is at its fullest on the tag.
tests/device/test_overlay.py holds loading and dropping to exactly the port's own loss.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from reticent.archive.audit_commands import audit
from reticent.archive.options import Who
from reticent.clock import format_utc
from reticent.errors import Finding
from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.faults import BrownOut, Fault, Network, OtherTime, Stuck, WrongBaud
from reticent.sim.receiver import Position, bursts
from reticent.sim.synthetic import LANE, PLAIN, degrees
from reticent.sim.tag import Extras
from reticent.sim.track import Track
from reticent.sim.way import Outcome, Setting, Way, redated
from reticent.sim.world import CAPTIVE, DEAF, DOWN, SLOW_MS
from reticent.tagcode import events, reasons, record

START_S = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
DAY_S, SLOT_S = 86_400, 900
BEFORE_S, AFTER_S = 35, 75  # of a slot's border: the receiver is on 30 s before it
GNSS_POWER = 14
# Bytes of a heap of 64 bits. What comes with the first fault of a kind and stays, as at a first
# loss of the receiver, took some 700; a leak of 32 bytes a batch would take 20,000.
MOST_GROWTH = 2_048
FAR = (60_000, 20_000)  # metres from the town: over 15 minutes at v_max from any zone
WALK_S = 2_400  # from there to an excursion's place, and back
STAY_S = 300

# In a function: main.py's names are in the same table as boot.py's.
LEAK = """
from duty import overlay

def plant():
    kept = []
    dropping = overlay.drop

    def drop():
        dropping()
        kept.append(bytes(%d))

    overlay.drop = drop

plant()
"""


def positions(days: int):
    """Yield where the wearer is, at the seconds at which the tag's receiver is on."""
    for second in range(days * DAY_S):
        day, of_day = divmod(second, DAY_S)
        away_s = of_day - 12 * 3_600
        is_out = day % 5 == 1 and 0 <= away_s < 2 * WALK_S + STAY_S
        to_border_s = (second + BEFORE_S) % SLOT_S
        if is_out or to_border_s < BEFORE_S + AFTER_S or second < 120:
            place = _between(away_s) if is_out else FAR
            yield Position(START_S + second, *degrees(place))


def _between(away_s: int) -> tuple[float, float]:
    back_s = 2 * WALK_S + STAY_S - away_s
    share = min(away_s, back_s, WALK_S) / WALK_S
    return tuple(far + (lane - far) * share for far, lane in zip(FAR, LANE, strict=True))


def faults_of(rng: random.Random, days: int) -> tuple[Fault, ...]:
    """Return the network's faults (minutes to two days), the receiver's, its clock's, and dips.

    The supply dips on the first day and on the last: in between one life is long enough to show
    what grows in it.
    """
    faults: list[Fault] = []
    at_s = START_S + DAY_S
    while at_s < START_S + (days - 1) * DAY_S:
        at_s += int(rng.expovariate(1 / (0.7 * DAY_S)))
        fault = _fault(rng, at_s)
        faults.append(fault)
        at_s = fault.until_s + 3_600
    last_s = START_S + (days - 1) * DAY_S
    dips = [START_S + rng.randrange(3_600, DAY_S - 3_600) for _ in range(4)]
    dips += [last_s + rng.randrange(3_600, DAY_S - 3_600) for _ in range(4)]
    return *faults, *(BrownOut(at_s) for at_s in sorted(dips))


def _fault(rng: random.Random, at_s: int) -> Network | Stuck | WrongBaud | OtherTime:
    long_s = min(int(rng.lognormvariate(8, 1.5)), 2 * DAY_S)
    short_s = rng.randrange(60, 3_600)
    kind = rng.randrange(8)
    if kind < 5:
        how = (DOWN, DOWN, CAPTIVE, DEAF, rng.randrange(SLOW_MS, 20_000))[kind]
        return Network(at_s, at_s + long_s, how)
    if kind == 5:
        return Stuck(at_s, at_s + short_s, rng.random() < 0.5)
    if kind == 6:
        return WrongBaud(at_s, at_s + short_s, rng.choice((4_800, 19_200, 38_400, 115_200)))
    return OtherTime(at_s, at_s + short_s, rng.choice((-1, 1)) * rng.randrange(1, 400 * DAY_S))


def run_tag(folder: Path, days: int, faults: tuple[Fault, ...], extras: Extras) -> Outcome:
    """Run the whole way."""
    track = Track("soak", list(bursts(positions(days), PLAIN, 1, None)))
    run = Run(folder)
    run.start()
    setting = Setting(faults=faults, extras=extras)
    return Way(run, track, redated(example_order(), track.start_s), setting).go(print)


def findings(outcome: Outcome, faults: tuple[Fault, ...], days: int) -> list[str]:
    """Return what the soak must not show."""
    found = []
    numbers = [one.number for one in outcome.opened]
    if not numbers:
        found.append("no envelope was opened")
    if numbers != list(range(1, len(numbers) + 1)):
        found.append("numbers are missing or came twice")
    if any(one.chain != "holds" for one in outcome.opened[1:]):
        found.append("the chain does not hold")
    if outcome.waiting:
        found.append(f"{outcome.waiting} envelopes wait")
    stops = outcome.report.stops
    dips = sum(isinstance(fault, BrownOut) for fault in faults)
    if stops.count("power cut") != dips or set(stops) - {"power cut", "end"}:
        found.append(f"lives ended by {sorted(set(stops))}, {len(stops)} of them, {dips} dips")
    boots = [entry[3] for entry in outcome.records(record.EVENT) if entry[2] == events.BOOT]
    others = [reasons.words(boot) for boot in boots if boot != reasons.POWER_ON]
    if others:
        found.append(f"resets: {others}")
    found += grown(outcome.report.heap, days)
    uart = outcome.report.uarts[0]
    if uart.lost_irq_off or uart.lost_overflow:
        found.append(f"{uart.lost_irq_off + uart.lost_overflow} bytes of the receiver were lost")
    return found


def audit_findings(folder: Path, now_s: int) -> list[str]:
    """Print the audit of all records; return a finding where it has some."""
    who = Who(person="soak", now=format_utc(now_s))
    try:
        audit(folder, role=["duty", "officer"], reason="soak", case="SOAK", who=who)
    except Finding:
        return ["the audit has findings"]
    return []


def grown(heap: list[tuple[int, int]], days: int) -> list[str]:
    """Return a finding where the heap in use grows between day 2 and the last but one.

    Each day counts with the least of its samples: what a task holds for a moment is no growth.
    """
    least = [
        min(used for at_ms, used in heap if at_ms // (DAY_S * 1000) == day)
        for day in range(1, days - 1)
    ]
    most = max(used for _, used in heap)
    print(f"heap            at most {most:,} bytes; each day's least, day 2 to {days - 1}:")
    print("                " + " ".join(f"{used - least[0]:+,}" for used in least))
    growth = min(least[-3:]) - min(least[:3])
    return [f"the heap grew by {growth} bytes"] if growth > MOST_GROWTH else []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--leak", type=int, default=0, help="plant one of so many bytes a batch")
    given = parser.parse_args()
    if given.days < 5:
        parser.error("--days: 5 at least, or there is no growth to see")
    began_s = time.monotonic()
    faults = faults_of(random.Random(given.seed), given.days)
    boot = LEAK % given.leak if given.leak else ""
    extras = Extras({"GNSS_POWER": GNSS_POWER}, (), DAY_S * 1000 // 24, boot)
    folder = given.out or Path(tempfile.mkdtemp(prefix="reticent-soak-")) / "run"
    outcome = run_tag(folder, given.days, faults, extras)
    kinds = Counter(type(fault).__name__ for fault in faults)
    print("faults          " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    print(f"envelopes       {len(outcome.opened)}, precise {len(outcome.records(record.PRECISE))}")
    erases = outcome.report.erases
    print(f"flash           {sum(erases.values())} erases, {max(erases.values())} of one block")
    found = findings(outcome, faults, given.days) + audit_findings(folder, outcome.track.end_s)
    print(f"time            {time.monotonic() - began_s:.0f} s")
    for line in found:
        print(f"FAILED          {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
