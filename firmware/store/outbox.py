"""The outbox: sealed envelopes on flash until the collector's ack, two to a block of the flash.

A file is a segment: envelopes of one class, numbers rising, each behind its number and its length.
LittleFS gives a file whole 4 KiB, of which one envelope would waste most. A new one is appended;
LittleFS takes an append whole when the file is closed, or not at all. A segment goes with the last
of its envelopes: until then only RAM knows which are acked, so after a reset one may be sent
again. The collector has it by then, and acks it again.

The segments are read once, at boot; from then on lists in RAM say what waits.
"""

import os

from store import StoreError, files

ALERT, ROUTINE = "a", "r"
_BLOCK_BYTES = 4_096
_HEAD_BYTES = 6  # a number of four bytes, a length of two


class _Shelf:
    """One class: the numbers that wait, and the first number of each segment; both rising."""

    def __init__(self, kind):
        self.kind = kind
        self.numbers = []
        self.firsts = []

    def segment(self, number):
        """Return (first number, numbers that wait) of the segment that holds this one."""
        first, after = 0, None
        for at in self.firsts:
            if at <= number:
                first = at
            elif after is None:
                after = at
        return first, [at for at in self.numbers if first <= at and (after is None or at < after)]


class Outbox:
    """Envelopes in segments in a folder, at most `capacity` of these. Numbers only rise."""

    def __init__(self, folder, capacity):
        self._folder = folder
        self._capacity = capacity
        files.ensure_folder(folder)
        self._alerts, self._routines = _Shelf(ALERT), _Shelf(ROUTINE)
        for name in os.listdir(folder):
            first, _, kind = name.partition(".")
            if kind in (ALERT, ROUTINE):
                self._load(self._shelf(kind), int(first, 16))
        for shelf in (self._alerts, self._routines):
            shelf.numbers.sort()
            shelf.firsts.sort()
        self._held = None

    def victims(self, kind, envelope):
        """Return the numbers that must go before this envelope has a place: a segment's, or none.

        The oldest ROUTINE go first; ALERT only where nothing else is.
        """
        segments = len(self._alerts.firsts) + len(self._routines.firsts)
        if segments < self._capacity or self._open_segment(self._shelf(kind), envelope):
            return []
        return self.oldest()

    def oldest(self):
        """Return the numbers to give up next: those of one segment; [] where nothing waits."""
        for shelf in (self._routines, self._alerts):
            if shelf.firsts:
                return shelf.segment(shelf.firsts[0])[1]
        return []

    def put_steps(self, number, kind, envelope):
        """Store an envelope, whole or not at all; `admit` makes it one that waits."""
        shelf = self._shelf(kind)
        first = self._open_segment(shelf, envelope) or number
        with open(self._path(first, kind), "ab") as file:
            yield  # each of LittleFS's calls may erase a block, or two
            file.write(number.to_bytes(4, "big") + len(envelope).to_bytes(2, "big"))
            file.write(envelope)
            yield
        if first == number:
            shelf.firsts.append(first)
        yield

    def admit(self, number, kind):
        """Let a stored envelope be sent: its successor can no longer take its number."""
        self._shelf(kind).numbers.append(number)

    def hold(self, number):
        """Keep a ROUTINE envelope back until let_go(): it was sealed ahead of its time.

        An ALERT that is sent meanwhile would take it along, and its time would tell of a breach.
        """
        self._held = number

    def let_go(self):
        """Let the envelope that was held be sent with the others."""
        self._held = None

    def numbers(self, most):
        """Return up to `most` numbers in the order of sending: ALERT first, then oldest."""
        routines = [number for number in self._routines.numbers if number != self._held]
        return (self._alerts.numbers + routines)[:most]

    def newest(self):
        """Return the highest sequence number that waits, or None."""
        return max(self._alerts.numbers[-1:] + self._routines.numbers[-1:], default=None)

    def get(self, number):
        """Return the envelope's bytes, or None where none of this number waits. StoreError."""
        shelf = self._shelf_of(number)
        if shelf is None:
            return None
        with open(self._path(shelf.segment(number)[0], shelf.kind), "rb") as file:
            for found, length in _heads(file):
                if found == number:
                    return file.read(length)
        raise StoreError  # LittleFS gave back other bytes than were written

    def remove(self, number):
        """Remove an envelope that was acked or given up; one that is gone already stays so."""
        shelf = self._shelf_of(number)
        if shelf is None:
            return
        first, waiting = shelf.segment(number)
        if waiting == [number]:
            os.remove(self._path(first, shelf.kind))
            shelf.firsts.remove(first)
        shelf.numbers.remove(number)

    def remove_steps(self, number):
        """Remove an envelope, in one step of `write`."""
        self.remove(number)
        yield

    def count(self):
        """Return how many envelopes wait."""
        return len(self._alerts.numbers) + len(self._routines.numbers)

    def _load(self, shelf, first):
        """Take a segment of an earlier life; one that a cut left empty goes."""
        path = self._path(first, shelf.kind)
        with open(path, "rb") as file:
            numbers = []
            for number, length in _heads(file):
                numbers.append(number)
                file.seek(length, 1)
        if numbers:
            shelf.firsts.append(first)
            shelf.numbers += numbers
        else:
            os.remove(path)

    def _open_segment(self, shelf, envelope):
        """Return the first number of the class's last segment if it has room, else None."""
        if shelf.firsts:
            size = os.stat(self._path(shelf.firsts[-1], shelf.kind))[6]
            if size + _HEAD_BYTES + len(envelope) <= _BLOCK_BYTES:
                return shelf.firsts[-1]
        return None

    def _shelf(self, kind):
        return self._alerts if kind == ALERT else self._routines

    def _shelf_of(self, number):
        for shelf in (self._alerts, self._routines):
            if number in shelf.numbers:
                return shelf
        return None

    def _path(self, first, kind):
        return "%s/%08x.%s" % (self._folder, first, kind)


def _heads(file):
    """Yield (number, length) of each envelope of a segment; who asks on is behind the envelope."""
    while True:
        head = file.read(_HEAD_BYTES)
        if len(head) < _HEAD_BYTES:
            return
        yield int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")
