"""A small legal order for tests, and fixes around it: plain values, both interpreters."""

from tag import gnss, policy
from wire import batch

NOT_BEFORE = 1_772_409_600  # 2026-03-02, a Monday, 00:00 UTC
DAY_S = 86_400
LAT, LON = 47_000_000, -30_000_000  # the middle of the town that is not there
TAG = b"\x01\x02\x03\x04\x05\x06\x07\x08"

# A metre north is 9 microdegrees; a metre east, at this latitude, is 13.
NORTH, EAST = 9, 13


def circle(kind, north_m, east_m, radius_m, windows=None):
    """Return a zone entry: a circle so far from the town's middle."""
    shape = [policy.CIRCLE, LAT + north_m * NORTH, LON + east_m * EAST, radius_m]
    return [kind, "zone", "a reason", shape, windows]


def square(kind, north_m, east_m, half_m, windows=None):
    """Return a zone entry: a square polygon so far from the town's middle."""
    south, north = LAT + (north_m - half_m) * NORTH, LAT + (north_m + half_m) * NORTH
    west, east = LON + (east_m - half_m) * EAST, LON + (east_m + half_m) * EAST
    ring = [west, south, east, south, east, north, west, north]
    return [kind, "zone", "a reason", [policy.POLYGON, ring], windows]


def fields(zones=(), **changes):
    """Return the map of a legal order of 28 days with these zones; `changes` by the key's name."""
    weeks = batch.week_of(NOT_BEFORE + 28 * DAY_S - 1) - batch.week_of(NOT_BEFORE) + 1
    keys = [bytes([week + 4]) * 32 for week in range(weeks)]
    values = {
        policy.FORMAT: 1,
        policy.REFERENCE: "T-1",
        policy.TAG: TAG,
        policy.VERSION: 1,
        policy.NOT_BEFORE: NOT_BEFORE,
        policy.NOT_AFTER: NOT_BEFORE + 28 * DAY_S,
        policy.REVIEW_BY: NOT_BEFORE + 14 * DAY_S,
        policy.LEVEL: policy.COARSE,
        policy.CELL_M: 1000,
        policy.SLOT_S: 900,
        policy.UPLOAD_S: 3600,
        policy.RETENTION_DAYS: 60,
        policy.GATE: [50, 4],
        policy.WARN_M: 150,
        policy.ZONES: list(zones),
        policy.RECIPIENTS: [batch.week_of(NOT_BEFORE), keys, keys, b"\xff" * 32],
        policy.STATEMENT: {
            "controller": "A court",
            "lawful_basis": "a law",
            "purposes": ["to test"],
            "alternatives": "none",
            "justification": "a test",
        },
        policy.QUIET: None,
        policy.EXCEPTIONS: [None, None],
        policy.OVERRIDES: [],
        policy.REVIEW: None,
        policy.REVOKED: None,
    }
    for name, value in changes.items():
        values[getattr(policy, name)] = value
    return values


def order(zones=(), **changes):
    """Return the Policy of `fields`."""
    policy.check(fields(zones, **changes))
    return policy.Policy(fields(zones, **changes))


class InForce:
    """What `duty` asks of its orders: this Policy in force, none that follows."""

    def __init__(self, policy):
        self.policy = policy

    def is_barred(self):
        return False

    def take_events(self, utc_s):
        return []

    async def advance(self):
        pass

    async def allow(self, least_version):
        pass

    async def receive(self, digest, first, body):
        raise AssertionError("no answer here has an order")

    async def take_arrived(self):
        pass


def fix(utc_s, north_m=0, east_m=0, hdop_x10=10, sats=9):
    """Return a Fix so far from the town's middle."""
    return gnss.Fix(utc_s, LAT + north_m * NORTH, LON + east_m * EAST, hdop_x10, sats)
