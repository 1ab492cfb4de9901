"""Orders that must be refused, each with the rule it breaks: plain values, both interpreters.

Every one is a legal order but for its fault, so that nothing else can be why it is refused.
"""

import orders
from tag import policy
from wire import batch

DAY_S = orders.DAY_S
START = orders.NOT_BEFORE
_FIRST = batch.week_of(START)
_LEGAL = orders.fields()
_KEYS = _LEGAL[policy.RECIPIENTS][1]
_WEARER = _LEGAL[policy.RECIPIENTS][3]
_SHORT = list(_KEYS)
_SHORT[-1] = bytes(31)
_ZERO = list(_KEYS)
_ZERO[-1] = bytes(32)
_STATEMENT = _LEGAL[policy.STATEMENT]


def _statement(**changes):
    made = dict(_STATEMENT)
    made.update(changes)
    return {"STATEMENT": made}


def _without(key):
    return {"STATEMENT": {name: value for name, value in _STATEMENT.items() if name != key}}


def _zone(**changes):
    """Return an exclusion zone with another value at a place of its entry."""
    entry = orders.circle(policy.EXCLUSION, 3000, 0, 300)
    for place, value in changes.items():
        entry[("kind", "name", "justification", "shape", "windows").index(place)] = value
    return [entry]


def _grid(kind, count, radius_m=100):
    """Return so many zones side by side: a city that is tiled."""
    return [orders.circle(kind, 1000 * (k // 20), 1000 * (k % 20), radius_m) for k in range(count)]


def _ring(corners):
    ring = []
    for k in range(corners):
        ring += [orders.LON + 10 * k, orders.LAT + k * k % 97]
    return [policy.EXCLUSION, "zone", "a reason", [policy.POLYGON, ring], None]


def _long(days):
    weeks = batch.week_of(START + days * DAY_S - 1) - _FIRST + 1
    keys = [bytes([week + 4]) * 32 for week in range(weeks)]
    return {
        "NOT_AFTER": START + days * DAY_S,
        "RECIPIENTS": [_FIRST, keys, keys, _WEARER],
    }


def _granting(limit, granted, why="a court says so"):
    return {"OVERRIDES": [[limit, granted, why]]}


def _with(*parts):
    made = {}
    for part in parts:
        made.update(part)
    return made


def _revoking(**changes):
    made = {"REVOKED": "over", "LEVEL": policy.PRESENCE}
    made.update(changes)
    return made


EXCLUSION, INCLUSION, DWELLING = policy.EXCLUSION, policy.INCLUSION, policy.DWELLING
SPIRAL = [policy.POLYGON, [0, 0, 120_000_000, 1, -120_000_000, 2] * 2]
SMALL = orders.square(DWELLING, 0, 0, 40)
HALF = 28 * DAY_S // 60

# (what it is, the zones, other changes by the key's name, the rule that refuses it)
REFUSED = (
    ("93 days", (), _long(93), "a term over 92 days"),
    ("a second over 92 days", (), _with(_long(92), {"NOT_AFTER": START + 92 * DAY_S + 1}),
     "a term over 92 days"),
    ("as long as granted, and a day", (), _with(_long(121), _granting(1, 120)),
     "a term over 92 days"),
    ("a year and a day granted", (), _with(_long(100), _granting(1, 367)),
     "an override beyond what can be granted"),
    ("a grant of what needs none", (), _granting(1, 92), "an override beyond what can be granted"),
    ("a grant without a reason", (), _granting(1, 120, " "),
     "an override without a justification"),
    ("a grant of a smaller cell", (), _granting(9, 100), "an override of what has none"),
    ("a limit granted twice", (), {"OVERRIDES": [[1, 100, "a"], [1, 366, "b"]]},
     "overrides out of order"),
    ("ends before it starts", (), {"NOT_AFTER": START}, "it ends before it starts"),
    ("a date of another kind", (), {"NOT_BEFORE": True}, "a date is not UTC seconds"),
    ("no review in the term", (), {"REVIEW_BY": START + 29 * DAY_S},
     "the review is not within the term"),
    ("a review before it starts", (), {"REVIEW_BY": START}, "the review is not within the term"),
    ("no purposes", (), _statement(purposes=[]), "the statement lacks purposes"),
    ("an empty purpose", (), _statement(purposes=["keep away", " "]),
     "the statement lacks purposes"),
    ("purposes left out", (), _without("purposes"), "the statement lacks purposes"),
    ("no lawful basis", (), _statement(lawful_basis=""), "the statement lacks lawful_basis"),
    ("a lawful basis of spaces", (), _statement(lawful_basis="  "),
     "the statement lacks lawful_basis"),
    ("a statement that goes on", (), _statement(more="and this"), "statement"),
    ("no controller", (), _without("controller"), "the statement lacks controller"),
    ("no alternatives considered", (), _without("alternatives"),
     "the statement lacks alternatives"),
    ("no justification of the level", (), _statement(justification=""),
     "the statement lacks justification"),
    ("no level", (), {"LEVEL": 0}, "unknown level"),
    ("a level above coarse", (), {"LEVEL": 4}, "unknown level"),
    ("true as a level", (), {"LEVEL": True}, "unknown level"),
    ("cells of 499 m", (), {"CELL_M": 499}, "a cell under 500 m or over 100 km"),
    ("a slot of a minute", (), {"SLOT_S": 60}, "a slot under 900 s or over a day"),
    ("uploads within a slot", (), {"UPLOAD_S": 450}, "upload_s under slot_s or over a day"),
    ("kept for 61 days", (), {"RETENTION_DAYS": 61}, "retention over 60 days"),
    ("a zone without a justification", _zone(justification=""), {},
     "an exclusion zone without a justification"),
    ("a justification of spaces", _zone(justification="  "), {},
     "an exclusion zone without a justification"),
    ("a zone without a name", _zone(name=""), {}, "a zone without a name"),
    ("a fourth kind of zone", _zone(kind=4), {}, "unknown kind of zone"),
    ("11 exclusion zones", _grid(EXCLUSION, 11), {}, "over 10 exclusion zones"),
    ("a tiled city, granted", _grid(EXCLUSION, 51), _granting(2, 50), "over 10 exclusion zones"),
    ("25 km2 and a bit", [orders.circle(EXCLUSION, 0, 0, 2_850)], {},
     "exclusion zones over 25 km2"),
    ("ten zones of 3 km2", _grid(EXCLUSION, 10, 1_000), {}, "exclusion zones over 25 km2"),
    ("more km2 than granted", _grid(EXCLUSION, 10, 1_100), _granting(3, 30),
     "exclusion zones over 25 km2"),
    ("a circle of 51 km", _zone(shape=[policy.CIRCLE, 0, 0, 51_000]), {},
     "a radius under 10 m or over 50 km"),
    ("six dwellings", _grid(DWELLING, 6), {}, "over 5 other zones"),
    ("a dwelling of 99 m", _grid(DWELLING, 1, 99), {}, "a radius under 100 m"),
    ("a dwelling as small as a house", [SMALL], {},
     "an area under that of a radius of 100 m"),
    ("a ring twice around the Earth", _zone(shape=SPIRAL), {},
     "a ring goes round the Earth twice"),
    ("1,025 corners", [_ring(513), _ring(512)], {}, "over 1,024 vertices"),
    ("1,025 windows", _zone(windows=list(range(2_050))), {}, "over 1,024 windows"),
    ("hours after the order", _zone(windows=[0, HALF + 1]), {}, "windows beyond the term"),
    ("hours that overlap", _zone(windows=[0, 10, 10, 20]), {}, "windows out of order"),
    ("a week without a duty key", (), {"RECIPIENTS": [_FIRST, _KEYS[1:], _KEYS, _WEARER]},
     "a gap in the recipients' weeks"),
    ("a week without an officer's key", (), {"RECIPIENTS": [_FIRST, _KEYS, _KEYS[:-1], _WEARER]},
     "a gap in the recipients' weeks"),
    ("keys of other weeks", (), {"RECIPIENTS": [_FIRST + 1, _KEYS, _KEYS, _WEARER]},
     "the recipients' first week"),
    ("a short key", (), {"RECIPIENTS": [_FIRST, _SHORT, _KEYS, _WEARER]},
     "a recipient's key"),
    ("a key to which nothing can be sealed", (), {"RECIPIENTS": [_FIRST, _ZERO, _KEYS, _WEARER]},
     "a recipient's key"),
    ("a wearer's key to which nothing can be sealed", (),
     {"RECIPIENTS": [_FIRST, _KEYS, _KEYS, bytes(32)]}, "a recipient's key"),
    ("no key for the wearer", (), {"RECIPIENTS": [_FIRST, _KEYS, _KEYS, None]},
     "a recipient's key"),
    ("an exception without a reason", (), {"EXCEPTIONS": ["", None]},
     "an exception without a justification"),
    ("a review by nobody", (), {"REVIEW": [START, " ", "needed"]},
     "a review without person or finding"),
    ("a review of next year", (), {"REVIEW": [START + 366 * DAY_S, "a judge", "needed"]},
     "a review after the term"),
    ("a revocation that goes on watching", _grid(EXCLUSION, 1), _revoking(),
     "a revocation that lets speak"),
    ("a revocation at level coarse", (), _revoking(LEVEL=policy.COARSE),
     "a revocation that lets speak"),
    ("a revocation without a reason", (), _revoking(REVOKED=""),
     "a revocation without a reason"),
    ("version 0", (), {"VERSION": 0}, "version"),
    ("another format", (), {"FORMAT": 2}, "unknown policy format"),
)  # fmt: skip


def refused():
    """Yield (what it is, the map, the rule)."""
    for what, zones, changes, rule in REFUSED:
        yield what, orders.fields(zones, **changes), rule
