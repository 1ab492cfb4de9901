"""The uplink against a real TLS server that misbehaves: the whole firmware, the real interpreter.

Each connection meets the next treatment of a script, and a sound collector at its end. Whatever
came before: nothing is lost, nothing is stored as two, the tag goes on and tries later and later.
"""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

import rude_server as rude
from reticent.sim.world import CAPTIVE, DEAF, UP, WIFI, Change
from reticent.tagcode import ack, config
from tls_server import Authority
from uplink_tag import UplinkTag

FULL = os.environ.get("RETICENT_FULL") == "1"
COUNT = 6
HOUR_S = 3_600
HTML = b"<html><body>Welcome! Accept the terms to go on.</body></html>"
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")


def live(folder, script, *, count=COUNT, until_s=3 * HOUR_S, authority=None, **world):
    """Let a tag live through the script; return (server, tag) with everything delivered."""
    tag = UplinkTag(folder, count)
    with rude.RudeServer(folder, script, tag.clock, authority) as server:
        report = tag.run(server, until_s, **world)
    assert report.stops == ["end"], (report.stops, tag.lines)
    assert server.stored == tag.sealed, sorted(server.stored)
    assert server.reused == []
    assert tag.waiting() == {}
    assert tag.lines == [], "nothing died, nothing is printed"
    return server, tag


def waits_s(server, tries):
    """Return the seconds between two tries, of so many that failed and one more."""
    times = [at_ms / 1_000 for at_ms, _ in server.met[: tries + 1]]
    return [later - earlier for earlier, later in pairwise(times)]


def check_back_off(server, tries, busy_s=0):
    """The waits grow as written, with up to a quarter more; joining and a try come on top."""
    waits = waits_s(server, tries)
    bases = [15, 30, 60, 120, 240, *[480] * tries]
    for wait, base in zip(waits, bases):
        assert base <= wait <= base * 1.25 + 5 + busy_s, (wait, base, waits)
    return waits


def test_what_is_no_collector_gets_nothing_and_the_tag_tries_on(tmp_path):
    authority, other = Authority(tmp_path), Authority(tmp_path)
    script = [
        rude.certified_by("foreign CA", other.context(rude.NAME)),
        rude.certified_by("another name", authority.context("portal.example")),
        rude.certified_by("expired", authority.context(rude.NAME, (-0.9, -0.1))),
        rude.certified_by("not yet good", authority.context(rude.NAME, (0.1, 0.9))),
        rude.plain_redirect,
        rude.resetting,
        rude.genuine,
    ]
    server, _ = live(tmp_path, script, authority=authority)
    assert [name for _, name in server.met[:7]] == [treat.__name__ for treat in script]
    assert len(server.failures) == 4, "each handshake was refused by the tag"
    assert server.heard.count(b"POST /v1/envelopes") == 2, "the sound collector's"
    check_back_off(server, 6)


def test_answers_that_are_none_take_nothing_away(tmp_path):
    whole = rude.http_answer(ack.encode_answer([]))
    answers = {
        "redirect": rude.http_answer(b"", "302 Found", "Location: https://portal.example/\r\n"),
        "200 with HTML": rude.http_answer(HTML, "200 OK"),
        "400": rude.http_answer(b"no", "400 Bad Request"),
        "401": rude.http_answer(b"", "401 Unauthorized"),
        "404": rude.http_answer(HTML, "404 Not Found"),
        "413": rude.http_answer(b"", "413 Content Too Large"),
        "429": rude.http_answer(b"", "429 Too Many Requests", "Retry-After: 999999\r\n"),
        "500": rude.http_answer(HTML, "500 Internal Server Error"),
        "503": rude.http_answer(b"", "503 Service Unavailable"),
        "599 and a body that never ends": whole.replace(b"Length: ", b"Length: 9999999"),
        "no acks": whole,
        "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "two lengths": whole.replace(b"\r\n\r\n", b"\r\nContent-Length: 7\r\n\r\n"),
        "no length": b"HTTP/1.1 200 OK\r\n\r\n",
        "a negative length": whole.replace(b"Length: ", b"Length: -"),
        "a head without end": b"HTTP/1.1 200 OK\r\n" + b"X-Filler: y\r\n" * 5_000,
        "a line without end": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 30_000,
        "no HTTP": b"220 mail.example ESMTP\r\n",
        "noise": bytes(range(256)) * 8,
        "nothing": b"",
    }
    script = [rude.answering(name, data) for name, data in answers.items()] + [rude.genuine]
    server, _ = live(tmp_path, script, until_s=8 * HOUR_S)
    assert len(server.met) == len(script) + 1, "two posts of the sound collector"
    waits = check_back_off(server, len(answers))
    assert len({round(wait, 1) for wait in waits[6:]}) > 5, "with jitter"


def test_stalls_end_in_bounded_time_while_the_tag_goes_on(tmp_path):
    script = [
        rude.half_open,
        rude.stalling_after(0),
        rude.stalling_after(40),
        rude.stalling_after(150),
        rude.genuine,
    ]
    server, _ = live(tmp_path, script)
    waits = waits_s(server, 4)
    assert all(wait > 60 for wait in waits), "each was awaited for a minute"
    check_back_off(server, 4, busy_s=61)


def test_a_slow_server_is_waited_for(tmp_path):
    server, _ = live(tmp_path, [rude.slow], until_s=HOUR_S)
    assert [name for _, name in server.met] == ["slow", "slow"]


def test_an_answer_cut_at_any_byte_loses_and_doubles_nothing(tmp_path):
    count = COUNT if FULL else 1
    acks = [rude.make_ack(number, b"") for number in range(1, min(count, 4) + 1)]
    size = len(rude.http_answer(ack.encode_answer(acks)))
    cuts = [rude.cut_after(place) for place in range(0, size, 1 if FULL else 6)]
    until_s = len(cuts) * 640 + HOUR_S
    server, _ = live(tmp_path, [*cuts, rude.genuine], count=count, until_s=until_s)
    names = [name for _, name in server.met]
    assert names[: len(cuts)] == [cut.__name__ for cut in cuts]
    assert names[len(cuts) :] == ["genuine"] * (2 if FULL else 1)
    print(f"{len(cuts)} cuts of an answer of {size} bytes")


def other_number(_server, body):
    """Acks that are genuine but stand under their neighbour's number."""
    acks = rude.RudeServer.acks_of(body)
    for entry, number in zip(acks, [one.number for one in acks[1:] + acks[:1]]):
        entry.number = number
    return acks


def test_forged_and_replayed_acks_remove_nothing(tmp_path):
    replayed = [rude.make_ack(number, b"an older envelope") for number in range(1, COUNT + 1)]

    def flipped(_server, body):
        acks = rude.RudeServer.acks_of(body)
        for entry in acks:
            entry.mac = bytes((entry.mac[0] ^ 1,)) + entry.mac[1:]
        return acks

    def later(_server, body):
        acks = rude.RudeServer.acks_of(body)
        for entry in acks:
            entry.utc_s += 1  # under the MAC
        return acks

    script = [
        rude.acking("with another key", lambda _, body: rude.RudeServer.acks_of(body, b"k" * 32)),
        rude.acking("of older envelopes", lambda _server, _body: replayed),
        rude.acking("under other numbers", other_number),
        rude.acking("with a bit flipped", flipped),
        rude.acking("with another time", later),
        rude.acking("of numbers never sent", lambda _, __: [rude.make_ack(77, b"x")]),
        rude.genuine,
    ]
    server, _ = live(tmp_path, script)
    assert [name for _, name in server.met[:7]] == [treat.__name__ for treat in script]
    check_back_off(server, 6)


def test_an_ack_that_comes_twice_is_taken_once(tmp_path):
    def twice(server, body):
        return 2 * server.take(body)

    server, _ = live(tmp_path, [rude.acking("twice", twice)], count=2, until_s=HOUR_S)
    assert len(server.met) == 1


def test_a_captive_portal_and_a_silent_name_server_cost_no_reset(tmp_path):
    """The port's own getaddrinfo would stand still for longer than the watchdog lets it."""
    folder = tmp_path / "portal"
    folder.mkdir()
    portal_clock = folder / "clock"
    portal_clock.write_text("0")
    changes = (
        Change(0, WIFI, 0, CAPTIVE),
        Change(600_000, WIFI, 0, DEAF),
        Change(2_400_000, WIFI, 0, UP),
    )
    with rude.RudeServer(folder, [rude.genuine], portal_clock) as portal:
        server, _ = live(tmp_path, [], changes=changes, portal_port=portal.port)
    assert len(portal.met) >= 3, "the name server sent the tag there"
    assert portal.stored == {} and portal.heard == b""
    first_ms, _ = server.met[0]
    assert 2_400 <= first_ms // 1_000 - 1_780_000_000 <= 2_400 + 610


@pytest.mark.skipif(not FAKETIME.is_file(), reason="needs libfaketime: apt-get install faketime")
@pytest.mark.parametrize("days", ["-3d", "+3d"])
def test_a_tag_whose_clock_is_outside_the_certificates_term_keeps_everything(
    tmp_path, monkeypatch, days
):
    tag = UplinkTag(tmp_path, COUNT)
    with rude.RudeServer(tmp_path, [rude.genuine], tag.clock) as server:
        tag.prepare(server)
        with monkeypatch.context() as faked:
            faked.setenv("LD_PRELOAD", str(FAKETIME))
            faked.setenv("FAKETIME", days)
            faked.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            report = tag.go_on(server, 1_200)
        assert report.stops == ["end"], tag.lines
        assert server.stored == {} and tag.waiting() == tag.sealed
        assert 4 <= len(server.met) <= 8
        tag.go_on(server, 1_200)
        assert server.stored == tag.sealed


def test_no_key_and_no_credential_is_in_what_a_bad_uplink_sees_or_makes_the_tag_say(tmp_path):
    authority, other = Authority(tmp_path), Authority(tmp_path)
    script = [
        rude.certified_by("foreign CA", other.context(rude.NAME)),
        rude.plain_redirect,
        rude.answering("500", rude.http_answer(HTML, "500 Internal Server Error")),
        rude.cut_after(30),
        rude.half_open,
        rude.acking("forged", lambda _, body: rude.RudeServer.acks_of(body, b"k" * 32)),
        rude.genuine,
    ]
    server, tag = live(tmp_path, script, authority=authority)
    personal = config.decode(tag.file("config"))
    requests = bytes(server.heard)
    seen = requests + bytes(server.raw) + "\n".join(tag.lines).encode()
    for sealed in tag.sealed.values():
        requests, seen = requests.replace(sealed, b""), seen.replace(sealed, b"")
    secrets = (personal.ack_key, personal.wifi_key.encode(), personal.ssid.encode())
    assert requests.startswith(b"POST")
    for secret in secrets:
        assert secret not in seen and secret.hex().encode() not in seen
    lines = set(requests.replace(b"\r\n\r\n", b"\r\n").splitlines())
    assert lines == {
        b"POST /v1/envelopes HTTP/1.1",
        b"Host: collector.example",
        b"Content-Type: application/cbor-seq",
        b"Connection: close",
        *(b"Content-Length: %d" % (count * 1_476) for count in (4, 2)),
    }
