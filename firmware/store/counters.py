"""What the next envelope must know: its number, its predecessor's hash, the access log's head,
time.

The file is written after the envelope's own, and an envelope can only leave once both are; so
after a cut between the two the outbox is ahead by one, which `Counters` sees and mends. No number
that ever left the tag is used again.
"""

from store import files
from wire import FormatError, cbor, envelope


class Counters:
    """The chain of envelopes, kept in one small file."""

    def __init__(self, path, outbox):
        self._path = path
        self.next_number, self.previous, self.log_head, self.floor_s = _load(path)
        newest = outbox.newest()
        if newest is not None and newest >= self.next_number:
            self.next_number = newest + 1
            self.previous = envelope.hash_of(outbox.get(newest))

    def advance(self, sealed):
        """Note that this envelope is in the outbox under `next_number`."""
        self.next_number += 1
        self.previous = envelope.hash_of(sealed)
        self.save()

    def save(self):
        """Write the file."""
        fields = [self.next_number, self.previous, self.log_head, self.floor_s]
        files.replace(self._path, cbor.encode(fields))


def _load(path):
    data = files.read(path)
    if data is None:
        return 1, envelope.ZERO_HASH, envelope.ZERO_HASH, 0
    fields = cbor.decode(data)
    if not isinstance(fields, list) or len(fields) != 4:
        raise FormatError  # LittleFS gave back other bytes than were written
    return fields
