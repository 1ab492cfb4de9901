"""Deterministic CBOR (RFC 8949, section 4.2.1): one encoding a value, and a strict reader of it.

Values: int (64 bits), bytes, str, list, dict with int or str keys, True, False, None. Floats, tags
and indefinite lengths do not exist here; whatever is not the one encoding raises FormatError.

What writes and what reads are one module: as two they took 1.4 KB more of a Pico W's budget
(bench/size_budget.py).
"""

from array import array

from wire import FormatError
from wire.utf8 import is_utf8

_UINT, _NINT, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE, _TRUE, _NULL = 0xF4, 0xF5, 0xF6
_SIZES = {24: 1, 25: 2, 26: 4, 27: 8}

MAX_DEPTH = 7  # arrays and maps within each other
# What an item weighs is what it takes of a 32-bit heap, in words of 4 bytes: an entry of a list,
# or an object with its header. So hostile bytes of any length take 64 KB at most, beside a copy of
# their strings; the heaviest legal order weighs just below it.
MAX_WEIGHT = 8_192
_LIGHT, _HEAVY = 1, 8
_SMALL_INT = 1 << 30  # at and above it an int is an object
_OPENED = object()
_NOWHERE = object()  # no map's key
_STRINGS, _ARRAYS = (bytes, bytearray, memoryview), (list, tuple)  # made once
_LONG = 256  # bytes of a string that is not copied
_MANY = 64  # entries of an array
_ITEMS_A_STEP = 32

ELSEWHERE = "(a long text)"  # of what a text says the tag asks only that it is not blank
_BLANKS = b" \t\n\x0b\x0c\r"


def encode(value):
    """Return the one deterministic encoding of the value as bytes."""
    parts = encode_parts(value)
    return b"".join(parts) if len(parts) > 1 else parts[0]


def encode_parts(value):
    """Return the encoding as a list of bytes; long strings are in it as they are, not copied."""
    out = [bytearray()]
    _put(out, value)
    return [bytes(part) if isinstance(part, bytearray) else part for part in out if len(part)]


def decode(data):
    """Return the value of exactly these bytes; FormatError for anything but its one encoding."""
    return drained(span_steps(data, 0, len(data)))


def drained(steps):
    """Return what a generator returns, at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def span_steps(data, start, stop, in_place=None):
    """Return, in steps, the value of exactly the bytes from `start` to before `stop`.

    `data` need only have len(), bytes by place and slices: what lies on flash is not read whole.
    With `in_place` the array under this key of the outermost map stays there (InPlace), and so do
    long texts, which read as ELSEWHERE; a long array of small ints reads as an array("i").
    """
    reader = _Reader(data, start, stop, in_place)
    value = yield from reader.read_steps()
    if reader.at != stop:
        raise FormatError  # trailing bytes
    return value


def decode_first(data, start):
    """Return (value, end) of the item at `start`: for CBOR sequences (RFC 8742)."""
    reader = _Reader(data, start, len(data))
    value = reader.read()
    return value, reader.at


def entry_steps(entries, number):
    """Return, in steps, an entry of a list or of what stays in place."""
    if isinstance(entries, InPlace):
        return (yield from entries.entry_steps(number))
    return entries[number]


def bytes_at(data, at):
    """Return (start, end) of the content of the byte string at `at`, which is not copied."""
    reader = _Reader(data, at, len(data))
    length = reader.head_of_bytes()
    if length > len(data) - reader.at:
        raise FormatError  # truncated
    return reader.at, reader.at + length


def head_of_bytes(length):
    """Return the head of a byte string of this length."""
    out = [bytearray()]
    _put_head(out, _BYTES, length)
    return bytes(out[0])


def _put(out, value):
    if value is None or value is True or value is False:
        out[-1].append(_NULL if value is None else _TRUE if value else _FALSE)
    elif isinstance(value, int):
        _put_head(out, _UINT if value >= 0 else _NINT, value if value >= 0 else -1 - value)
    elif isinstance(value, str):
        text = value.encode()
        _put_head(out, _TEXT, len(text))
        out[-1].extend(text)
    elif isinstance(value, _STRINGS):
        _put_head(out, _BYTES, len(value))
        if len(value) < _LONG:
            out[-1].extend(value)
        else:
            out.append(bytes(value) if isinstance(value, bytearray) else value)
            out.append(bytearray())
    elif isinstance(value, _ARRAYS):
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
        out[-1].extend(key)
        _put(out, entry)


def _put_head(out, major, argument):
    if argument < 24:
        out[-1].append(major << 5 | argument)
        return
    for info in (24, 25, 26, 27):
        size = _SIZES[info]
        if argument >> (8 * size) == 0:
            out[-1].append(major << 5 | info)
            out[-1].extend(argument.to_bytes(size, "big"))
            return
    raise TypeError("an int of more than 64 bits")


class InPlace:
    """An array that was checked and stays encoded: an entry is decoded when it is asked for."""

    def __init__(self, data, at):
        self._data = data
        self._starts = [at]

    def __len__(self):
        return len(self._starts) - 1

    def __getitem__(self, number):
        return drained(self.entry_steps(number))

    def entry_steps(self, number):
        """Return an entry, in steps."""
        if not 0 <= number < len(self):
            raise IndexError
        start, stop = self._starts[number : number + 2]
        return (yield from span_steps(self._data, start, stop, _NOWHERE))

    def end(self, at):
        """Take note of where one more entry ends."""
        self._starts.append(at)


class _Reader:
    """The bytes from `at` to before `end`, item by item, until what they hold weighs too much.

    A loop over containers that are still open, not a recursion: the tag's C stack is 8 KB. An int
    leaves no garbage, an array has its size from the start: garbage between what is kept would cut
    the heap to pieces.
    """

    def __init__(self, data, at, end, in_place=None):
        self.at = at
        self._data = data
        self._end = end
        self._in_place = in_place
        self._weight = 0
        self._major = self._info = 0
        self._item_at = at
        # One entry an open container, outermost first.
        self._containers = []
        self._left = []  # values that are still to come: two an entry of a map
        self._keys = []  # a map's key whose value comes next
        self._encoded_keys = []

    def head_of_bytes(self):
        """Pass the head of a byte string; return its length."""
        length = self._head()
        if self._major != _BYTES:
            raise FormatError
        return length

    def read(self):
        """Return the next value, whole."""
        return drained(self.read_steps())

    def read_steps(self):
        """Return the next value, whole, in steps."""
        count = 0
        while True:
            count += 1
            if count % _ITEMS_A_STEP == 0:
                yield
            value = self._item()
            if value is _OPENED:
                continue
            while self._containers:
                self._place(value)
                if self._left[-1]:
                    break
                value = self._close()
            else:
                return value

    def _item(self):
        """Return the next value, or _OPENED for an array or map with entries."""
        self._item_at = self.at
        argument = self._head()
        major = self._major
        if major <= _NINT:
            self._weigh(_LIGHT if argument < _SMALL_INT else _HEAVY)
            return argument if major == _UINT else -1 - argument
        if major == _SIMPLE and 20 <= self._info <= 22:
            self._weigh(_LIGHT)
            return (False, True, None)[self._info - 20]
        self._weigh(_HEAVY)
        if major <= _TEXT:
            return self._string(argument)
        if major <= _MAP:
            return self._open(argument if major == _ARRAY else 2 * argument)
        raise FormatError  # tag, float, undefined or another simple value

    def _weigh(self, weight):
        self._weight += weight
        if self._weight > MAX_WEIGHT:
            raise FormatError  # more than any item of ours

    def _head(self):
        """Note the major type and the additional information; return the argument."""
        first = self._byte()
        self._major, self._info = first >> 5, first & 31
        if self._info < 24:
            return self._info
        if self._info > 27:
            raise FormatError  # indefinite or reserved
        size = 1 << (self._info - 24)
        argument = 0
        for _ in range(size):
            argument = argument << 8 | self._byte()
        if argument < 24 or size > 1 and argument >> (4 * size) == 0:
            raise FormatError  # not the shortest form
        return argument

    def _byte(self):
        if self.at >= self._end:
            raise FormatError  # truncated
        self.at += 1
        return self._data[self.at - 1]

    def _string(self, length):
        end = self.at + length
        if end > self._end:
            raise FormatError  # truncated
        if length > _LONG and self._in_place is not None and self._major == _TEXT:
            return self._long_text(end)
        raw = bytes(self._data[self.at : end])
        self.at = end
        if self._major == _BYTES:
            return raw
        if not is_utf8(raw):
            raise FormatError  # not UTF-8
        return raw.decode()

    def _long_text(self, end):
        """Check a text where it lies; return ELSEWHERE, or a blank for one that is blank."""
        data, start, self.at = self._data, self.at, end
        if not is_utf8(data[at] for at in range(start, end)):
            raise FormatError  # not UTF-8
        for at in range(start, end):
            if data[at] not in _BLANKS:
                return ELSEWHERE
        return " "

    def _open(self, count):
        """Begin an array or map of this many values."""
        is_array = self._major == _ARRAY
        if count == 0:
            return [] if is_array else {}
        if count > self._end - self.at or self._weight + count > MAX_WEIGHT:
            raise FormatError  # a value takes a byte at least: no memory is spent on a lie
        if len(self._left) == MAX_DEPTH:
            raise FormatError  # nested too deep
        self._containers.append(self._container(count) if is_array else {})
        self._left.append(count)
        self._keys.append(None)
        self._encoded_keys.append(b"")
        return _OPENED

    def _container(self, count):
        """Return what takes the entries of an array of so many."""
        if self._in_place is None:
            return [None] * count
        if self._keys == [self._in_place]:
            return InPlace(self._data, self.at)
        is_of_ints = self._data[self.at] >> 5 <= _NINT
        return array("i", range(count)) if is_of_ints and count >= _MANY else [None] * count

    def _place(self, value):
        """Put the value into the innermost container."""
        container, left = self._containers[-1], self._left[-1]
        if isinstance(container, array) and not _is_small(value):
            container = self._containers[-1] = list(container)  # its first entry was misleading
        if isinstance(container, (list, array)):
            container[len(container) - left] = value
        elif isinstance(container, InPlace):
            container.end(self.at)
        elif left & 1:
            container[self._keys[-1]] = value
        else:
            self._place_key(value)
        self._left[-1] = left - 1

    def _place_key(self, key):
        if type(key) is not int and not isinstance(key, str):
            raise FormatError  # a key of another type
        encoded = bytes(self._data[self._item_at : self.at])
        if encoded <= self._encoded_keys[-1]:
            raise FormatError  # doubled, or out of order
        self._keys[-1], self._encoded_keys[-1] = key, encoded

    def _close(self):
        """Return the innermost container, which is whole."""
        for stack in (self._left, self._keys, self._encoded_keys):
            stack.pop()
        return self._containers.pop()


def _is_small(value):
    """Return whether this is an int that is no object on the tag."""
    return type(value) is int and -_SMALL_INT <= value < _SMALL_INT
