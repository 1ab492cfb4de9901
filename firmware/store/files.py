"""Small files that are old or new after a power cut, never half: written apart, then renamed.

LittleFS's rename replaces its target atomically, and a file's bytes are on flash when it is
closed. A missing file is not an error; a damaged one is: only ENOENT reads as None.
"""

import hashlib
import os

_NEW = ".tmp"
_ENOENT = 2
_PAGE_BYTES = 256


def ensure_folder(path):
    """Make the folder if it is not there."""
    try:
        os.mkdir(path)
    except OSError:
        os.stat(path)  # there already; anything else is an error that the caller sees


def read(path):
    """Return the file's bytes, or None where there is none. Raises OSError for a damaged flash."""
    try:
        file = open(path, "rb")
    except OSError as error:
        if error.errno != _ENOENT:
            raise
        return None
    with file:
        return file.read()


class View:
    """A file's bytes by place, a page of them in memory: for what is too long to be read whole.

    It is open from its making to close(). Raises OSError; for a missing file ENOENT.
    """

    def __init__(self, path):
        self._file = open(path, "rb")
        self._size = self._file.seek(0, 2)
        self._page = bytearray(_PAGE_BYTES)
        self._at = -_PAGE_BYTES

    def __len__(self):
        return self._size

    def __getitem__(self, at):
        if isinstance(at, slice):
            self._file.seek(at.start)
            return self._file.read(at.stop - at.start)
        offset = at - self._at
        if not 0 <= offset < _PAGE_BYTES:
            offset = at % _PAGE_BYTES
            self._at = at - offset
            self._file.seek(self._at)
            self._file.readinto(self._page)
        return self._page[offset]

    def close(self):
        """Close the file."""
        self._file.close()


def view(path):
    """Return a View of the file, or None where there is none."""
    try:
        return View(path)
    except OSError as error:
        if error.errno != _ENOENT:
            raise
    return None


def sha256(path):
    """Return the SHA-256 of the file's bytes; of none where there is no file."""
    hasher = hashlib.sha256()
    data = view(path)
    if data is not None:
        for at in range(0, len(data), _PAGE_BYTES):
            hasher.update(data[at : at + _PAGE_BYTES])
        data.close()
    return hasher.digest()


def remove(path):
    """Remove the file, if it is there."""
    try:
        os.remove(path)
    except OSError as error:
        if error.errno != _ENOENT:
            raise


def replace_steps(path, data):
    """Put a file of these bytes in the place of the old one, whole or not at all.

    A generator: it yields between two of LittleFS's calls, each of which may erase a block or two
    and cannot be cut short (docs/SEALING.md).
    """
    with open(path + _NEW, "wb") as file:
        yield
        file.write(data)
    yield
    os.rename(path + _NEW, path)


def replace(path, data):
    """Do all of `replace_steps` at once."""
    for _ in replace_steps(path, data):
        pass


def sweep(folder):
    """Remove what a power cut left half-written."""
    for name in os.listdir(folder):
        if name.endswith(_NEW):
            os.remove(folder + "/" + name)
