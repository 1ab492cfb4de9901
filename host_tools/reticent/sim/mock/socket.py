"""socket: the host's own, but only over a Wi-Fi link that is up and to hosts that the world names.

A TCP socket is the host's native object, so that ssl and select take it as it is: while the link
is down none is to be had, and those that are open are closed when it goes. UDP reaches nobody but
the network's name server, which is simulated.

As on the chip `getaddrinfo` stands still until lwIP gives up on a silent name server, and nothing
feeds the watchdog meanwhile. Behind a captive portal every name and every port leads to it.
"""

import errno as _errno

import clock as _clock
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
_LWIP_GIVES_UP_US = 14_000_000  # four tries, 1 + 1 + 2 + 3 s, of two name servers
_NAME_SERVER = "192.168.4.1", 53
_ANSWERS_AFTER_US = 30_000
_DNS_HEAD = 12  # RFC 1035, section 4.1.1

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
    if host == _NAME_SERVER[0]:
        return [(AF_INET, SOCK_DGRAM, 0, "", (host, port))]
    if host[:4] != "127.":
        if _world.wifi["how"] == _world.DEAF:
            _clock.advance(_LWIP_GIVES_UP_US)
        address, stand_in_port = _known(host)
        if address is None:
            raise OSError(_EAI_FAIL)
        host, port = address, stand_in_port or port
    if _world.wifi["how"] == _world.CAPTIVE:
        port = _world.wifi["portal_port"]
    return _usocket.getaddrinfo(host, port, af or AF_INET, type or SOCK_STREAM)


def _known(host):
    """Return (address or None, port or 0) as the network's name server has it."""
    if _world.wifi["how"] == _world.CAPTIVE:
        return "127.0.0.1", 0
    if _world.wifi["how"] == _world.DEAF:
        return None, 0
    return _world.hosts.get(host, (None, 0))


class _Udp:
    """A socket to the name server: one question for an A record, one answer."""

    def __init__(self):
        self._asked = None
        self._answer_us = 0

    def setblocking(self, is_blocking):
        if is_blocking:
            raise ValueError("only a UDP socket that does not block is simulated")

    def sendto(self, data, to):
        _require_link()
        if to != _NAME_SERVER:
            raise OSError(_errno.EHOSTUNREACH)
        self._asked = bytes(data)
        self._answer_us = _clock.now_us + _ANSWERS_AFTER_US
        return len(data)

    def recvfrom(self, most):
        _require_link()
        is_there = self._asked and _clock.now_us >= self._answer_us
        if not is_there or _world.wifi["how"] == _world.DEAF:
            raise OSError(_errno.EAGAIN)
        asked, self._asked = self._asked, None
        address, _ = _known(_name_in(asked))
        head = asked[:2] + (b"\x81\x83\0\1\0\0" if address is None else b"\x81\x80\0\1\0\1")
        answer = head + b"\0\0\0\0" + asked[_DNS_HEAD:]
        if address is not None:
            numbers = bytes(int(number) for number in address.split("."))
            answer += b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + numbers
        return answer[:most], _NAME_SERVER

    def close(self):
        self._asked = None


def _name_in(asked):
    labels, at = [], _DNS_HEAD
    while asked[at]:
        labels.append(asked[at + 1 : at + 1 + asked[at]].decode())
        at += 1 + asked[at]
    return ".".join(labels)


def socket(af=AF_INET, type=SOCK_STREAM, proto=0):
    _require_link()
    if type == SOCK_DGRAM:
        return _Udp()
    _open[:] = [known for known in _open if known.fileno() >= 0]
    made = _usocket.socket(af, type, proto)
    # Nagle's rule waits for the peer's late ACK: 40 ms of real time a handshake, none of virtual.
    made.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    _open.append(made)
    return made


def _close_all():
    for known in _open:
        known.close()
    _open.clear()


_network._on_link_lost.append(_close_all)
