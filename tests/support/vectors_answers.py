"""Vectors of sections 6 and 9 of docs/FORMAT.md: answers with their acks, personalisations."""

from __future__ import annotations

import hashlib
import hmac

from reticent.tagcode import ack, cbor, config

ACK_KEY = hashlib.sha256(b"the ack key of the vectors").digest()
ENVELOPE = hashlib.sha256(b"an envelope").digest()
LOG_HEAD = hashlib.sha256(b"a log's last line").digest()
UTC_S = 1_784_160_000


def _ack(number=7, utc_s=UTC_S, least=3, key=ACK_KEY, envelope=ENVELOPE) -> list:
    """Return an ack's fields, with the MAC of this key over this envelope's hash."""
    covered = ack.Ack(number, utc_s, least, LOG_HEAD, b"")
    mac = hmac.digest(key, covered.message(envelope), "sha256")
    return [number, utc_s, least, LOG_HEAD, mac]


def _answer(version: int, acks: list, order: bytes | None) -> bytes:
    """Return an answer's bytes: the order behind the array that has its hash."""
    digest = order and hashlib.sha256(order).digest()
    return cbor.encode([version, acks, digest]) + (order or b"")


def make_answers() -> dict:
    """Return the file of answers; `genuine` is whether each ack's MAC holds for `envelope`."""
    largest = _ack((1 << 32) - 1, (1 << 40) - 1, (1 << 32) - 1)
    read = (
        ("no ack, no policy", [1, [], None], []),
        ("an ack", [1, [_ack()], None], [True]),
        ("two acks and an order", [1, [_ack(), _ack(8)], b"an order"], [True, True]),
        ("the largest numbers", [1, [largest], None], [True]),
        ("the smallest numbers", [1, [_ack(0, 0, 0)], None], [True]),
        ("another tag's ack key", [1, [_ack(key=bytes(32))], None], [False]),
        ("another envelope's ack", [1, [_ack(envelope=bytes(32))], None], [False]),
        ("a lower least version", [1, [[*_ack()[:2], 2, *_ack()[3:]]], None], [False]),
        ("another log head", [1, [[*_ack()[:3], bytes(32), *_ack()[4:]]], None], [False]),
        ("a later time", [1, [[7, UTC_S + 1, *_ack()[2:]]], None], [False]),
        ("the number is not signed: the envelope is", [1, [[9, *_ack()[1:]]], None], [True]),
    )
    cases = [
        {"name": name, "hex": _answer(*fields).hex(), "genuine": genuine}
        for name, fields, genuine in read
    ]
    good = _ack()
    refused = (
        ("version 2", [2, [], None]),
        ("version true", [True, [], None]),
        ("a field too few", [1, []]),
        ("a field too many", [1, [], None, None]),
        ("no array of acks", [1, None, None]),
        ("a hash that is a text", [1, [], "policy"]),
        ("a hash of 31 bytes", [1, [], bytes(31)]),
        ("a hash without an order", [1, [], hashlib.sha256(b"").digest()]),
        ("an ack with four fields", [1, [good[:4]], None]),
        ("an ack with six fields", [1, [[*good, 0]], None]),
        ("a number below 0", [1, [[-1, *good[1:]]], None]),
        ("a number of 2^32", [1, [[1 << 32, *good[1:]]], None]),
        ("a number that is true", [1, [[True, *good[1:]]], None]),
        ("a time of 2^40", [1, [[7, 1 << 40, *good[2:]]], None]),
        ("a least version of 2^32", [1, [[*good[:2], 1 << 32, *good[3:]]], None]),
        ("a log head of 31 bytes", [1, [[*good[:3], bytes(31), good[4]]], None]),
        ("a MAC of 16 bytes", [1, [[*good[:4], good[4][:16]]], None]),
    )
    broken = (
        ("an order without its hash", cbor.encode([1, [], None]) + b"an order"),
        ("an order that is another's", _answer(1, [], b"an order")[:-1] + b"s"),
        ("an order that is cut off", _answer(1, [], b"an order")[:-1]),
        ("an answer of 24,577 bytes", _answer(1, [], bytes(24_577 - 38) + b"\x01")),
    )
    whole = [(name, cbor.encode(fields)) for name, fields in refused] + list(broken)
    cases += [{"name": name, "hex": data.hex(), "refused": "answer"} for name, data in whole]
    cases[-1] |= _shortened(cases[-1]["hex"])
    return {
        "section": 6,
        "ack_key": ACK_KEY.hex(),
        "envelope": ENVELOPE.hex(),
        "cases": cases,
    }


def _shortened(text: str) -> dict:
    """Return the hex without the zeros that end its last byte string but one, and those apart."""
    stem = text[:-2].rstrip("0")
    stem += "0" * (len(stem) % 2)
    return {"hex": stem, "then": ["00", (len(text) - 2 - len(stem)) // 2], "end": text[-2:]}


_PERSONAL = {
    1: 1, 2: bytes(range(32)), 3: ACK_KEY, 4: "collector.example", 5: 443, 6: b"\x30\x82",
    7: "network", 8: "a key", 9: 9600,
}  # fmt: skip


def make_personalisations() -> dict:
    """Return the file of personalisations."""
    cases = [
        {"name": name, "hex": config.decode(cbor.encode(fields)).encode().hex()}
        for name, fields in (
            ("all fields", _PERSONAL),
            ("the last port and rate", _PERSONAL | {5: 65_535, 9: (1 << 24) - 1}),
        )
    ]
    refused = (
        ("a field is missing", {key: _PERSONAL[key] for key in range(1, 9)}),
        ("a field more", _PERSONAL | {10: 0}),
        ("format 2", _PERSONAL | {1: 2}),
        ("format true", _PERSONAL | {1: True}),
        ("an issuer's key of 31 bytes", _PERSONAL | {2: bytes(31)}),
        ("an ack key of 33 bytes", _PERSONAL | {3: bytes(33)}),
        ("a host that is no text", _PERSONAL | {4: b"host"}),
        ("port 0", _PERSONAL | {5: 0}),
        ("port 65,536", _PERSONAL | {5: 65_536}),
        ("a rate of 0", _PERSONAL | {9: 0}),
        ("no map", [1]),
    )
    cases += [
        {"name": name, "hex": cbor.encode(fields).hex(), "refused": "personalisation"}
        for name, fields in refused
    ]
    return {"section": 9, "cases": cases}
