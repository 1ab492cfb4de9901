"""Signed orders on flash: the one in force, the next until it begins, and one that has come.

Each is a file; to take or to activate one is a rename, which LittleFS does whole or not at all. So
after a power cut anywhere the order in force is the old one or the new one, never none nor both.
"""

import os

from store import StoreError, files
from wire import FormatError, cbor

FOLDER = "/orders"
INBOX = "/policy"  # where `mpremote cp` and `reticent fetch` put one


class Policies:
    """The orders in a folder, by their paths; `inbox` is where one lies that came over USB.

    What arrives from the collector is written to `arriving`, which a boot removes.
    """

    def __init__(self, folder, inbox):
        files.ensure_folder(folder)
        files.sweep(folder)
        self.inbox = inbox
        self.current = folder + "/policy"
        self.next = folder + "/next"
        self.arriving = folder + "/arriving.tmp"
        self._standing = folder + "/standing"
        self._file = None  # open on `arriving`
        self.held_version, self.least_version = self._load_standing()

    def arrive_steps(self, piece, is_first, is_last):
        """Write an order's next bytes to `arriving`, which is whole after the last; in steps."""
        if is_first:
            if self._file is not None:
                self._file.close()  # of one that was cut off
            self._file = open(self.arriving, "wb")
            yield
        file = self._file
        if file is None:
            raise StoreError  # there was no first piece
        file.write(piece)
        yield
        if is_last:
            file.close()
            self._file = None

    def bring(self):
        """Let the order that has arrived lie in the inbox: the next boot takes it."""
        os.rename(self.arriving, self.inbox)

    def accept_steps(self, path):
        """Let the order at the path wait for its start, in the place of any other."""
        os.rename(path, self.next)
        yield

    def activate_steps(self):
        """Put the order that waits in force: one rename."""
        os.rename(self.next, self.current)
        yield

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
