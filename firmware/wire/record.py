"""Records: what a tag may say, one CBOR array each (docs/FORMAT.md, section 3).

`when` is UTC seconds or a slot number: below SLOT_LIMIT it is a slot. The two cannot meet: a slot
is at least 900 s, so slot numbers stay below five million until the year 2106, and times of any
build are above a thousand million.
"""

from wire import FormatError
from wire.fields import is_int

COARSE, PRECISE, CROSSING, PRESENT, EVENT, HEALTH, LOCATED = 1, 2, 3, 4, 5, 6, 7

# What a LOCATED record is said for: the order's two exceptions.
STRAP, CASE, LOCATE = 1, 2, 3

SLOT_LIMIT = 1 << 24
_WHEN_LIMIT = 1 << 40
MAX_ZONES = 100
_LAT_UDEG = 90_000_000
_LON_UDEG = 180_000_000


def coarse(slot, cell):
    """Return a COARSE record; `cell` is (row, col), or None for a slot without a fix."""
    row, col = cell or (None, None)
    return [COARSE, slot, row, col]


def precise(utc_s, zone, lat_udeg, lon_udeg, error_m):
    """Return a PRECISE record: a position inside exclusion zone `zone`."""
    return [PRECISE, utc_s, zone, lat_udeg, lon_udeg, error_m]


def crossing(when, zone, entered):
    """Return a CROSSING record of zone number `zone`."""
    return [CROSSING, when, zone, entered]


def present(slot, zone):
    """Return a PRESENT record: inside a dwelling or inclusion zone at the slot's border."""
    return [PRESENT, slot, zone]


def event(when, code, value):
    """Return an EVENT record; `code` is a number of tag/events.py."""
    return [EVENT, when, code, value]


def health(slot, battery_step, firmware, counters):
    """Return a HEALTH record; `battery_step` is 0 to 10 tenths, or None if not measured."""
    return [HEALTH, slot, battery_step, firmware, counters]


def located(utc_s, cause, number, lat_udeg, lon_udeg, error_m):
    """Return a LOCATED record: a position by an exception; `number` is a locate order's or 0."""
    return [LOCATED, utc_s, cause, number, lat_udeg, lon_udeg, error_m]


def check(record):
    """Return the record if it is one of the above, whole and in range; else raise FormatError."""
    if not isinstance(record, list) or not record or not is_int(record[0], 1, len(_CHECKS) + 1):
        raise FormatError  # unknown record type
    if not _CHECKS[record[0] - 1](record):
        raise FormatError  # a field is missing, too many, or out of range
    return record


def is_slot(when):
    """Return whether `when` is a slot number and not a time."""
    return when < SLOT_LIMIT


def _is_when(value):
    return is_int(value, 0, _WHEN_LIMIT)


def _is_coarse(record):
    if len(record) != 4 or not is_int(record[1], 0, SLOT_LIMIT):
        return False
    if record[2] is None and record[3] is None:
        return True
    return is_int(record[2], 0, 1 << 20) and is_int(record[3], 0, 1 << 20)


def _is_precise(record):
    return len(record) == 6 and is_int(record[2], 0, MAX_ZONES) and _is_placed(record)


def _is_located(record):
    return (
        len(record) == 7
        and is_int(record[2], STRAP, LOCATE + 1)
        and is_int(record[3], 0, 1 << 31)
        and (record[3] > 0) == (record[2] == LOCATE)
        and _is_placed(record)
    )


def _is_placed(record):
    """Return whether it has a time, and ends with a position and its error."""
    return (
        is_int(record[1], SLOT_LIMIT, _WHEN_LIMIT)
        and is_int(record[-3], -_LAT_UDEG, _LAT_UDEG + 1)
        and is_int(record[-2], -_LON_UDEG, _LON_UDEG + 1)
        and is_int(record[-1], 0, 10_000)
    )


def _is_crossing(record):
    return (
        len(record) == 4
        and _is_when(record[1])
        and is_int(record[2], 0, MAX_ZONES)
        and (record[3] is True or record[3] is False)
    )


def _is_present(record):
    return (
        len(record) == 3 and is_int(record[1], 0, SLOT_LIMIT) and is_int(record[2], 0, MAX_ZONES)
    )


def _is_event(record):
    return (
        len(record) == 4
        and _is_when(record[1])
        and is_int(record[2], 1, 1 << 16)
        and is_int(record[3], -(1 << 31), 1 << 31)
    )


def _is_health(record):
    if len(record) != 5 or not is_int(record[1], 0, SLOT_LIMIT):
        return False
    if record[2] is not None and not is_int(record[2], 0, 11):
        return False
    if not is_int(record[3], 0, 1 << 24) or not isinstance(record[4], list):
        return False
    return len(record[4]) <= 32 and all(is_int(count, 0, 1 << 31) for count in record[4])


_CHECKS = (
    _is_coarse,
    _is_precise,
    _is_crossing,
    _is_present,
    _is_event,
    _is_health,
    _is_located,
)
