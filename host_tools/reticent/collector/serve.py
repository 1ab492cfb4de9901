"""Running the collector: granian with TLS in this process, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from granian.constants import Interfaces, SSLProtocols
from granian.server.embed import Server
from starlette.applications import Starlette

from reticent.errors import BadInput, ReticentError

_READY_WITHIN_S = 10
_MOST_PORT = 65_535


@dataclass(frozen=True)
class Address:
    """Where to listen, and with which certificate; port 0 takes a free one."""

    host: str
    port: int
    certificate: Path
    key: Path


def serve(app: Starlette, address: Address, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; call `on_ready` with the URL once the port answers."""
    for path in (address.certificate, address.key):
        if not path.is_file():
            raise BadInput(f"{path}: no such file; make both: reticent collector certificate")
    _check_pair(address.certificate, address.key)
    asyncio.run(_serve(app, address, on_ready))


async def _serve(app: Starlette, address: Address, on_ready: Callable[[str], None]) -> None:
    port = _bindable_port(address.host, address.port)
    server = Server(
        app,
        address=address.host,
        port=port,
        interface=Interfaces.ASGINL,
        log_enabled=False,
        websockets=False,
        ssl_cert=address.certificate,
        ssl_key=address.key,
        ssl_protocol_min=SSLProtocols.tls12,  # MicroPython's TLS may know no newer one
    )
    loop = asyncio.get_running_loop()
    serving = loop.create_task(server.serve())
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await _wait_until_open(address.host, port, serving)
    on_ready(f"https://{address.host}:{port}/v1/envelopes")
    await serving


def _check_pair(certificate: Path, key: Path) -> None:
    """Raise BadInput where the two are not PEM, or not of each other; the server would not say."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, PermissionError) else "not a pair in PEM"
        raise BadInput(
            f"{certificate} and {key}: {words}; make both: reticent collector certificate"
        ) from None


def _bindable_port(host: str, port: int) -> int:
    """Return the port, or a free one for 0: the server does not say which one it took."""
    if not 0 <= port <= _MOST_PORT:
        raise BadInput(f"--port {port}: take 0 to {_MOST_PORT}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, ValueError, TypeError) as error:
            words = error.strerror if isinstance(error, OSError) else "no address"
            raise BadInput(f"{host}:{port}: {words}; choose another --port or --host") from None
        return probe.getsockname()[1]


async def _wait_until_open(host: str, port: int, serving: asyncio.Task[None]) -> None:
    for _ in range(_READY_WITHIN_S * 50):
        if serving.done():
            break
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.close()
        return
    raise ReticentError(f"the server did not start on {host}:{port}; is the certificate sound?")
