"""hal/names.py: questions to a name server, and answers of every kind (RFC 1035)."""

from hal import names

ASKED = names.query(b"\x12\x34", "collector.example")
HEAD = b"\x12\x34\x81\x80\x00\x01"
NAME = b"\xc0\x0c"
FOUND = NAME + b"\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01"
ALIAS = NAME + b"\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x06\x03www\xc0\x0c"


def answer(*records, head=HEAD, counted=None):
    count = len(records) if counted is None else counted
    return head + bytes((0, count, 0, 0, 0, 0)) + ASKED[12:] + b"".join(records)


def test_the_question_is_that_of_rfc_1035():
    assert ASKED == (
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
        b"\x09collector\x07example\x00\x00\x01\x00\x01"
    )


def test_an_address_is_found_behind_aliases_and_names_that_are_spelt_out():
    spelt = b"\x03www\x07example\x00" + FOUND[2:]
    for records in ((FOUND,), (ALIAS, FOUND), (ALIAS, ALIAS, spelt), (spelt, ALIAS)):
        assert names.address(ASKED, answer(*records)) == "127.0.0.1", records


def test_what_is_no_answer_to_the_question_has_none():
    other = b"\x12\x35" + answer(FOUND)[2:]
    other_name = answer(FOUND).replace(b"collector", b"protector")
    cases = (
        ("another ident", other),
        ("another name", other_name),
        ("a question", ASKED + bytes(20)),
        ("no such name", answer(head=b"\x12\x34\x81\x83\x00\x01")),
        ("refused, yet with an address", answer(FOUND, head=b"\x12\x34\x81\x85\x00\x01")),
        ("no record", answer()),
        ("an alias alone", answer(ALIAS)),
        (
            "an IPv6 address",
            answer(NAME + b"\0\x1c\0\1\0\0\0\x3c\0\x10" + bytes(16)),
        ),
    )
    for name, data in cases:
        assert names.address(ASKED, data) is None, name


def test_cut_at_any_byte_it_is_no_address():
    for whole in (answer(FOUND), answer(ALIAS, FOUND), answer(ALIAS, ALIAS, FOUND)):
        for size in range(len(whole)):
            try:
                assert names.address(ASKED, whole[:size]) is None, size
            except IndexError:
                pass


def test_flipped_bits_end_in_an_address_none_or_an_index_error():
    whole = answer(ALIAS, FOUND)
    for bit in range(8 * len(whole)):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        try:
            found = names.address(ASKED, bytes(data))
        except IndexError:
            continue
        assert found is None or found.count(".") == 3
