"""Signed orders on flash: the one in force, the next until it begins, and one that was brought.

Each is a file; to take or to activate one is a rename, which LittleFS does whole or not at all. So
after a power cut anywhere the order in force is the old one or the new one, never none nor both.
"""

import os

from store import StoreError, files
from wire import FormatError, cbor


class Policies:
    """The orders in a folder; `inbox` is where one lies that was copied over USB."""

    def __init__(self, folder, inbox):
        files.ensure_folder(folder)
        files.sweep(folder)
        self._current = folder + "/policy"
        self._next = folder + "/next"
        self._standing = folder + "/standing"
        self._inbox = inbox
        self.held_version, self.least_version = self._load_standing()

    def current(self):
        """Return the bytes of the order in force, or None."""
        return files.read(self._current)

    def next(self):
        """Return the bytes of the order that waits, or None."""
        return files.read(self._next)

    def brought(self):
        """Return the bytes of the order that was copied over USB, or None."""
        return files.read(self._inbox)

    def accept_steps(self):
        """Let the order that was brought wait for its start, in the place of any other."""
        os.rename(self._inbox, self._next)
        yield

    def put_next_steps(self, signed):
        """Let an order wait for its start, in the place of any other; yields between writes."""
        yield from files.replace_steps(self._next, signed)

    def activate_steps(self):
        """Put the order that waits in force: one rename."""
        os.rename(self._next, self._current)
        yield

    def drop_brought(self):
        """Forget the order that was brought: it was refused."""
        os.remove(self._inbox)

    def drop_next(self):
        """Forget the order that waits: it is not what was written."""
        os.remove(self._next)

    def note_steps(self, held_version, least_version):
        """Keep the highest version that was ever taken, and the least that acks allow."""
        if (held_version, least_version) != (self.held_version, self.least_version):
            self.held_version, self.least_version = held_version, least_version
            data = cbor.encode([held_version, least_version])
            yield from files.replace_steps(self._standing, data)

    def _load_standing(self):
        data = files.read(self._standing)
        if data is None:
            return 0, 0
        try:
            fields = cbor.decode(data)
        except FormatError:
            raise StoreError
        if not isinstance(fields, list) or len(fields) != 2:
            raise StoreError  # LittleFS gave back other bytes than were written
        return fields
