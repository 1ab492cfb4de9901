"""One upload: envelopes out, acks in, files removed. Bearer and keys are handed in."""

import asyncio

from uplink import UplinkError, http
from wire import FormatError, ack

PATH = "/v1/envelopes"
_AT_ONCE = 4  # envelopes a POST: bounds the memory that one exchange takes
_MOST_POSTS = 64  # a session: the rest waits for the next
_TIMEOUT_S = 60
_MOST_HEAD = 64 + _AT_ONCE * ack.MAX_ACK  # bytes of an answer before its order


class Report:
    """What one session did: acks taken and refused, the last good one, the last HTTP status."""

    def __init__(self):
        self.acked = 0
        self.refused = 0
        self.last_ack = None
        self.status = 200


async def upload(outbox, connect, host, verify_ack, remove, receive, room):
    """Send what waits, ALERT first, until the outbox is empty or a post brings no ack.

    `connect()` returns (reader, writer) of a TLS stream; `verify_ack(ack, envelope)` says whether
    its MAC is right; `await remove(number)` removes what was acked; `await receive(digest, first,
    body)` keeps an order that begins with these bytes and goes on in the http.Body. `room` is a
    lock, held while there is a connection: beside its TLS nothing is sealed. Returns a Report;
    raises UplinkError, OSError or asyncio.TimeoutError.
    """
    report = Report()
    for _ in range(_MOST_POSTS):
        if not outbox.numbers(1):
            break
        async with room:
            reader, writer = await asyncio.wait_for(connect(), _TIMEOUT_S)
            try:
                numbers = outbox.numbers(
                    _AT_ONCE
                )  # a full outbox may have given some up meanwhile
                post = _post(reader, writer, host, [outbox.get(number) for number in numbers])
                report.status, head = await asyncio.wait_for(post, _TIMEOUT_S)
                if head is None:
                    break  # the collector could not store it: it stays
                acks, digest, first, body = head
                taken = await take_acks(acks, numbers, outbox, verify_ack, remove, report)
                if digest is not None:
                    await asyncio.wait_for(receive(digest, first, body), _TIMEOUT_S)
            finally:
                writer.close()
                await writer.wait_closed()
        if not taken:
            break
    return report


async def _post(reader, writer, host, parts):
    """Return (status, (acks, the order's hash or None, its first bytes, the Body with the rest)).

    None in its place where the status is not 200.
    """
    status, body = await http.post(reader, writer, host, PATH, parts, ack.MAX_ANSWER)
    if status != 200:
        return status, None
    first = await body.read(_MOST_HEAD)
    try:
        acks, digest, end = ack.decode_head(first)
    except FormatError:
        raise UplinkError
    return status, (acks, digest, first[end:], body)


async def take_acks(acks, numbers, outbox, verify_ack, remove, report):
    """Remove what was acked of these numbers; return how many that were."""
    taken = 0
    for entry in acks:
        envelope = outbox.get(entry.number) if entry.number in numbers else None
        if envelope is None or not verify_ack(entry, envelope):
            report.refused += 1
            continue
        await remove(entry.number)
        report.last_ack = entry
        taken += 1
    report.acked += taken
    return taken
