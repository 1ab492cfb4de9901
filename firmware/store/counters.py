"""What the next envelope must know: its number, its predecessor's hash, the access log's head;
and what outlives a power cut beside it: times, and which numbers a full outbox gave up.

The file is written after the envelope's own, and an envelope may leave only once both are. After a
cut between the two the outbox is ahead by one, which `Counters` sees, mends and writes down before
anything can be sent: an envelope that is acked and gone could no longer tell. So no number that
left the tag is used again, with one write an envelope and none ahead (docs/STORAGE.md).
"""

from store import StoreError, files
from wire import FormatError, cbor, envelope

_FIELDS = 7


class Counters:
    """The chain of envelopes, kept in one small file.

    `floor_s` is the UTC second that has surely passed, `acked_s` that of the last ack, `dropped`
    is [first, last] of the numbers given up and not yet told of, or None. `routine_s` is when the
    last ROUTINE batch was sealed; 0 where a power cut leaves that open.
    """

    def __init__(self, path, outbox, may_begin):
        """Read the file; only a tag that never had one (`may_begin`) begins at 1. StoreError."""
        self._path = path
        self.next_number = 1
        self.previous = self.log_head = envelope.ZERO_HASH
        self.floor_s = self.acked_s = self.routine_s = 0
        self.dropped = None
        is_new = not self._load()
        if is_new and not may_begin:
            raise StoreError  # lost: to begin anew would use numbers twice
        newest = outbox.newest() or 0
        is_behind = newest >= self.next_number
        if is_behind:
            self.next_number = newest + 1
            self.previous = envelope.hash_of(outbox.get(newest))
            self.routine_s = 0  # it may be a ROUTINE batch, or not
        if is_new or is_behind:
            self.save()

    def note_dropped(self, numbers):
        """Widen `dropped` so that it holds these numbers."""
        known = (self.dropped or []) + numbers
        self.dropped = [min(known), max(known)]

    def advance(self, sealed, dropped):
        """Go on behind this envelope, which is in the outbox; `dropped` is left to be told of."""
        self.next_number += 1
        self.previous = envelope.hash_of(sealed)
        self.dropped = dropped

    def save_steps(self):
        """Write the file, in steps; the fields are those of the moment of the first."""
        yield from files.replace_steps(self._path, self._encode())

    def save(self):
        """Write the file at once."""
        files.replace(self._path, self._encode())

    def _encode(self):
        times = [self.floor_s, self.acked_s, self.routine_s]
        return cbor.encode(
            [self.next_number, self.previous, self.log_head] + times + [self.dropped]
        )

    def _load(self):
        """Return whether there is a file; take its fields."""
        data = files.read(self._path)
        if data is None:
            return False
        try:
            fields = cbor.decode(data)
        except FormatError:
            raise StoreError
        if not isinstance(fields, list) or len(fields) != _FIELDS:
            raise StoreError  # LittleFS gave back other bytes than were written
        self.next_number, self.previous, self.log_head = fields[:3]
        self.floor_s, self.acked_s, self.routine_s, self.dropped = fields[3:]
        return True
