"""The whole tag on an emulated Pico: a track in, envelopes out, opened and audited, and measured.

`make emulate UF2=RPI_PICO.uf2` is the short form, some minutes of a day with a breach and an
upload slot. Two tags run side by side: one whose heap is looked at, one that is left alone for the
times. `--day` is a whole day of one tag, its heap looked at now and then. What is measured is
printed, and kept as JSON. Exit status 1 where a tag was reset, lost bytes to a full UART or fed no
watchdog, and where not all was opened that it sent, or the audit found something.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import renewal
import rung
from emulated import BOOT_MS, EmulatedTag, Machine
from ledger import ledger
from needs import require_all
from verdict import audit, faults

from reticent.archive.keyring import Keyring
from reticent.bench.registration import read_tags
from reticent.clock import Clock
from reticent.collector.app import Collector
from reticent.collector.store import Store
from reticent.errors import Finding
from reticent.orders.order import Order
from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.synthetic import make_day
from reticent.sim.tag import DAY_S, Network
from reticent.sim.track import Track
from reticent.sim.way import Setting, Way, redated, summary

DATE = datetime(2026, 11, 2, tzinfo=UTC)  # behind the build date that a frozen build has
SHORT_H = (12.45, 12.51)  # into Harbour Lane and on: ALERTs, a ROUTINE batch, sealed ahead
GC_BLOCK_BYTES = 16
RUNS = {"heap": "heap looked at", "times": "left alone", "day": "a day"}
SET_UP_MS = 8_000  # no batch is being sealed yet
LOOK_MS = 1_000  # a look collects all garbage, which is 0.1 s of the chip's time
DAY_LOOK_MS = 37_000  # in no step with anything that the tag does
SHORT_UPLOAD_S = 900
LOOKS: dict[str, int | None] = {"heap": LOOK_MS, "times": None}
PROBE = b"""
import gc, machine, micropython, time
def look(timer):
    if not gc.isenabled():
        return  # the tag scrubs: all of the heap is taken for a moment
    gc.collect()
    print("#heap", time.ticks_ms(), gc.mem_free())
    micropython.mem_info()
timer = machine.Timer(period=1000, callback=look)  # kept, or it is collected
"""


# Where sealing says how far it is: code loaded, envelope made, memory scrubbed, file closed.
SEALING = "duty.sealing"
LOAD, SEAL = "        async with tag.sealing_code:\n", "            sealed = await self._sealed("
SCRUB, STORE = "        await tag.run_steps(tag.scrub())  # its", "        await tag.write(commit("
STORED = "        # Again: what the C stack"
STEPS = ("load", "seal", "scrub", "store")


# Between these two the receiver's bytes go by unread, and may be lost.
SAMPLING = "duty.sampling"
REST, WAKE = "        self._tag.is_resting = True\n", "        self._tag.gap.resume()\n"


def mark(module: str, text: str, printed: str) -> tuple[str, str, str]:
    """Return the patch that has the tag print this in front of this text."""
    indent = text[: len(text) - len(text.lstrip())]
    return module, text, f"{indent}print({printed})\n{text}"


BATCH = (LOAD, SEAL, SCRUB, STORE, STORED)
MARKS = (
    *(mark(SEALING, text, f"'#seal', {at}, tag.clock.ms()") for at, text in enumerate(BATCH)),
    mark(SAMPLING, REST, "'#rest'"),
    mark(SAMPLING, WAKE, "'#wake'"),
)


def sealing_ms(console: str) -> dict[str, list[int]]:
    """Return how long each step of each batch took, and the whole; none of one that broke off."""
    marks = [(int(number), int(ms)) for number, ms in re.findall(r"#seal (\d+) (\d+)", console)]
    found: dict[str, list[int]] = {}
    for at in range(len(marks) - len(STEPS)):
        numbers, times = zip(*marks[at : at + len(BATCH)], strict=True)
        if numbers != tuple(range(len(BATCH))):
            continue
        for step, begin, end in zip(STEPS, times, times[1:], strict=False):
            found.setdefault(step, []).append(end - begin)
        found.setdefault("in all", []).append(times[-1] - times[0])
    return found


class EmulatedWay(Way):
    """The whole way, the tag on an emulated chip; envelopes are fetched at the end.

    With a newer order there are three lives: it is brought at the end of the first one, taken at
    the second boot and put in force then; the third boots with it.
    """

    def __init__(
        self,
        run: Run,
        track: Track,
        order: Order,
        machine: Machine,
        look_ms: int | None,
        form: str | None = None,
    ) -> None:
        """Take how often the heap is looked at, None: never; the newer order, None: none."""
        super().__init__(run, track, order, Setting(board="pico", seed=machine.seed))
        self._tag = EmulatedTag(run.folder, machine, track.start_s - DAY_S)
        self._look_ms = look_ms
        self._form = form
        self._newer = b""
        self.measured: dict[str, Any] = {}

    def _issue(self, ring: Keyring) -> None:
        super()._issue(ring)
        if self._form is not None:
            self._newer = renewal.renewed(self._order, self._form, self._tag_id, ring)
            store = Store(self._run.database)
            store.publish(self._tag_id, self._order.version + 1, self._newer)
            store.close()

    def _network(self) -> Network:
        return Network("no.invalid", 1, b"")  # a passive tag has none

    def _simulate(self, *_: object) -> None:
        if self._look_ms is not None:
            files = self._tag.read()
            if "boot.py" in files:  # a frozen build may have one of its own
                probe = PROBE.replace(b"period=1000", b"period=%d" % self._look_ms)
                self._tag.write(files | {"boot.py": files["boot.py"] + probe})
        earlier: list[dict[str, Any]] = []
        for part in renewal.parts(self._track, 3 if self._newer else 1):
            is_first = self._newer and not earlier
            scripts = renewal.brought(self._newer) if is_first else []
            self.measured = self._tag.run(part, silence_s=30, scripts=scripts)
            self.measured |= self._on_console()
            earlier.append(self.measured)
        self.measured["earlier"] = earlier[:-1]
        self._fetch()

    def _on_console(self) -> dict[str, Any]:
        """Return what this life has printed."""
        console = self._tag.console()
        heap = [line.split() for line in console.splitlines() if "#heap" in line]
        holes = re.findall(r"max free sz: (\d+)", console)
        return {
            "heap": [(int(ms), int(free)) for _, ms, free in heap if free.isdigit()],
            "sealing_ms": sealing_ms(console),
            "order_ms": renewal.order_ms(console),
        } | ({"largest_hole_at_worst": min(map(int, holes)) * GC_BLOCK_BYTES} if holes else {})

    def _fetch(self) -> bytes:
        """Bring the collector all envelopes; return its answer, b"" where there are none."""
        store = Store(self._run.database)
        collector = Collector(store, read_tags(self._run.tags), Clock(self._track.end_s))
        sealed = b"".join(self._tag.outbox().values())
        answer = collector.take(sealed) if sealed else b""
        store.close()
        return answer


def emulate(
    folder: Path,
    machine: Machine,
    hours: tuple[float, float],
    look_ms: int | None,
    order: Order,
    form: str | None = None,
) -> dict[str, Any]:
    """Run the whole way over these hours of the synthetic day; return what was measured.

    With the form of a newer order `earlier` is what its first lives showed.
    """
    track = make_day(DATE, hours=hours)
    run = Run(folder)
    run.start()
    way = EmulatedWay(run, track, redated(order, track.start_s), machine, look_ms, form)
    began_s = time.monotonic()
    outcome = way.go(lambda line: None)
    measured = way.measured | {"wall_s": time.monotonic() - began_s}
    measured |= audit(folder, track.end_s)
    measured["summary"] = summary(outcome)
    measured |= figures(measured) | renewal.sealed_under(outcome)
    measured["earlier"] = [
        life | figures(life) | {"audit_faults": []} for life in measured["earlier"]
    ]
    (folder / "measured.json").write_text(json.dumps(measured, indent=1))
    return measured


def figures(measured: dict[str, Any]) -> dict[str, Any]:
    """Return the table's figures of a run."""
    if measured["listeningMs"] is None:
        raise Finding(f"the tag never listened to its receiver ({measured['stop']}): console.txt")
    erases = dict(measured["erases"])
    most = max(erases.values(), default=0)
    found: dict[str, Any] = {
        "boot_s": measured["listeningMs"] / 1000,
        "erases_in_the_run": sum(erases.values()),
        "most_of_one_sector": most,
        "awake_share": measured["busyMs"] / measured["ms"],
        "lost_while_the_uart_was_full": measured["lostFull"],
        "lost_while_its_rate_was_changed": measured["lostOff"],
        "lost_of_what_went_by_in_a_rest": measured["lostResting"],
    }
    # The receiver was found and is set up some seconds after its first byte (BOOT_MS).
    settled = [free for ms, free in measured["heap"] if ms > BOOT_MS + SET_UP_MS]
    if settled:
        worst = min(free for _, free in measured["heap"])
        found |= {"heap_after_boot": settled[0], "heap_worst": worst}
    return found


def main() -> list[str]:
    """Run both forms: one that looks at the heap, one that is left alone; return the faults."""
    parser = rung.options(__doc__)
    parser.add_argument("--day", action="store_true")
    parser.add_argument("--hours", type=float, nargs=2, help="of the day, as 12.45 12.51")
    parser.add_argument(
        "--order", choices=renewal.FORMS, help="a newer order, brought at the dock"
    )
    parser.add_argument("--xip-miss", type=int, default=42)
    parser.add_argument("--only", choices=list(LOOKS), help="one of the two tags")
    parser.add_argument("--frozen", action="store_true", help="the UF2 has the firmware in it")
    parser.add_argument("--ledger", type=Path, help="a volume with an order: only its heap")
    arguments = parser.parse_args()
    if arguments.day and (arguments.hours or arguments.only):
        parser.error("--day is one tag over all hours: not with --hours or --only")
    form = arguments.order
    usual_h = SHORT_H if form is None else renewal.HOURS
    hours = (0.0, 24.0) if arguments.day else rung.hours(parser, arguments.hours or usual_h)
    require_all(arguments.uf2)
    frozen = arguments.frozen
    patches = (*MARKS, *renewal.MARKS)
    machine = Machine(arguments.uf2, arguments.xip_miss, patches=patches, is_frozen=frozen)
    if arguments.ledger is not None:
        print("\n".join(ledger(arguments.out / "ledger", machine, arguments.ledger)))
        return []
    order, looks = replace(example_order(), upload_s=SHORT_UPLOAD_S), LOOKS
    if arguments.day:
        order, looks = example_order(), {"day": DAY_LOOK_MS}
    names = [arguments.only] if arguments.only else list(looks)
    calls = [
        partial(emulate, arguments.out / name, machine, hours, looks[name], order, form)
        for name in names
    ]
    found: list[str] = []
    for name, measured in zip(names, rung.side_by_side(calls), strict=True):
        for life in (*measured.pop("earlier"), measured):
            show(f"emulated Pico, xipMiss {machine.xip_miss}, {RUNS[name]}", life)
            found += [f"{RUNS[name]}: {fault}" for fault in faults(life)]
    return found


def show(head: str, measured: dict[str, Any]) -> None:
    """Print a run's figures."""
    print(head)
    for name, value in measured.items():
        if name not in ("heap", "erases", "cuts", "audit_faults"):
            print(f"  {name:32} {value}")


if __name__ == "__main__":
    rung.run(main)
