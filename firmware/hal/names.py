"""A host's IPv4 address, asked of the network's name server without standing still.

The port's `getaddrinfo` waits in C until lwIP gives up: 7 s for each of up to two name servers
that stay silent, and for ever where the link went meanwhile (issue 18797 of MicroPython). The
watchdog bites after 8.3 s, so a router without a way out would reset the tag at each upload.
"""

import asyncio
import os
import socket

_PORT = 53
_TRIES = 3
_WAIT_MS = 2_000
_POLL_MS = 50
_MOST_BYTES = 512  # of an answer over UDP (RFC 1035, section 4.2.1)
_NOT_FOUND = -2  # getaddrinfo's own


def query(ident, host):
    """Return the question for the host's A records (RFC 1035, section 4.1); `ident` is 2 bytes."""
    labels = b"".join(bytes((len(label),)) + label for label in host.encode().split(b"."))
    return ident + b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + labels + b"\x00\x00\x01\x00\x01"


def address(question, answer):
    """Return the first address in an answer to this question, or None where there is none in it.

    IndexError where it is cut off.
    """
    is_ours = answer[:2] == question[:2] and answer[2] & 0x80 and not answer[3] & 0x0F
    at = len(question)
    if not is_ours or answer[12:at] != question[12:]:
        return None
    for _ in range(answer[7]):
        while 0 < answer[at] < 0xC0:  # labels, up to a pointer or the end
            at += answer[at] + 1
        at += 2 if answer[at] else 1
        kind, size = answer[at + 1], answer[at + 9]
        at += 10 + size
        if kind == 1 and size == 4 and at <= len(answer):
            return "%d.%d.%d.%d" % tuple(answer[at - 4 : at])
    return None


async def resolve(host, server):
    """Return the host's address; OSError where the server knows none or stays silent."""
    if host.replace(".", "").isdigit():
        return host
    asked = query(os.urandom(2), host)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp.setblocking(False)
        for _ in range(_TRIES):
            udp.sendto(asked, socket.getaddrinfo(server, _PORT)[0][-1])
            for _ in range(_WAIT_MS // _POLL_MS):
                await asyncio.sleep_ms(_POLL_MS)
                found = _heard(udp, asked)
                if found is not None:
                    return found
    finally:
        udp.close()
    raise OSError(_NOT_FOUND)


def _heard(udp, asked):
    """Return the address that has come, or None."""
    try:
        return address(asked, udp.recvfrom(_MOST_BYTES)[0])
    except (OSError, IndexError):  # nothing yet; not a whole answer
        return None
