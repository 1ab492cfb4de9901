"""One small record in two flash blocks that are overwritten in place.

LittleFS copies on write, so whatever was in a file stays in a free block. Here the new record is
written into the other block and read back, then the old block is erased: of the records that were,
none is left. The two blocks belong to two files of one block each, so that LittleFS leaves them
alone: it moves no data by itself, and a file of one block holds none of its pointers.
"""

import os

from store import files
from wire import vault

_ERASE, _COUNT = 6, 4  # of a block device's ioctl
_PAGES = range(0, vault.BLOCK_BYTES, vault.PAGE_BYTES)
_ERASED = b"\xff" * vault.PAGE_BYTES


class BlocksError(Exception):
    """The flash does not keep what is written, or the blocks cannot be found."""


class BlockPair:
    """Two blocks of a block device with LittleFS on it, which is mounted at the folder's root."""

    def __init__(self, device, folder):
        """Find the blocks, and finish what a power cut has left half-done."""
        self._device = device
        self._page = bytearray(vault.PAGE_BYTES)
        self._blocks = [self._found(index, folder + "/" + vault.NAMES[index]) for index in (0, 1)]
        records = [self._read(index) for index in (0, 1)]
        self._sequence = max(sequence for sequence, _ in records)
        self._current = 0 if records[0][0] >= records[1][0] else 1
        self._record = records[self._current][1]
        if not self._is_blank(1 - self._current):
            self._blank(1 - self._current)

    def load(self):
        """Return the record, or None where none was written."""
        return self._record

    def store(self, record):
        """Replace the record; afterwards the old one is nowhere. BlocksError where flash fails."""
        new, old = 1 - self._current, self._current
        self._blank(new)
        self._program(new, 1, vault.encode_page(new, self._sequence + 1, record))
        if self._read(new) != (self._sequence + 1, record):
            raise BlocksError  # the old record is still there
        self._sequence += 1
        self._current, self._record = new, record
        self._blank(old)

    def _read(self, index):
        """Return (sequence, record) of a block: (0, None) where it holds none."""
        self._device.readblocks(self._blocks[index], self._page, vault.PAGE_BYTES)
        return vault.decode_page(index, self._page)

    def _is_blank(self, index):
        block, page = self._blocks[index], self._page
        self._device.readblocks(block, page, 0)
        if page != vault.mark_page(index):
            return False
        self._device.readblocks(block, page, vault.PAGE_BYTES)
        return page == _ERASED

    def _blank(self, index):
        """Erase the block and mark it again, so that it is found."""
        self._device.ioctl(_ERASE, self._blocks[index])
        self._program(index, 0, vault.mark_page(index))

    def _program(self, index, page, content):
        self._page[:] = content  # from RAM: flash cannot be read while it is written
        self._device.writeblocks(self._blocks[index], self._page, page * vault.PAGE_BYTES)

    def _found(self, index, path):
        """Return the number of the file's block on the device."""
        if _size(path) != vault.BLOCK_BYTES:
            files.replace(path, vault.blank_block(index))
        blocks = self._like(path)
        if len(blocks) > 1 and all(_page_of(path, at) == _ERASED for at in _PAGES):
            # The power went between erasing and marking. Nothing is in there to be left behind.
            files.replace(path, vault.blank_block(index))
            blocks = self._like(path)
        if len(blocks) == 1:
            return blocks[0]
        for block in blocks:
            if self._is_block_of(path, block):
                return block
        raise BlocksError

    def _like(self, path):
        """Return the numbers of all blocks that hold what the file holds."""
        blocks = range(self._device.ioctl(_COUNT, 0))
        for at in _PAGES:
            page = _page_of(path, at)
            blocks = [block for block in blocks if self._is_page(block, at, page)]
        return blocks

    def _is_page(self, block, at, page):
        self._device.readblocks(block, self._page, at)
        return self._page == page

    def _is_block_of(self, path, block):
        """Return whether what is written into the block's unused end is then in the file.

        It was not there before: all that is asked about have held the same. A copy is what is left
        in a free block where the file was put back from a backup.
        """
        at = _PAGES[-1]
        self._page[:] = bytes(vault.PAGE_BYTES)
        self._device.writeblocks(block, self._page, at)
        return _page_of(path, at) == self._page


def _size(path):
    try:
        return os.stat(path)[6]
    except OSError:
        return None


def _page_of(path, at):
    with open(path, "rb") as file:
        file.seek(at)
        return file.read(vault.PAGE_BYTES)
