"""Vectors of sections 3 and 4 of docs/FORMAT.md: records and batches."""

from __future__ import annotations

from reticent.tagcode import batch, cbor

SLOT = 1_982_400
UTC_S = SLOT * 900
WEEK = batch.week_of(UTC_S)

# Every type at both ends of its ranges.
RECORDS = (
    [1, 0, 0, 0],
    [1, (1 << 24) - 1, (1 << 20) - 1, (1 << 20) - 1],
    [1, SLOT, None, None],
    [2, 1 << 24, 0, -90_000_000, -180_000_000, 0],
    [2, (1 << 40) - 1, 99, 90_000_000, 180_000_000, 9_999],
    [3, SLOT, 0, True],
    [3, UTC_S, 99, False],
    [4, SLOT, 0],
    [4, (1 << 24) - 1, 99],
    [5, SLOT, 1, -(1 << 31)],
    [5, UTC_S, 65_535, (1 << 31) - 1],
    [6, SLOT, None, 0, []],
    [6, SLOT, 10, (1 << 24) - 1, [(1 << 31) - 1] * 32],
    [7, UTC_S, 1, 0, 47_000_000, -30_000_000, 12],
    [7, UTC_S, 3, (1 << 31) - 1, 47_000_000, -30_000_000, 12],
)

_REFUSED = (
    ("no array", 1),
    ("an empty array", []),
    ("type 0", [0, SLOT]),
    ("type 8", [8, SLOT]),
    ("type true", [True, SLOT, 1, 1]),
    ("a type that is a text", ["1", SLOT, 1, 1]),
    ("a cell with a field too few", [1, SLOT, 1]),
    ("a cell with a field too many", [1, SLOT, 1, 1, 100]),
    ("a cell with half a cell", [1, SLOT, 1, None]),
    ("a cell whose slot is a time", [1, 1 << 24, 1, 1]),
    ("a cell whose slot is below 0", [1, -1, 1, 1]),
    ("a row too large", [1, SLOT, 1 << 20, 1]),
    ("a column below 0", [1, SLOT, 1, -1]),
    ("a position whose time is a slot", [2, SLOT, 0, 0, 0, 1]),
    ("a position after the year 36,812", [2, 1 << 40, 0, 0, 0, 1]),
    ("a position in zone 100", [2, UTC_S, 100, 0, 0, 1]),
    ("a latitude beyond the pole", [2, UTC_S, 0, 90_000_001, 0, 1]),
    ("a longitude beyond 180 degrees", [2, UTC_S, 0, 0, -180_000_001, 1]),
    ("an error of 10 km", [2, UTC_S, 0, 0, 0, 10_000]),
    ("a position without its error", [2, UTC_S, 0, 0, 0]),
    ("a position with an altitude", [2, UTC_S, 0, 0, 0, 1, 100]),
    ("a crossing with 1 for true", [3, SLOT, 0, 1]),
    ("a crossing in zone true", [3, SLOT, True, True]),
    ("a presence without its zone", [4, SLOT]),
    ("a presence whose slot is a time", [4, UTC_S, 0]),
    ("event 0", [5, SLOT, 0, 0]),
    ("event 65,536", [5, SLOT, 65_536, 0]),
    ("an event's value of 2^31", [5, SLOT, 1, 1 << 31]),
    ("an event with a text", [5, SLOT, 1, "here"]),
    ("a battery of 110 %", [6, SLOT, 11, 0, []]),
    ("33 counters", [6, SLOT, None, 0, [0] * 33]),
    ("a counter below 0", [6, SLOT, None, 0, [-1]]),
    ("counters that are none", [6, SLOT, None, 0, None]),
    ("a position for cause 4", [7, UTC_S, 4, 0, 0, 0, 1]),
    ("a locate order without a number", [7, UTC_S, 3, 0, 0, 0, 1]),
    ("a strap with a locate order's number", [7, UTC_S, 1, 5, 0, 0, 1]),
)


def make_records() -> dict:
    """Return the file of records."""
    cases = [
        {"name": f"type {value[0]}", "hex": cbor.encode(value).hex(), "value": value}
        for value in RECORDS
    ]
    cases += [
        {"name": name, "hex": cbor.encode(value).hex(), "refused": "record"}
        for name, value in _REFUSED
    ]
    return {"section": 3, "cases": cases}


def _sized(records: list, size: int) -> bytes:
    """Return a batch's CBOR of exactly this size: a HEALTH record's counters fill it."""
    for length in range(33):
        for value in (0, 24, 256, 65_536):
            counters = [value] * length
            for tail in ([], [0], [0, 0], [24], [24, 0], [256]):
                entry = [6, SLOT, 10, 256, counters + tail]
                content = cbor.encode([1, 1, 1, WEEK, [*records, entry]])
                if len(content) == size and len(counters + tail) <= 32:
                    return content
    raise ValueError(size)


def make_batches() -> dict:
    """Return the file of batches: `hex`, and then zeros up to `size`."""
    events = [[5, SLOT, 300, 70_000]] * 60
    accepted = (
        ("no record", [1, 1, 1, WEEK, []]),
        ("ROUTINE: what may be in it", [1, 1, 7, WEEK, [RECORDS[i] for i in (1, 2, 5, 7, 9, 12)]]),
        ("ALERT: what may be in it", [1, 2, 7, WEEK, [RECORDS[i] for i in (4, 6, 8, 10, 14)]]),
        ("the largest version and week", [1, 1, (1 << 32) - 1, (1 << 21) - 1, []]),
        ("the first week", [1, 1, 0, 0, []]),
    )
    cases = [
        {"name": name, "hex": cbor.encode(fields).hex() + "80", "size": 1024, "value": fields}
        for name, fields in accepted
    ]
    full = next(
        content
        for count in range(60, 0, -1)
        for content in [_filled(events[:count])]
        if content is not None
    )
    cases.append(
        {"name": "1,023 bytes: the padding is one byte", "hex": full.hex() + "80", "size": 1024,
         "value": cbor.decode(full)}
    )  # fmt: skip
    empty = cbor.encode([1, 1, 1, WEEK, []]).hex()
    refused = (
        ("a byte too few", empty + "80", 1023),
        ("a byte too many", empty + "80", 1025),
        ("zeros only", "", 1024),
        ("no padding", empty, 1024),
        ("padding of another kind", empty + "81", 1024),
        ("a byte before the padding", empty + "0080", 1024),
        ("a byte behind the padding", empty + "8001", 1024),
        ("version 2", _hex([2, 1, 1, WEEK, []]), 1024),
        ("version true", _hex([True, 1, 1, WEEK, []]), 1024),
        ("class 0", _hex([1, 0, 1, WEEK, []]), 1024),
        ("class 3", _hex([1, 3, 1, WEEK, []]), 1024),
        ("class true", _hex([1, True, 1, WEEK, []]), 1024),
        ("a policy version below 0", _hex([1, 1, -1, WEEK, []]), 1024),
        ("a policy version of 2^32", _hex([1, 1, 1 << 32, WEEK, []]), 1024),
        ("a week below 0", _hex([1, 1, 1, -1, []]), 1024),
        ("a week of 2^21", _hex([1, 1, 1, 1 << 21, []]), 1024),
        ("no array of records", _hex([1, 1, 1, WEEK, None]), 1024),
        ("a field too few", _hex([1, 1, 1, WEEK]), 1024),
        ("a field too many", _hex([1, 1, 1, WEEK, [], 0]), 1024),
        ("a map", _hex({1: 1}), 1024),
        ("a position in a ROUTINE batch", _hex([1, 1, 1, WEEK, [RECORDS[4]]]), 1024),
        ("a located position in a ROUTINE batch", _hex([1, 1, 1, WEEK, [RECORDS[13]]]), 1024),
        ("a cell in an ALERT batch", _hex([1, 2, 1, WEEK, [RECORDS[1]]]), 1024),
        ("a record that is none", _hex([1, 1, 1, WEEK, [[9]]]), 1024),
        ("an indefinite array of records", "8501010119" + f"{WEEK:04x}" + "9fff80", 1024),
    )
    cases += [
        {"name": name, "hex": text, "size": size, "refused": "batch"}
        for name, text, size in refused
    ]
    return {"section": 4, "cases": cases}


def _hex(fields) -> str:
    return cbor.encode(fields).hex() + "80"


def _filled(records: list) -> bytes | None:
    try:
        return _sized(records, 1023)
    except ValueError:
        return None
