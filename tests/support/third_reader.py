"""A third reader of docs/FORMAT.md, sections 2 to 6 and 9: written from that document alone.

It shares no code with the tag or the host: cbor2, PyPI's `cryptography` and Python only. It was
written to find what the document leaves open; where it and ours differ, one of three is wrong.
Policies and cells are third_reader_orders.py's.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import cbor2
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class Refused(Exception):
    """The item is not to be believed; the argument is the document's word for why."""


def need(holds: bool, reason: str) -> None:
    if not holds:
        raise Refused(reason)


def is_int(value, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def is_bytes(value, size: int) -> bool:
    return type(value) is bytes and len(value) == size


def is_array(value, size: int) -> bool:
    return type(value) is list and len(value) == size


# Section 2: decode, check what is allowed, encode again, compare.


def encoded(value, depth: int = 0) -> bytes:
    """Return the one encoding; Refused for a value that section 2 does not allow."""
    if type(value) in (int, bytes, str, bool, type(None)):
        need(type(value) is not int or -(2**64) <= value < 2**64, "cbor")
        return cbor2.dumps(value)
    need(type(value) in (list, dict) and (depth < 7 or not value), "cbor")
    if type(value) is list:
        return head(4, len(value)) + b"".join(encoded(entry, depth + 1) for entry in value)
    need(all(type(key) in (int, str) for key in value), "cbor")
    pairs = sorted((cbor2.dumps(key), entry) for key, entry in value.items())
    return head(5, len(value)) + b"".join(key + encoded(one, depth + 1) for key, one in pairs)


def head(major: int, count: int) -> bytes:
    """Return a container's head: that of the same unsigned integer, with another major type."""
    plain = cbor2.dumps(count)
    return bytes([plain[0] | major << 5]) + plain[1:]


def weight(value) -> int:
    if type(value) is list:
        return 8 + sum(weight(entry) for entry in value)
    if type(value) is dict:
        return 8 + sum(weight(key) + weight(entry) for key, entry in value.items())
    is_light = type(value) in (bool, type(None)) or is_int(value, -(2**30), 2**30 - 1)
    return 1 if is_light else 8


def first_item(data: bytes) -> tuple[object, bytes]:
    """Return (value, the rest) of the first item of a sequence."""
    stream = BytesIO(data)
    try:
        value = cbor2.CBORDecoder(stream).decode()
    except (cbor2.CBORDecodeError, ValueError, OverflowError, RecursionError, MemoryError):
        raise Refused("cbor") from None
    except TypeError:  # a key that Python cannot hash
        raise Refused("cbor") from None
    rest = data[stream.tell() :]
    need(encoded(value) == data[: len(data) - len(rest)] and weight(value) <= 8_192, "cbor")
    return value, rest


def item(data: bytes):
    """Return the value of exactly these bytes."""
    value, rest = first_item(data)
    need(rest == b"", "cbor")
    return value


# Sections 3 and 4.

POSITION = ((-90_000_000, 90_000_000), (-180_000_000, 180_000_000), (0, 9_999))
SLOT, UTC_S, WHEN, ZONE = (0, 2**24 - 1), (2**24, 2**40 - 1), (0, 2**40 - 1), (0, 99)
FIELDS = {
    2: (UTC_S, ZONE, *POSITION),
    3: (WHEN, ZONE, None),
    4: (SLOT, ZONE),
    5: (WHEN, (1, 65_535), (-(2**31), 2**31 - 1)),
    7: (UTC_S, (1, 3), (0, 2**31 - 1), *POSITION),
}


def check_record(record) -> None:
    need(type(record) is list and record != [] and is_int(record[0], 1, 7), "record")
    kind, *fields = record
    if kind == 1:
        need(is_array(fields, 3) and is_int(fields[0], *SLOT), "record")
        cell = fields[1:]
        need(cell == [None, None] or all(is_int(one, 0, 2**20 - 1) for one in cell), "record")
    elif kind == 6:
        check_health(fields)
    else:
        need(is_array(fields, len(FIELDS[kind])), "record")
        for value, limits in zip(fields, FIELDS[kind]):
            need(limits is None or is_int(value, *limits), "record")
        need(kind != 3 or type(fields[2]) is bool, "record")
        need(kind != 7 or (fields[1] == 3) == (fields[2] > 0), "record")


def check_health(fields) -> None:
    need(is_array(fields, 4) and is_int(fields[0], *SLOT), "record")
    _, battery, firmware, counters = fields
    need(battery is None or is_int(battery, 0, 10), "record")
    need(is_int(firmware, 0, 2**24 - 1), "record")
    need(type(counters) is list and len(counters) <= 32, "record")
    need(all(is_int(count, 0, 2**31 - 1) for count in counters), "record")


def read_batch(data: bytes) -> list:
    """Return [1, class, policy version, week, records]."""
    need(len(data) == 1_024, "batch")
    content = data.rstrip(b"\0")
    need(content[-1:] == b"\x80", "batch")
    try:
        fields = item(content[:-1])
        need(is_array(fields, 5) and is_int(fields[0], 1, 1) and is_int(fields[1], 1, 2), "batch")
        need(is_int(fields[2], 0, 2**32 - 1) and is_int(fields[3], 0, 2**21 - 1), "batch")
        need(type(fields[4]) is list, "batch")
        for record in fields[4]:
            check_record(record)
            need(record[0] not in ((2, 7) if fields[1] == 1 else (1,)), "batch")
    except Refused:
        raise Refused("batch") from None
    return fields


# Section 5.


@dataclass
class Envelope:
    """What steps 1 to 5 have read."""

    tag: bytes
    kind: int
    policy_version: int
    commit: bytes
    header: bytes
    wrapped: list
    ciphertext: bytes
    signature: bytes
    signed: bytes


def read_sign1(data: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """Return (kid, payload, signature, what was signed) of the one form of COSE_Sign1."""
    try:
        need(data[:1] == b"\xd2", "cose")
        parts = item(data[1:])
        need(is_array(parts, 4), "cose")
        protected, unprotected, payload, signature = parts
        need(type(protected) is bytes and unprotected == {} and type(payload) is bytes, "cose")
        need(type(unprotected) is dict and is_bytes(signature, 64), "cose")
        headers = item(protected)
        need(type(headers) is dict and set(headers) == {1, 4} and headers[1] == -8, "cose")
        need(is_bytes(headers[4], 8), "cose")
    except Refused:
        raise Refused("cose") from None
    return headers[4], payload, signature, encoded(["Signature1", protected, b"", payload])


def read_payload(payload: bytes) -> tuple[bytes, list, bytes]:
    """Return (header, [(kid, enc || wrapped) ...], ciphertext)."""
    try:
        parts = item(payload)
    except Refused:
        raise Refused("payload") from None
    need(is_array(parts, 4) and is_int(parts[0], 1, 1), "payload")
    _, header, wrapped, ciphertext = parts
    need(type(wrapped) is list and 1 <= len(wrapped) <= 4, "payload")
    for entry in wrapped:
        need(is_array(entry, 2) and is_bytes(entry[0], 8) and is_bytes(entry[1], 80), "payload")
    need(is_bytes(ciphertext, 1_040), "payload")
    return header, wrapped, ciphertext


def read_header(header) -> list:
    try:
        need(type(header) is bytes, "header")
        fields = item(header)
    except Refused:
        raise Refused("header") from None
    need(is_array(fields, 9) and is_int(fields[0], 1, 1) and is_int(fields[2], 1, 2), "header")
    sizes = ((1, 8), (3, 4), (4, 4), (5, 32), (6, 32), (7, 32), (8, 32))
    need(all(is_bytes(fields[place], size) for place, size in sizes), "header")
    return fields


def read_envelope(data: bytes) -> Envelope:
    """Steps 1 to 5."""
    kid, payload, signature, signed = read_sign1(data)
    header, wrapped, ciphertext = read_payload(payload)
    fields = read_header(header)
    need(kid == fields[1], "kid")
    need(
        hashlib.sha256(b"".join(entry[0] for entry in wrapped)).digest() == fields[6], "recipients"
    )
    version = int.from_bytes(fields[4], "big")
    return Envelope(
        kid, fields[2], version, fields[8], header, wrapped, ciphertext, signature, signed
    )


def open_envelope(
    data: bytes, tags: Mapping[bytes, bytes], keys: Mapping[bytes, bytes], checks_commit=True
) -> list:
    """Return the batch of an envelope: [1, class, policy version, week, records].

    `tags` has identity keys by tag id, `keys` X25519 private keys by kid. Without the check of
    `commit` it is the reader that a rigged tag hopes for: a test shows why the step is there.
    """
    read = read_envelope(data)
    need(read.tag in tags, "tag")
    try:
        Ed25519PublicKey.from_public_bytes(tags[read.tag]).verify(read.signature, read.signed)
    except InvalidSignature:
        raise Refused("signature") from None
    secret = unwrap(read, keys)
    if checks_commit:
        need(hmac.compare_digest(hkdf(secret, b"reticent-1 commit"), read.commit), "commit")
    try:
        cipher = AESGCM(hkdf(secret, b"reticent-1 key"))
        plain = cipher.decrypt(bytes(12), read.ciphertext, read.header)
    except InvalidTag:
        raise Refused("ciphertext") from None
    fields = read_batch(plain)
    need(fields[1:3] == [read.kind, read.policy_version], "mismatch")
    return fields


def unwrap(read: Envelope, keys: Mapping[bytes, bytes]) -> bytes:
    """Steps 8 and 9."""
    info = b"reticent-1 wrap" + hashlib.sha256(read.header).digest()
    for kid, blob in read.wrapped:
        if kid in keys:
            try:
                return SUITE.decrypt(blob, X25519PrivateKey.from_private_bytes(keys[kid]), info)
            except InvalidTag:
                raise Refused("wrapped") from None
    raise Refused("others")


def hkdf(secret: bytes, info: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, None, info).derive(secret)


def split_sequence(body: bytes) -> list[bytes]:
    """Section 6: return the envelopes before the place where a sequence breaks off."""
    whole: list[bytes] = []
    while body:
        try:
            need(body[:1] == b"\xd2", "cose")
            _, rest = first_item(body[1:])
            envelope = body[: len(body) - len(rest)]
            read_envelope(envelope)
        except Refused:
            break
        whole.append(envelope)
        body = rest
    return whole


# Sections 6 and 9.


def read_answer(data: bytes) -> tuple[list, bytes | None]:
    """Return (acks, policy or None)."""
    try:
        need(len(data) <= 24_576, "answer")
        fields, order = first_item(data)
    except Refused:
        raise Refused("answer") from None
    need(is_array(fields, 3) and is_int(fields[0], 1, 1) and type(fields[1]) is list, "answer")
    need(fields[2] == (hashlib.sha256(order).digest() if order else None), "answer")
    for ack in fields[1]:
        need(is_array(ack, 5) and is_int(ack[0], 0, 2**32 - 1), "answer")
        need(is_int(ack[1], 0, 2**40 - 1) and is_int(ack[2], 0, 2**32 - 1), "answer")
        need(is_bytes(ack[3], 32) and is_bytes(ack[4], 32), "answer")
    return fields[1], order or None


def is_genuine(ack: list, ack_key: bytes, envelope_hash: bytes) -> bool:
    _, utc_s, least, log_head, mac = ack
    message = b"reticent-ack-1" + envelope_hash + utc_s.to_bytes(8, "big")
    message += least.to_bytes(4, "big") + log_head
    return hmac.compare_digest(hmac.digest(ack_key, message, "sha256"), mac)


def read_personalisation(data: bytes) -> dict:
    try:
        fields = item(data)
        need(type(fields) is dict and set(fields) == set(range(1, 10)), "")
        need(is_int(fields[1], 1, 1) and is_bytes(fields[2], 32) and is_bytes(fields[3], 32), "")
        need(all(type(fields[key]) is str for key in (4, 7, 8)) and type(fields[6]) is bytes, "")
        need(is_int(fields[5], 1, 65_535) and is_int(fields[9], 1, 2**24 - 1), "")
    except Refused:
        raise Refused("personalisation") from None
    return fields
