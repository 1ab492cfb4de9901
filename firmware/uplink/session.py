"""One upload: envelopes out, acks in, files removed. Bearer and keys are handed in."""

import asyncio

from uplink import http
from wire import FormatError, ack

PATH = "/v1/envelopes"
_AT_ONCE = 4  # envelopes a POST: bounds the memory that one exchange takes
_MOST_POSTS = 64  # a session: the rest waits for the next
_TIMEOUT_S = 60


class Report:
    """What one session did: acks taken and refused, the last good one, a policy."""

    def __init__(self):
        self.acked = 0
        self.refused = 0
        self.last_ack = None
        self.policy = None


async def upload(outbox, connect, host, verify_ack, remove):
    """Send what waits, ALERT first, until the outbox is empty or a post brings no ack.

    `connect()` returns (reader, writer) of a TLS stream; `verify_ack(ack, envelope)` says whether
    its MAC is right; `await remove(number)` removes what was acked. Returns a Report; raises
    UplinkError, OSError or asyncio.TimeoutError.
    """
    report = Report()
    for _ in range(_MOST_POSTS):
        numbers = outbox.numbers(_AT_ONCE)
        if not numbers:
            break
        answer = await asyncio.wait_for(_post(outbox, numbers, connect, host), _TIMEOUT_S)
        if not await take_answer(answer, numbers, outbox, verify_ack, remove, report):
            break
    return report


async def _post(outbox, numbers, connect, host):
    reader, writer = await connect()
    try:
        parts = [outbox.get(number) for number in numbers]
        status, body = await http.post(reader, writer, host, PATH, parts, ack.MAX_ANSWER)
    finally:
        writer.close()
        await writer.wait_closed()
    if status != 200:
        raise http.UplinkError  # the collector could not store it: it stays
    try:
        return ack.decode_answer(body)
    except FormatError:
        raise http.UplinkError


async def take_answer(answer, numbers, outbox, verify_ack, remove, report):
    """Remove what was acked of these numbers; return how many that were."""
    acks, policy = answer
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
    report.policy = policy or report.policy
    return taken
