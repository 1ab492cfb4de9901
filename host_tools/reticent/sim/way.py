"""The whole way in one run: keys, order, a simulated tag over a track, collector, opening.

Everything is the real thing but the hardware: the firmware on MicroPython, LittleFS, TLS on
loopback, the collector in a process of its own. What is made stays in one folder, a run.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from reticent.archive.desk import Asked, Opening
from reticent.archive.keyring import DUTY, OFFICER, Keyring
from reticent.archive.opener import Opened
from reticent.archive.options import Where
from reticent.bench.registration import register
from reticent.clock import format_utc
from reticent.collector.certificate import Term, make_certificates
from reticent.collector.store import Store
from reticent.errors import BadInput, ReticentError
from reticent.orders.compiler import compile_order
from reticent.orders.order import Order
from reticent.orders.signing import sign_policy
from reticent.run import Run
from reticent.sim.faults import Fault, needs_portal
from reticent.sim.portal import captive_portal
from reticent.sim.report import Report
from reticent.sim.tag import DAY_S, KEEP_SEALING, LOADS_S, Extras, Network, SimulatedTag
from reticent.sim.track import Track
from reticent.tagcode import batch, envelope, gnss, record

_HOST = "localhost"
# Our own collector always answers; on a busy machine not at once, and that is no stall.
_GRACE_MS = 30_000


@dataclass(frozen=True)
class Collector:
    """A collector that is not ours: where it is, and the CA that certified it (DER)."""

    host: str
    port: int
    ca_der: bytes


@dataclass(frozen=True)
class Setting:
    """How the tag is simulated; everything random in it follows from the seed."""

    board: str = "pico_w"
    seed: int = 1
    collector: Collector | None = None  # None: one of its own, on loopback
    faults: tuple[Fault, ...] = ()
    extras: Extras | None = None  # a test's


@dataclass(frozen=True)
class Outcome:
    """What a run produced; `fixes` are those in the receiver's output."""

    track: Track
    fixes: list[gnss.Fix]
    opened: list[Opened]
    sent_bytes: int
    waiting: int
    report: Report

    def records(self, kind: int) -> list[list[object]]:
        """Return the opened records of one type, in order of their envelopes."""
        return [entry for one in self.opened for entry in one.batch.records if entry[0] == kind]


class Way:
    """One run over one track under one order, in an empty folder."""

    def __init__(self, run: Run, track: Track, order: Order, setting: Setting) -> None:
        """Take an order whose term holds the track; BadInput otherwise."""
        if not order.not_before <= track.start_s <= track.end_s < order.not_after:
            raise BadInput(
                f"the track ({format_utc(track.start_s)} to {format_utc(track.end_s)}) is not in "
                f"the order's term, from {format_utc(order.not_before)} on; give --redate"
            )
        self._run = run
        self._track = track
        self._order = order
        self._setting = setting
        self._tag_id = b""  # known when the tag has made its key
        self._tag = SimulatedTag(
            run.folder,
            setting.board,
            track.start_s - DAY_S,
            setting.seed,
            setting.faults,
            _lasting(setting.extras or Extras(), track),
        )
        self._report = Report()

    def go(
        self, say: Callable[[str], None], on_progress: Callable[[int], None] | None = None
    ) -> Outcome:
        """Run the whole way; `say` gets a line for each step."""
        run, order = self._run, self._order
        self._write_truth()
        weeks = batch.week_of(order.not_after - 1) - batch.week_of(order.not_before) + 1
        ring = Keyring.create(run.keys, order.not_before, weeks)
        say(f"keys            made in {run.keys}: issuer, two agency roles a week, the wearer's")
        network = self._network()
        self._tag_id = self._register(ring, network)
        say(f"tag             {self._tag_id.hex()}, its identity key made on the tag itself")
        self._issue(ring)
        size = run.policy.stat().st_size
        say(f"order           {order.reference}, level {order.level}, {size} bytes signed")
        self._simulate(network, say, on_progress)
        return self._open()

    def _write_truth(self) -> None:
        """Keep what a minute-by-minute tag would have told, for the report."""
        rows = [
            f"{format_utc(fix.utc_s)},{fix.lat_udeg / 1e6:.6f},{fix.lon_udeg / 1e6:.6f},{size}\n"
            for fix, size in minute_by_minute(self._track.fixes)
        ]
        self._run.truth.write_text("time,lat,lon,bytes\n" + "".join(rows))

    def _network(self) -> Network:
        given = self._setting.collector
        if given is not None:
            return Network(given.host, given.port, given.ca_der)
        make_certificates(self._run.tls, _HOST, _certificate_term(self._track))
        ca_der = (self._run.tls / "ca.der").read_bytes()
        return Network(_HOST, 1, ca_der, grace_ms=_GRACE_MS)

    def _register(self, ring: Keyring, network: Network) -> bytes:
        """Flash and personalise the tag; return its id."""
        ack_key = hashlib.sha256(b"simulated ack key %d" % self._setting.seed).digest()
        public_key = self._tag.personalise(
            ring.issuer_public(), ack_key, network, self._track.baud()
        )
        register(self._run.tags, public_key, ack_key)
        return envelope.kid_of(public_key)

    def _issue(self, ring: Keyring) -> None:
        order = self._order
        recipients = ring.recipients(order.not_before, order.not_after)
        signed = sign_policy(compile_order(order, self._tag_id, recipients), ring.issuer())
        self._run.policy.write_bytes(signed)
        self._tag.install(signed)
        store = Store(self._run.database)
        store.publish(self._tag_id, order.version, signed)
        store.close()

    def _simulate(
        self,
        network: Network,
        say: Callable[[str], None],
        on_progress: Callable[[int], None] | None,
    ) -> None:
        silence_s = 2 * self._order.upload_s
        if self._setting.collector is not None:
            say(f"collector       https://{network.host}:{network.port}, not ours")
            self._run_tag(network, silence_s, on_progress)
            return
        clock = self._run.clock
        clock.write_text(str(1000 * self._track.start_s))
        with loopback_collector(self._run, f"@{clock}") as port:
            self._tag.point_at(port)
            say(f"collector       https://{_HOST}:{port}, holds no private key")
            self._run_tag(network, silence_s, on_progress)

    def _run_tag(
        self, network: Network, silence_s: int, on_progress: Callable[[int], None] | None
    ) -> None:
        with ExitStack() as stack:
            if needs_portal(self._setting.faults):
                port = stack.enter_context(captive_portal(network.host))
                network = replace(network, portal_port=port)
            self._report = self._tag.run(self._track, network, silence_s, on_progress)

    def _open(self) -> Outcome:
        """Open as both agency roles would, each with a reason and a case."""
        run, track = self._run, self._track
        asked = Asked((DUTY, OFFICER), "a simulated tag", "SIMULATION", "simulation")
        opening = Opening(Where().desk(run.folder), asked, track.end_s)
        opening.require_sound()
        opened = opening.opened()
        sent_bytes = sum(opening.sizes(self._tag_id).values())
        opening.close()
        waiting = len(self._tag.outbox().keys() - {one.number for one in opened})
        return Outcome(track, track.fixes, opened, sent_bytes, waiting, self._report)


def _lasting(extras: Extras, track: Track) -> Extras:
    """Return extras with which a tag's life lasts as long as the track."""
    is_long = track.end_s - track.start_s > LOADS_S
    return replace(extras, boot=KEEP_SEALING + extras.boot) if is_long else extras


def redated(order: Order, start_s: int) -> Order:
    """Return the order with its term moved to begin on the eve of the track."""
    not_before = start_s // DAY_S * DAY_S - DAY_S
    moved_s = not_before - order.not_before
    return replace(
        order,
        not_before=not_before,
        not_after=order.not_after + moved_s,
        review_by=order.review_by + moved_s,
    )


def _certificate_term(track: Track) -> Term:
    """Return a term that holds the track and today: a simulated tag's TLS has the host's date."""
    now_s = int(time.time())
    return Term(min(track.start_s, now_s) - DAY_S, max(track.end_s, now_s) + 365 * DAY_S)


@contextmanager
def loopback_collector(run: Run, now: str) -> Generator[int]:
    """Run a collector in a process of its own on a free loopback port; yield the port."""
    command = [sys.executable, "-m", "reticent", "collector", "serve"]
    command += ["--database", str(run.database), "--tags", str(run.tags), "--port", "0"]
    command += ["--certificate", str(run.tls / "server.pem")]
    command += ["--key", str(run.tls / "server.key"), "--now", now]
    with (
        (run.folder / "collector.log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,  # noqa: S603
    ):
        try:
            assert process.stdout is not None  # a pipe was asked for
            ready = process.stdout.readline()
            if "https://" not in ready:
                raise ReticentError(f"the collector did not start; {log.name} says why")
            yield int(ready.partition("https://")[2].partition("/")[0].rpartition(":")[2])
        finally:
            process.terminate()
            process.wait(10)


def minute_by_minute(fixes: list[gnss.Fix]) -> list[tuple[gnss.Fix, int]]:
    """Return [(fix, bytes of its message)] of a tag that sends a position each minute.

    The message is the usual JSON of a phone's tracker, unsealed.
    """
    first_of_minute = {fix.utc_s // 60: fix for fix in reversed(fixes)}
    return [(fix, len(_message(fix))) for _, fix in sorted(first_of_minute.items())]


def _message(fix: gnss.Fix) -> str:
    return json.dumps(
        {
            "_type": "location",
            "tst": fix.utc_s,
            "lat": fix.lat_udeg / 1e6,
            "lon": fix.lon_udeg / 1e6,
            "acc": fix.error_m,
            "batt": 80,
            "conn": "m",
            "tid": "01",
        }
    )


def summary(outcome: Outcome) -> dict[str, int | str]:
    """Return the run's figures."""
    coarse = outcome.records(record.COARSE)
    kinds = Counter(one.batch.kind for one in outcome.opened)
    minutes = minute_by_minute(outcome.fixes)
    return {
        "track": outcome.track.name,
        "from": format_utc(outcome.track.start_s),
        "until": format_utc(outcome.track.end_s),
        "fixes": len(outcome.fixes),
        "cells_disclosed": sum(entry[2] is not None for entry in coarse),
        "precise_positions_disclosed": len(outcome.records(record.PRECISE)),
        "crossings": len(outcome.records(record.CROSSING)),
        "presences": len(outcome.records(record.PRESENT)),
        "routine_envelopes": kinds[batch.ROUTINE],
        "alert_envelopes": kinds[batch.ALERT],
        "bytes_sent": outcome.sent_bytes,
        "envelopes_waiting": outcome.waiting,
        "minute_by_minute_positions": len(minutes),
        "minute_by_minute_bytes": sum(size for _, size in minutes),
    }
