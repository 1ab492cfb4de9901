"""One synchronous step(): fix in, records out. What it returns is all that may leave the tag."""

from tag import policy as orders
from tag.disclosure import Disclosure
from tag.warning import Warner
from tag.zones import ZoneSet

_MOST_BACK_S = 300  # what a receiver may step back; an ack sets back a clock that was led astray


class Pipeline:
    """The way of a fix under one order. Fails closed: outside its term it returns nothing."""

    def __init__(self, policy, cell_offset):
        self._policy = policy
        self._zones = ZoneSet(policy.zones)
        self._disclosure = Disclosure(policy, cell_offset)
        self._warner = Warner(policy.warn_m, policy.quiet)
        self._last_s = 0
        self._due_s = 0

    def doubt_time(self, is_in_doubt):
        """Say whether time is in doubt: then crossings are told, and no coordinate."""
        self._disclosure.time_is_in_doubt = is_in_doubt

    def is_ahead(self, utc_s):
        """Return whether time was set back so far behind the last step that this is of no use."""
        return self._last_s - utc_s > _MOST_BACK_S

    @property
    def due_s(self):
        """UTC second of the next fix that is looked at."""
        return self._due_s

    def is_due(self, utc_s):
        """Return whether a fix of this second is to be looked at; the others tell nothing."""
        return utc_s >= self._due_s

    def take_warning(self):
        """Return the vibration (milliseconds on, off, on ...) that is due, once; else None."""
        return self._warner.take()

    def step(self, utc_s, fix):
        """Return [(class, record)] for this second; `fix` is None where there is no new one.

        Time that stands or runs backwards gives nothing, nor does a fix below the quality gate.
        """
        if utc_s <= self._last_s or self._policy.phase(utc_s) != orders.ACTIVE:
            return []
        self._last_s = utc_s
        said = self._disclosure.pass_time(utc_s)
        if fix is not None and fix.passes(self._policy.hdop_x10_most, self._policy.sats_least):
            crossings = self._zones.update(fix)
            self._due_s = self._zones.next_fix_s(self._policy.slot_s, self._policy.warn_m)
            self._warner.step(fix.utc_s, fix.lon_udeg, self._zones.before_exclusion_dm())
            said.extend(self._disclosure.disclose(fix, self._zones, crossings))
        return said
