"""`make soak`: thirty days of a tag's time with random, seeded faults, under the board's heap.

The tag is the real firmware in the simulation, its collector the real one. It is mostly far from
every zone, with the receiver off until the slot's border (GNSS_POWER); so the track holds what the
receiver says around each border, and every second of an excursion into a zone each fifth day.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from reticent.archive.audit_commands import audit
from reticent.archive.options import Who
from reticent.clock import format_utc
from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.faults import Fault, Network
from reticent.sim.receiver import Position, bursts
from reticent.sim.synthetic import LANE, PLAIN, degrees
from reticent.sim.tag import Extras
from reticent.sim.track import Track
from reticent.sim.way import Outcome, Setting, Way, redated
from reticent.sim.world import POWER, Change
from reticent.tagcode import batch, events, reasons, record

START_S = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
DAY_S, SLOT_S = 86_400, 900
BEFORE_S, AFTER_S = 35, 75  # of a slot's border: the receiver is on 30 s before it
GNSS_POWER = 14
NATIVE_BYTES = 25 * 32  # a sealing: native functions of sealing's modules, bytes each
HEAP_KB = 240  # a Pico W's 200, and what the port's own growth takes in the longest life
FAR = (60_000, 20_000)  # metres from the town: over 15 minutes at v_max from any zone
WALK_S = 2_400  # from there to an excursion's place, and back
STAY_S = 300


def positions(days: int, excursions: bool):
    """Yield where the wearer is, at the seconds at which the tag's receiver is on."""
    for second in range(days * DAY_S):
        day, of_day = divmod(second, DAY_S)
        away_s = of_day - 12 * 3_600
        is_out = excursions and day % 5 == 1 and 0 <= away_s < 2 * WALK_S + STAY_S
        to_border_s = (second + BEFORE_S) % SLOT_S
        if is_out or to_border_s < BEFORE_S + AFTER_S or second < 120:
            place = _between(away_s) if is_out else FAR
            yield Position(START_S + second, *degrees(place))


def _between(away_s: int) -> tuple[float, float]:
    back_s = 2 * WALK_S + STAY_S - away_s
    share = min(away_s, back_s, WALK_S) / WALK_S
    return tuple(far + (lane - far) * share for far, lane in zip(FAR, LANE, strict=True))


def faults_of(rng: random.Random, days: int) -> tuple[tuple[Fault, ...], tuple[Change, ...]]:
    """Return outages of the network (minutes to two days) and dips of the supply."""
    outages, at_s = [], 3 * 3_600
    while at_s < (days - 1) * DAY_S:
        at_s += int(rng.expovariate(1 / (1.5 * DAY_S)))
        long_s = min(int(rng.lognormvariate(8, 1.5)), 2 * DAY_S)
        outages.append(Network(START_S + at_s, START_S + at_s + long_s))
        at_s += long_s + 3_600
    dips = sorted(rng.sample(range(3_600_000, days * DAY_S * 1000), max(days // 2, 1)))
    return tuple(outages), tuple(Change(at_ms, POWER, 0, 0) for at_ms in dips)


def run_tag(folder: Path, days: int, faults: tuple[Fault, ...], extras: Extras, excursions: bool):
    """Run the whole way; return its Outcome."""
    track = Track("soak", list(bursts(positions(days, excursions), PLAIN, 1, None)))
    run = Run(folder)
    run.start()
    setting = Setting(faults=faults, extras=extras)
    return Way(run, track, redated(example_order(), track.start_s), setting).go(print)


def findings(outcome: Outcome, dips: tuple[Change, ...], days: int) -> list[str]:
    """Return what the soak must not show."""
    found = []
    numbers = [one.number for one in outcome.opened]
    if numbers != list(range(1, len(numbers) + 1)):
        found.append("numbers are missing or came twice")
    if any(one.chain != "holds" for one in outcome.opened[1:]):
        found.append("the chain does not hold")
    if outcome.waiting:
        found.append(f"{outcome.waiting} envelopes wait")
    stops = outcome.report.stops
    if stops.count("power cut") != len(dips) or set(stops) - {"power cut", "end"}:
        found.append(
            f"lives ended by {sorted(set(stops))}, {len(stops)} of them, {len(dips)} dips"
        )
    boots = [entry[3] for entry in outcome.records(record.EVENT) if entry[2] == events.BOOT]
    others = [reasons.words(boot) for boot in boots if boot != reasons.POWER_ON]
    if others:
        found.append(f"resets: {others}")
    found += grown(outcome, dips, days)
    uart = outcome.report.uarts[0]
    if uart.lost_irq_off or uart.lost_overflow:
        found.append(f"{uart.lost_irq_off + uart.lost_overflow} bytes of the receiver were lost")
    return found


def grown(outcome: Outcome, dips: tuple[Change, ...], days: int) -> list[str]:
    """Return a finding where the heap in use grows within a life, beyond the interpreter's own.

    Sealing's modules are loaded for each batch and dropped again. The unix port keeps 32 bytes in
    the heap for each native function that was ever loaded; on a Pico that code is garbage as any.
    """
    heap = [(at_ms, used) for at_ms, used in outcome.report.heap if at_ms >= DAY_S * 1000]
    dips_ms = [change.at_ms for change in dips]
    worst = 0
    for (at_ms, used), (next_ms, next_used) in pairwise(heap):
        if any(at_ms < dip_ms <= next_ms for dip_ms in dips_ms):
            continue
        sealed = -(-(next_ms - at_ms) // 3_600_000) + 1  # ROUTINE, one an hour
        sealed += sum(at_ms <= when_ms <= next_ms for when_ms in alerts_ms(outcome))
        worst = max(worst, next_used - used - sealed * NATIVE_BYTES)
    print(
        f"heap            {min(used for _, used in heap):,} to {max(used for _, used in heap):,} "
        f"bytes from day 2 to {days}; most growth in six hours, the port's own taken off: {worst}"
    )
    return [f"the heap grew by {worst} bytes in six hours"] if worst > 1_024 else []


def alerts_ms(outcome: Outcome) -> list[int]:
    """Return when each ALERT was sealed, about: the time of its first record."""
    times: list[int] = []
    for one in outcome.opened:
        if one.batch.kind == batch.ALERT and one.batch.records:
            when = one.batch.records[0][1]
            when_s = when * SLOT_S if record.is_slot(when) else when
            times.append((when_s - START_S) * 1000)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=None)
    given = parser.parse_args()
    began_s = time.monotonic()
    faults, dips = faults_of(random.Random(given.seed), given.days)
    extras = Extras({"GNSS_POWER": GNSS_POWER, "HEAP_KB": HEAP_KB}, dips, DAY_S * 1000 // 4)
    folder = given.out or Path(tempfile.mkdtemp(prefix="reticent-soak-")) / "run"
    outcome = run_tag(folder, given.days, faults, extras, True)
    print(f"faults          {len(faults)} outages, {len(dips)} dips of the supply")
    print(f"envelopes       {len(outcome.opened)}, precise {len(outcome.records(record.PRECISE))}")
    erases = outcome.report.erases
    print(f"flash           {sum(erases.values())} erases, {max(erases.values())} of one block")
    found = findings(outcome, dips, given.days)
    who = Who(person="soak", now=format_utc(outcome.track.end_s))
    print(f"time            {time.monotonic() - began_s:.0f} s")
    try:
        audit(folder, role=["duty", "officer"], reason="soak", case="SOAK", who=who)
    except SystemExit as ended:
        if ended.code:
            found.append("the audit has findings")
    for line in found:
        print(f"FAILED          {line}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
