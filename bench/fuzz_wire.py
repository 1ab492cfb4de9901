"""Coverage-guided fuzzing of whatever reads others' bytes (atheris): `make fuzz FUZZ=wire`.

The first byte says which reader gets the rest. What has to hold, whatever the bytes are:
- nothing is raised but FormatError, PolicyError and the opener's Refusal;
- what is read encodes to the very bytes that were read: one value, one encoding;
- the parts of an envelope that a rogue tag could sign are signed before the opener gets them, so
  that they come past the signature; a changed part opens only if the batch is sound;
- no reader takes more than STEPS_A_BYTE lines of code a byte of input (checked on a share of the
  inputs), nor more memory than libFuzzer's -rss_limit_mb.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Callable
from pathlib import Path

import atheris
from fuzz_budget import fuzz

ROOT = Path(__file__).parents[1]
# Blinka's `micropython`, in this environment for another bench, must not shadow ours.
sys.path[:0] = [str(ROOT / "host_tools" / "reticent" / "cpython"), str(ROOT / "firmware")]
sys.path += [str(ROOT / "host_tools"), str(ROOT / "tests" / "support")]

INSTRUMENTED = ["wire", "tag", "reticent.archive.opener"]
with atheris.instrument_imports(INSTRUMENTED):  # pyright: ignore[reportAttributeAccessIssue]
    from reticent.archive import opener
    from reticent.tagcode import (
        FormatError,
        ack,
        batch,
        cbor,
        config,
        cose,
        envelope,
        locate,
        policy,
    )

import rogue  # noqa: E402
from reticent.bench.registration import Identity  # noqa: E402
from reticent.collector.store import Sealed  # noqa: E402

STEPS_A_BYTE = 2_000
STEPS_AT_LEAST = 200_000
INTERESTING = (
    0, 1, 2, 3, 23, 24, 255, 256, -1, 65_535, 65_536, (1 << 24) - 1, 1 << 24, (1 << 30) - 1,
    1 << 30, 1 << 31, 1 << 32, 1 << 40, (1 << 64) - 1, -(1 << 64), 90_000_000, 180_000_000,
    True, False, None, b"", bytes(8), bytes(32), "", "a", "\u00e9", [], {}, [[]], [None], {1: 1},
)  # fmt: skip

TAG = rogue.Tag(seed=7)
IDENTITIES = {TAG.id: Identity(TAG.id, TAG.public_key)}


def read_cbor(data: bytes) -> None:
    value = cbor.decode(data)
    assert cbor.encode(value) == data


def read_sequence(data: bytes) -> None:
    """Any bytes at all as a sequence of envelopes; none can have the tag's signature."""
    start = 0
    while start < len(data):
        read, end = envelope.parse_first(data, start)
        assert cose.frame(read.header.tag, read.payload, read.signature) == data[start:end]
        start = end


def read_protected(data: bytes) -> None:
    framed = b"\xd2" + cbor.encode([data, {}, b"", bytes(64)])
    kid, payload, signature = cose.parse(framed)
    assert cose.frame(kid, payload, signature) == framed


def read_answer(data: bytes) -> None:
    acks, newer = ack.decode_answer(data)
    assert ack.encode_answer(acks, newer) == data
    for one in acks:
        one.message(bytes(32))


def read_policy(data: bytes) -> None:
    order = policy.decode(data)  # its zones in place, as they lie on a tag's flash
    try:
        whole = cbor.decode(data)
    except FormatError:
        raise AssertionError("in place it is read, whole it is not") from None
    assert cbor.encode(whole) == data
    assert order.recipients(batch.ALERT, order.first_week) is not None
    for zone in order.zones:
        zone.speaks_at(order.not_before)
        zone.next_start_s(order.not_before)


def read_locate(data: bytes) -> None:
    locate.is_one(data)
    assert cbor.encode(locate.check(cbor.decode(data))) == data


def read_config(data: bytes) -> None:
    assert config.decode(data).encode() == data


def read_batch(data: bytes) -> None:
    """The content of a batch that a rogue tag seals and signs."""
    plain = (data[:1023] + b"\x80" + bytes(1024))[:1024]
    opened = open_signed(TAG.sealed(plain))
    assert batch.encode(opened.kind, opened.policy_version, opened.week, opened.records) == plain


def read_payload(data: bytes) -> None:
    """A whole payload that a rogue tag signs; opens only if it is one of its own."""
    open_signed(TAG.signed(data))


def read_header(data: bytes) -> None:
    """Another header over a sound batch, everything bound to it."""
    opened = open_signed(TAG.sealed(header=data))
    assert opened.records == []


def read_wrapped(data: bytes) -> None:
    """What stands for enc and the wrapped secret."""
    blob = (data + bytes(80))[:80]
    open_signed(TAG.sealed(wrapped=lambda wrapped: [(wrapped[0][0], blob), wrapped[1]]))


def open_signed(sealed: bytes) -> batch.Batch:
    """Open as the host does; the Batch, or the opener's own refusals."""
    stored = Sealed(TAG.id, 1, hashlib.sha256(sealed).digest(), sealed)
    genuine, refused = opener.authenticate([stored], IDENTITIES)
    if refused:
        assert refused[0].reason != opener.Reason.UNSIGNED, "the harness has to sign"
        raise opener.Refusal(refused[0].reason)
    return opener.open_envelope(genuine[0], opener.RoleKeys(TAG.keys)).batch


READERS: tuple[Callable[[bytes], None], ...] = (
    read_cbor,
    read_sequence,
    read_protected,
    read_answer,
    read_policy,
    read_locate,
    read_config,
    read_batch,
    read_payload,
    read_header,
    read_wrapped,
)


class Steps:
    """Counts the lines that our own code runs."""

    def __init__(self, most: int) -> None:
        self._left = most

    def __call__(self, frame, event, _argument):
        if event == "line":
            self._left -= 1
            assert self._left > 0, "too many steps"
        return self


def test_one_input(raw: bytes) -> None:
    """Give the bytes to the reader that the first of them names; every 16th input is counted."""
    if not raw:
        return
    read, data = READERS[raw[0] % len(READERS)], raw[1:]
    is_counted = len(raw) % 16 == 0
    if is_counted:
        sys.settrace(Steps(max(STEPS_AT_LEAST, STEPS_A_BYTE * len(data))))
    try:
        read(data)
    except (FormatError, policy.PolicyError, opener.Refusal):
        pass
    finally:
        if is_counted:
            sys.settrace(None)


def mutate(raw: bytes, most: int, seed: int) -> bytes:
    """Change bytes; or, in half of the inputs that are CBOR, a value in it, encoded anew.

    Without that hardly any change would leave the lengths right.
    """
    chance = random.Random(seed)
    if raw and chance.random() < 0.5:
        try:
            value = cbor.decode(raw[1:])
            return (raw[:1] + cbor.encode(changed(value, chance)))[:most]
        except (FormatError, TypeError):
            pass
    return atheris.Mutate(raw, most)


def changed(value, chance: random.Random):
    """Return the value with one place in it changed."""
    if isinstance(value, list | dict) and value and chance.random() < 0.8:
        return changed_within(value, chance)
    if isinstance(value, bytes) and chance.random() < 0.4:
        try:  # CBOR in a byte string, as a header is
            return cbor.encode(changed(cbor.decode(value), chance))
        except FormatError:
            pass
    if isinstance(value, bytes) and value:
        return atheris.Mutate(value, len(value) + 8)
    if type(value) is int and chance.random() < 0.5:
        return max(-(1 << 64), min(value + chance.choice((-1, 1, 256, -65536)), (1 << 64) - 1))
    return chance.choice(INTERESTING)


def changed_within(value, chance: random.Random):
    """Return the list or dict with an entry changed, removed, doubled or in another place."""
    entries: list = list(value.items() if isinstance(value, dict) else value)
    at = chance.randrange(len(entries))
    verb = chance.randrange(8)
    if verb == 0:
        del entries[at]
    elif verb == 1:
        entries.insert(chance.randrange(len(entries) + 1), entries[at])
    elif verb == 2:
        entries.append(entries.pop(at))
    elif isinstance(value, dict):
        entries[at] = entries[at][0], changed(entries[at][1], chance)
    else:
        entries[at] = changed(entries[at], chance)
    return dict(entries) if isinstance(value, dict) else entries


def seeds() -> list[bytes]:
    """Return a sound input for each reader: the fuzzer starts from the inside."""
    import orders

    wide = orders.square(policy.INCLUSION, 0, 0, 400, [0, 600, 1440, 2040])
    order = cbor.encode(orders.fields([orders.circle(policy.EXCLUSION, 900, 0, 200), wide]))
    answer = ack.encode_answer([ack.Ack(1, 1_772_409_600, 1, bytes(32), bytes(32))], b"policy")
    personal = config.Config(bytes(32), bytes(32), "host", 443, b"der", "ssid", "key", 9600)
    return [
        cbor.encode([1, -1, 70_000, b"four", "t\u00e9xt", {1: [None, True], "k": {}}, 1 << 40]),
        TAG.sealed(rogue.EMPTY) + TAG.sealed(rogue.EMPTY),
        cbor.encode({1: -8, 4: TAG.id}),
        answer,
        order,
        cbor.encode({1: 2, 2: TAG.id, 3: 1, 4: 1, 5: 1, 6: 9, 7: "who", 8: "why", 9: "77"}),
        personal.encode(),
        rogue.FULL.rstrip(b"\0")[:-1],
        TAG.payload(rogue.FULL),
        TAG.header(),
        TAG.wrapped()[0][1],
    ]


if __name__ == "__main__":
    fuzz(test_one_input, [bytes([n]) + seed for n, seed in enumerate(seeds())], mutate)
