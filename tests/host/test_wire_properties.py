"""Hypothesis on all that reads bytes of others: the tag's readers against the third reader.

Both must take the same bytes and refuse the same bytes, whatever they are; what is taken encodes
to the very bytes that were read. `make fuzz FUZZ=wire` does it guided by coverage, for an hour.
"""

import hashlib
import os

from hypothesis import given, settings
from hypothesis import strategies as st

import orders
import rogue
import third_reader
import third_reader_orders
from reticent.tagcode import FormatError, ack, batch, cbor, config, envelope, policy, record
from third_reader import Refused

EXAMPLES = 20_000 if os.environ.get("RETICENT_FULL") == "1" else 150
lasting = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None)

EDGES = [0, 1, 2, 3, 23, 24, 255, 256, 899, 900, 65_535, 65_536, 1 << 20, 1 << 24, (1 << 30) - 1,
         1 << 30, 1 << 31, 1 << 32, 1 << 40, (1 << 64) - 1, 90_000_000, 180_000_000]  # fmt: skip
integers = st.one_of(
    st.sampled_from(EDGES + [-one for one in EDGES] + [one - 1 for one in EDGES]),
    st.integers(-(1 << 64), (1 << 64) - 1),
)
texts = st.text(st.characters(codec="utf-8"), max_size=5)
scalars = st.one_of(integers, st.booleans(), st.none(), st.binary(max_size=40), texts)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.one_of(integers, texts), inner, max_size=4),
    ),
    max_leaves=20,
)


def outcome(read, data, errors):
    """Return (what was read, True), or (None, False)."""
    try:
        return read(data), True
    except errors:
        return None, False


def same_outcome(ours, third, data, errors=FormatError):
    """Return what both have read, or None where both refuse; AssertionError where they differ."""
    mine, is_mine = outcome(ours, data, errors)
    theirs, is_theirs = outcome(third, data, Refused)
    assert is_mine == is_theirs, (data.hex(), mine, theirs)
    return mine, theirs


def is_shallow(value, depth=7):
    if not isinstance(value, list | dict) or not value:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(is_shallow(entry, depth - 1) for entry in inner)


@lasting
@given(values)
def test_a_value_has_one_encoding_and_both_encoders_make_it(value):
    data = cbor.encode(value)
    if not is_shallow(value):
        assert outcome(cbor.decode, data, FormatError) == (None, False)
        return
    assert third_reader.encoded(value) == data
    assert repr(cbor.decode(data)) == repr(third_reader.item(data))  # repr: 1 is not True
    assert cbor.encode(cbor.decode(data)) == data


@lasting
@given(st.binary(max_size=40))
def test_any_bytes_are_cbor_to_both_or_to_none(data):
    mine, theirs = same_outcome(cbor.decode, third_reader.item, data)
    assert repr(mine) == repr(theirs)


@lasting
@given(values, st.data())
def test_cbor_with_a_byte_changed_is_refused_or_the_one_encoding_of_something_else(value, draw):
    data = bytearray(cbor.encode(value))
    for _ in range(draw.draw(st.integers(1, 2))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    mine, theirs = same_outcome(cbor.decode, third_reader.item, bytes(data))
    assert repr(mine) == repr(theirs)


@lasting
@given(values)
def test_what_is_cut_off_or_goes_on_is_refused(value):
    data = cbor.encode(value)
    for changed in (data[:-1], data + b"\x00", data + data):
        assert outcome(cbor.decode, changed, FormatError) == (None, False)


near_records = st.builds(
    lambda kind, fields: [kind, *fields],
    st.one_of(st.integers(0, 8), scalars),
    st.lists(st.one_of(integers, st.booleans(), st.none(), st.lists(integers)), max_size=7),
)


@lasting
@given(st.one_of(values, near_records))
def test_a_record_is_one_to_both_or_to_none(value):
    def third(one):
        third_reader.check_record(one)
        return one

    mine, is_mine = outcome(record.check, value, FormatError)
    assert outcome(third, value, Refused) == (mine, is_mine)


numbers = st.integers(0, (1 << 24) - 1)
sound_records = st.one_of(
    st.builds(record.crossing, numbers, st.integers(0, 99), st.booleans()),
    st.builds(record.present, numbers, st.integers(0, 99)),
    st.builds(record.event, numbers, st.integers(1, 65_535), st.integers(-(1 << 31), 1 << 30)),
    st.builds(record.health, numbers, st.integers(0, 10), numbers, st.lists(numbers, max_size=32)),
)


@lasting
@given(
    st.sampled_from([batch.ROUTINE, batch.ALERT]),
    st.integers(0, (1 << 32) - 1),
    st.integers(0, (1 << 21) - 1),
    st.lists(sound_records, max_size=60),
)
def test_a_batch_holds_as_many_records_as_fit_and_gives_them_back(kind, version, week, records):
    count = batch.fit(kind, version, week, records)
    data = batch.encode(kind, version, week, records[:count])
    read = batch.decode(data)
    assert (read.kind, read.policy_version, read.week) == (kind, version, week)
    assert read.records == records[:count]
    assert third_reader.read_batch(data) == [1, kind, version, week, records[:count]]
    if count < len(records):
        assert outcome(lambda one: batch.encode(kind, version, week, one), records[: count + 1],
                       FormatError) == (None, False)  # fmt: skip


@lasting
@given(st.lists(values, max_size=6), st.binary(max_size=3))
def test_any_content_is_a_batch_to_both_or_to_none(fields, tail):
    content = cbor.encode([1, *fields])[:1000] + tail
    data = (content + b"\x80").ljust(1024, b"\0")
    same_outcome(batch.decode, third_reader.read_batch, data)


hashes = st.binary(min_size=32, max_size=32)
acks = st.lists(
    st.builds(
        lambda *parts: list(parts),
        st.integers(0, (1 << 32) - 1), st.integers(0, (1 << 40) - 1),
        st.integers(0, (1 << 32) - 1), hashes, hashes,
    ),
    max_size=5,
)  # fmt: skip


@lasting
@given(acks, st.one_of(st.none(), st.binary(min_size=1, max_size=50)), st.data())
def test_an_answer_is_one_to_both_or_to_none(entries, newer, draw):
    digest = None if newer is None else hashlib.sha256(newer).digest()
    fields = draw.draw(changed([1, entries, digest]))
    data = cbor.encode(fields) + (newer or b"")
    mine, _ = same_outcome(ack.decode_answer, third_reader.read_answer, data)
    if mine is not None:
        assert ack.encode_answer(*mine) == data


@lasting
@given(st.data())
def test_a_personalisation_is_one_to_both_or_to_none(draw):
    sound = {1: 1, 2: bytes(32), 3: bytes(32), 4: "h", 5: 443, 6: b"", 7: "s", 8: "k", 9: 9600}
    data = cbor.encode(draw.draw(changed(sound)))
    mine, _ = same_outcome(config.decode, third_reader.read_personalisation, data)
    if mine is not None:
        assert mine.encode() == data


@st.composite
def changed(draw, value):
    """Draw the value, most often with one place in it changed."""
    if isinstance(value, list | dict) and value and draw(st.integers(0, 4)):
        key = draw(
            st.sampled_from(sorted(value) if isinstance(value, dict) else range(len(value)))
        )
        copy = value.copy()
        verb = draw(st.integers(0, 9))
        if verb == 0:
            del copy[key]
        elif verb == 1 and isinstance(value, list):
            copy.insert(key, copy[key])
        else:
            copy[key] = draw(changed(copy[key]))
        return copy
    return draw(st.one_of(st.just(value), scalars, values))


ORDER = orders.fields(
    [
        orders.circle(policy.EXCLUSION, 900, 0, 200, [0, 60, 120, 180]),
        orders.square(policy.INCLUSION, 0, 2000, 300),
        orders.square(policy.DWELLING, 0, 0, 100),
    ],
    EXCEPTIONS=["a threat", None],
    OVERRIDES=[[1, 100, "a"], [4, 6, "b"]],
    QUIET=[0, 60],
    REVIEW=[orders.NOT_BEFORE, "a judge", "it holds"],
)


@lasting
@given(changed(ORDER))
def test_an_order_is_legal_to_both_or_to_none(fields):
    data = cbor.encode(fields)
    errors = (FormatError, policy.PolicyError)
    same_outcome(policy.decode, third_reader_orders.read_order, data, errors)


TAG = rogue.Tag(40)
TAGS = {TAG.id: TAG.public_key}
OWN = {TAG.kids[0]: TAG.private_keys[0]}
PAYLOAD = cbor.decode(TAG.payload(rogue.FULL))


def own_part(parts):
    """Return the payload without what is wrapped for the second recipient."""
    try:
        (first, (kid, blob)) = parts[2]
        return [*parts[:2], first, kid, type(blob), len(blob), *parts[3:]]
    except (TypeError, ValueError, IndexError, KeyError):
        return None


HEADER = cbor.decode(PAYLOAD[1])


@lasting
@given(st.one_of(changed(PAYLOAD), changed(HEADER).map(
    lambda header: [1, cbor.encode(header), *PAYLOAD[2:]])))  # fmt: skip
def test_a_signed_payload_is_an_envelope_to_both_or_to_none(parts):
    sealed = TAG.signed(cbor.encode(parts))
    mine, _ = same_outcome(envelope.parse, third_reader.read_envelope, sealed)
    _, opens = outcome(lambda data: third_reader.open_envelope(data, TAGS, OWN), sealed, Refused)
    assert opens == (repr(own_part(parts)) == repr(own_part(PAYLOAD)))
    if mine is not None:
        assert mine.to_be_signed() == third_reader.read_envelope(sealed).signed
