"""The whole way in one run: keys, order, a simulated tag over a track, collector, opening.

Everything is the real thing but the hardware: the example order re-dated to the track, the
firmware on MicroPython, TLS on loopback, the collector in a process of its own.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from reticent.archive.access_log import AccessLog
from reticent.archive.keyring import DUTY, OFFICER, Keyring
from reticent.archive.opener import Opened
from reticent.archive.session import Purpose, Session
from reticent.bench.registration import read_identities, register
from reticent.clock import format_utc
from reticent.collector.certificate import Term, make_certificates
from reticent.collector.store import Store
from reticent.errors import ReticentError
from reticent.orders.compiler import compile_order
from reticent.orders.order import Order, read_order
from reticent.orders.signing import sign_policy
from reticent.orders.zones import Circle, Polygon, Zone
from reticent.sim.simulate import DAY_S, Network, SimulatedTag
from reticent.sim.track import Track
from reticent.tagcode import EXAMPLES, batch, envelope, geometry, gnss, record

_HOST = "localhost"
_TERM_S = 28 * DAY_S
_ASIDE_UDEG = 50_000  # 5 km north: where a zone goes that the track is not to meet


@dataclass(frozen=True)
class Outcome:
    """What a demo run produced; `fixes` are those in the receiver's output."""

    track: Track
    board: str
    fixes: list[gnss.Fix]
    opened: list[Opened]
    sent_bytes: int
    waiting: int
    minute_count: int
    minute_bytes: int

    def records(self, kind: int) -> list[list[object]]:
        """Return the opened records of one type, in order of their envelopes."""
        return [entry for one in self.opened for entry in one.batch.records if entry[0] == kind]


def run_demo(
    track: Track,
    order: Order,
    folder: Path,
    say: Callable[[str], None],
    on_progress: Callable[[int], None] | None = None,
    board: str = "pico_w",
) -> Outcome:
    """Run the whole way in an empty folder; `say` gets a line for each step."""
    keys, tags, database = folder / "keys", folder / "tags", folder / "collector.sqlite"
    order = redated(order, track.start_s)
    ring = Keyring.create(keys, order.not_before, _TERM_S // (7 * DAY_S) + 1)
    make_certificates(folder / "tls", _HOST, _certificate_term(track))
    say(f"keys            made in {keys}: issuer, two agency roles a week, the wearer's own")

    ack_key = secrets.token_bytes(32)
    tag = SimulatedTag(folder, board, track.start_s - DAY_S)
    network = Network(_HOST, 1, (folder / "tls" / "ca.der").read_bytes())
    public_key = tag.personalise(ring.issuer_public(), ack_key, network, track.baud())
    register(tags, public_key, ack_key)
    tag_id = envelope.kid_of(public_key)
    say(f"tag             {tag_id.hex()}, its identity key made on the tag itself")

    recipients = ring.recipients(order.not_before, order.not_after)
    signed = sign_policy(compile_order(order, tag_id, recipients), ring.issuer())
    (folder / "policy.cose").write_bytes(signed)
    store = Store(database)
    store.publish(tag_id, order.version, signed)
    store.close()
    say(f"order           {order.reference}, level {order.level}, {len(signed)} bytes signed")

    with loopback_collector(folder, database, tags, track.start_s) as port:
        tag.point_at(port)
        tag.install(signed)
        say(f"collector       https://{_HOST}:{port}, holds no private key")
        tag.run(track, network, 2 * order.upload_s, on_progress)
    return _open(track, board, tag, (keys, tags, database), folder)


def redated(order: Order, start_s: int) -> Order:
    """Return the order with a term that begins on the eve of the track."""
    not_before = start_s // DAY_S * DAY_S - DAY_S
    return replace(
        order,
        not_before=not_before,
        not_after=not_before + _TERM_S,
        review_by=not_before + _TERM_S // 2,
    )


def example_order() -> Order:
    """Return the order of examples/order."""
    order, _ = read_order(EXAMPLES / "order" / "order.toml")
    return order


def placed_on(order: Order, fixes: list[gnss.Fix]) -> Order:
    """Return the order with its zones moved to a track that knows nothing of them.

    The first exclusion zone goes around the track's middle, the second around its last quarter and
    the dwelling around its start, each only where that leaves the others alone; else aside.
    """
    anchors = [fixes[len(fixes) // 2], fixes[len(fixes) * 7 // 8], fixes[0]]
    placed: list[Zone] = []
    taken: list[tuple[int, int]] = []
    for zone, fix in zip(order.zones, anchors, strict=True):
        centre = fix.lat_udeg, fix.lon_udeg
        while any(geometry.distance_dm(*centre, *other) < 15_000 for other in taken):
            centre = centre[0] + _ASIDE_UDEG, centre[1]
        taken.append(centre)
        placed.append(replace(zone, shape=_moved(zone.shape, centre), schedule=None))
    return replace(order, zones=tuple(placed))


def _moved(shape: Circle | Polygon, centre: tuple[int, int]) -> Circle | Polygon:
    lat, lon = centre
    if isinstance(shape, Circle):
        return replace(shape, lat_udeg=lat, lon_udeg=lon)
    outer = shape.rings[0]
    east = lon - sum(vertex[0] for vertex in outer) // len(outer)
    north = lat - sum(vertex[1] for vertex in outer) // len(outer)
    return Polygon(tuple(tuple((x + east, y + north) for x, y in ring) for ring in shape.rings))


def _certificate_term(track: Track) -> Term:
    """Return a term that holds the track and today: a simulated tag's TLS has the host's date."""
    now_s = int(time.time())
    return Term(min(track.start_s, now_s) - DAY_S, max(track.end_s, now_s) + 365 * DAY_S)


@contextmanager
def loopback_collector(folder: Path, database: Path, tags: Path, now_s: int) -> Generator[int]:
    """Run a collector in a process of its own on a free loopback port; yield the port."""
    command = [sys.executable, "-m", "reticent", "collector", "serve"]
    command += ["--database", str(database), "--tags", str(tags), "--port", "0"]
    command += ["--certificate", str(folder / "tls" / "server.pem")]
    command += ["--key", str(folder / "tls" / "server.key"), "--now", format_utc(now_s)]
    with (
        (folder / "collector.log").open("w") as log,
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


def _open(
    track: Track, board: str, tag: SimulatedTag, places: tuple[Path, Path, Path], folder: Path
) -> Outcome:
    """Open as both agency roles would, each with a reason and a case, and sum up."""
    keys, tags, database = places
    store, ring = Store(database, must_exist=True), Keyring(keys)
    opened: list[Opened] = []
    for role in (DUTY, OFFICER):
        session = Session(
            store, read_identities(tags), ring.private_keys(role), AccessLog(folder / "access")
        )
        result = session.open(Purpose("demo", role, "demonstration", "DEMO-1"), track.end_s)
        if result.refused:
            raise ReticentError(f"envelope {result.refused[0].number}: {result.refused[0].reason}")
        opened += result.opened
    stored = store.envelopes()
    store.close()
    fixes = track.fixes()
    minute_count, minute_bytes = minute_by_minute(fixes)
    return Outcome(
        track,
        board,
        fixes,
        sorted(opened, key=lambda one: one.number),
        sum(len(sealed.sealed) for sealed in stored),
        len(tag.outbox()),
        minute_count,
        minute_bytes,
    )


def minute_by_minute(fixes: list[gnss.Fix]) -> tuple[int, int]:
    """Return (messages, bytes) of a tag that sends a position each minute, in the usual JSON."""
    first_of_minute = {fix.utc_s // 60: fix for fix in reversed(fixes)}
    messages = [
        json.dumps(
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
        for fix in first_of_minute.values()
    ]
    return len(messages), sum(len(message) for message in messages)


def summary(outcome: Outcome) -> dict[str, object]:
    """Return the run's figures."""
    coarse = outcome.records(record.COARSE)
    kinds = Counter(one.batch.kind for one in outcome.opened)
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
        "minute_by_minute_positions": outcome.minute_count,
        "minute_by_minute_bytes": outcome.minute_bytes,
    }
