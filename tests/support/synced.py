"""What was on the disk when os.fsync was called: a power cut cannot be tried on a host's disk."""

import os


class Synced:
    """In the place of os.fsync: `states` has (inode, bytes in the file) of each call."""

    def __init__(self, monkeypatch):
        self.states = []
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self._note)

    def _note(self, descriptor):
        found = os.fstat(descriptor)
        self.states.append((found.st_ino, found.st_size))
        self._fsync(descriptor)

    def holds(self, path):
        """Return whether the file was synced as it is now."""
        found = path.stat()
        return (found.st_ino, found.st_size) in self.states
