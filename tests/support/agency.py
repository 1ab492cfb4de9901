"""An agency in a folder: a key ring, a registered tag that seals as a tag does, a database."""

from __future__ import annotations

from reticent.archive.access_log import AccessLog
from reticent.archive.keyring import Keyring
from reticent.archive.opener import RoleKeys
from reticent.archive.session import Purpose, Session
from reticent.bench import registration
from reticent.clock import Clock, parse_utc
from reticent.collector.app import Collector, make_app
from reticent.collector.store import Store
from reticent.tagcode import ack, batch
from sealing import Tag

START_S = parse_utc("2026-11-23")
WEEK = batch.week_of(START_S)
SLOT = START_S // 900


class Agency:
    """Everything on the host side for one tag, over one week."""

    def __init__(self, folder):
        self.folder = folder
        self.ring = Keyring.create(folder / "keys", START_S, 1)
        recipients = self.ring.recipients(START_S, START_S + 1)
        self.officer = [recipients.officer[0], recipients.wearer]
        self.duty = [recipients.duty[0], recipients.wearer]
        self.tag = Tag(self.officer)
        self.tags = folder / "tags"
        self.tag_file = registration.register(self.tags, self.tag.public_key, self.tag.ack_key)
        self.database = folder / "collector.sqlite"
        self.store = Store(self.database)
        self.collector = Collector(
            self.store, registration.read_tags(self.tags), Clock(START_S + 100)
        )
        self.app = make_app(self.collector)
        self.log = AccessLog(folder / "access-log")

    def seal(self, records, kind=batch.ROUTINE, **changes):
        """Return the tag's next envelope, for this week's recipients of the class."""
        self.tag.recipients = self.duty if kind == batch.ALERT else self.officer
        return self.tag.seal(records, kind, WEEK, **changes)

    def take(self, *sealed):
        """Give the collector envelopes; return (the numbers it acked, the policy it answered)."""
        acks, policy = ack.decode_answer(self.collector.take(b"".join(sealed)))
        return [one.number for one in acks], policy

    def open(self, role="officer", **purpose):
        """Open what is stored for a role."""
        words = {"person": "A. Officer", "reason": "weekly review", "case": "77", **purpose}
        session = Session(
            self.store,
            registration.read_identities(self.tags),
            RoleKeys(self.ring.private_keys(role), self.ring.held(role)),
            self.log,
        )
        return session.open(Purpose(role=role, **words), START_S + 200)
