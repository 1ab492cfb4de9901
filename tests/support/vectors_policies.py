"""Vectors of section 7 of docs/FORMAT.md: orders, before they are signed.

A refused one names the `field` that is wrong, as the document does, and the tag's own `rule`.
"""

from __future__ import annotations

import orders
from orders import DAY_S, LAT, LON, NOT_BEFORE, circle, square
from reticent.tagcode import batch, cbor, policy

_WEEK_S = 7 * DAY_S
_KEY = b"\x01" * 32
_ORDER_8 = bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")
_FIRST = batch.week_of(NOT_BEFORE)


def _order(zones=(), weeks=1, **changes) -> dict:
    """Return the map of a legal order of so many weeks with these zones; `changes` by name."""
    term = {
        "NOT_AFTER": NOT_BEFORE + weeks * _WEEK_S,
        "REVIEW_BY": NOT_BEFORE + _WEEK_S,
        "RECIPIENTS": [_FIRST, [_KEY] * weeks, [b"\x02" * 32] * weeks, b"\x03" * 32],
    }
    return orders.fields(zones, **{**term, **changes})


def _statement(**changes) -> dict:
    whole = _order()[policy.STATEMENT]
    return {key: value for key, value in {**whole, **changes}.items() if value is not None}


def _zone(**changes) -> list:
    """Return an exclusion zone with other parts."""
    parts = dict(zip(("kind", "name", "why", "shape", "windows"), circle(1, 0, 0, 200)))
    return list({**parts, **changes}.values())


def _ring(*corners) -> list:
    return [2, [value for corner in corners for value in corner]]


def _triangles(count: int) -> list:
    """Return a zone of so many rings, three corners each."""
    return [2, *([LON + 900 * i, LAT, LON + 900 * i + 300, LAT + 300, LON + 900 * i, LAT + 600]
                 for i in range(count))]  # fmt: skip


_SMALL = [1, LAT, LON, 10]
_ACCEPTED = (
    ("the least that an order can be", _order(LEVEL=1)),
    ("a zone of each kind and shape", _order(
        [circle(1, 900, 0, 200), square(1, 0, 3000, 100), circle(2, 0, 0, 100, [0, 60, 120, 180]),
         square(3, -900, 0, 100)])),
    ("a zone with a hole", _order([_zone(shape=[*square(1, 0, 0, 500)[3],
                                                square(1, 0, 0, 100)[3][1]])])),
    ("a zone across the antimeridian", _order([_zone(shape=_ring(
        (179_999_000, 0), (-179_999_000, 0), (-179_999_000, 2_000), (179_999_000, 2_000)))])),
    ("the least numbers", _order(
        [_zone(shape=_SMALL)], VERSION=1, CELL_M=500, SLOT_S=900, UPLOAD_S=900, RETENTION_DAYS=1,
        GATE=[10, 3], WARN_M=0, REVIEW_BY=NOT_BEFORE + 1)),
    ("the largest numbers", _order(
        weeks=13, NOT_AFTER=NOT_BEFORE + 92 * DAY_S, REVIEW_BY=NOT_BEFORE + 92 * DAY_S,
        VERSION=(1 << 31) - 1, CELL_M=100_000, SLOT_S=DAY_S, UPLOAD_S=DAY_S, RETENTION_DAYS=60,
        GATE=[200, 20], WARN_M=1_000,
        RECIPIENTS=[_FIRST, [_KEY] * 14, [_KEY] * 14, _KEY])),
    ("ten exclusion zones and five others", _order(
        [_zone(shape=_SMALL)] * 10 + [circle(2, 0, 0, 100)] * 5)),
    ("24 km2 of exclusion zones", _order([circle(1, 0, 0, 2_763)])),
    ("1,024 corners", _order([_zone(shape=_triangles(340)), square(1, 0, 0, 1)])),
    ("1,024 windows, two of them quiet", _order(
        [_zone(windows=list(range(2044)))], QUIET=[0, 60, 1440, 1500])),
    ("a zone that is never in force, quiet at no hour", _order([_zone(windows=[])], QUIET=[])),
    ("both exceptions, a review", _order(
        EXCEPTIONS=["straps were cut", "a threat"], REVIEW=[NOT_BEFORE, "a judge", "it holds"])),
    ("every override", _order(
        [_zone(shape=_SMALL)] * 11 + [circle(2, 0, 0, 100)] * 6 + [circle(1, 0, 0, 2_900)],
        weeks=14, OVERRIDES=[[1, 98, "a"], [2, 12, "b"], [3, 27, "c"], [4, 6, "d"]])),
    ("the largest overrides", _order(
        OVERRIDES=[[1, 366, "a"], [2, 50, "b"], [3, 8_000, "c"], [4, 50, "d"]])),
    ("a text of a no-break space is not blank", _order(REFERENCE="\u00a0")),
    ("a zone round the Earth", _order([_zone(shape=_ring(
        (-180_000_000, 89_999_990), (0, 89_999_990), (180_000_000, 89_999_990),
        (180_000_000, 90_000_000), (-180_000_000, 90_000_000)))])),
    ("a revocation", _order(LEVEL=1, REVOKED="acquitted")),
)  # fmt: skip

_REFUSED = {
    "": (
        ("no map", [1]),
        ("a field is missing", {key: _order()[key] for key in range(1, 22)}),
        ("a field more", _order() | {23: 0}),
        ("a field under another key", {
            **{key: _order()[key] for key in range(1, 22)}, "22": None}),
    ),
    "FORMAT": (("2", _order(FORMAT=2)), ("true", _order(FORMAT=True))),
    "REFERENCE": (
        ("empty", _order(REFERENCE="")), ("blank", _order(REFERENCE=" \n\t\v\f\r")),
        ("bytes", _order(REFERENCE=b"x")),
    ),
    "TAG": (("7 bytes", _order(TAG=bytes(7))), ("a text", _order(TAG="x" * 8))),
    "VERSION": (
        ("0", _order(VERSION=0)), ("2^31", _order(VERSION=1 << 31)),
        ("true", _order(VERSION=True)),
    ),
    "NOT_BEFORE": (("0", _order(NOT_BEFORE=0)), ("2^40", _order(NOT_BEFORE=1 << 40))),
    "NOT_AFTER": (
        ("a text", _order(NOT_AFTER="soon")),
        ("no later than NOT_BEFORE", _order(NOT_AFTER=NOT_BEFORE)),
        ("92 days and a second later", _order(weeks=14, NOT_AFTER=NOT_BEFORE + 92 * DAY_S + 1)),
        ("beyond what an override grants", _order(
            weeks=15, NOT_AFTER=NOT_BEFORE + 98 * DAY_S + 1, OVERRIDES=[[1, 98, "a"]])),
    ),
    "REVIEW_BY": (
        ("null", _order(REVIEW_BY=None)),
        ("NOT_BEFORE", _order(REVIEW_BY=NOT_BEFORE)),
        ("after NOT_AFTER", _order(REVIEW_BY=NOT_BEFORE + _WEEK_S + 1)),
    ),
    "LEVEL": (("0", _order(LEVEL=0)), ("4", _order(LEVEL=4)), ("true", _order(LEVEL=True))),
    "CELL_M": (("499", _order(CELL_M=499)), ("100,001", _order(CELL_M=100_001))),
    "SLOT_S": (
        ("899", _order(SLOT_S=899)), ("over a day", _order(SLOT_S=172_800, UPLOAD_S=172_800)),
        ("no divisor of a day", _order(SLOT_S=1_000, UPLOAD_S=4_000)),
    ),
    "UPLOAD_S": (
        ("under SLOT_S", _order(SLOT_S=3_600, UPLOAD_S=1_800)),
        ("over a day", _order(UPLOAD_S=172_800)),
        ("no multiple of SLOT_S", _order(SLOT_S=1_200, UPLOAD_S=1_800)),
        ("no divisor of a day", _order(UPLOAD_S=900 * 7)),
    ),
    "RETENTION_DAYS": (("0", _order(RETENTION_DAYS=0)), ("61", _order(RETENTION_DAYS=61))),
    "GATE": (
        ("one number", _order(GATE=[50])), ("null", _order(GATE=None)),
        ("a HDOP of 0.9", _order(GATE=[9, 4])), ("two satellites", _order(GATE=[50, 2])),
        ("21 satellites", _order(GATE=[50, 21])),
    ),
    "WARN_M": (("-1", _order(WARN_M=-1)), ("1,001", _order(WARN_M=1_001))),
    "ZONES": (
        ("null", _order(ZONES=None)),
        ("a zone of four parts", _order([_zone()[:4]])),
        ("kind 0", _order([_zone(kind=0)])),
        ("kind 4", _order([_zone(kind=4)])),
        ("no name", _order([_zone(name="")])),
        ("no justification", _order([_zone(why="")])),
        ("a justification of blanks", _order([_zone(why=" ")])),
        ("a dwelling's justification that is no text", _order([
            [3, "a", None, [1, LAT, LON, 100], None]])),
        ("no shape", _order([_zone(shape=[])])),
        ("shape 3", _order([_zone(shape=[3, LAT, LON, 100])])),
        ("shape true", _order([_zone(shape=[True, LAT, LON, 100])])),
        ("a circle without a radius", _order([_zone(shape=[1, LAT, LON])])),
        ("a circle of 9 m", _order([_zone(shape=[1, LAT, LON, 9])])),
        ("a circle of 50,001 m", _order([_zone(shape=[1, LAT, LON, 50_001])])),
        ("a circle beyond the pole", _order([_zone(shape=[1, 90_000_001, LON, 100])])),
        ("a circle beyond 180 degrees", _order([_zone(shape=[1, LAT, 180_000_001, 100])])),
        ("an inclusion zone of 99 m", _order([circle(2, 0, 0, 99)])),
        ("a dwelling as small as a flat", _order([square(3, 0, 0, 10)])),
        ("a dwelling that a hole makes small", _order([
            [3, "a", "", [2, square(3, 0, 0, 500)[3][1], square(3, 0, 0, 495)[3][1]], None]])),
        ("24 km2 with a hole of 2 km2", _order([
            [1, "a", "b", [2, square(1, 0, 0, 2450)[3][1], square(1, 0, 0, 707)[3][1]], None]])),
        ("a ring of two corners", _order([_zone(shape=[2, [LON, LAT, LON + 9, LAT]])])),
        ("a ring of three corners and a half", _order([_zone(shape=[2, [0] * 7])])),
        ("a corner that is a text", _order([_zone(shape=[2, [0, 0, 0, 9, "9", 9]])])),
        ("a ring that goes round the Earth twice", _order([_zone(shape=_ring(
            *(((120_000_000 * i + 180_000_000) % 360_000_000 - 180_000_000, 1_000_000 * i)
              for i in range(7))))])),
        ("windows out of order", _order([_zone(windows=[60, 0])])),
        ("a window of no length", _order([_zone(windows=[60, 60])])),
        ("a window without an end", _order([_zone(windows=[0, 60, 90])])),
        ("a window before the term", _order([_zone(windows=[-1, 60])])),
        ("a window beyond the term", _order([_zone(windows=[0, 10_081])])),
        ("eleven exclusion zones", _order([_zone(shape=_SMALL)] * 11)),
        ("six others", _order([circle(2, 0, 0, 100)] * 6)),
        ("26 km2 of exclusion zones", _order([circle(1, 0, 0, 2_877)])),
        ("1,026 corners", _order([_zone(shape=_triangles(342))])),
        ("1,025 windows", _order([_zone(windows=list(range(2050)))])),
    ),
    "RECIPIENTS": (
        ("null", _order(RECIPIENTS=None)),
        ("another first week", _order(RECIPIENTS=[_FIRST + 1, [_KEY], [_KEY], _KEY])),
        ("a week without a duty key", _order(RECIPIENTS=[_FIRST, [], [_KEY], _KEY])),
        ("a week too many", _order(RECIPIENTS=[_FIRST, [_KEY], [_KEY] * 2, _KEY])),
        ("a key of 31 bytes", _order(RECIPIENTS=[_FIRST, [_KEY[:31]], [_KEY], _KEY])),
        ("no wearer", _order(RECIPIENTS=[_FIRST, [_KEY], [_KEY], b""])),
        ("a duty key of zeros", _order(RECIPIENTS=[_FIRST, [bytes(32)], [_KEY], _KEY])),
        ("an officer key of 1, the last bit set", _order(
            RECIPIENTS=[_FIRST, [_KEY], [b"\x01" + bytes(30) + b"\x80"], _KEY])),
        ("a wearer's key of 2^255 - 19", _order(
            RECIPIENTS=[_FIRST, [_KEY], [_KEY], ((1 << 255) - 19).to_bytes(32, "little")])),
        ("a wearer's key of order 8", _order(RECIPIENTS=[_FIRST, [_KEY], [_KEY], _ORDER_8])),
    ),
    "STATEMENT": (
        ("null", _order(STATEMENT=None)),
        ("an entry that no notice prints", _order(STATEMENT=_statement(more="and this"))),
        ("no controller", _order(STATEMENT=_statement(controller=None))),
        ("a blank lawful basis", _order(STATEMENT=_statement(lawful_basis=" "))),
        ("alternatives that are a list", _order(STATEMENT=_statement(alternatives=["none"]))),
        ("no justification", _order(STATEMENT=_statement(justification=None))),
        ("no purpose", _order(STATEMENT=_statement(purposes=[]))),
        ("a purpose that is none", _order(STATEMENT=_statement(purposes=["to test", ""]))),
    ),
    "QUIET": (
        ("a text", _order(QUIET="at night")),
        ("out of order", _order(QUIET=[60, 0])),
        ("beyond the term", _order(QUIET=[0, 10_081])),
    ),
    "EXCEPTIONS": (
        ("null", _order(EXCEPTIONS=None)),
        ("one", _order(EXCEPTIONS=[None])),
        ("without a justification", _order(EXCEPTIONS=[None, ""])),
        ("true", _order(EXCEPTIONS=[True, None])),
    ),
    "OVERRIDES": (
        ("null", _order(OVERRIDES=None)),
        ("of two parts", _order(OVERRIDES=[[1, 100]])),
        ("of limit 5", _order(OVERRIDES=[[5, 100, "a"]])),
        ("of limit true", _order(OVERRIDES=[[True, 100, "a"]])),
        ("twice", _order(OVERRIDES=[[1, 100, "a"], [1, 101, "a"]])),
        ("that grants no more than the limit", _order(OVERRIDES=[[1, 92, "a"]])),
        ("that grants too much", _order(OVERRIDES=[[1, 367, "a"]])),
        ("without a justification", _order(OVERRIDES=[[1, 100, ""]])),
    ),
    "REVIEW": (
        ("a text", _order(REVIEW="done")),
        ("after the term", _order(REVIEW=[NOT_BEFORE + _WEEK_S + 1, "a judge", "it holds"])),
        ("without a person", _order(REVIEW=[NOT_BEFORE, "", "it holds"])),
    ),
    "REVOKED": (
        ("without a reason", _order(LEVEL=1, REVOKED="")),
        ("with a zone", _order([_zone()], LEVEL=1, REVOKED="acquitted")),
        ("with a level above presence", _order(REVOKED="acquitted")),
        ("with an exception", _order(LEVEL=1, REVOKED="acquitted", EXCEPTIONS=["a", None])),
    ),
}  # fmt: skip


def make() -> dict:
    """Return the file's content; the rules are those that the tag names."""
    cases = [{"name": name, "hex": cbor.encode(fields).hex()} for name, fields in _ACCEPTED]
    for field, group in _REFUSED.items():
        for name, fields in group:
            data = cbor.encode(fields)
            cases.append(
                {
                    "name": f"{field} {name}".strip(),
                    "hex": data.hex(),
                    "refused": field or "the fields",
                    "rule": rule_of(data),
                }
            )
    return {"section": 7, "cases": cases}


def rule_of(data: bytes) -> str:
    """Return the text of the PolicyError that these bytes raise."""
    try:
        policy.decode(data)
    except policy.PolicyError as error:
        return str(error)
    raise ValueError("a legal order")
