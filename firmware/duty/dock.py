"""What `reticent fetch` asks of a tag at the dock, over its USB console: envelopes out, acks in.

The tag's tasks have been interrupted; a docked tag samples nothing until it is reset. Stored data
is only read, and removed at a genuine ack; nothing is sealed, so no generator state is used.
"""

import asyncio
from binascii import hexlify, unhexlify

from seal.hmac import is_mac
from store import files
from store.counters import Counters
from store.outbox import Outbox
from store.policies import FOLDER, INBOX, Policies
from uplink import session
from wire import ack
from wire import config as wire_config
from wire.envelope import hash_of

_DAY_S = 86_400


class Dock:
    """Over the flash as the tasks left it; `feed()` is the watchdog's and called at every step."""

    def __init__(self, outbox_blocks, feed):
        self._feed = feed
        self._feed()
        self._ack_key = wire_config.decode(files.read("/config")).ack_key
        self._outbox = Outbox("/outbox", outbox_blocks)
        self._counters = Counters("/state/counters", self._outbox, False)
        self._orders = Policies(FOLDER, INBOX)

    def numbers(self, most):
        """Return the numbers to fetch next, ALERT first, as one line."""
        self._feed()
        return " ".join(str(number) for number in self._outbox.numbers(most))

    def envelope(self, number):
        """Return an envelope in hex."""
        self._feed()
        return hexlify(self._outbox.get(number)).decode()

    def take_acks(self, head, numbers):
        """Remove what an answer's head acks of these numbers; return how many that were."""
        report = session.Report()
        acks, _, _ = ack.decode_head(head)
        asyncio.run(
            session.take_acks(acks, numbers, self._outbox, self._is_genuine, self._remove, report)
        )
        if report.last_ack is not None:
            self._note_ack(report.last_ack)
            self._allow(report.last_ack.least_policy_version)
        self._feed()
        return report.acked

    def wants(self, digest):
        """Return whether an order with this SHA-256 is neither in force nor waits to be."""
        self._feed()
        return all(
            files.sha256(path) != digest for path in (self._orders.current, self._orders.next)
        )

    def bring(self, piece, is_first, is_last):
        """Write an order's next bytes, in hex; with the last it is whole, for the next boot."""
        for _ in self._orders.arrive_steps(unhexlify(piece), is_first, is_last):
            self._feed()
        if is_last:
            self._orders.bring()

    def _note_ack(self, last):
        """Keep what it says; the floor stays within a day of the tag's last heartbeat.

        No receiver is heard here: a collector's wrong clock must not stop the tag for good.
        """
        counters = self._counters
        counters.acked_s = last.utc_s
        counters.floor_s = max(counters.floor_s, min(last.utc_s, counters.routine_s + _DAY_S))
        counters.log_head = last.log_head
        counters.save()

    def _allow(self, least_version):
        """Keep the least version that an ack allows (R28): it never falls."""
        orders = self._orders
        for _ in orders.note_steps(orders.held_version, max(least_version, orders.least_version)):
            self._feed()

    async def _remove(self, number):
        self._feed()
        self._outbox.remove(number)

    def _is_genuine(self, entry, sealed):
        return is_mac(self._ack_key, entry.message(hash_of(sealed)), entry.mac)
