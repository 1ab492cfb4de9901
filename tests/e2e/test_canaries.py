"""R9, R11, R15: no coordinate leaves the simulated tag but by the one exit.

A tag goes the whole way on the real interpreter, to a collector that never acks, so that all it
has made stays on its flash. What it wrote to flash, receiver, network and console is searched for
the wearer's places in every encoding; then the envelopes are opened. RETICENT_CANARIES=20 takes
twenty wearers, of whom all but the first have places and times of their own.
"""

import os
import random
import socket
import ssl
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

import tls_server
from canary import Canary
from reticent.archive.keyring import DUTY, OFFICER, Keyring
from reticent.archive.opener import RoleKeys, authenticate, open_envelope
from reticent.bench.registration import Identity
from reticent.collector.store import Sealed
from reticent.run import Run
from reticent.sim import tag as sim_tag
from reticent.sim.demo import example_order
from reticent.sim.faults import BrownOut, Network, OtherTime, Stuck, WrongBaud
from reticent.sim.receiver import DIALECTS, Position, bursts
from reticent.sim.track import Track
from reticent.sim.way import Collector, Setting, Way, redated
from reticent.sim.world import CAPTIVE, DEAF, SLOW_MS
from reticent.tagcode import batch, cose, envelope, policy, record
from tag import allowlist

# Stationary, without noise. Home is example/order's dwelling, the lane its exclusion zone.
CAFE = Canary("cafe", 46.971937, -30.041353)
HOME = Canary("home", 47.000371, -29.999217)
LANE = Canary("lane", 47.029613, -29.922391)
CLINIC = Canary("clinic", 47.083179, -30.087643)
DAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STOPS = ((CAFE, 50), (HOME, 20), (LANE, 5), (CLINIC, 60))  # minutes
WEARERS = int(os.getenv("RETICENT_CANARIES", "1"))


def stops_of(wearer):
    """Return the stops, moved: up to 500 m where no zone is, up to 30 m in one."""
    if not wearer:
        return STOPS
    rng = random.Random(wearer)
    found = []
    for (here, minutes), reach in zip(STOPS, (4_500, 270, 270, 4_500)):
        lat, lon = (udeg + rng.randint(-reach, reach) for udeg in (here.lat_udeg, here.lon_udeg))
        moved = Canary(here.name, lat / 1e6, lon / 1e6)
        found.append((moved, minutes + rng.randint(0, 12)))
    return found


def _at(hour: int, minute: int) -> int:
    return int(DAY.replace(hour=hour, minute=minute).timestamp())


# Each way on which something goes wrong is searched, too.
FAULTS = (
    Network(_at(9, 58), _at(10, 4), CAPTIVE),
    BrownOut(_at(10, 10)),
    Network(_at(10, 56), _at(11, 3), DEAF),
    Stuck(_at(11, 20), _at(11, 24), False),
    OtherTime(_at(11, 30), _at(11, 33), 90 * 86_400),
    WrongBaud(_at(11, 40), _at(11, 42), 57_600),
    Network(_at(11, 58), _at(12, 4), 5 * SLOW_MS),
)


class Sink:
    """Takes whole requests over TLS, keeps them, and never takes an envelope."""

    def __init__(self, folder):
        self.context, self.ca_der = tls_server._context(folder, "localhost")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.taken = bytearray()
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        while True:
            try:
                accepted, _ = self.listener.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(accepted, server_side=True) as tls:
                    tls.settimeout(20)
                    self._take(tls)
            except (OSError, ssl.SSLError):
                accepted.close()

    def _take(self, tls):
        request, need = bytearray(), None
        while need is None or len(request) < need:
            got = tls.recv(65_536)
            if not got:
                break
            request += got
            head, end, _ = bytes(request).partition(b"\r\n\r\n")
            if end:
                length = next(
                    line for line in head.lower().splitlines() if b"content-length" in line
                )
                need = len(head) + 4 + int(length.split(b":")[1])
        self.taken += request
        tls.sendall(b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()


def make_track(stops):
    """Return the wearer's stops, five minutes of way between two of them."""
    at_s = int(DAY.timestamp())
    positions = []
    for index, (here, minutes) in enumerate(stops):
        lat, lon = here.lat_udeg / 1e6, here.lon_udeg / 1e6
        positions += [Position(at_s + second, lat, lon) for second in range(60 * minutes)]
        at_s += 60 * minutes
        if index + 1 < len(stops):
            there = stops[index + 1][0]
            for second in range(1, 300):
                share = second / 300
                way_lat = lat + share * (there.lat_udeg / 1e6 - lat)
                way_lon = lon + share * (there.lon_udeg / 1e6 - lon)
                positions.append(Position(at_s + second, way_lat, way_lon, 20.0, 45.0))
            at_s += 300
    return Track("canaries", list(bursts(positions, DIALECTS["ublox-m8"], 1, None)))


class Gone:
    """All that left the tag, or stays on it."""

    def __init__(self, folder, monkeypatch, stops):
        self.places = [here for here, _ in stops]
        self.track = make_track(stops)
        self.console, self.sent = [], folder / "uart-sent"
        monkeypatch.setattr(sim_tag, "Chip", self._chip(sim_tag.Chip))
        sink = Sink(folder)
        run = Run(folder / "run")
        run.start()
        self.order = redated(replace(example_order(), level="coarse"), self.track.start_s)
        other = Collector("localhost", sink.port, sink.ca_der)
        way = Way(run, self.track, self.order, Setting(collector=other, faults=FAULTS))
        try:
            way.go(lambda _line: None)
        finally:
            sink.close()
        self.network = bytes(sink.taken)
        self.flash = (run.folder / "flash.img").read_bytes()
        self.policy = policy.decode(cose.parse(run.policy.read_bytes())[1])
        self.opened = open_all(way, run)

    def _chip(self, real):
        def make(world, **options):
            uarts = {which: replace(uart, sent=self.sent) for which, uart in world.uarts.items()}
            world = replace(world, uarts=uarts)
            return real(world, **options, on_line=self.console.append)

        return make

    def outside(self):
        """Return what anyone may get hold of, by name."""
        return {
            "flash": self.flash,
            "network": self.network,
            "receiver": self.sent.read_bytes(),
            "console": "\n".join(self.console).encode(),
        }


def open_all(way, run):
    """Return what the envelopes on the flash hold, opened with the agency's keys."""
    ring = Keyring(run.keys)
    keys = ring.private_keys(DUTY) | ring.private_keys(OFFICER)
    identity = sim_tag.read_image(run.folder / "flash.img")["identity.pub"]
    tag = envelope.kid_of(identity)
    found = []
    for data in way._tag.outbox().values():
        head = envelope.parse(data).header
        found.append(Sealed(head.tag, head.number, envelope.hash_of(data), data))
    found.sort(key=lambda one: one.number)
    genuine, refused = authenticate(found, {tag: Identity(tag, identity)})
    assert not refused
    return [open_envelope(one, RoleKeys(keys)) for one in genuine]


@pytest.fixture(scope="module", params=range(WEARERS))
def gone(request, tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield Gone(tmp_path_factory.mktemp("canaries"), monkeypatch, stops_of(request.param))


def test_the_search_finds_what_the_receiver_says(gone):
    feed = b"".join(burst.data for burst in gone.track.bursts)
    for here in gone.places:
        found = here.found_in(feed)
        assert f"{here.name} latitude NMEA" in found
        assert f"{here.name} longitude NMEA" in found


def test_no_place_stands_on_flash_network_uart_or_console(gone):
    for name, data in gone.outside().items():
        for here in gone.places:
            assert here.found_in(data) == [], name
    assert len(gone.network) > 1_476, "there was something to search"
    assert gone.sent.stat().st_size > 0
    assert len(gone.flash) > 800_000


def test_in_the_envelopes_only_the_breach_has_a_place(gone):
    assert len(gone.opened) >= 5
    plain = {batch.ROUTINE: b"", batch.ALERT: b""}
    for one in gone.opened:
        read = one.batch
        plain[read.kind] += batch.encode(read.kind, read.policy_version, read.week, read.records)
    cafe, home, lane, clinic = gone.places
    assert f"{lane.name} latitude udeg CBOR" in lane.found_in(plain[batch.ALERT])
    assert lane.found_in(plain[batch.ROUTINE]) == []
    for here in (cafe, home, clinic):
        assert here.found_in(plain[batch.ALERT] + plain[batch.ROUTINE]) == []


def test_every_record_is_on_the_list(gone):
    kinds = set()
    for one in gone.opened:
        for entry in one.batch.records:
            kinds.add(entry[0])
            when = entry[1] * 900 if record.is_slot(entry[1]) else entry[1]
            assert allowlist.allows(gone.policy, when, one.batch.kind, entry), entry
    assert kinds == {1, 2, 3, 4, 5, 6}
