"""uplink/session: which acks of an answer count, and for what (docs/FORMAT.md, section 6)."""

import asyncio

from seal.hmac import hmac_sha256, is_mac
from uplink import session
from wire.ack import Ack
from wire.envelope import ZERO_HASH, hash_of

KEY, OTHER_KEY = bytes(range(32)), bytes(32)


class Outbox:
    """Envelopes by number."""

    def __init__(self, numbers):
        self.waiting = {number: b"envelope %d" % number for number in numbers}

    def get(self, number):
        return self.waiting.get(number)


def acked(number, of=None, key=KEY, utc_s=1_800_000_000, said_s=None):
    """Return an ack of this number, for these bytes; `said_s` stands in it, `utc_s` in its MAC."""
    of = b"envelope %d" % number if of is None else of
    made = Ack(number, utc_s, 1, ZERO_HASH, b"")
    made.mac = hmac_sha256(key, made.message(hash_of(of)))
    made.utc_s = utc_s if said_s is None else said_s
    return made


def taken(acks, sent, outbox):
    """Return (the numbers that were removed, how many acks were refused)."""
    removed, report = [], session.Report()

    async def remove(number):
        removed.append(number)
        del outbox.waiting[number]

    def is_genuine(entry, sealed):
        return is_mac(KEY, entry.message(hash_of(sealed)), entry.mac)

    asyncio.run(session.take_acks(acks, sent, outbox, is_genuine, remove, report))
    assert report.acked == len(removed)
    assert (report.last_ack is None) == (not removed)
    return removed, report.refused


def test_an_ack_counts_for_its_own_envelope_of_this_request_once():
    for what, acks, removed, refused in (
        ("both", [acked(1), acked(2)], [1, 2], 0),
        ("one of one that waits and was not sent", [acked(1), acked(3)], [1], 1),
        ("one of one that is not there", [acked(9)], [], 1),
        ("one twice", [acked(1), acked(1)], [1], 1),
        ("one under another number", [acked(2, of=b"envelope 1")], [], 1),
        ("one of another collector's key", [acked(1, key=OTHER_KEY)], [], 1),
        ("one whose time was changed", [acked(1, said_s=1_900_000_000)], [], 1),
    ):
        assert taken(acks, [1, 2], Outbox([1, 2, 3])) == (removed, refused), what


def test_a_recorded_ack_removes_nothing_once_its_envelope_is_gone():
    outbox, recorded = Outbox([1, 2]), acked(1)
    assert taken([recorded], [1], outbox) == ([1], 0)
    assert taken([recorded], [2], outbox) == ([], 1)
    outbox.waiting[1] = b"another envelope under number 1"  # never happens: numbers only rise
    assert taken([recorded], [1, 2], outbox) == ([], 1)
