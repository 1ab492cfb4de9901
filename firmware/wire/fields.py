"""What a decoded field may be. CBOR's true is no 1, its false no 0, though Python takes them."""

from wire import FormatError, cbor


def is_int(value, least, limit):
    """Return whether value is an int (not a bool) in [least, limit)."""
    return type(value) is int and least <= value < limit


def is_bytes(value, size):
    """Return whether value is a byte string of this size."""
    return isinstance(value, bytes) and len(value) == size


def is_text(value):
    """Return whether value is a text that is not blank.

    The blanks are named: CPython's own strip knows more of them than MicroPython's.
    """
    return isinstance(value, str) and value.strip(" \t\n\x0b\x0c\r") != ""


def versioned(data, version, count):
    """Return the entries behind the version of the array of `count` that the data are."""
    entries = cbor.decode(data)
    if not isinstance(entries, list) or len(entries) != count:
        raise FormatError  # not such an array
    if not is_int(entries[0], version, version + 1):
        raise FormatError  # unknown version
    return entries[1:]
