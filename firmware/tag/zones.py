"""Which zones hold the wearer: every zone's state after each fix, and how near the next edge is.

The evidence's rule is evidence.py's. A zone rests outside its hours: it forgets what it knew.
"""

from tag import schedule, sphere
from tag.evidence import Evidence
from tag.geometry import Polygon
from tag.jumps import Jumps
from tag.policy import DWELLING, EXCLUSION, INCLUSION
from tag.table import Table

_FAR_DM = 4_000  # an edge farther off is not measured: its zone's box tells enough
_MOST_GAP_UDEG = 1_000_000  # a degree: more than v_max makes in a slot


class Watch:
    """One zone's state after the last fix; `inside` is True, False or None, not yet decided."""

    def __init__(self, zone):
        self.zone = zone
        self.contains = False  # whether the last fix alone lies inside
        self.depth_dm = 0  # of the last fix; outside at least so far, where it is far
        self._evidence = Evidence()

    @property
    def inside(self):
        """True, False, or None where the evidence has not decided since the zone is in force."""
        return self._evidence.inside

    def measure(self, lat_udeg, lon_udeg, in_polygon):
        """Take where the last fix lies."""
        self.depth_dm = _depth_dm(self.zone.shape, lat_udeg, lon_udeg, in_polygon)
        self.contains = self.depth_dm >= 0

    def weigh(self, error_m, elapsed_s):
        """Weigh the last fix; return True on entry, False on exit, None when nothing changed."""
        return self._evidence.weigh(self.depth_dm, error_m, elapsed_s)

    def weigh_held(self, error_m, elapsed_s, lat_udeg, lon_udeg, in_polygon):
        """Weigh it while it is thrown off; without the jump it would lie at this place."""
        steady_dm = _depth_dm(self.zone.shape, lat_udeg, lon_udeg, in_polygon)
        return self._evidence.weigh(self.depth_dm, error_m, elapsed_s, steady_dm)

    def believe_jump(self):
        """What was held was a jump."""
        self._evidence.believe_jump()

    def needs_each_second(self):
        """Return whether the evidence is moving, or a breach goes on."""
        in_breach = self.zone.kind == EXCLUSION and self.inside
        return in_breach or not self._evidence.is_settled()

    def rest(self):
        """Forget: the zone is not in force now."""
        self.contains = False
        self._evidence.forget()


class ZoneSet:
    """All zones of an order; `update` with each fix, then ask."""

    def __init__(self, zones):
        self.watches = [Watch(zone) for zone in zones]
        shapes = [zone.shape for zone in zones]
        self._table = Table([shape if isinstance(shape, Polygon) else None for shape in shapes])
        self._jumps = Jumps()
        self._last_s = 0

    def see(self, fix):
        """Notice whether the fix is thrown off; best every second's, due or not."""
        self._jumps.take(fix)

    def update(self, fix):
        """Return [(zone number, entered)] of the crossings that this fix decides."""
        self.see(fix)
        elapsed_s = fix.utc_s - self._last_s
        self._last_s = fix.utc_s
        self._measure(fix)
        crossings = []
        for number, watch in enumerate(self.watches):
            if not watch.zone.speaks_at(fix.utc_s):
                watch.rest()
                continue
            entered = self._weigh(number, watch, fix, elapsed_s)
            if entered is not None:
                crossings.append((number, entered))
        return crossings

    def _measure(self, fix):
        """Take where the fix lies; then leave in the table where it would without a jump."""
        self._table.check(fix.lat_udeg, fix.lon_udeg)
        for number, watch in enumerate(self.watches):
            if watch.zone.speaks_at(fix.utc_s):
                watch.measure(fix.lat_udeg, fix.lon_udeg, self._table.contains(number))
        if self._jumps.is_held:
            self._table.check(
                fix.lat_udeg - self._jumps.north_udeg, fix.lon_udeg - self._jumps.east_udeg
            )

    def _weigh(self, number, watch, fix, elapsed_s):
        if self._jumps.is_held:
            lat = fix.lat_udeg - self._jumps.north_udeg
            lon = fix.lon_udeg - self._jumps.east_udeg
            in_polygon = self._table.contains(number)
            return watch.weigh_held(fix.error_m, elapsed_s, lat, lon, in_polygon)
        if self._jumps.was_one:
            watch.believe_jump()
        return watch.weigh(fix.error_m, elapsed_s)

    def next_fix_s(self, slot_s, warn_m):
        """Return when the next fix is due, in UTC seconds, after the last one (schedule.py)."""
        utc_s = self._last_s
        edge_dm = None
        latest_s = utc_s + slot_s
        for watch in self.watches:
            if not watch.zone.speaks_at(utc_s):
                # When its hours begin it is looked at, wherever the tag is.
                latest_s = min(latest_s, watch.zone.next_start_s(utc_s) or latest_s)
                continue
            if watch.needs_each_second():
                return utc_s + 1
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
        for number, watch in enumerate(self.watches):
            if watch.zone.kind == EXCLUSION and watch.inside and watch.contains:
                return number
        return None

    def may_be_home(self):
        """Return whether the wearer may be in a dwelling: all but surely outside of each."""
        return any(
            watch.zone.kind == DWELLING and (watch.contains or watch.inside is not False)
            for watch in self._in_force()
        )

    def in_breach(self):
        """Return whether an exclusion zone in force is entered."""
        return any(watch.zone.kind == EXCLUSION and watch.inside for watch in self._in_force())

    def is_surely_outside_exclusion(self):
        """Return whether every exclusion zone in force is known not to be entered."""
        return not any(
            watch.zone.kind == EXCLUSION and watch.inside is not False
            for watch in self._in_force()
        )

    def before_exclusion_dm(self):
        """Return how far the nearest exclusion zone in force that was not entered is, or None."""
        nearest_dm = None
        for watch in self._in_force():
            if watch.zone.kind == EXCLUSION and watch.inside is False:
                away_dm = max(-watch.depth_dm, 0)
                nearest_dm = away_dm if nearest_dm is None else min(nearest_dm, away_dm)
        return nearest_dm

    def decided(self):
        """Return whether every zone in force is known to be entered or not."""
        return all(watch.inside is not None for watch in self._in_force())

    def clear(self):
        """Return whether the last fix lies outside every zone in force, and none is entered."""
        return not any(watch.contains or watch.inside for watch in self._in_force())

    def _in_force(self):
        return (watch for watch in self.watches if watch.zone.speaks_at(self._last_s))

    def _holding(self, kind):
        for number, watch in enumerate(self.watches):
            if watch.zone.kind == kind and (watch.contains or watch.inside):
                return number
        return None


def _depth_dm(shape, lat_udeg, lon_udeg, in_polygon):
    """Return the distance to the edge, negative outside; far outside not more than it is."""
    far_dm = min(_gap_dm(box, lat_udeg, lon_udeg) for box in shape.boxes)
    if far_dm > _FAR_DM:
        return -far_dm
    if not isinstance(shape, Polygon):
        return shape.depth_dm(lat_udeg, lon_udeg)
    away_dm = shape.away_mm(lat_udeg, lon_udeg) // 100
    return away_dm if in_polygon else -max(away_dm, 1)


def _gap_dm(box, lat_udeg, lon_udeg):
    """Return a distance to the box that is not more than it is, nor over some 100 km; 0 inside."""
    west, south, width, height = box
    gap = max(south - lat_udeg, lat_udeg - south - height, 0)
    east = (lon_udeg - west) % sphere.TURN_UDEG
    if east > width:
        # Nowhere is a meridian nearer than this many degrees of the position's own parallel.
        east = min(east - width, sphere.TURN_UDEG - east, _MOST_GAP_UDEG)
        gap = max(gap, east * max(sphere.cos_q15(lat_udeg) - 4, 0) >> 15)
    return min(gap, _MOST_GAP_UDEG) * 14 // 13  # 1.112 dm a microdegree, less 3 % for the sphere
