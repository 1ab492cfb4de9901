"""HOST:PORT of a collector, as it is typed and as a tag takes it."""

from __future__ import annotations

import ipaddress
import re

from reticent.errors import BadInput

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)  # RFC 1123, section 2.1
_MOST_HOST, _MOST_PORT = 253, 65_535


def parse_address(text: str) -> tuple[str, int]:
    """Return (host, port) of HOST:PORT; BadInput where it is none."""
    host, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdigit()) or not 0 < int(port) <= _MOST_PORT:
        raise BadInput(f"{text!r} is no HOST:PORT; write it like localhost:8443")
    return check_host(host), int(port)


def check_host(host: str) -> str:
    """Return the host's name or IPv4 address; BadInput where a tag would take it for neither."""
    if not host.replace(".", "").isdigit():
        if not (all(map(_LABEL.fullmatch, host.split("."))) and len(host) <= _MOST_HOST):
            raise BadInput(f"{host!r} is no host name; an ASCII name, no port")
        return host
    # The tag takes what is digits and dots for an address, and asks nobody.
    try:
        return str(ipaddress.IPv4Address(host))
    except ValueError:
        raise BadInput(f"{host} is no IPv4 address") from None
