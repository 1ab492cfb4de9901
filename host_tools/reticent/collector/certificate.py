"""A certificate authority and a server certificate, for tests and pilots.

ECDSA on P-256, which every tag's TLS knows. The tag pins the authority (ca.der); the server shows
server.pem and holds server.key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from reticent.errors import BadInput
from reticent.files import PRIVATE, PUBLIC, make_folder, write_all_new

_LOOPBACK = "127.0.0.1"
_MOST_NAME = 64  # of a common name (RFC 5280, appendix A.1)


@dataclass(frozen=True)
class Term:
    """From when until when a certificate is valid, in UTC seconds."""

    from_s: int
    until_s: int

    def apply(self, builder: x509.CertificateBuilder) -> x509.CertificateBuilder:
        """Return the builder with this term set."""
        start, end = (datetime.fromtimestamp(utc_s, UTC) for utc_s in (self.from_s, self.until_s))
        return builder.not_valid_before(start).not_valid_after(end)


def make_certificates(folder: Path, name: str, term: Term) -> None:
    """Write ca.pem, ca.der, ca.key, server.pem and server.key for a host name; all new."""
    if term.until_s <= term.from_s:
        raise BadInput("the certificate ends before it starts; set a later --until")
    if not (name.isascii() and name.isprintable() and 1 <= len(name) <= _MOST_NAME):
        raise BadInput(f"{name!r} is no host name; 1 to {_MOST_NAME} ASCII characters (xn--...)")
    ca_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca = _make_ca(ca_key, term)
    server = _make_server(server_key, name, ca, ca_key, term)
    files = {
        "ca.key": (_private_pem(ca_key), PRIVATE),
        "server.key": (_private_pem(server_key), PRIVATE),
        "ca.pem": (ca.public_bytes(Encoding.PEM), PUBLIC),
        "ca.der": (ca.public_bytes(Encoding.DER), PUBLIC),
        "server.pem": (server.public_bytes(Encoding.PEM), PUBLIC),
    }
    make_folder(folder)
    write_all_new({folder / name: content for name, content in files.items()})


def _make_ca(key: ec.EllipticCurvePrivateKey, term: Term) -> x509.Certificate:
    name = _common_name("Reticent pilot authority")
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = (
        _builder(name, name, key, term)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(identifier, critical=False)
    )
    return builder.sign(key, SHA256())


def _make_server(
    key: ec.EllipticCurvePrivateKey,
    name: str,
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    term: Term,
) -> x509.Certificate:
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = (
        _builder(_common_name(name), ca.subject, key, term)
        .add_extension(x509.SubjectAlternativeName(_names(name)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(authority, critical=False)
    )
    return builder.sign(ca_key, SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, term: Term
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, key.public_key())
    return term.apply(builder.serial_number(x509.random_serial_number()))


def _names(name: str) -> list[x509.GeneralName]:
    """Return the name or address, and the loopback address: a pilot runs beside its tests."""
    loopback = x509.IPAddress(ip_address(_LOOPBACK))
    try:
        named = x509.IPAddress(ip_address(name))
    except ValueError:
        named = x509.DNSName(name)
    return [named] if named == loopback else [named, loopback]


def _common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
