"""Vectors of section 10 of docs/FORMAT.md: locate orders, before they are signed."""

from __future__ import annotations

from orders import NOT_BEFORE, TAG
from reticent.tagcode import cbor, locate, policy

_SOUND = {
    1: 2, 2: TAG, 3: 1, 4: 1, 5: NOT_BEFORE, 6: NOT_BEFORE + 900, 7: "A. Officer",
    8: "a missing person", 9: "77",
}  # fmt: skip
_MOST = {3: (1 << 31) - 1, 4: (1 << 31) - 1, 5: (1 << 40) - 86_401, 6: (1 << 40) - 1}

_REFUSED = (
    ("the fields", "no map", [2]),
    ("the fields", "no case", {key: _SOUND[key] for key in range(1, 9)}),
    ("the fields", "a position", _SOUND | {10: [0, 0]}),
    ("FORMAT", "that of a policy", _SOUND | {1: 1}),
    ("FORMAT", "3", _SOUND | {1: 3}),
    ("TAG", "7 bytes", _SOUND | {2: TAG[:7]}),
    ("VERSION", "0", _SOUND | {3: 0}),
    ("VERSION", "true", _SOUND | {3: True}),
    ("NUMBER", "0", _SOUND | {4: 0}),
    ("NUMBER", "2^31", _SOUND | {4: 1 << 31}),
    ("ISSUED", "0", _SOUND | {5: 0}),
    ("EXPIRES", "2^40", _SOUND | {5: (1 << 40) - 1, 6: 1 << 40}),
    ("EXPIRES", "no later than ISSUED", _SOUND | {6: NOT_BEFORE}),
    ("EXPIRES", "a day and a second later", _SOUND | {6: NOT_BEFORE + 86_401}),
    ("PERSON", "blank", _SOUND | {7: " "}),
    ("REASON", "no text", _SOUND | {8: b"because"}),
    ("CASE", "empty", _SOUND | {9: ""}),
)


def make() -> dict:
    """Return the file's content; the rules are those that the tag names."""
    cases = [
        {"name": name, "hex": cbor.encode(fields).hex()}
        for name, fields in (("a locate order", _SOUND), ("the largest numbers", _SOUND | _MOST))
    ]
    for field, name, fields in _REFUSED:
        cases.append(
            {
                "name": f"{field} {name}",
                "hex": cbor.encode(fields).hex(),
                "refused": field,
                "rule": _rule_of(fields),
            }
        )
    return {"section": 10, "cases": cases}


def _rule_of(fields) -> str:
    try:
        locate.check(fields)
    except policy.PolicyError as error:
        return str(error)
    raise ValueError("a legal locate order")
