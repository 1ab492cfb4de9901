"""Which zones hold the wearer: every zone's state after each fix, and how near the next edge is.

The evidence's rule is evidence.py's, distances are near.py's. A zone rests outside its hours: it
forgets what it knew. Looking at a fix needs no heap where seconds are small ints.
"""

from tag import schedule
from tag.evidence import Evidence
from tag.jumps import Jumps
from tag.policy import DWELLING, EXCLUSION, INCLUSION
from tag.table import Table


class Watch:
    """One zone's state after the last fix; `inside` is True, False or None, not yet decided."""

    def __init__(self, zone):
        self.zone = zone
        self.in_force = True
        self.contains = False  # whether the last fix alone lies inside
        self.depth_dm = 0  # of the last fix; outside at least so far, where it is far
        self._evidence = Evidence()

    @property
    def inside(self):
        """True, False, or None where the evidence has not decided since the zone is in force."""
        return self._evidence.inside

    def measure(self, utc_s, depth_dm):
        """Take how deep the last fix lies; outside its hours the zone forgets."""
        self.in_force = self.zone.speaks_at(utc_s)
        self.depth_dm = depth_dm
        self.contains = self.in_force and depth_dm >= 0
        if not self.in_force:
            self._evidence.forget()

    def weigh(self, error_m, elapsed_s, steady_dm):
        """Weigh the last fix; `steady_dm` is its depth without the jump that is held, or None."""
        self._evidence.weigh(self.depth_dm, error_m, elapsed_s, steady_dm)

    def believe_jump(self):
        """What was held was a jump."""
        self._evidence.believe_jump()

    def needs_each_second(self):
        """Return whether the evidence is moving, or a breach goes on."""
        in_breach = self.zone.kind == EXCLUSION and self.inside
        return in_breach or not self._evidence.is_settled()


def table_of(zones):
    """Return a Table of the zones' shapes."""
    return Table([zone.shape for zone in zones])


class ZoneSet:
    """All zones of an order; `update` with each fix, then ask."""

    def __init__(self, zones, table=None):
        """Take zones, and the table of their shapes where there is one."""
        self.watches = [Watch(zone) for zone in zones]
        self._table = table or table_of(zones)
        self._jumps = Jumps()
        self._last_s = 0

    def see(self, fix):
        """Notice whether the fix is thrown off; best every second's, due or not."""
        self._jumps.take(fix)

    def update(self, fix):
        """Take a fix that is due."""
        self.see(fix)
        elapsed_s = fix.utc_s - self._last_s
        self._last_s = fix.utc_s
        depths_dm = self._table.depths_dm
        self._table.measure(fix.lat_udeg, fix.lon_udeg)
        for number in range(len(self.watches)):
            self.watches[number].measure(fix.utc_s, depths_dm[number])
        jumps = self._jumps
        if jumps.is_held:
            self._table.measure(fix.lat_udeg - jumps.north_udeg, fix.lon_udeg - jumps.east_udeg)
        for number in range(len(self.watches)):
            watch = self.watches[number]
            if watch.in_force:
                if jumps.was_one:
                    watch.believe_jump()
                steady_dm = depths_dm[number] if jumps.is_held else None
                watch.weigh(fix.error_m, elapsed_s, steady_dm)

    def next_fix_s(self, slot_s, warn_m):
        """Return when the next fix is due, in UTC seconds, after the last one (schedule.py)."""
        utc_s = self._last_s
        edge_dm = None
        latest_s = utc_s + slot_s
        for watch in self.watches:
            if not watch.in_force:
                # When its hours begin it is looked at, wherever the tag is.
                latest_s = min(latest_s, watch.zone.next_start_s(utc_s) or latest_s)
                continue
            if watch.needs_each_second():
                return utc_s + 1
            if watch.zone.kind == DWELLING and watch.inside:
                continue  # leaving it tells its slot, and the slot's border looks
            away_dm = abs(watch.depth_dm)
            edge_dm = away_dm if edge_dm is None else min(edge_dm, away_dm)
        return min(schedule.next_fix_s(utc_s, edge_dm, warn_m, slot_s), latest_s)

    def in_dwelling(self):
        """Return the number of the dwelling that holds the last fix, or None."""
        return self._holding(DWELLING)

    def in_inclusion(self):
        """Return the number of the inclusion zone that holds the last fix, or None."""
        return self._holding(INCLUSION)

    def breached(self):
        """Return the entered exclusion zone that holds the last fix, or None."""
        for number in range(len(self.watches)):
            watch = self.watches[number]
            if watch.zone.kind == EXCLUSION and watch.inside and watch.contains:
                return number
        return None

    def may_be_home(self):
        """Return whether the wearer may be in a dwelling: all but surely outside of each."""
        for watch in self.watches:
            if watch.in_force and watch.zone.kind == DWELLING:
                if watch.contains or watch.inside is not False:
                    return True
        return False

    def in_breach(self):
        """Return whether an exclusion zone in force is entered."""
        for watch in self.watches:
            if watch.in_force and watch.zone.kind == EXCLUSION and watch.inside:
                return True
        return False

    def is_surely_outside_exclusion(self):
        """Return whether every exclusion zone in force is known not to be entered."""
        for watch in self.watches:
            if watch.in_force and watch.zone.kind == EXCLUSION and watch.inside is not False:
                return False
        return True

    def before_exclusion_dm(self):
        """Return how far the nearest exclusion zone in force that was not entered is, or None."""
        nearest_dm = None
        for watch in self.watches:
            if watch.in_force and watch.zone.kind == EXCLUSION and watch.inside is False:
                away_dm = max(-watch.depth_dm, 0)
                nearest_dm = away_dm if nearest_dm is None else min(nearest_dm, away_dm)
        return nearest_dm

    def decided(self):
        """Return whether every zone in force is known to be entered or not."""
        for watch in self.watches:
            if watch.in_force and watch.inside is None:
                return False
        return True

    def clear(self):
        """Return whether the last fix lies outside every zone in force, and none is entered."""
        for watch in self.watches:
            if watch.in_force and (watch.contains or watch.inside):
                return False
        return True

    def _holding(self, kind):
        for number in range(len(self.watches)):
            watch = self.watches[number]
            if watch.zone.kind == kind and (watch.contains or watch.inside):
                return number
        return None
