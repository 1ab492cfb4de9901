"""What a tag is told of its world: a TOML beside its keys, and the /config that is made of it.

issuer = "issuer.public.pem"  # who signs this tag's orders; paths are seen from this file
baud = 9600                   # the receiver's line rate, which the tag tries first
[uplink]                      # not on a board without Wi-Fi
host = "collector.example"    # as it stands in the collector's certificate
port = 8443
ca = "ca.pem"                 # the authority that this certificate must come from
ssid = "field"
key = "a Wi-Fi key"           # "" for an open network
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from reticent.address import check_host
from reticent.archive.key_files import read_issuer_public
from reticent.errors import BadInput
from reticent.files import read_bytes
from reticent.orders.source import Source
from reticent.tagcode import config

_BAUDS = 1_200, 921_600
_MOST_SSID, _WIFI_KEY = 32, (8, 63)  # bytes; IEEE 802.11, WPA2


def read_tag_file(path: Path, ack_key: bytes) -> config.Config:
    """Return the configuration of a tag whose acks have this key; BadInput names file and line."""
    table = _Table(Source(path), "", ("issuer", "baud"), ("uplink",))
    issuer_key = read_issuer_public(path.parent / table.text("issuer"))
    baud = table.number("baud", *_BAUDS)
    if "uplink" not in table.fields:
        return config.Config(issuer_key, ack_key, "", 1, b"", "", "", baud)
    uplink = _Table(table.source, "uplink", ("host", "port", "ca", "ssid", "key"))
    if uplink.text("key") and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise BadInput(f"{path}: others can read the Wi-Fi key; run chmod 600 on it")
    return config.Config(
        issuer_key,
        ack_key,
        _host(uplink),
        uplink.number("port", 1, 65_535),
        _read_ca(path.parent / uplink.text("ca")),
        _ssid(uplink),
        _wifi_key(uplink),
        baud,
    )


class _Table:
    """A table of the file that has just these keys, and maybe some others."""

    def __init__(
        self, source: Source, name: str, keys: tuple[str, ...], also: tuple[str, ...] = ()
    ) -> None:
        self.source, self._prefix = source, f"{name}." if name else ""
        found = source.fields.get(name) if name else source.fields
        if not isinstance(found, dict):
            raise BadInput(f"{source.at(name)}: write [{name}], a table")
        self.fields = cast("dict[str, object]", found)
        for key in self.fields:
            if key not in keys + also:
                known = ", ".join(keys + also)
                raise BadInput(f"{self.at(key)}: no such key: {key}; there are: {known}")
        for key in keys:
            if key not in self.fields:
                raise BadInput(f"{source.at(name)}: `{key}` is missing")

    def at(self, key: str) -> str:
        """Return FILE:LINE of a key."""
        return self.source.at(self._prefix + key)

    def text(self, key: str) -> str:
        """Return a key's text."""
        value = self.fields[key]
        if not isinstance(value, str):
            raise BadInput(f"{self.at(key)}: `{key}` is text, in quotes")
        return value

    def number(self, key: str, least: int, most: int) -> int:
        """Return a key's whole number."""
        value = self.fields[key]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadInput(f"{self.at(key)}: `{key}` is a whole number from {least} to {most}")
        return value


def _host(table: _Table) -> str:
    try:
        return check_host(table.text("host"))
    except BadInput as fault:
        raise BadInput(f"{table.at('host')}: {fault}") from None


def _ssid(table: _Table) -> str:
    ssid = table.text("ssid")
    if not 1 <= len(ssid.encode()) <= _MOST_SSID:
        raise BadInput(f"{table.at('ssid')}: `ssid` has 1 to {_MOST_SSID} bytes")
    return ssid


def _wifi_key(table: _Table) -> str:
    key = table.text("key")
    least, most = _WIFI_KEY
    if key and not (key.isascii() and key.isprintable() and least <= len(key) <= most):
        raise BadInput(f"{table.at('key')}: `key` has {least} to {most} ASCII characters, or none")
    return key


def _read_ca(path: Path) -> bytes:
    try:
        found = x509.load_pem_x509_certificates(read_bytes(path))
    except ValueError:
        found = []
    if len(found) != 1:
        raise BadInput(f"{path}: not one certificate in PEM; give the authority's ca.pem")
    return found[0].public_bytes(Encoding.DER)
