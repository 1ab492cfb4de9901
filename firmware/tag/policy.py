"""The signed order on the tag: decode, check against the limits, phases of its life.

The format is docs/FORMAT.md, section 7; the limits are DESIGN.md's sections 3 and 4. The order
tool encodes with this module, so that both sides have one definition. The signature is checked by
a `verify` that is handed in. Zones are order_zones.py's, the limits order_limits.py's.
"""

from tag import order_zones
from tag.hours import Hours
from tag.order_zones import (  # noqa: F401 - the order's words are had from one module
    CIRCLE,
    DWELLING,
    EXCLUSION,
    INCLUSION,
    POLYGON,
    Zone,
)
from tag.table import Table
from wire import batch, cbor, cose
from wire.envelope import kid_of

PRESENCE, BREACH, COARSE = 1, 2, 3  # the ladder's levels

BEFORE, ACTIVE, OVER = 0, 1, 2  # phases

MAX_BYTES = 16_384
_KEY_BYTES = 32

# The map's keys.
FORMAT, REFERENCE, TAG, VERSION, NOT_BEFORE, NOT_AFTER, REVIEW_BY = 1, 2, 3, 4, 5, 6, 7
LEVEL, CELL_M, SLOT_S, UPLOAD_S, RETENTION_DAYS, GATE, WARN_M = 8, 9, 10, 11, 12, 13, 14
ZONES, RECIPIENTS, STATEMENT, QUIET = 15, 16, 17, 18
EXCEPTIONS, OVERRIDES, REVIEW, REVOKED = 19, 20, 21, 22


# Why an order was refused, as its EVENT tells it.
BAD_FORM, BAD_SIGNATURE, BAD_LIMIT, OTHER_TAG = 1, 2, 3, 4
NOT_NEWER, CELL_CHANGED, NOT_REVIEWED, NO_ROOM = 5, 6, 7, 8


class PolicyError(Exception):
    """An order that the tag must not act on; the text says which rule, and holds no coordinate."""

    def __init__(self, rule, code=BAD_LIMIT):
        super().__init__(rule)
        self.code = code


class Address:
    """To whom batches of one version go, and how its slots count: all that a sealer must know."""

    def __init__(self, version, slot_s, recipients):
        self.version = version
        self.slot_s = slot_s
        self.first_week, duty, officer, self._wearer = recipients
        self._duty, self._officer = b"".join(duty), b"".join(officer)  # an object each is 64 bytes

    def recipients(self, kind, week):
        """Return the public keys of a batch of this class and week: [agency's, wearer's].

        None where the order has no key for that week: nothing may be sealed for it.
        """
        keys = self._duty if kind == batch.ALERT else self._officer
        at = _KEY_BYTES * (week - self.first_week)
        if not 0 <= at < len(keys):
            return None
        return [keys[at : at + _KEY_BYTES], self._wearer]


class Policy:
    """An order that was decoded and keeps every limit."""

    def __init__(self, fields, has_zones=True):
        """Take the map; its zones, which mostly lie on flash (cbor.InPlace), if asked for."""
        self.reference = fields[REFERENCE]
        self.tag = fields[TAG]
        self.version = fields[VERSION]
        self.not_before = fields[NOT_BEFORE]
        self.not_after = fields[NOT_AFTER]
        self.review_by = fields[REVIEW_BY]
        self.level = fields[LEVEL]
        self.cell_m = fields[CELL_M]
        self.slot_s = fields[SLOT_S]
        self.upload_s = fields[UPLOAD_S]
        self.hdop_x10_most, self.sats_least = fields[GATE]
        self.warn_m = fields[WARN_M]
        quiet = fields[QUIET]  # None: by the sun (warning.py)
        self.quiet = None if quiet is None else Hours(self.not_before, quiet)
        self.zones = []
        self.table = None  # the zones' Table, where one was made with them
        if has_zones:
            cbor.drained(self.add_zones(fields))
        self.address = Address(self.version, self.slot_s, fields[RECIPIENTS])
        self.first_week = self.address.first_week
        # The two exceptions of DESIGN.md section 3: a position with a strap or case event, and
        # locate orders. False: this order has no justification for them, so there are none.
        tamper, locate = fields[EXCEPTIONS]
        self.on_tamper, self.locate = tamper is not None, locate is not None
        self.overrides = {limit: granted for limit, granted, _ in fields[OVERRIDES]}
        self.reviewed_s = None if fields[REVIEW] is None else fields[REVIEW][0]
        self.is_revoked = fields[REVOKED] is not None

    def add_zones(self, fields, room=None):
        """Make the zones of the map, in steps; with the room for it (table.py) their table too."""
        entries = fields[ZONES]
        if room is not None:
            self.table = Table((), room)
        for number in range(len(entries)):
            entry = yield from cbor.entry_steps(entries, number)
            zone = yield from order_zones.make_steps(entry, self.not_before)
            self.zones.append(zone)
            if self.table is not None:
                self.table.add(zone.shape)

    def level_at(self, utc_s):
        """Return the level in force: one lower from a missed review on, never higher (R22)."""
        return self.level if utc_s < self.review_by else max(self.level - 1, PRESENCE)

    def phase(self, utc_s):
        """Return BEFORE, ACTIVE or OVER."""
        if utc_s < self.not_before:
            return BEFORE
        return ACTIVE if utc_s < self.not_after else OVER

    def recipients(self, kind, week):
        """Return the public keys of a batch of this class and week (see Address)."""
        return self.address.recipients(kind, week)


def read(signed, issuer_key, verify):
    """Verify and decode a signed policy; a generator, as `verify` is, that returns the Policy.

    `verify(public_key, signature, parts)` is a generator that returns a bool. Raises FormatError
    or PolicyError; the policy in force stays as it is then.
    """
    start, stop = yield from verified(signed, issuer_key, verify)
    return (yield from decode_steps(signed, start, stop))


def verified(signed, issuer_key, verify, *more):
    """Return, in steps, where in a signed policy that is the issuer's its payload lies.

    See read(); `more` goes to `verify` as well. To decode it needs room that what verifies takes
    meanwhile; what is signed is read piece by piece, and may lie on flash (store.files.View).
    """
    if len(signed) > MAX_BYTES:
        raise PolicyError("too long", BAD_FORM)
    kid, start, stop, signature = cose.parse_in_place(signed)
    if kid != kid_of(issuer_key):
        raise PolicyError("another issuer", BAD_SIGNATURE)
    pieces = cose.to_be_signed_pieces(kid, signed, start, stop)
    genuine = yield from verify(issuer_key, signature, pieces, *more)
    if not genuine:
        raise PolicyError("wrong signature", BAD_SIGNATURE)
    return start, stop


def decode(data):
    """Return the Policy of these bytes, unsigned; FormatError or PolicyError."""
    return cbor.drained(decode_steps(data, 0, len(data)))


def decode_steps(data, start, stop, on_checked=None):
    """Return, in steps, the Policy of these bytes of the data: the largest takes a tag 10 s.

    `on_checked()` is called where what checks is not needed any more, and zones need its room.
    """
    fields, room = yield from _checked_steps(data, start, stop)
    if on_checked is not None:
        on_checked()
    policy = Policy(fields, has_zones=False)
    yield from policy.add_zones(fields, room)
    return policy


def terms_steps(data, start, stop):
    """Return, in steps, the same without its zones, to ask whether it may follow."""
    fields, _ = yield from _checked_steps(data, start, stop)
    return Policy(fields, has_zones=False)


def check(fields):
    """Raise PolicyError where the map of fields is not a whole order within the limits."""
    cbor.drained(_check_steps(fields))


def _checked_steps(data, start, stop):
    fields = yield from cbor.span_steps(data, start, stop, ZONES)
    room = yield from _check_steps(fields)
    return fields, room


def _check_steps(fields):
    from tag import order_limits  # a tag has no room for what is asked once an order

    return (yield from order_limits.check_steps(fields, _require))


def _require(holds, rule):
    if not holds:
        raise PolicyError(rule)
