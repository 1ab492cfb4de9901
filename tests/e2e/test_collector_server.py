"""The collector as it runs: granian and TLS on loopback, with the real interpreter as client."""

import http.client
import re
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from agency import SLOT, START_S, Agency
from reticent.clock import parse_utc
from reticent.collector.certificate import Term, make_certificates
from reticent.sim.interpreter import micropython_command
from reticent.tagcode import ack, record

NOW = "2026-11-23T12:00:00Z"

TLS_POST = """
import socket, ssl, sys
port, ca = int(sys.argv[1]), open(sys.argv[2], "rb").read()
body = open(sys.argv[3], "rb").read()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
context.verify_mode = ssl.CERT_REQUIRED
context.load_verify_locations(cadata=ca)
s = socket.socket()
s.connect(socket.getaddrinfo("127.0.0.1", port)[0][-1])
s = context.wrap_socket(s, server_hostname="localhost")
s.write(b"POST /v1/envelopes HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n"
        b"Content-Type: application/cbor-seq\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body))
s.write(body)
print(s.read().split(b"\\r\\n")[0].decode())
"""


@pytest.fixture
def agency(tmp_path):
    made = Agency(tmp_path)
    made.store.close()
    term = Term(parse_utc("2020-01-01"), parse_utc("2040-01-01"))
    make_certificates(tmp_path / "tls", "localhost", term)
    return made


@pytest.fixture
def server(agency):
    """The running collector as (process, port); it is stopped by its own id."""
    tls = agency.folder / "tls"
    command = [
        Path(sys.executable).with_name("reticent"), "collector", "serve", "--port", "0",
        "--database", agency.database, "--tags", agency.tags, "--now", NOW,
        "--certificate", tls / "server.pem", "--key", tls / "server.key",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        ready = process.stdout.readline()
        match = re.fullmatch(r"ready: https://127\.0\.0\.1:(\d+)/v1/envelopes \(1 tag\)\n", ready)
        assert match, (ready, process.stderr.read() if process.poll() is not None else "")
        yield process, int(match[1])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def post(agency, port, body, kind="application/cbor-seq"):
    context = ssl.create_default_context(cafile=agency.folder / "tls" / "ca.pem")
    connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
    connection.request("POST", "/v1/envelopes", body, {"Content-Type": kind})
    answer = connection.getresponse()
    result = answer.status, answer.getheader("Content-Length"), answer.read()
    connection.close()
    return result


def test_envelopes_are_acked_over_tls_and_stored_when_the_server_is_killed(agency, server):
    process, port = server
    sealed = [agency.seal([record.coarse(SLOT, (5, 7))]) for _ in range(3)]
    status, length, answer = post(agency, port, b"".join(sealed))
    assert (status, int(length)) == (200, len(answer))
    acks, _ = ack.decode_answer(answer)
    assert [one.number for one in acks] == [1, 2, 3]
    assert 0 <= acks[0].utc_s - (START_S + 12 * 3600) < 60, "--now sets its clock"
    process.kill()
    process.wait()
    assert [one.sealed for one in agency.store.envelopes()] == sealed
    agency.store.close()


def test_wrong_bodies_are_answered_and_the_server_lives_on(agency, server):
    _, port = server
    for body, kind, expected in (
        (b"nonsense", "application/cbor-seq", 400),
        (bytes(200_000), "application/cbor-seq", 413),
        (b"nonsense", "application/json", 415),
    ):
        status, _, answer = post(agency, port, body, kind)
        assert status == expected, kind
        assert b"Traceback" not in answer
    assert post(agency, port, agency.seal([]))[0] == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_and_has_logged_no_address(agency, server, number):
    process, port = server
    assert post(agency, port, agency.seal([]))[0] == 200
    process.send_signal(number)
    assert process.wait(10) == 0
    logged = process.stderr.read()
    assert "stored 1" in logged
    assert "127.0.0.1" not in logged
    assert "Traceback" not in logged
    assert sorted(path.name for path in agency.folder.glob("collector.sqlite*")) == [
        "collector.sqlite"
    ]


def test_a_second_server_on_the_port_is_told_to_choose_another(agency, server):
    _, port = server
    tls = agency.folder / "tls"
    command = [
        Path(sys.executable).with_name("reticent"), "collector", "serve", "--port", str(port),
        "--database", agency.database, "--tags", agency.tags,
        "--certificate", tls / "server.pem", "--key", tls / "server.key",
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert (run.returncode, run.stdout) == (2, "")
    assert f"127.0.0.1:{port}: Address already in use; choose another --port" in run.stderr


def test_the_tags_own_tls_accepts_the_pinned_authority_and_no_other(agency, server, tmp_path):
    """The real interpreter's mbedTLS, with the authority's DER as a tag pins it."""
    _, port = server
    make_certificates(
        tmp_path / "other", "localhost", Term(parse_utc("2020-01-01"), parse_utc("2040-01-01"))
    )
    script, body = tmp_path / "post.py", tmp_path / "body"
    script.write_text(TLS_POST)
    body.write_bytes(agency.seal([]))
    for folder, expected in ((agency.folder / "tls", True), (tmp_path / "other", False)):
        command = [*micropython_command("400k"), script, str(port), folder / "ca.der", body]
        run = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert (run.stdout == "HTTP/1.1 200 OK\n") is expected, run.stdout + run.stderr
