"""The tag's secrets as they lie on its flash: one record, and the page of a block that holds it.

Written by the host once, when a tag is personalised, and by the tag at each boot
(store/blocks.py). Nothing of it ever leaves the tag.
"""

import hashlib
import struct

from wire import FormatError

BLOCK_BYTES = 4096
PAGE_BYTES = 256
NAMES = ("a", "b")  # of the two files, one block each

SEED_BYTES = 32
_MARKS = (b"reticent block a", b"reticent block b")
_PAGE_FORM = "<I%ds32s"  # sequence, record, SHA-256 over mark and both
_RECORD_FORM = "<BB32s32siiI"  # version, flags, state, identity, row, column, cell_m
_VERSION = 1
_HAS_IDENTITY, _HAS_OFFSET = 1, 2
_RECORD_BYTES = struct.calcsize(_RECORD_FORM)


class Vault:
    """What is in the record: the generator's state, the identity's seed, the hidden offset."""

    def __init__(self, state, identity=None, offset=None):
        """`offset` is (row, column, cell_m): fractions of a cell, and the cell they are of."""
        self.state = state
        self.identity = identity
        self.offset = offset

    def encode(self):
        """Return the record's bytes; all records have the same size."""
        flags = (_HAS_IDENTITY if self.identity else 0) | (_HAS_OFFSET if self.offset else 0)
        identity, offset = self.identity or bytes(SEED_BYTES), self.offset or (0, 0, 0)
        return struct.pack(_RECORD_FORM, _VERSION, flags, self.state, identity, *offset)


def decode(record):
    """Return the Vault of a record; FormatError for any other bytes."""
    if len(record) != _RECORD_BYTES:
        raise FormatError
    version, flags, state, identity, *offset = struct.unpack(_RECORD_FORM, record)
    if version != _VERSION or flags >> 2:
        raise FormatError  # of a later firmware
    return Vault(
        state,
        identity if flags & _HAS_IDENTITY else None,
        tuple(offset) if flags & _HAS_OFFSET else None,
    )


def mark_page(index):
    """Return the first page of a block: what it is found by."""
    return _filled(_MARKS[index])


def encode_page(index, sequence, record):
    """Return the second page of a block, which holds a record; the higher sequence counts."""
    check = _check(index, sequence, record)
    return _filled(struct.pack(_PAGE_FORM % _RECORD_BYTES, sequence, record, check))


def decode_page(index, page):
    """Return (sequence, record) of the second page, or (0, None) where it is none, or torn."""
    form = _PAGE_FORM % _RECORD_BYTES
    sequence, record, check = struct.unpack(form, bytes(page[: struct.calcsize(form)]))
    if check != _check(index, sequence, record):
        return 0, None
    return sequence, record


def blank_block(index):
    """Return a block without a record: what its file is made of."""
    return mark_page(index) + b"\xff" * (BLOCK_BYTES - PAGE_BYTES)


def first_block(record):
    """Return block "a" of a tag that never booted."""
    rest = b"\xff" * (BLOCK_BYTES - 2 * PAGE_BYTES)
    return mark_page(0) + encode_page(0, 1, record) + rest


def _check(index, sequence, record):
    return hashlib.sha256(_MARKS[index] + struct.pack("<I", sequence) + record).digest()


def _filled(content):
    return content + b"\xff" * (PAGE_BYTES - len(content))
