"""The outbox: sealed envelopes on flash until the collector's ack. One file each.

A file's name is the sequence number in hex and the class, so that a listing tells everything and
an envelope need not be read to be sorted.
"""

import os

from store import files

ALERT, ROUTINE = "a", "r"


class Outbox:
    """Envelopes in a folder; at most `capacity` of them."""

    def __init__(self, folder, capacity):
        self._folder = folder
        self._capacity = capacity
        files.ensure_folder(folder)
        files.sweep(folder)

    def put(self, number, kind, envelope):
        """Store an envelope, whole or not at all; return the list of numbers dropped for it.

        A full outbox drops its oldest ROUTINE envelope first; an ALERT only where nothing else is.
        """
        dropped = []
        while self.count() >= self._capacity:
            oldest = min(self._entries(), key=lambda entry: (entry[1] == ALERT, entry[0]))
            self._remove(oldest)
            dropped.append(oldest[0])
        files.replace(self._path((number, kind)), envelope)
        return dropped

    def numbers(self, most):
        """Return up to `most` numbers in the order of sending: ALERT first, then oldest."""
        entries = sorted(self._entries(), key=lambda entry: (entry[1] != ALERT, entry[0]))
        return [number for number, _ in entries[:most]]

    def newest(self):
        """Return the highest sequence number in the outbox, or None."""
        return max((number for number, _ in self._entries()), default=None)

    def get(self, number):
        """Return the envelope's bytes, or None where it is not there."""
        for kind in (ALERT, ROUTINE):
            envelope = files.read(self._path((number, kind)))
            if envelope is not None:
                return envelope
        return None

    def remove(self, number):
        """Remove an envelope that was acked; one that is gone already stays so."""
        for entry in self._entries():
            if entry[0] == number:
                self._remove(entry)

    def count(self):
        """Return how many envelopes wait."""
        return sum(1 for _ in self._entries())

    def _entries(self):
        """Yield (number, kind) of each file in the folder that is an envelope."""
        for name in os.listdir(self._folder):
            number, _, kind = name.partition(".")
            if kind in (ALERT, ROUTINE):
                yield int(number, 16), kind

    def _remove(self, entry):
        os.remove(self._path(entry))

    def _path(self, entry):
        number, kind = entry
        return "%s/%08x.%s" % (self._folder, number, kind)
