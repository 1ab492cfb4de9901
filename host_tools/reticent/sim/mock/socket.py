"""socket: the host's own, but only over a Wi-Fi link that is up and to hosts that the world names.

A socket is the host's native object, so that ssl and select take it as it is: while the link is
down none is to be had, and those that are open are closed when it goes.
"""

import errno as _errno

import network as _network
import usocket as _usocket
import world as _world
from usocket import (  # noqa: F401 - the port's names
    AF_INET,
    AF_INET6,
    SO_REUSEADDR,
    SOCK_DGRAM,
    SOCK_STREAM,
    SOL_SOCKET,
)

IPPROTO_TCP = 6
TCP_NODELAY = 1
_EAI_FAIL = -2

_open = []


def _require_link():
    if not _network.WLAN().isconnected():
        raise OSError(_errno.EHOSTUNREACH)


def getaddrinfo(host, port, af=0, type=0, proto=0, flags=0):
    """Return the address of a host that the world names, or of the loopback network."""
    _require_link()
    _world.show_time()
    if isinstance(host, bytes):
        host = host.decode()
    if host in _world.hosts:
        address, stand_in_port = _world.hosts[host]
        port = stand_in_port or port
    elif host[:4] == "127.":
        address = host
    else:
        raise OSError(_EAI_FAIL)
    return _usocket.getaddrinfo(address, port, af or AF_INET, type or SOCK_STREAM)


def socket(af=AF_INET, type=SOCK_STREAM, proto=0):
    _require_link()
    _open[:] = [known for known in _open if known.fileno() >= 0]
    _open.append(_usocket.socket(af, type, proto))
    return _open[-1]


def _close_all():
    for known in _open:
        known.close()
    _open.clear()


_network._on_link_lost.append(_close_all)
