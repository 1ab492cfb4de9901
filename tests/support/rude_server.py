"""A server on loopback that treats each connection as a script says: wrong, cut, slow or silent.

A treatment is a function of (server, connection). The last one of a script goes on for ever.
"""

from __future__ import annotations

import hashlib
import hmac
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from reticent.tagcode import ack, envelope
from tls_server import Authority

ACK_KEY = b"\x0a" * 32
NAME = "collector.example"
_NOW_S = 1_790_000_000  # what its acks say; later than any build date
Treatment = Callable[["RudeServer", socket.socket], None]


class RudeServer:
    """Listens from `with` on; keeps what it was sent and when, in the tag's virtual time."""

    def __init__(
        self,
        folder: Path,
        script: Iterable[Treatment],
        clock: Path,
        authority: Authority | None = None,
    ) -> None:
        self.authority = authority or Authority(folder)
        self.context = self.authority.context(NAME)
        self.stored: dict[int, bytes] = {}
        self.reused: list[int] = []
        self.met: list[tuple[int, str]] = []  # (virtual ms, treatment)
        self.heard = bytearray()  # all requests
        self.raw = bytearray()  # what came where no TLS was spoken
        self.failures: list[str] = []
        self._script = iter(script)
        self._clock = clock
        self._kept: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> RudeServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self._kept:
            connection.close()

    def _serve(self) -> None:
        treatment: Treatment = genuine
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(5)
            treatment = next(self._script, treatment)
            self.met.append((int(self._clock.read_text() or 0), treatment.__name__))
            try:
                treatment(self, connection)
            except (OSError, ssl.SSLError, EOFError) as error:
                # The tag did not like it: what it did then is for the test to see on the tag.
                self.failures.append(f"{treatment.__name__}: {type(error).__name__}")
                connection.close()

    def keep(self, connection: socket.socket) -> None:
        """Leave a connection open, until the end."""
        self._kept.append(connection)

    def request(self, connection: socket.socket, context: ssl.SSLContext | None = None):
        """Return (the TLS connection, a whole request's body)."""
        tls = (context or self.context).wrap_socket(connection, server_side=True)
        head, body = bytearray(), b""
        while b"\r\n\r\n" not in head:
            head += _some(tls)
        front, _, body = bytes(head).partition(b"\r\n\r\n")
        size = int(front.lower().partition(b"content-length:")[2].split()[0])
        while len(body) < size:
            body += _some(tls)
        self.heard += front + b"\r\n\r\n" + body
        return tls, body

    def take(self, body: bytes) -> list[ack.Ack]:
        """Store a request's envelopes; return their acks."""
        for number, sealed in _envelopes(body):
            if self.stored.setdefault(number, sealed) != sealed:
                self.reused.append(number)
        return self.acks_of(body)

    @staticmethod
    def acks_of(body: bytes, key: bytes = ACK_KEY) -> list[ack.Ack]:
        """Return the acks of a request's envelopes, which are not stored."""
        return [make_ack(number, sealed, key) for number, sealed in _envelopes(body)]


def _envelopes(body: bytes):
    start = 0
    while start < len(body):
        read, end = envelope.parse_first(body, start)
        yield read.header.number, body[start:end]
        start = end


def _some(tls: ssl.SSLSocket) -> bytes:
    data = tls.recv(65_536)
    if not data:
        raise EOFError
    return data


def make_ack(number: int, sealed: bytes, key: bytes = ACK_KEY) -> ack.Ack:
    made = ack.Ack(number, _NOW_S, 0, bytes(32), b"")
    made.mac = hmac.digest(key, made.message(envelope.hash_of(sealed)), hashlib.sha256)
    return made


def http_answer(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/cbor\r\n{more}"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def genuine(server: RudeServer, connection: socket.socket) -> None:
    """Store, then ack, as the collector does."""
    tls, body = server.request(connection)
    tls.sendall(http_answer(ack.encode_answer(server.take(body))))
    tls.close()


def answering(name: str, data: bytes) -> Treatment:
    """Answer a whole request with these bytes, and store nothing."""

    def treat(server: RudeServer, connection: socket.socket) -> None:
        tls, _ = server.request(connection)
        tls.sendall(data)
        tls.close()

    return _named(treat, name)


def acking(name: str, make: Callable[[RudeServer, bytes], list[ack.Ack]]) -> Treatment:
    """Answer with these acks for a request's body."""

    def treat(server: RudeServer, connection: socket.socket) -> None:
        tls, body = server.request(connection)
        tls.sendall(http_answer(ack.encode_answer(make(server, body))))
        tls.close()

    return _named(treat, name)


def cut_after(count: int) -> Treatment:
    """Store, then send so many bytes of the answer; every second one ends without a farewell."""

    def treat(server: RudeServer, connection: socket.socket) -> None:
        tls, body = server.request(connection)
        answer = http_answer(ack.encode_answer(server.take(body)))
        tls.sendall(answer[:count])
        if count % 2:
            tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        tls.close()

    return _named(treat, f"cut after {count}")


def stalling_after(count: int) -> Treatment:
    """Store, send so many bytes of the answer, and then nothing any more."""

    def treat(server: RudeServer, connection: socket.socket) -> None:
        tls, body = server.request(connection)
        tls.sendall(http_answer(ack.encode_answer(server.take(body)))[:count])
        server.keep(tls)

    return _named(treat, f"stalls after {count}")


def slow(server: RudeServer, connection: socket.socket) -> None:
    """Send the answer byte by byte."""
    tls, body = server.request(connection)
    for byte in http_answer(ack.encode_answer(server.take(body))):
        tls.sendall(bytes((byte,)))
        time.sleep(0.001)
    tls.close()


def half_open(server: RudeServer, connection: socket.socket) -> None:
    """Take the connection, and never say a word."""
    server.keep(connection)


def resetting(_: RudeServer, connection: socket.socket) -> None:
    """Reset the connection at once."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def plain_redirect(server: RudeServer, connection: socket.socket) -> None:
    """Answer as a captive portal without TLS does, whatever comes."""
    server.raw += connection.recv(1_024)
    connection.sendall(http_answer(b"", "302 Found", "Location: http://portal.example/\r\n"))
    connection.close()


def certified_by(name: str, context: ssl.SSLContext) -> Treatment:
    """Shake hands with another certificate; answer like the collector if that is taken."""

    def treat(server: RudeServer, connection: socket.socket) -> None:
        tls, body = server.request(connection, context)
        tls.sendall(http_answer(ack.encode_answer(server.take(body))))
        tls.close()

    return _named(treat, name)


def _named(treat: Treatment, name: str) -> Treatment:
    treat.__name__ = name
    return treat
