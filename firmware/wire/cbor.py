"""Deterministic CBOR (RFC 8949, section 4.2.1): one encoding a value, and a strict reader of it.

Values: int (64 bits), bytes, str, list, dict with int or str keys, True, False, None. Floats, tags
and indefinite lengths do not exist here; whatever is not the one encoding raises FormatError.
"""

from wire import FormatError

_UINT, _NINT, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE, _TRUE, _NULL = 0xF4, 0xF5, 0xF6
_SIZES = {24: 1, 25: 2, 26: 4, 27: 8}
MAX_DEPTH = 8  # the tag's C stack is 8 KB


def encode(value):
    """Return the one deterministic encoding of the value as bytes."""
    out = bytearray()
    _put(out, value)
    return bytes(out)


def decode(data):
    """Return the value of exactly these bytes; FormatError for anything but its one encoding."""
    value, end = decode_first(data, 0)
    if end != len(data):
        raise FormatError  # trailing bytes
    return value


def decode_first(data, start):
    """Return (value, end) of the item at `start`: for CBOR sequences (RFC 8742)."""
    return _item(data, start, MAX_DEPTH)


def _put(out, value):
    if value is None or value is True or value is False:
        out.append(_NULL if value is None else _TRUE if value else _FALSE)
    elif isinstance(value, int):
        _put_head(out, _UINT if value >= 0 else _NINT, value if value >= 0 else -1 - value)
    elif isinstance(value, str):
        text = value.encode()
        _put_head(out, _TEXT, len(text))
        out.extend(text)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        _put_head(out, _BYTES, len(value))
        out.extend(value)
    elif isinstance(value, (list, tuple)):
        _put_head(out, _ARRAY, len(value))
        for entry in value:
            _put(out, entry)
    elif isinstance(value, dict):
        _put_map(out, value)
    else:
        raise TypeError("no CBOR for this type")


def _put_map(out, value):
    _put_head(out, _MAP, len(value))
    for key, entry in sorted((encode(key), entry) for key, entry in value.items()):
        out.extend(key)
        _put(out, entry)


def _put_head(out, major, argument):
    if argument < 24:
        out.append(major << 5 | argument)
        return
    for info in (24, 25, 26, 27):
        size = _SIZES[info]
        if argument >> (8 * size) == 0:
            out.append(major << 5 | info)
            out.extend(argument.to_bytes(size, "big"))
            return
    raise TypeError("an int of more than 64 bits")


def _head(data, at):
    """Return (major type, additional information, argument, next position)."""
    if at >= len(data):
        raise FormatError  # truncated
    first = data[at]
    major, info = first >> 5, first & 31
    at += 1
    if info < 24:
        return major, info, info, at
    size = _SIZES.get(info)
    if size is None or at + size > len(data):
        raise FormatError  # indefinite, reserved or truncated
    argument = int.from_bytes(data[at : at + size], "big")
    if argument < 24 or size > 1 and argument >> (4 * size) == 0:
        raise FormatError  # not the shortest form
    return major, info, argument, at + size


def _item(data, at, depth):
    if depth == 0:
        raise FormatError  # nested too deep
    major, info, argument, at = _head(data, at)
    if major == _UINT:
        return argument, at
    if major == _NINT:
        return -1 - argument, at
    if major == _BYTES or major == _TEXT:
        return _string(data, at, argument, major)
    if major == _ARRAY:
        return _array(data, at, argument, depth)
    if major == _MAP:
        return _map(data, at, argument, depth)
    if major == _SIMPLE and 20 <= info <= 22:
        return (False, True, None)[info - 20], at
    raise FormatError  # tag, float, undefined or another simple value


def _string(data, at, length, major):
    end = at + length
    if end > len(data):
        raise FormatError  # truncated
    raw = bytes(data[at:end])
    if major == _BYTES:
        return raw, end
    try:
        return raw.decode(), end
    except UnicodeError:
        raise FormatError  # not UTF-8


def _array(data, at, length, depth):
    if length > len(data) - at:
        raise FormatError  # an entry takes at least a byte: no memory is spent on a lie
    values = []
    for _ in range(length):
        value, at = _item(data, at, depth - 1)
        values.append(value)
    return values, at


def _map(data, at, length, depth):
    if 2 * length > len(data) - at:
        raise FormatError
    values = {}
    last = b""
    for _ in range(length):
        start = at
        key, at = _item(data, at, depth - 1)
        encoded = bytes(data[start:at])
        if not isinstance(key, (int, str)) or key is True or key is False or encoded <= last:
            raise FormatError  # a key of another type, doubled or out of order
        last = encoded
        values[key], at = _item(data, at, depth - 1)
    return values, at
