"""The outbox: sealed envelopes on flash until the collector's ack. One file each.

A file's name is the sequence number in hex and the class. The folder is listed once, at boot; from
then on two lists in RAM say what waits, so that no question costs more with every envelope.
"""

import os

from store import files

ALERT, ROUTINE = "a", "r"


class Outbox:
    """Envelopes in a folder; at most `capacity` of them. Numbers only rise."""

    def __init__(self, folder, capacity):
        self._folder = folder
        self._capacity = capacity
        files.ensure_folder(folder)
        files.sweep(folder)
        self._alerts = []
        self._routines = []
        for name in os.listdir(folder):
            number, _, kind = name.partition(".")
            if kind in (ALERT, ROUTINE):
                self._list(kind).append(int(number, 16))
        self._alerts.sort()
        self._routines.sort()
        self._held = None

    def victims(self):
        """Return the numbers that must go before one more envelope has a place.

        The oldest ROUTINE goes first; an ALERT only where nothing else is.
        """
        surplus = max(self.count() + 1 - self._capacity, 0)
        return (self._routines + self._alerts)[:surplus]

    def oldest(self):
        """Return [the number to give up next], or [] where nothing waits."""
        return (self._routines[:1] + self._alerts[:1])[:1]

    def put_steps(self, number, kind, envelope):
        """Store an envelope, whole or not at all; `admit` makes it one that waits."""
        return files.replace_steps(self._path(number, kind), envelope)

    def admit(self, number, kind):
        """Let a stored envelope be sent: its successor can no longer take its number."""
        self._list(kind).append(number)

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
        routines = [number for number in self._routines if number != self._held]
        return (self._alerts + routines)[:most]

    def newest(self):
        """Return the highest sequence number that waits, or None."""
        return max(self._alerts[-1:] + self._routines[-1:], default=None)

    def get(self, number):
        """Return the envelope's bytes, or None where none of this number waits."""
        kind = self._kind(number)
        return None if kind is None else files.read(self._path(number, kind))

    def remove(self, number):
        """Remove an envelope that was acked or given up; one that is gone already stays so."""
        kind = self._kind(number)
        if kind is not None:
            os.remove(self._path(number, kind))
            self._list(kind).remove(number)

    def remove_steps(self, number):
        """Remove an envelope, in one step of `write`."""
        self.remove(number)
        yield

    def count(self):
        """Return how many envelopes wait."""
        return len(self._alerts) + len(self._routines)

    def _kind(self, number):
        if number in self._alerts:
            return ALERT
        return ROUTINE if number in self._routines else None

    def _list(self, kind):
        return self._alerts if kind == ALERT else self._routines

    def _path(self, number, kind):
        return "%s/%08x.%s" % (self._folder, number, kind)
