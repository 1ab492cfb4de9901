"""A TLS server on the loopback network with a CA of its own, for as long as a test runs."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True)
class Server:
    """Where it listens, and the certificate to trust."""

    port: int
    ca_der: bytes


class Authority:
    """A CA of a test's own; its files go into the folder."""

    def __init__(self, folder: Path, name: str = "a test's CA") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = _certificate(name, None, self._key, self._key, (-1, 1))
        self.der = self._certificate.public_bytes(serialization.Encoding.DER)

    def context(self, name: str, days: tuple[float, float] = (-1, 1)) -> ssl.SSLContext:
        """Return a server's context for this name, good from and until so many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        leaf = _certificate(name, self._certificate, key, self._key, days)
        pem = self._folder / "server.pem"
        pem.write_bytes(
            leaf.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context


def _certificate(name: str, issuer: x509.Certificate | None, key, issuer_key, days):
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    first, last = (now + datetime.timedelta(days=day) for day in days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    )
    return builder.sign(issuer_key, hashes.SHA256())


def _context(folder: Path, name: str) -> tuple[ssl.SSLContext, bytes]:
    """Return a server's context for this name, and its CA's certificate in DER."""
    authority = Authority(folder)
    return authority.context(name), authority.der


@contextmanager
def tls_server(
    folder: Path, name: str, answer: Callable[[bytes], bytes | None]
) -> Iterator[Server]:
    """Serve one request a connection: what answer() returns, or None to stay silent."""
    context, ca_der = _context(folder, name)
    listener = socket.create_server(("127.0.0.1", 0))
    silent: list[ssl.SSLSocket] = []

    def serve() -> None:
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            try:
                tls = context.wrap_socket(accepted, server_side=True)
                answered = answer(tls.recv(4096))
                if answered is None:
                    silent.append(tls)
                    continue
                tls.sendall(answered)
                tls.close()
            except OSError:
                # The peer did not like us: that is for the test to see on the peer's side.
                accepted.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield Server(listener.getsockname()[1], ca_der)
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for tls in silent:
            tls.close()
