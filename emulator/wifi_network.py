"""What is behind the emulated access point: DHCP, one name, and TCP to the loopback, nothing else.

The package would connect the chip to all that this machine can reach (wifi_mends: INTERNET).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from rp2040py.external.cyw43 import net
from rp2040py.external.cyw43.nat import GATEWAY_IP, GATEWAY_MAC, NatBridge, TcpReflector
from wifi_mends import mend_end

COLLECTOR_IP = bytes((192, 0, 2, 1))  # TEST-NET-1: nobody's (RFC 5737)
_DNS, _DHCP = 53, 67
_A, _NO_SUCH_NAME = 1, 3
_ALERT, _HANDSHAKE, _DATA = 21, 22, 23  # TLS record types (RFC 8446, section 5.1)
_ALERT_BYTES = 7  # of one that is not encrypted, the header's 5 among them
_HEADER, _QUESTION_TAIL = 12, 4


async def _to_loopback(address: str, port: int) -> Any:
    if address != ".".join(map(str, COLLECTOR_IP)):
        raise OSError("only the collector is there")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    mend_end(writer)
    return reader, writer


def answer_name(query: bytes, host: str) -> bytes:
    """Return a DNS answer (RFC 1035, section 4): the collector's address for its name, or none."""
    at, labels = _HEADER, []
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]])
        at += 1 + query[at]
    end = at + 1 + _QUESTION_TAIL
    is_known = b".".join(labels) == host.encode()
    has_answer = is_known and int.from_bytes(query[at + 1 : at + 3], "big") == _A
    flags = 0x8180 | (0 if is_known else _NO_SUCH_NAME)
    counts = bytes((0, 1, 0, has_answer, 0, 0, 0, 0))
    answer = bytes((0xC0, _HEADER, 0, _A, 0, 1, 0, 0, 0, 60, 0, 4)) + COLLECTOR_IP
    head = query[:2] + flags.to_bytes(2, "big") + counts
    return head + query[_HEADER:end] + (answer if has_answer else b"")


class Network(NatBridge):
    """Plug it in as `chip.bus.nat_bridge`; `note(what)` hears of each step."""

    def __init__(
        self, mcu: Any, send: Callable[[bytes], None], host: str, note: Callable[[str], None]
    ) -> None:
        """Take the chip, its way in for Ethernet frames, and the collector's name."""
        super().__init__(mcu, self._send)
        self._tcp = TcpReflector(mcu, self._send, connect_fn=_to_loopback)
        self._to_chip = send
        self._host = host
        self._note = note
        self._seen: set[tuple[int, str]] = set()

    @property
    def is_open(self) -> bool:
        """Whether the chip has a connection."""
        return bool(self._tcp._flows)

    def handle_outbound_ethernet_frame(self, frame: bytes) -> None:
        """Take a frame from the chip."""
        self._look(frame, "sent")
        eth = net.parse_ethernet(frame)
        ip = net.parse_ipv4(eth.payload) if eth and eth.ethertype == net.ETHERTYPE_IPV4 else None
        udp = net.parse_udp(ip.payload) if ip and ip.proto == net.IP_PROTO_UDP else None
        if udp is None or udp.dst_port == _DHCP:
            super().handle_outbound_ethernet_frame(frame)
        elif udp.dst_port == _DNS:
            answer = answer_name(udp.payload, self._host)
            packet = net.pack_udp(GATEWAY_IP, ip.src_ip, _DNS, udp.src_port, answer)
            packet = net.pack_ipv4(GATEWAY_IP, ip.src_ip, net.IP_PROTO_UDP, packet)
            self._send(net.pack_ethernet(eth.src_mac, GATEWAY_MAC, net.ETHERTYPE_IPV4, packet))

    def reset(self) -> None:
        """Forget the connections: the chip has left the network."""
        super().reset()
        self._note("left")

    def _send(self, frame: bytes) -> None:
        self._look(frame, "got")
        self._to_chip(frame)

    def _look(self, frame: bytes, way: str) -> None:
        """Note the steps of a connection, each once: no content, the collector sees that."""
        eth = net.parse_ethernet(frame)
        ip = net.parse_ipv4(eth.payload) if eth and eth.ethertype == net.ETHERTYPE_IPV4 else None
        if ip is None:
            return
        if ip.proto == net.IP_PROTO_UDP:
            udp = net.parse_udp(ip.payload)
            self._note(f"{way} udp {min(udp.src_port, udp.dst_port)}")
            return
        tcp = net.parse_tcp(ip.payload) if ip.proto == net.IP_PROTO_TCP else None
        if tcp is None:
            return
        port = tcp.src_port if way == "sent" else tcp.dst_port
        for what in _steps(tcp):
            if (port, way + what) not in self._seen:
                self._seen.add((port, way + what))
                self._note(f"{way} {what}")


def _steps(tcp: Any) -> list[str]:
    steps = []
    if tcp.flags & net.TCP_SYN:
        steps.append("syn")
    if tcp.payload[:1] == bytes((_ALERT,)) and len(tcp.payload) == _ALERT_BYTES:
        steps.append(f"alert {tcp.payload[-1]}")
    if tcp.payload[:1] == bytes((_HANDSHAKE,)):
        steps.append("handshake")
    if tcp.payload[:1] == bytes((_DATA,)):
        steps.append("data")
    if tcp.flags & (net.TCP_FIN | net.TCP_RST):
        steps.append("end")
    return steps
