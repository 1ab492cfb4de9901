"""One synchronous step(): fix in, records out. What it returns is all that may leave the tag."""

from tag import allowlist, events, jumps
from tag import policy as orders
from tag.disclosure import Disclosure
from tag.ledger import Ledger
from tag.warning import Warner
from tag.zones import ZoneSet, table_of
from wire import record
from wire.batch import ROUTINE

_POLE_UDEG = 90_000_000
_MOST_BACK_S = 300  # what a receiver may step back; an ack sets back a clock that was led astray


class Pipeline:
    """The way of a fix under one order. Fails closed: outside its term it returns nothing.

    `ledger` is what earlier lives have told; without one there was none.
    """

    def __init__(self, policy, cell_offset, ledger=None):
        self._policy = policy
        self._offset = cell_offset
        self._ledger = ledger or Ledger(policy.version)
        self._is_in_doubt = False
        self._table = policy.table or table_of(policy.zones)
        self.restart()

    def restart(self):
        """Begin as after a boot: nothing is known of what was told, so two slots stay silent."""
        self._last_s = 0
        self._mute_until_s = 0
        self._zones = ZoneSet(self._policy.zones, self._table)
        self._disclosure = Disclosure(self._policy, self._offset, self._ledger)
        self._warner = Warner(self._policy.warn_m, self._policy.quiet)
        self._due_s = 0
        self.doubt_time(self._is_in_doubt)

    def follow(self, before):
        """Go on after the Pipeline of the order before; return what that has still to say.

        Cells that wait are said later, in their time, by this one.
        """
        self._last_s = before._last_s
        self.doubt_time(before._is_in_doubt)
        return self._disclosure.follow(before._disclosure)

    def doubt_time(self, is_in_doubt):
        """Say whether time is in doubt: then crossings are told, and no coordinate."""
        self._is_in_doubt = is_in_doubt
        self._disclosure.time_is_in_doubt = is_in_doubt

    def is_ahead(self, utc_s):
        """Return whether time was set back so far behind the last step that this is of no use."""
        return self._last_s - utc_s > _MOST_BACK_S

    @property
    def due_s(self):
        """UTC second of the next fix that is looked at."""
        return min(self._disclosure.due_s(), self._due_s)

    def wake_s(self, ahead_s):
        """Return the UTC second until which no fix has to be seen: so long before one is due.

        Before one that is due for a zone's sake, and not at a slot's border, it is as long as a
        jump lasts at least.
        """
        is_for_zone = self._due_s % self._policy.slot_s != 0
        zone_ahead_s = max(ahead_s, jumps.LONGEST_S) if is_for_zone else ahead_s
        return min(self._disclosure.due_s() - ahead_s, self._due_s - zone_ahead_s)

    def is_due(self, utc_s):
        """Return whether a fix of this second is to be looked at; the others tell nothing."""
        return utc_s >= self.due_s

    def see(self, fix):
        """Notice how a fix lies to the last one, whether it is due or not; nothing comes of it."""
        if fix.passes(self._policy.hdop_x10_most, self._policy.sats_least) and _is_on_earth(fix):
            self._zones.see(fix)

    def take_warning(self):
        """Return the vibration (milliseconds on, off, on ...) that is due, once; else None."""
        return self._warner.take()

    def step(self, utc_s, fix):
        """Return [(class, record)] for this second; `fix` is None where there is no new one.

        Time that stands or runs backwards gives nothing, nor does a fix of another second or one
        below the quality gate.
        """
        if utc_s <= self._last_s or utc_s < self._mute_until_s or not self._is_in_force(utc_s):
            return []
        self._last_s = utc_s
        try:
            said = self._step(utc_s, fix)
        except Exception:  # noqa: BLE001 - whatever it is, it must not say a coordinate
            return self._fail(utc_s)
        if all(allowlist.allows(self._policy, utc_s, *released) for released in said):
            return said
        return self._fail(utc_s)

    def tamper(self, utc_s, cause):
        """Return what is said at once of a strap or case that opened; `cause` is record.STRAP or
        record.CASE."""
        return self._disclosure.tamper(utc_s, cause) if self._is_in_force(utc_s) else []

    def locate(self, utc_s, number):
        """Take a genuine locate order of this number; return what is said of it at once."""
        return self._disclosure.locate(utc_s, number) if self._is_in_force(utc_s) else []

    def _is_in_force(self, utc_s):
        return self._policy.phase(utc_s) == orders.ACTIVE

    def _step(self, utc_s, fix):
        said = self._disclosure.pass_time(utc_s)
        if fix is None or fix.utc_s != utc_s or not _is_on_earth(fix):
            return said
        if fix.passes(self._policy.hdop_x10_most, self._policy.sats_least):
            self._zones.update(fix)
            self._due_s = self._zones.next_fix_s(self._policy.slot_s, self._policy.warn_m)
            self._warner.step(fix.utc_s, fix.lon_udeg, self._zones.before_exclusion_dm())
            said.extend(self._disclosure.disclose(fix, self._zones))
        return said

    def _fail(self, utc_s):
        """Begin again, and look at nothing until the next slot; say so, without a word of it."""
        self.restart()
        self._last_s = utc_s
        slot = utc_s // self._policy.slot_s
        self._mute_until_s = (slot + 1) * self._policy.slot_s
        return [(ROUTINE, record.event(slot, events.INTERNAL, 0))]


def _is_on_earth(fix):
    """Return whether the fix has a place: the geometry's tables end where the Earth does."""
    return abs(fix.lat_udeg) <= _POLE_UDEG and abs(fix.lon_udeg) <= 2 * _POLE_UDEG
