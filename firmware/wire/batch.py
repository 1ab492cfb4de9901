"""Batches: records of one class, policy version and UTC week, padded to a constant size.

The padding is ISO/IEC 7816-4's (0x80, then zeros) behind the CBOR array, so that every size up to
the whole is reachable and the records' own number does not show (docs/FORMAT.md, section 4).
"""

from wire import FormatError, cbor, record
from wire.fields import is_int, versioned

SIZE = 1024  # bytes of every batch
ROUTINE, ALERT = 1, 2

_VERSION = 1
_WEEK_LIMIT = 1 << 21  # weeks of times below 2**40
_WEEK_S = 604_800
_MONDAY_S = 259_200  # 1970-01-01 was a Thursday: weeks start on Monday, as in ISO 8601
_ARRAY_HEAD_MORE = 2  # an array of 24 records or more has a head of two bytes, not one


class Batch:
    """A batch that was read: class, policy version, UTC week, records."""

    def __init__(self, kind, policy_version, week, records):
        self.kind = kind
        self.policy_version = policy_version
        self.week = week
        self.records = records


def is_class(kind):
    """Return whether this is the number of a class."""
    return is_int(kind, ROUTINE, ALERT + 1)


def week_of(utc_s):
    """Return the number of the UTC week, Monday to Sunday, that has this second."""
    return (utc_s + _MONDAY_S) // _WEEK_S


def week_start(week):
    """Return the first second of the UTC week with this number."""
    return week * _WEEK_S - _MONDAY_S


def fit(kind, policy_version, week, records):
    """Return how many of the records, from the first on, one batch holds."""
    room = SIZE - 1 - len(cbor.encode([_VERSION, kind, policy_version, week, []]))
    count = 0
    for entry in records:
        room -= len(cbor.encode(entry))
        if room < (_ARRAY_HEAD_MORE if count >= 23 else 0):
            break
        count += 1
    return count


def encode(kind, policy_version, week, records):
    """Return the SIZE bytes of a batch; FormatError where the records do not fit or are not sound.

    A position leaves in an ALERT only, a cell in a ROUTINE batch only.
    """
    _check_class(kind, records)
    content = cbor.encode([_VERSION, kind, policy_version, week, records])
    if len(content) >= SIZE:
        raise FormatError  # more than fits
    return content + b"\x80" + bytes(SIZE - 1 - len(content))


def decode(data):
    """Return the Batch of exactly SIZE bytes; FormatError for anything else."""
    end = len(data) - 1
    while end >= 0 and data[end] == 0:
        end -= 1
    if len(data) != SIZE or end < 0 or data[end] != 0x80:
        raise FormatError  # another size, or no padding
    kind, policy_version, week, records = versioned(data[:end], _VERSION, 5)
    if not is_int(policy_version, 0, 1 << 32) or not is_int(week, 0, _WEEK_LIMIT):
        raise FormatError  # no such order, no such week
    if not isinstance(records, list):
        raise FormatError
    _check_class(kind, records)
    return Batch(kind, policy_version, week, records)


def _check_class(kind, records):
    if not is_class(kind):
        raise FormatError  # unknown class
    barred = (record.PRECISE, record.LOCATED) if kind == ROUTINE else (record.COARSE,)
    for entry in records:
        if record.check(entry)[0] in barred:
            raise FormatError  # a position outside an ALERT, or a cell inside one
