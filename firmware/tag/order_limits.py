"""The limits that every order keeps (DESIGN.md, sections 3 and 4): asked where one is taken.

Loaded by policy.check() alone: a tag drops it again, as it asks once an order.
"""

from tag import table, zone_limits
from tag.policy import (
    CELL_M,
    COARSE,
    DWELLING,
    EXCEPTIONS,
    EXCLUSION,
    FORMAT,
    GATE,
    INCLUSION,
    LEVEL,
    NOT_AFTER,
    NOT_BEFORE,
    OVERRIDES,
    PRESENCE,
    QUIET,
    RECIPIENTS,
    REFERENCE,
    RETENTION_DAYS,
    REVIEW,
    REVIEW_BY,
    REVOKED,
    SLOT_S,
    STATEMENT,
    TAG,
    UPLOAD_S,
    VERSION,
    WARN_M,
    ZONES,
)
from tag.zone_limits import is_int
from wire import batch, cbor, cose
from wire.fields import is_bytes, is_text

MAX_TERM_S = 92 * 86_400  # without an override
MIN_CELL_M = 500
MIN_SLOT_S = 900
MAX_VERTICES = 1_024
MAX_WINDOWS = 1_024
MAX_EXCLUSION_ZONES = 10
MAX_EXCLUSION_AREA_M2 = 25_000_000
MAX_OTHER_ZONES = 5
_M2_PER_KM2 = 1_000_000

# What an override may grant, beyond the limit: {limit: (the limit, the most that can be granted)}.
# A cell under 500 m, a justification, the size or the recipients are no limits of this kind.
TERM_DAYS, EXCLUSION_ZONES, EXCLUSION_KM2, OTHER_ZONES = 1, 2, 3, 4
GRANTS = {
    TERM_DAYS: (92, 366),
    EXCLUSION_ZONES: (MAX_EXCLUSION_ZONES, 50),
    EXCLUSION_KM2: (MAX_EXCLUSION_AREA_M2 // _M2_PER_KM2, 8_000),
    OTHER_ZONES: (MAX_OTHER_ZONES, 50),
}

_FORMAT = 1
_KEYS = set(range(FORMAT, REVOKED + 1))
_KEY_SIZE = 32
_P = (1 << 255) - 19
# u of Curve25519's two points of order 8; of the others of low order it is 0, 1 or p - 1.
_EIGHTHS = (
    b"\xe0\xeb\x7a\x7c\x3b\x41\xb8\xae\x16\x56\xe3\xfa\xf1\x9f\xc4\x6a"
    b"\xda\x09\x8d\xeb\x9c\x32\xb1\xfd\x86\x62\x05\x16\x5f\x49\xb8\x00",
    b"\x5f\x9c\x95\xbc\xa3\x50\x8c\x24\xb1\xd0\xb1\x55\x9c\x83\xef\x5b"
    b"\x04\x44\x5c\xc4\x58\x1c\x8e\x86\xd8\x22\x4e\xdd\xd0\x9f\x11\x57",
)


def check_whole(fields, require):
    """Check that this is a map with every field and no other, of a format known here."""
    whole = isinstance(fields, dict) and set(fields) == _KEYS
    require(whole, "a field is missing or unknown")
    require(is_int(fields[FORMAT], _FORMAT, _FORMAT), "unknown policy format")


def _check_kinds(fields, require):
    require(is_text(fields[REFERENCE]), "no reference")
    require(is_bytes(fields[TAG], cose.KID_SIZE), "tag id")
    require(is_int(fields[VERSION], 1, (1 << 31) - 1), "version")
    statement = fields[STATEMENT]
    require(isinstance(statement, dict), "statement")
    for key in ("controller", "lawful_basis", "alternatives", "justification"):
        require(is_text(statement.get(key)), "the statement lacks " + key)
    purposes = statement.get("purposes")
    named = isinstance(purposes, list) and purposes and all(is_text(one) for one in purposes)
    require(named, "the statement lacks purposes")
    require(len(statement) == 5, "statement")  # an entry that no notice prints


def _check_term(fields, require):
    for key in (NOT_BEFORE, NOT_AFTER, REVIEW_BY):
        require(is_int(fields[key], 1, (1 << 40) - 1), "a date is not UTC seconds")
    require(fields[NOT_BEFORE] < fields[NOT_AFTER], "it ends before it starts")
    most_s = 86_400 * _granted(fields, TERM_DAYS)
    require(fields[NOT_AFTER] - fields[NOT_BEFORE] <= most_s, "a term over 92 days")
    in_term = fields[NOT_BEFORE] < fields[REVIEW_BY] <= fields[NOT_AFTER]
    require(in_term, "the review is not within the term")


def _check_disclosure(fields, require):
    require(is_int(fields[LEVEL], PRESENCE, COARSE), "unknown level")
    require(is_int(fields[CELL_M], MIN_CELL_M, 100_000), "a cell under 500 m or over 100 km")
    require(is_int(fields[SLOT_S], MIN_SLOT_S, 86_400), "a slot under 900 s or over a day")
    require(
        is_int(fields[UPLOAD_S], fields[SLOT_S], 86_400), "upload_s under slot_s or over a day"
    )
    require(86_400 % fields[SLOT_S] == 0, "slot_s does not divide a day")
    require(fields[UPLOAD_S] % fields[SLOT_S] == 0, "upload_s is no multiple of slot_s")
    require(86_400 % fields[UPLOAD_S] == 0, "upload_s does not divide a day")
    require(is_int(fields[RETENTION_DAYS], 1, 60), "retention over 60 days")
    require(is_int(fields[WARN_M], 0, 1_000), "warn buffer")
    gate = fields[GATE]
    require(isinstance(gate, list) and len(gate) == 2, "quality gate")
    require(is_int(gate[0], 10, 200) and is_int(gate[1], 3, 20), "quality gate")


def _check_zones(fields, require):
    zones = fields[ZONES]
    require(isinstance(zones, (list, cbor.InPlace)), "zones")
    vertices = area_m2 = boxes = numbers = 0
    windows = _checked_quiet(fields, require)
    counts = [0, 0, 0, 0]
    for number in range(len(zones)):
        entry = yield from cbor.entry_steps(zones, number)
        steps = zone_limits.checked_steps(entry, fields[NOT_BEFORE], require)
        zone, zone_m2 = yield from steps
        yield
        counts[zone.kind] += 1
        vertices += zone_limits.vertices(zone)
        _, more_boxes, more_numbers = table.room_of([zone.shape])
        boxes += more_boxes
        numbers += more_numbers
        if zone.windows:
            require(zone.windows.end_s() <= fields[NOT_AFTER], "windows beyond the term")
            windows += len(zone.windows)
        if zone.kind == EXCLUSION:
            area_m2 += zone_m2
    exclusions, others = counts[EXCLUSION], counts[INCLUSION] + counts[DWELLING]
    require(exclusions <= _granted(fields, EXCLUSION_ZONES), "over 10 exclusion zones")
    require(others <= _granted(fields, OTHER_ZONES), "over 5 other zones")
    most_m2 = _M2_PER_KM2 * _granted(fields, EXCLUSION_KM2)
    require(area_m2 <= most_m2, "exclusion zones over 25 km2")
    require(vertices <= MAX_VERTICES, "over 1,024 vertices")
    require(windows <= MAX_WINDOWS, "over 1,024 windows")
    return len(zones), boxes, numbers


def _checked_quiet(fields, require):
    """Return how many quiet windows there are: they count with the zones'."""
    quiet = fields[QUIET]
    if quiet is None:
        return 0
    zone_limits.check_windows(quiet, require)
    if quiet:
        term_min = (fields[NOT_AFTER] - fields[NOT_BEFORE]) // 60
        require(quiet[-1] <= term_min, "quiet hours beyond the term")
    return len(quiet) >> 1


def _granted(fields, limit):
    """Return the limit, or what the order's override grants instead."""
    for number, granted, _ in fields[OVERRIDES]:
        if number == limit:
            return granted
    return GRANTS[limit][0]


def _check_overrides(fields, require):
    """Overrides are [limit, granted, justification], by limit, each limit once."""
    require(isinstance(fields[OVERRIDES], list), "overrides")
    last = 0
    for entry in fields[OVERRIDES]:
        require(isinstance(entry, list) and len(entry) == 3, "overrides")
        limit, granted, justification = entry
        require(type(limit) is int and limit in GRANTS, "an override of what has none")
        require(limit > last, "overrides out of order")
        usual, most = GRANTS[limit]
        require(is_int(granted, usual + 1, most), "an override beyond what can be granted")
        require(is_text(justification), "an override without a justification")
        last = limit


def _check_exceptions(fields, require):
    """Exceptions are [on_tamper, locate]: null, or the justification."""
    exceptions = fields[EXCEPTIONS]
    require(isinstance(exceptions, list) and len(exceptions) == 2, "exceptions")
    for justification in exceptions:
        justified = justification is None or is_text(justification)
        require(justified, "an exception without a justification")


def _check_review(fields, require):
    """A review is null or [UTC second, by whom, finding]; what revokes lets nothing speak."""
    review = fields[REVIEW]
    if review is not None:
        require(isinstance(review, list) and len(review) == 3, "the record of a review")
        require(is_int(review[0], 1, fields[NOT_AFTER]), "a review after the term")
        require(is_text(review[1]) and is_text(review[2]), "a review without person or finding")
    if fields[REVOKED] is not None:
        require(is_text(fields[REVOKED]), "a revocation without a reason")
        silent = fields[ZONES] == [] and fields[LEVEL] == PRESENCE
        require(silent and fields[EXCEPTIONS] == [None, None], "a revocation that lets speak")


def _check_recipients(fields, require):
    recipients = fields[RECIPIENTS]
    require(isinstance(recipients, list) and len(recipients) == 4, "recipients")
    first_week, duty, officer, wearer = recipients
    require(first_week == batch.week_of(fields[NOT_BEFORE]), "the recipients' first week")
    weeks = batch.week_of(fields[NOT_AFTER] - 1) - first_week + 1
    for keys in (duty, officer):
        require(isinstance(keys, list) and len(keys) == weeks, "a gap in the recipients' weeks")
    for key in duty + officer + [wearer]:
        require(is_recipients_key(key), "a recipient's key")


def is_recipients_key(key):
    """Return whether these are 32 bytes of an X25519 public key that can be sealed to.

    RFC 7748: bit 255 is masked and u may be p or more (section 5); whatever is agreed on with a
    point of low order is zero (section 6.1), and a tag that tried to seal to one would reset.
    """
    u = is_bytes(key, _KEY_SIZE) and int.from_bytes(key, "little") % (_P + 19) % _P
    return u > 1 and u + 1 != _P and u.to_bytes(_KEY_SIZE, "little") not in _EIGHTHS


def check_steps(fields, require):
    """Tell every rule, in steps; return the room that a Table of the zones needs."""
    check_whole(fields, require)
    room = None
    for rules in RULES:
        room = (yield from rules(fields, require) or ()) or room
    return room


# Each takes (fields, require) and tells `require(holds, rule)` one rule after the other: here it
# raises at the first that is broken, the audit's goes on and notes all of them.
RULES = (
    _check_kinds,
    _check_overrides,
    _check_term,
    _check_disclosure,
    _check_exceptions,
    _check_zones,
    _check_recipients,
    _check_review,
)
