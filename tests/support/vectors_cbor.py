"""Vectors of section 2 of docs/FORMAT.md: deterministic CBOR, and what a strict reader refuses."""

from __future__ import annotations

from reticent.tagcode import cbor

# RFC 8949, appendix A: every example of the types we have.
_RFC_EXAMPLES = (
    "00", "01", "0a", "17", "1818", "1819", "1864", "1903e8", "1a000f4240", "1b000000e8d4a51000",
    "1bffffffffffffffff", "3bffffffffffffffff", "20", "29", "3863", "3903e7", "f4", "f5", "f6",
    "40", "4401020304", "60", "6161", "6449455446", "62225c", "62c3bc", "63e6b0b4", "64f0908591",
    "80", "83010203", "8301820203820405",
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    "a0", "a201020304", "a26161016162820203", "826161a161626163",
)  # fmt: skip

_ACCEPTED = (
    ("keys in the order of their encodings", "a50a02186405" + "2003617a01" + "62616104"),
    ("an array, seven deep", "81818181818181" + "00"),
    ("an empty array, eight deep: it holds nothing", "81818181818181" + "80"),
    ("the last character", "64f48fbfbf"),
    ("the characters beside the surrogates", "66ed9fbfee8080"),
)

_REFUSED = (
    ("nothing", ""),
    ("a byte behind the item", "0000"),
    ("0 in two bytes", "1800"),
    ("23 in two bytes", "1817"),
    ("23 in three bytes", "190017"),
    ("255 in three bytes", "1900ff"),
    ("65,535 in five bytes", "1a0000ffff"),
    ("2^32 - 1 in nine bytes", "1b00000000ffffffff"),
    ("-24 in two bytes", "3817"),
    ("a length in two bytes that has room in one", "5801" + "00"),
    ("reserved additional information", "1c"),
    ("a head that breaks off", "18"),
    ("indefinite bytes", "5f42010243030405ff"),
    ("an indefinite text", "7f6161ff"),
    ("an indefinite array", "9f01ff"),
    ("an indefinite map", "bf0101ff"),
    ("a break alone", "ff"),
    ("a half float", "f90000"),
    ("a single float", "fa47c35000"),
    ("a double float", "fb3ff199999999999a"),
    ("undefined", "f7"),
    ("simple value 16", "f0"),
    ("simple value 32", "f820"),
    ("false in two bytes", "f814"),
    ("a tag", "c001"),
    ("a bignum", "c249010000000000000000"),
    ("bytes that break off", "4401"),
    ("a text that breaks off", "6261"),
    ("not UTF-8", "61ff"),
    ("UTF-8 of a zero in two bytes", "62c080"),
    ("UTF-8 of a zero in three bytes", "63e08080"),
    ("UTF-8 of a surrogate", "63eda080"),
    ("UTF-8 above U+10FFFF", "64f4908080"),
    ("UTF-8 of five bits too many", "64f8808080"),
    ("UTF-8 that breaks off and begins again", "62c3c3"),
    ("UTF-8 that breaks off", "61c3"),
    ("UTF-8 that begins in the middle", "6180"),
    ("an array that breaks off", "8301"),
    ("an array longer than any memory", "9bffffffffffffffff"),
    ("a map longer than any memory", "bbffffffffffffffff"),
    ("a text longer than any memory", "7bffffffffffffffff"),
    ("a map that breaks off", "a2010203"),
    ("a map without its last value", "a101"),
    ("a doubled key", "a201020103"),
    ("keys out of order", "a203040102"),
    ("shorter keys first, as in RFC 7049", "a220001864" + "00"),
    ("a boolean as key", "a1f500"),
    ("null as key", "a1f600"),
    ("bytes as key", "a1410000"),
    ("an array as key", "a1800000"),
    ("a map as key", "a1a10000" + "00"),
    ("an array, eight deep", "8181818181818181" + "00"),
    ("a map in seven arrays", "81818181818181" + "a10000"),
)

# Head, one entry, how often, whether it is read.
_HEAVY = (
    ("the heaviest array: 8, and 8,184 times 1", "991ff8", "00", 8184, True),
    ("an array that weighs 8,193", "991ff9", "00", 8185, False),
    (
        "the heaviest array of large integers: 8, and 1,023 times 8",
        "9903ff",
        "1a40000000",
        1023,
        True,
    ),
    ("one large integer more", "990400", "1a40000000", 1024, False),
    ("one empty array more", "990400", "80", 1024, False),
    ("one empty text more", "990400", "60", 1024, False),
)


def make() -> dict:
    """Return the file's content."""
    examples = [(f"RFC 8949, appendix A: {text[:20]}", text) for text in _RFC_EXAMPLES]
    accepted = [
        {"name": name, "hex": text, "value": plain(cbor.decode(bytes.fromhex(text)))}
        for name, text in (*examples, *_ACCEPTED)
    ]
    refused = [{"name": name, "hex": text, "refused": "cbor"} for name, text in _REFUSED]
    heavy = [
        {"name": name, "hex": head, "then": [entry, count], "refused": None if is_read else "cbor"}
        for name, head, entry, count, is_read in _HEAVY
    ]
    return {"section": 2, "cases": accepted + refused + heavy}


def plain(value):
    """Return the value as JSON can hold it: bytes and maps as objects with one key."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {"map": [[plain(key), plain(entry)] for key, entry in value.items()]}
    return value
