"""A tag's days as an auditor gets them: an order, sealed envelopes, and the keys that open them.

A test changes the order, what is planned, how it is sealed, or what was stored, and audits it.
"""

from __future__ import annotations

import copy
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

import orders
from driver import Planned, drive
from reticent.archive.audit import Content, Material, audit
from reticent.archive.audit_orders import read_order
from reticent.archive.opener import Refusal, Refused, RoleKeys, authenticate, is_for, open_envelope
from reticent.bench.registration import Identity
from reticent.collector.store import Sealed
from reticent.tagcode import batch, cbor, cose, envelope, policy, record
from sealing import Tag

HOUR = 3600
START_S = orders.NOT_BEFORE + HOUR
SLOT_S = 900
LANE, SCHOOL, HOME, YARD = range(4)

WEEKDAY_MIN = [8 * 60, 16 * 60, 32 * 60, 40 * 60]  # the school's hours on two days
ZONES = [
    orders.circle(policy.EXCLUSION, 3_000, 0, 300),
    orders.square(policy.EXCLUSION, -4_000, 0, 250, WEEKDAY_MIN),
    orders.circle(policy.DWELLING, 0, 0, 150),
    orders.circle(policy.INCLUSION, 0, 6_000, 400),
]
# Home, work, a breach of half an hour, an hour underground, the yard, the school out of hours.
DAY = [
    (7 * HOUR, 0, 0), (12 * HOUR + 500, 2_000, 5_000), (12 * HOUR + 2_300, 3_000, 100),
    (14 * HOUR + 77, 2_000, 5_000), (15 * HOUR + 5, None, None), (16 * HOUR, 2_000, 5_000),
    (18 * HOUR + 40, 0, 6_000), (19 * HOUR + 900, -4_000, 0), (21 * HOUR + 700, -6_000, 4_000),
    (31 * HOUR, 0, 0),
]  # fmt: skip
WORK = [(40 * HOUR, 2_000, 5_000)]
BREACH = [(3 * HOUR, 2_000, 5_000), (13 * HOUR, 3_000, 100), (15 * HOUR, 2_000, 5_000)]
SUNDAY = [(6 * 24 * HOUR, 0, 0), (8 * 24 * HOUR, 2_000, 5_000)]


@cache
def keys():
    """Return (duty, officer, wearer) keys: one a week of the order each, and one."""
    weeks = range(4)
    duty, officer = ([X25519PrivateKey.generate() for _ in weeks] for _ in range(2))
    return duty, officer, X25519PrivateKey.generate()


@cache
def planned(level, walk="DAY", boots_s=(), start_s=START_S):
    """Return what a clean tag seals on such a walk under an order of this level."""
    stops = [(orders.NOT_BEFORE + at_s, *place) for at_s, *place in globals()[walk]]
    law = orders.order(ZONES, LEVEL=level, REVIEW_BY=orders.NOT_BEFORE + 14 * 86_400)
    return drive(law, stops, start_s, boots_s)


class Dossier:
    """All that an audit may be given, before it is sealed and after."""

    def __init__(self, level=policy.COARSE, **how):
        duty, officer, wearer = keys()
        self.issuer = Ed25519PrivateKey.generate()
        self.tag = Tag([])
        self.recipients = [
            batch.week_of(orders.NOT_BEFORE),
            *([raw(key) for key in role] for role in (duty, officer)),
            raw(wearer),
        ]
        self.fields = copy.deepcopy(
            orders.fields(ZONES, TAG=self.tag.id, LEVEL=level, RECIPIENTS=self.recipients)
        )
        self.planned = [one.copy() for one in planned(level, **how)]
        self.sealing = {}  # {Planned: parts of its envelope that are made wrong}
        self.version = {}  # {Planned: another policy version}
        self.skip = {}  # {Planned: numbers that are not used before it}
        self.later = []  # what is done to the stored envelopes
        self.stored, self.second, self.orders = [], [], {}
        self.locates = None
        self.signer = self.issuer
        self.opens = True

    def routine(self, index):
        """Return the ROUTINE batch of this place."""
        return [one for one in self.planned if one.kind == batch.ROUTINE][index]

    def routine_at(self, utc_s):
        """Return the first ROUTINE batch that is sealed from this second on."""
        return next(
            one for one in self.planned if one.kind == batch.ROUTINE and one.sealed_s >= utc_s
        )

    def holding(self, kind, index=0):
        """Return (batch, record) of the record of this type and place."""
        pairs = [(one, entry) for one in self.planned for entry in one.records]
        return [(one, entry) for one, entry in pairs if entry[0] == kind][index]

    def insert(self, before, kind, records, week=None):
        """Put a batch of one's own before another one, and return it."""
        made = Planned(kind, before.week if week is None else week, records, before.sealed_s)
        self.planned.insert(self.planned.index(before), made)
        return made

    def add_order(self, **changes):
        """File another order of the tag: changes by the key's name."""
        fields = {**self.fields, **{getattr(policy, key): to for key, to in changes.items()}}
        self._file(fields)

    def seal(self):
        """Seal what is planned, file the order, and do what is to be done later."""
        self._file(self.fields)
        for one in self.planned:
            self.stored.append(self._seal(one))
        for change in self.later:
            change(self)

    def audit(self):
        """Return what the audit finds."""
        identities = {self.tag.id: Identity(self.tag.id, self.tag.public_key)}
        issuer = None if self.issuer is None else raw(self.issuer)
        given = (self.stored, self.second, identities, self.orders, issuer)
        material = Material(*given, locates=self.locates)
        return audit(material, self._open(identities) if self.opens else Content())

    def codes(self):
        """Return the set of codes that the audit finds."""
        self.seal()
        return {found.code for found in self.audit()}

    def sealed(self, one, **changes):
        """Return a batch sealed as the tag's present number, without counting on."""
        duty, officer, wearer = self.recipients[1:]
        week = one.week - self.recipients[0]
        self.tag.recipients = [(duty if one.kind == batch.ALERT else officer)[week], wearer]
        changes = {**self.sealing.get(one, {}), **changes}
        self.tag.recipients = changes.pop("recipients_keys", self.tag.recipients)
        version = self.version.get(one, 1)
        self.tag.policy_version = version
        plain = changes.pop("plain", None) or batch.encode(
            one.kind, version, one.week, one.records
        )
        return stored(self.tag.envelope(plain, one.kind, **changes))

    def _seal(self, one):
        self.tag.number += 1 + self.skip.get(one, 0)
        made = self.sealed(one)
        self.tag.previous = made.hash
        return made

    def _file(self, fields):
        # Not by the tool's own: it signs no order that breaks a rule.
        kid = envelope.kid_of(raw(self.signer))
        payload = cbor.encode(fields)
        signature = self.signer.sign(cose.to_be_signed(kid, payload))
        filed = read_order(cose.frame(kid, payload, signature))
        self.orders[filed.tag, filed.version] = filed

    def _open(self, identities):
        duty, officer, _ = keys()
        ours = RoleKeys({envelope.kid_of(raw(key)): key for key in (*duty, *officer)})
        content = Content()
        in_order = sorted(self.stored, key=lambda one: (one.tag, one.number))
        for one in authenticate(in_order, identities)[0]:
            try:
                if is_for(ours, one):
                    content.opened.append(open_envelope(one, ours))
            except Refusal as reason:
                content.refused.append(Refused(one.sealed.tag, one.sealed.number, str(reason)))
        return content


def stored(data):
    """Return an envelope's bytes as the collector stores them."""
    head = envelope.parse(data).header
    return Sealed(head.tag, head.number, envelope.hash_of(data), data)


def raw(key):
    """Return the 32 bytes of a private key's public half."""
    return key.public_key().public_bytes_raw()


def slot_of(entry):
    """Return the slot of a record."""
    return entry[1] if record.is_slot(entry[1]) else entry[1] // SLOT_S
