"""Vectors of section 5 of docs/FORMAT.md: envelopes that open, and those that must not.

Those that open are sealed by the tag's own code, from a generator whose entropy the file gives:
so another sealer that is built alike can be held to the byte. The rest comes from a rogue tag.
"""

from __future__ import annotations

import hashlib

import fixed_hpke
import rogue
import vectors_batches
from reticent.tagcode import batch, cbor, cose, envelope
from seal import envelope as tag_envelope
from seal.drbg import Drbg
from seal.steps import run

WEEK = vectors_batches.WEEK
_R = vectors_batches.RECORDS
_ORDER = (1 << 252) + 27742317777372353535851937790883648493  # of Ed25519's base point


def _wrap(public_key: bytes, info: bytes, secret: bytes) -> bytes:
    """Return enc || wrapped secret, the same each time."""
    ephemeral = hashlib.sha256(public_key + info).digest()
    return fixed_hpke.seal(ephemeral, public_key, info, secret)


TAG = rogue.Tag(20, _wrap)
STRANGER = rogue.Tag(21, _wrap)
_MORE_KEYS = rogue.Tag(22, _wrap).public_keys

# Name, header's fields, batch's class and records, recipients.
_SEALED = (
    ("the first: an empty ROUTINE batch", {}, batch.ROUTINE, [], TAG.public_keys),
    ("the worked example", {"number": 2, "log_head": hashlib.sha256(b"log").digest()},
     batch.ALERT, [[3, 1_784_160_000, 0, True],
                   [2, 1_784_160_000, 0, 47_001_234, -30_004_321, 12]], TAG.public_keys),
    ("ROUTINE: what may be in it", {"number": 3}, batch.ROUTINE, [_R[i] for i in (1, 2, 7, 9, 12)],
     TAG.public_keys),
    ("ALERT: what may be in it", {"number": 4}, batch.ALERT, [_R[i] for i in (4, 6, 8, 10, 14)],
     TAG.public_keys),
    ("the largest numbers", {"number": (1 << 32) - 1, "policy_version": (1 << 32) - 1},
     batch.ROUTINE, [], TAG.public_keys),
    ("one recipient", {"number": 5}, batch.ROUTINE, [], TAG.public_keys[:1]),
    ("four recipients", {"number": 6}, batch.ROUTINE, [], [*TAG.public_keys, *_MORE_KEYS]),
)  # fmt: skip


def make() -> dict:
    """Return the file's content."""
    cases = []
    previous = envelope.ZERO_HASH
    for place, sealed in enumerate(_SEALED):
        cases.append(_sealed(*sealed, previous, bytes([place]) * 48))
        previous = envelope.hash_of(bytes.fromhex(cases[-1]["hex"]))
    cases += [
        {"name": name, "hex": data.hex(), "refused": why}
        for why, group in _refused().items()
        for name, data in group
    ]
    return {
        "section": 5,
        "tag": {
            "id": TAG.id.hex(),
            "identity_seed": TAG.identity_seed.hex(),
            "public_key": TAG.public_key.hex(),
        },
        "recipients": [
            {"private_key": private.hex(), "public_key": public.hex(), "kid": kid.hex()}
            for private, public, kid in zip(TAG.private_keys, TAG.public_keys, TAG.kids)
        ],
        "cases": cases,
    }


def _sealed(name, changes, kind, records, recipients, previous, entropy) -> dict:
    """Return the case of an envelope that the tag's code has sealed."""
    fields = {"number": 1, "policy_version": 1, "log_head": envelope.ZERO_HASH, **changes}
    header = envelope.Header(TAG.id, kind, previous=previous, **fields)
    plain = batch.encode(kind, header.policy_version, WEEK, records)
    steps = tag_envelope.seal(header, plain, recipients, TAG.identity_seed, Drbg(entropy))
    return {
        "name": name,
        "hex": run(steps).hex(),
        "drbg_entropy": entropy.hex(),
        "header": {
            "class": kind,
            "number": header.number,
            "policy_version": header.policy_version,
            "previous": previous.hex(),
            "log_head": header.log_head.hex(),
        },
        "recipients": [key.hex() for key in recipients],
        "batch": [1, kind, header.policy_version, WEEK, records],
    }


def _refused() -> dict[str, list[tuple[str, bytes]]]:
    """Return {reason: [(name, envelope) ...]}; in each one thing alone is wrong."""
    return {
        "cose": _cose(),
        "payload": _payload(),
        "header": _header(),
        "recipients": _recipients(),
        "tag": [("a tag that nobody has registered", STRANGER.sealed())],
        "kid": [
            ("another tag's id in the header", TAG.sealed(header=TAG.header(tag=STRANGER.id))),
            ("another tag's kid at the signature", _framed(kid=STRANGER.id)),
        ],
        "signature": _signature(),
        "others": [("sealed for others", _for_others())],
        "wrapped": _wrapped(),
        "commit": [
            ("a commit of zeros, all else bound to it",
             TAG.sealed(header=TAG.header(commit=bytes(32)))),
            ("a commit with one bit changed", TAG.sealed(header=TAG.header(commit=_flipped(
                cbor.decode(TAG.header())[8], 0)))),
        ],
        "ciphertext": [
            ("a bit changed", TAG.sealed(cipher=lambda text: _flipped(text, 5))),
            ("a bit of its tag changed", TAG.sealed(cipher=lambda text: _flipped(text, 1039))),
            ("encrypted under another header", TAG.sealed(cipher=lambda _: TAG.encrypted(
                rogue.EMPTY, TAG.header(number=2)))),
        ],
        "batch": [
            ("1,024 zeros", TAG.sealed(bytes(1024))),
            ("a position in a ROUTINE batch", TAG.sealed(_raw([1, 1, 1, WEEK, [_R[4]]]))),
        ],
        "mismatch": [
            ("an ALERT batch under a ROUTINE header", TAG.sealed(_raw([1, 2, 1, WEEK, []]))),
            ("a batch of another policy version", TAG.sealed(_raw([1, 1, 2, WEEK, []]))),
        ],
    }  # fmt: skip


def _raw(fields) -> bytes:
    return (cbor.encode(fields) + b"\x80" + bytes(1024))[:1024]


def _flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _framed(protected=None, unprotected=None, kid=None, signature=None, tag=b"\xd2") -> bytes:
    """Return a sound envelope's payload, signed, in a COSE_Sign1 with other parts."""
    payload = TAG.payload()
    kid = kid or TAG.id
    protected = cbor.encode({1: -8, 4: kid}) if protected is None else protected
    unprotected = {} if unprotected is None else unprotected
    signed = cbor.encode(["Signature1", protected, b"", payload])
    signature = TAG.sign(signed) if signature is None else signature(TAG.sign(signed))
    return tag + cbor.encode([protected, unprotected, payload, signature])


def _cose() -> list[tuple[str, bytes]]:
    sound = TAG.sealed()
    return [
        ("nothing", b""),
        ("no tag", sound[1:]),
        ("the tag of COSE_Mac0", b"\xd1" + sound[1:]),
        ("the tag of COSE_Sign", b"\xd8\x62" + sound[1:]),
        ("two tags", b"\xd2" + sound),
        ("a byte behind it", sound + b"\x00"),
        ("the last byte missing", sound[:-1]),
        ("another kid in an unprotected header", _framed(unprotected={4: TAG.id})),
        ("a text in an unprotected header", _framed(unprotected={"note": "here"})),
        ("no algorithm", _framed(cbor.encode({4: TAG.id}))),
        ("another algorithm", _framed(cbor.encode({1: -7, 4: TAG.id}))),
        ("no kid", _framed(cbor.encode({1: -8}))),
        ("a kid of 7 bytes", _framed(cbor.encode({1: -8, 4: TAG.id[:7]}))),
        ("a critical header more", _framed(cbor.encode({1: -8, 2: [4], 4: TAG.id}))),
        ("a protected header out of order", _framed(b"\xa2\x04\x48" + TAG.id + b"\x01\x27")),
        ("a protected header that is a map", b"\xd2" + cbor.encode(
            [{1: -8, 4: TAG.id}, {}, TAG.payload(), bytes(64)])),
        ("a detached payload", b"\xd2" + cbor.encode(
            [cbor.encode({1: -8, 4: TAG.id}), {}, None, bytes(64)])),
        ("a signature of 63 bytes", _framed(signature=lambda whole: whole[:63])),
        ("five parts", b"\xd2" + cbor.encode(
            [cbor.encode({1: -8, 4: TAG.id}), {}, TAG.payload(), bytes(64), 0])),
    ]  # fmt: skip


def _payload() -> list[tuple[str, bytes]]:
    _, header, wrapped, text = cbor.decode(TAG.payload())
    changed = (
        ("version 2", [2, header, wrapped, text]),
        ("version true", [True, header, wrapped, text]),
        ("a part too few", [1, header, wrapped]),
        ("a part too many", [1, header, wrapped, text, 0]),
        ("no recipients", [1, header, [], text]),
        ("five recipients", [1, header, [wrapped[0]] * 5, text]),
        ("a recipient without a secret", [1, header, [[wrapped[0][0]], wrapped[1]], text]),
        ("a recipient's kid of 7 bytes", [1, header, [[bytes(7), wrapped[0][1]]], text]),
        ("a wrapped secret of 79 bytes", [1, header, [[TAG.kids[0], bytes(79)]], text]),
        ("a ciphertext of 1,039 bytes", [1, header, wrapped, text[:-1]]),
        ("a ciphertext of 1,041 bytes", [1, header, wrapped, text + b"\0"]),
        ("a ciphertext that is a text", [1, header, wrapped, "x" * 1040]),
    )
    cases = [(name, TAG.signed(cbor.encode(parts))) for name, parts in changed]
    cases.append(("a byte behind the payload", TAG.signed(TAG.payload() + b"\0")))
    return cases


def _header() -> list[tuple[str, bytes]]:
    fields = cbor.decode(TAG.header())

    def with_field(place, value):
        return TAG.sealed(header=cbor.encode([*fields[:place], value, *fields[place + 1 :]]))

    return [
        ("suite 2", with_field(0, 2)),
        ("suite true", with_field(0, True)),
        ("a tag id of 7 bytes", with_field(1, TAG.id[:7])),
        ("class 0", with_field(2, 0)),
        ("class 3", with_field(2, 3)),
        ("class true", with_field(2, True)),
        ("a number that is no byte string", with_field(3, 1)),
        ("a number of 5 bytes", with_field(3, bytes(5))),
        ("a policy version of 3 bytes", with_field(4, bytes(3))),
        ("a previous hash of 31 bytes", with_field(5, bytes(31))),
        ("no log head", with_field(7, None)),
        ("a commit of 16 bytes", with_field(8, bytes(16))),
        ("a field too few", TAG.sealed(header=cbor.encode(fields[:8]))),
        ("a field too many", TAG.sealed(header=cbor.encode([*fields, 0]))),
        ("a byte behind the header", TAG.sealed(header=TAG.header() + b"\0")),
        ("a header that is no byte string", TAG.signed(cbor.encode(
            [1, fields, *cbor.decode(TAG.payload())[2:]]))),
    ]  # fmt: skip


def _recipients() -> list[tuple[str, bytes]]:
    other = envelope.kid_of(_MORE_KEYS[0])
    return [
        ("the recipients swapped", TAG.sealed(wrapped=lambda both: both[::-1])),
        ("a recipient left out", TAG.sealed(wrapped=lambda both: both[:1])),
        ("a recipient more", TAG.sealed(wrapped=lambda both: [*both, (other, both[0][1])])),
        ("a foreign kid", TAG.sealed(wrapped=lambda both: [(other, both[0][1]), both[1]])),
    ]


def _signature() -> list[tuple[str, bytes]]:
    def plus_order(whole):
        return whole[:32] + (int.from_bytes(whole[32:], "little") + _ORDER).to_bytes(32, "little")

    payload = TAG.payload()
    theirs = STRANGER.sign(cose.to_be_signed(TAG.id, payload))
    return [
        ("a bit of R changed", _framed(signature=lambda whole: _flipped(whole, 0))),
        ("a bit of S changed", _framed(signature=lambda whole: _flipped(whole, 32))),
        ("S plus the group's order", _framed(signature=plus_order)),
        ("zeros", _framed(signature=lambda _: bytes(64))),
        ("another tag's signature", cose.frame(TAG.id, payload, theirs)),
        ("a bit of the ciphertext changed afterwards", _flipped(TAG.sealed(), 1000)),
    ]


def _for_others() -> bytes:
    others = rogue.Tag(22, _wrap)
    header = TAG.header(recipients=envelope.recipients_hash(others.kids))
    return TAG.sealed(header=header, wrapped=lambda _: [
        (kid, _wrap(key, envelope.wrap_info(header), TAG.secret))
        for kid, key in zip(others.kids, others.public_keys)
    ])  # fmt: skip


def _wrapped() -> list[tuple[str, bytes]]:
    def first(blob):
        return lambda both: [(both[0][0], blob(both[0][1])), both[1]]

    def swapped(both):
        return [(both[0][0], both[1][1]), (both[1][0], both[0][1])]

    bound = TAG.wrapped(TAG.header())
    return [
        ("the secrets of two recipients swapped", TAG.sealed(wrapped=swapped)),
        ("a bit of enc changed", TAG.sealed(wrapped=first(lambda blob: _flipped(blob, 0)))),
        ("a bit of the secret changed", TAG.sealed(wrapped=first(lambda one: _flipped(one, 40)))),
        ("enc of low order", TAG.sealed(wrapped=first(lambda blob: bytes(32) + blob[32:]))),
        ("wrapped under another policy version", TAG.sealed(
            header=TAG.header(policy_version=2), wrapped=lambda _: bound)),
        ("wrapped under another number", TAG.sealed(
            header=TAG.header(number=9), wrapped=lambda _: bound)),
    ]  # fmt: skip
