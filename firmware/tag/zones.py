"""Inside or outside each zone, decided on evidence: one fix alone decides nothing.

Each zone holds a count between OUTSIDE and INSIDE. A second inside adds to it, a second outside
takes from it, eight times as much where the fix is deeper than multipath reaches; a zone is
entered when the count is full and left when it is empty. So 150 m deep is decided in eight
seconds, 30 m deep in a minute, and half a minute of a 100 m jump decides nothing. (REQUIREMENTS R6
has the noise model.)
"""

from tag.policy import DWELLING, EXCLUSION, INCLUSION

_FULL = 64
_DEEP_DM = 1_200  # multipath throws a fix 100 m off
_DEEP_WEIGHT = 8
_MOST_STEP_S = 5  # silence between two fixes is no evidence


class Watch:
    """One zone's state: `inside` is True, False, or None until the evidence first decides."""

    def __init__(self, zone):
        self.zone = zone
        self.inside = None
        self.contains = False  # whether the last fix alone lies inside
        self._count = _FULL // 2

    def update(self, lat_udeg, lon_udeg, elapsed_s):
        """Weigh a fix; return True on entry, False on exit, None when nothing changed.

        The first decision after a boot is an entry where it says inside, and no exit otherwise.
        """
        depth_dm = self.zone.shape.depth_dm(lat_udeg, lon_udeg)
        self.contains = depth_dm >= 0
        weight = _DEEP_WEIGHT if abs(depth_dm) > _DEEP_DM else 1
        change = weight * min(max(elapsed_s, 0), _MOST_STEP_S)
        self._count = min(max(self._count + (change if self.contains else -change), 0), _FULL)
        if self._count == _FULL and not self.inside:
            self.inside = True
            return True
        if self._count == 0 and self.inside is not False:
            left = self.inside
            self.inside = False
            return False if left else None
        return None

    def rest(self):
        """Forget: the zone is not in force now."""
        self.inside = None
        self.contains = False
        self._count = _FULL // 2


class ZoneSet:
    """All zones of an order; `update` with each fix, then ask."""

    def __init__(self, zones):
        self.watches = [Watch(zone) for zone in zones]
        self._last_s = None

    def update(self, fix):
        """Return [(zone number, entered)] of the crossings that this fix decides."""
        elapsed_s = 1 if self._last_s is None else fix.utc_s - self._last_s
        self._last_s = fix.utc_s
        crossings = []
        for number, watch in enumerate(self.watches):
            if not watch.zone.speaks_at(fix.utc_s):
                watch.rest()
                continue
            entered = watch.update(fix.lat_udeg, fix.lon_udeg, elapsed_s)
            if entered is not None:
                crossings.append((number, entered))
        return crossings

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
