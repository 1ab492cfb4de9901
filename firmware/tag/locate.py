"""A locate order (R27): signed, for one tag and version of its order, numbered, short-lived.

It comes in an answer, in the place of a policy (docs/FORMAT.md, section 10). That the order in
force allows it, and that no number counts twice, is exceptions.py's and ledger.py's.
"""

from tag.policy import BAD_FORM, BAD_LIMIT, OTHER_TAG, PolicyError
from wire import FormatError, cbor, cose
from wire.fields import is_text

MAX_BYTES = 1_024
MOST_LIFE_S = 86_400

# The map's keys; FORMAT is a policy's too, and tells the two apart.
FORMAT, TAG, VERSION, NUMBER, ISSUED, EXPIRES, PERSON, REASON, CASE = range(1, 10)
LOCATE_FORMAT = 2


class LocateOrder:
    """A locate order that was decoded and keeps every limit."""

    def __init__(self, fields):
        self.tag = fields[TAG]
        self.version = fields[VERSION]
        self.number = fields[NUMBER]
        self.issued_s = fields[ISSUED]
        self.expires_s = fields[EXPIRES]


def is_one(signed):
    """Return whether these bytes say that they are a locate order; nothing is verified."""
    if len(signed) > MAX_BYTES:
        return False
    try:
        fields = cbor.decode(cose.parse(signed)[1])
    except FormatError:
        return False
    return isinstance(fields, dict) and fields.get(FORMAT) == LOCATE_FORMAT


def decode_steps(data, start, stop):
    """Return, in steps, the LocateOrder of these verified bytes; FormatError or PolicyError."""
    return LocateOrder(check((yield from cbor.span_steps(data, start, stop))))


def check(fields):
    """Return the map if it is a whole locate order within the limits; else raise PolicyError."""
    whole = isinstance(fields, dict) and set(fields) == set(range(FORMAT, CASE + 1))
    _require(whole and fields[FORMAT] == LOCATE_FORMAT, "not a locate order", BAD_FORM)
    tag = fields[TAG]
    _require(isinstance(tag, bytes) and len(tag) == cose.KID_SIZE, "tag id", BAD_FORM)
    for key in (VERSION, NUMBER):
        _require(_is_int(fields[key], (1 << 31) - 1), "version or number", BAD_LIMIT)
    for key in (ISSUED, EXPIRES):
        _require(_is_int(fields[key], (1 << 40) - 1), "a date is not UTC seconds", BAD_LIMIT)
    life_s = fields[EXPIRES] - fields[ISSUED]
    _require(0 < life_s <= MOST_LIFE_S, "over a day from issue to expiry", BAD_LIMIT)
    for key in (PERSON, REASON, CASE):
        _require(is_text(fields[key]), "a locate order without person, reason or case", BAD_LIMIT)
    return fields


def check_for(order, tag, version, utc_s):
    """Raise PolicyError where a LocateOrder is not for this tag, version and second."""
    _require(order.tag == tag, "another tag", OTHER_TAG)
    _require(order.version == version, "another version of the order", BAD_LIMIT)
    _require(order.issued_s - MOST_LIFE_S < utc_s < order.expires_s, "expired", BAD_LIMIT)


def _is_int(value, most):
    return type(value) is int and 1 <= value <= most


def _require(holds, rule, code):
    if not holds:
        raise PolicyError(rule, code)
