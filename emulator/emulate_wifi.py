"""The whole tag on an emulated Pico W: a track in, envelopes over Wi-Fi and TLS to a collector.

`make emulate BOARD=pico_w UF2=RPI_PICO_W.uf2`: the minutes of emulate.py's short form. The chip
makes its key, boots with its order, has its first fix, seals, joins, checks the collector's
certificate against the pinned CA, uploads, takes a newer order out of the answer and puts it in
force; what the collector has is opened and audited. Two tags, as there: one whose heap is looked
at, one left alone. Exit status 1 as there, and where nothing was posted, nothing that was acked
was removed, or the newer order is not in force.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import renewal
import rung
from emulate import (
    DATE,
    GC_BLOCK_BYTES,
    MARKS,
    PROBE,
    RUNS,
    SET_UP_MS,
    SHORT_H,
    sealing_ms,
    show,
)
from emulated import BOOT_MS, EmulatedTag, Machine
from needs import require_pico_w
from verdict import audit, faults

from reticent.archive.keyring import Keyring
from reticent.collector.certificate import Term, make_certificates
from reticent.collector.store import Store
from reticent.orders.order import Order
from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.synthetic import make_day
from reticent.sim.tag import DAY_S, Network
from reticent.sim.track import Track
from reticent.sim.way import Setting, Way, loopback_collector, redated, summary

HOST = "collector.test"  # RFC 6761: never a real name
_SILENCE_S = 30
_RUNS = ("heap", "times")
_STEPS = {"sent syn": "tls_ms", "sent data": "post_ms"}


class WifiWay(Way):
    """The whole way, the tag on an emulated Pico W; a life for each part of the track."""

    def __init__(
        self, run: Run, track: Track, order: Order, machine: Machine, probe: bool, form: str
    ) -> None:
        """Take the form of the newer order (renewal.FORMS)."""
        super().__init__(run, track, order, Setting(board="pico_w", seed=machine.seed))
        self._tag = self._chip = EmulatedTag(run.folder, machine, track.start_s - DAY_S)
        self._probe = probe
        self._form = form
        self._newer = b""
        self.lives: list[dict[str, Any]] = []

    def _network(self) -> Network:
        term = Term(self._track.start_s - DAY_S, self._track.end_s + 30 * DAY_S)
        make_certificates(self._run.tls, HOST, term)
        return Network(HOST, 1, (self._run.tls / "ca.der").read_bytes())

    def _issue(self, ring: Keyring) -> None:
        """Put the order on the flash, and a second version where the collector finds it."""
        super()._issue(ring)
        self._newer = renewal.renewed(self._order, self._form, self._tag_id, ring)
        store = Store(self._run.database)
        store.publish(self._tag_id, self._order.version + 1, self._newer)
        store.close()

    def _simulate(self, network: Network, *_: object) -> None:
        chip, clock = self._chip, self._run.clock
        clock.write_text(str(1000 * self._track.start_s))
        files = chip.read()
        if self._probe and "boot.py" in files:  # a frozen build may have one of its own
            chip.write(files | {"boot.py": files["boot.py"] + PROBE})
        with loopback_collector(self._run, f"@{clock}") as port:
            chip.point_at(port)
            lives = 1 if self._form == renewal.SAME else 2
            for part in renewal.parts(self._track, lives):
                measured = chip.run(part, _SILENCE_S, host=HOST, clock=str(clock))
                self.lives.append(measured | {"console": chip.console()})

    def found(self, life: int) -> dict[str, Any]:
        """Return what came of a life, the long lists left out."""
        measured = self.lives[life]
        console = measured["console"]
        lines = [line.split() for line in console.splitlines() if "#heap" in line]
        heap = [(int(line[1]), int(line[2])) for line in lines if len(line) == 3]
        holes = [int(size) for size in re.findall(r"max free sz: (\d+)", console)]
        found = figures(measured, heap)
        if holes:
            found["largest_hole_at_worst"] = min(holes) * GC_BLOCK_BYTES
        found["sealing_ms"] = sealing_ms(console)
        found["order_ms"] = renewal.order_ms(console)
        in_force = self._chip.read().get("orders/policy")
        found["newer_order_in_force"] = in_force == self._newer
        return found

    def stays(self) -> set[int]:
        """Return the numbers of the envelopes that are still on the flash."""
        return set(self._chip.outbox())


def sessions(steps: list[tuple[int, str]]) -> list[dict[str, int]]:
    """Return what each connection took: `tls_ms` to its first data, `post_ms` to its end."""
    found: list[dict[str, int]] = []
    last: tuple[int, str] | None = None
    for ms, what in steps:
        if what == "sent syn":
            found.append({"at_ms": ms})
        if last is not None and what in ("sent data", "got end", "sent end"):
            found[-1][_STEPS[last[1]]] = ms - last[0]
            last = None
        if what in _STEPS:
            last = ms, what
    return found


def figures(measured: dict[str, Any], heap: list[tuple[int, int]]) -> dict[str, Any]:
    """Return the table's figures; None for what did not happen."""
    steps = [(ms, what) for ms, what in measured["steps"]]
    times: dict[str, int] = {}
    for ms, what in steps:
        times.setdefault(what, ms)
    found = sessions(steps)
    spans = [(one["at_ms"], one["at_ms"] + one.get("tls_ms", 0)) for one in found]
    settled = [free for ms, free in heap if ms > BOOT_MS + SET_UP_MS]
    return {
        "boot_s": measured["listeningMs"] and measured["listeningMs"] / 1000,
        "resets": measured["resets"],
        "watchdog_gap_ms": measured["watchdogGapMs"],
        "awake_share": measured["busyMs"] / measured["ms"],
        "lost_while_the_uart_was_full": measured["lostFull"],
        "lost_while_its_rate_was_changed": measured["lostOff"],
        "join_ms": _between(times, "radio on", "got udp 67"),
        "sessions": found,
        "heap_after_boot": settled[0] if settled else None,
        "heap_worst": min((free for _, free in heap), default=None),
        "heap_worst_in_tls": _least_in(heap, spans),
        "uncollected_worst": min((free for _, free in measured["free"]), default=None),
        "uncollected_worst_in_tls": _least_in(measured["free"], spans),
    }


def network_faults(found: dict[str, Any], stays: int) -> list[str]:
    """Return what a tag with a network may not leave; `stays` envelopes are still on its flash."""
    opened = found["summary"]["routine_envelopes"] + found["summary"]["alert_envelopes"]
    wrong = {
        "it never listened to its receiver": found["boot_s"] is None,
        "nothing was posted": not any("post_ms" in one for one in found["sessions"]),
        "nothing that was acked was removed": stays >= opened,
        "the newer order is not in force": not found["newer_order_in_force"],
    }
    return [what for what, is_so in wrong.items() if is_so]


def _least_in(samples: list[tuple[int, int]], spans: list[tuple[int, int]]) -> int | None:
    inside = (size for ms, size in samples if any(a <= ms <= b for a, b in spans))
    return min(inside, default=None)


def _between(times: dict[str, int], first: str, last: str) -> int | None:
    return times[last] - times[first] if first in times and last in times else None


def emulate(
    folder: Path, machine: Machine, hours: tuple[float, float], probe: bool, form: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """Run the whole way over these hours of the synthetic day; return (figures a life, faults)."""
    track = make_day(DATE, hours=hours)
    order = redated(replace(example_order(), upload_s=900), track.start_s)
    run = Run(folder)
    run.start()
    way = WifiWay(run, track, order, machine, probe, form)
    began_s = time.monotonic()
    outcome = way.go(lambda line: None)
    (folder / "measured.json").write_text(json.dumps(way.lives))
    found = [way.found(life) | {"audit_faults": []} for life in range(len(way.lives))]
    found[-1] |= {"wall_s": time.monotonic() - began_s, "summary": summary(outcome)}
    found[-1] |= renewal.sealed_under(outcome) | audit(folder, track.end_s)
    wrong = network_faults(found[-1], len(way.stays()))
    for life, told in zip(way.lives, found, strict=True):
        wrong += faults(life | told)
    return found, wrong


def main() -> list[str]:
    """Run both forms and print their figures; return the faults."""
    parser = rung.options(__doc__)
    parser.add_argument("--hours", type=float, nargs=2, help="of the day, as 12.45 12.51")
    parser.add_argument("--order", choices=renewal.FORMS, default=renewal.SAME, help="the newer")
    parser.add_argument("--only", choices=_RUNS, help="one of the two tags")
    parser.add_argument("--frozen", action="store_true", help="the UF2 has the firmware in it")
    arguments = parser.parse_args()
    form = arguments.order
    usual_h = SHORT_H if form == renewal.SAME else renewal.HOURS
    hours = rung.hours(parser, arguments.hours or usual_h)
    require_pico_w(arguments.uf2)
    patches = (*MARKS, *renewal.MARKS)
    machine = Machine(arguments.uf2, patches=patches, board="pico_w", is_frozen=arguments.frozen)
    names = [arguments.only] if arguments.only else list(_RUNS)
    calls = [
        partial(emulate, arguments.out / name, machine, hours, name == "heap", form)
        for name in names
    ]
    wrong: list[str] = []
    for name, (found, faulty) in zip(names, rung.side_by_side(calls), strict=True):
        for life in found:
            show(f"emulated Pico W, {RUNS[name]}", life)
        wrong += [f"{RUNS[name]}: {fault}" for fault in faulty]
    return wrong


if __name__ == "__main__":
    rung.run(main)
