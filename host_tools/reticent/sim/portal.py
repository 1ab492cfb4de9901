"""A captive portal on loopback: TLS by a CA that no tag knows, a redirect for whoever takes it."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from reticent.collector.certificate import Term, make_certificates

_REDIRECT = (
    b"HTTP/1.1 302 Found\r\nLocation: https://portal.example/\r\n"
    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
)
_PATIENCE_S = 5
_DAY_S = 86_400


@contextmanager
def captive_portal(host: str) -> Generator[int]:
    """Yield the port of a portal that says it is this host, until the end of `with`."""
    now_s = int(time.time())
    with TemporaryDirectory(prefix="reticent-portal-") as folder:
        make_certificates(Path(folder) / "tls", host, Term(now_s - _DAY_S, now_s + _DAY_S))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls = Path(folder) / "tls"
        context.load_cert_chain(tls / "server.pem", tls / "server.key")
        listener = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(listener, context))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
            thread.join()


def _serve(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return  # closed: the simulation is over
        connection.settimeout(_PATIENCE_S)
        # A tag that knows its collector's CA ends the handshake.
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(4_096)
            tls.sendall(_REDIRECT)
        connection.close()
