"""wire/cbor.py against RFC 8949's own examples, and what a strict reader refuses."""

from binascii import hexlify, unhexlify

from wire import FormatError, cbor

# RFC 8949, appendix A: every example of the types we have.
RFC_EXAMPLES = (
    (0, "00"), (1, "01"), (10, "0a"), (23, "17"), (24, "1818"), (25, "1819"), (100, "1864"),
    (1000, "1903e8"), (1000000, "1a000f4240"), (1000000000000, "1b000000e8d4a51000"),
    (18446744073709551615, "1bffffffffffffffff"), (-18446744073709551616, "3bffffffffffffffff"),
    (-1, "20"), (-10, "29"), (-100, "3863"), (-1000, "3903e7"),
    (False, "f4"), (True, "f5"), (None, "f6"),
    (b"", "40"), (b"\x01\x02\x03\x04", "4401020304"),
    ("", "60"), ("a", "6161"), ("IETF", "6449455446"), ('"\\', "62225c"), ("\u00fc", "62c3bc"),
    ("\u6c34", "63e6b0b4"), ("\U00010151", "64f0908591"),
    ([], "80"), ([1, 2, 3], "83010203"), ([1, [2, 3], [4, 5]], "8301820203820405"),
    (list(range(1, 26)), "98190102030405060708090a0b0c0d0e0f101112131415161718181819"),
    ({}, "a0"), ({1: 2, 3: 4}, "a201020304"), ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    (["a", {"b": "c"}], "826161a161626163"),
)  # fmt: skip

REFUSED = (
    ("", "nothing"),
    ("0000", "trailing byte"),
    ("1800", "0 in two bytes"),
    ("1817", "23 in two bytes"),
    ("190017", "23 in three bytes"),
    ("1900ff", "255 in three bytes"),
    ("1a0000ffff", "65535 in five bytes"),
    ("1b00000000ffffffff", "2**32 - 1 in nine bytes"),
    ("1c", "reserved additional information"),
    ("18", "truncated argument"),
    ("5f42010243030405ff", "indefinite bytes"),
    ("9f01ff", "indefinite array"),
    ("bf01ff", "indefinite map"),
    ("f90000", "half float"),
    ("fb3ff199999999999a", "double float"),
    ("f7", "undefined"),
    ("f0", "simple value 16"),
    ("f818", "simple value 24"),
    ("c001", "tag"),
    ("4401", "truncated bytes"),
    ("61ff", "not UTF-8"),
    ("62c080", "UTF-8 of a zero in two bytes"),
    ("63e08080", "UTF-8 of a zero in three bytes"),
    ("63eda080", "UTF-8 of a surrogate"),
    ("64f4908080", "UTF-8 above U+10FFFF"),
    ("64f8808080", "UTF-8 of five bits"),
    ("62c3c3", "UTF-8 that breaks off and begins again"),
    ("61c3", "UTF-8 that breaks off"),
    ("6180", "UTF-8 that begins in the middle"),
    ("8301", "truncated array"),
    ("9bffffffffffffffff", "an array longer than memory"),
    ("bbffffffffffffffff", "a map longer than memory"),
    ("a2010203", "truncated map"),
    ("a201020103", "doubled key"),
    ("a203040102", "keys out of order"),
    ("a1f500", "a boolean as key"),
    ("a1800000", "an array as key"),
    ("a1f600", "null as key"),
    ("a1410000", "a byte string as key"),
    ("a20101a000", "a map as key"),
    ("818181818181818100", "an int, eight deep"),
    ("818181818181818180", "an empty array, nine deep"),
)


def test_the_examples_of_the_rfc_encode_and_decode():
    for value, text in RFC_EXAMPLES:
        data = unhexlify(text)
        assert cbor.encode(value) == data, (value, hexlify(cbor.encode(value)))
        assert cbor.decode(data) == value, text


def test_anything_but_the_one_encoding_is_refused():
    for text, why in REFUSED:
        try:
            cbor.decode(unhexlify(text))
        except FormatError:
            continue
        raise AssertionError(why)


def test_what_weighs_more_than_any_item_of_ours_is_refused_before_it_takes_memory():
    light, heavy = cbor.MAX_WEIGHT - 8, (cbor.MAX_WEIGHT - 8) // 8
    for entry, most in ((b"\x01", light), (b"\x80", heavy), (b"\x40", heavy), (b"\x60", heavy),
                        (b"\xf6", light), (b"\x1a\x3f\xff\xff\xff", light),
                        (b"\x1a\x40\x00\x00\x00", heavy)):  # fmt: skip
        head = cbor.encode([0] * most)[:3]
        assert len(cbor.decode(head + entry * most)) == most, entry
        head = cbor.encode([0] * (most + 1))[:3]
        try:
            cbor.decode(head + entry * (most + 1))
        except FormatError:
            continue
        raise AssertionError(entry)


def test_nesting_is_seven_deep_at_most_and_takes_no_stack():
    value = 0
    for _ in range(cbor.MAX_DEPTH):
        value = [value]
    assert cbor.decode(cbor.encode(value)) == value
    deep = b"\x81" * 16_000 + b"\x00"
    for hostile in (b"\x81" + cbor.encode(value), deep, b"\xa1\x00" * 8_000 + b"\x00"):
        try:
            cbor.decode(hostile)
        except FormatError:
            continue
        raise AssertionError(hostile[:10])


def test_every_truncation_is_refused():
    data = cbor.encode([1, b"four", "text", {1: [None, True], "k": -70000}])
    for length in range(len(data)):
        try:
            cbor.decode(data[:length])
        except FormatError:
            continue
        raise AssertionError(length)


def test_map_keys_are_sorted_by_their_encoding():
    assert cbor.encode({"z": 1, 10: 2, -1: 3, "aa": 4, 100: 5}) == unhexlify(
        "a50a0218640520" + "03617a016261" + "6104"
    )


def test_a_sequence_is_read_item_by_item():
    data = cbor.encode([1]) + cbor.encode([2, 3])
    first, end = cbor.decode_first(data, 0)
    second, last = cbor.decode_first(data, end)
    assert (first, second, last) == ([1], [2, 3], len(data))
