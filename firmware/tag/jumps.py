"""Multipath's steps told from motion: by how much the last fix is thrown off.

A reflection throws a fix some 100 m off from one second to the next, and lets it step back within
half a minute. Nobody below schedule.V_MAX_M_S moves so. A step is held to be a jump only where the
fixes were watched for as long as a jump can last: else it could be the end of one that nobody saw
begin. It is held until they step back, and no longer than a jump lasts: then it was none.
docs/ZONES.md has the reasons and the figures.
"""

from micropython import const

from tag import sphere
from tag.schedule import V_MAX_M_S

LONGEST_S = const(30)
MOST_DM = const(1_200)  # multipath throws no farther
_OUT_OF_SCALE_UDEG = const(20_000)  # two kilometres north: in a second neither motion nor a jump


class Jumps:
    """Takes the fixes, best one a second; a gap begins anew.

    While `is_held` the last fix is thrown off by `north_udeg` and `east_udeg`. When it is no more,
    `was_one` says whether it was a jump.
    """

    def __init__(self):
        self.is_held = self.was_one = False
        self.north_udeg = self.east_udeg = 0
        self._held_s = self._watched_s = 0
        self._last_s = self._lat = self._lon = self._error_m = 0
        self._pace_n = self._pace_e = 0  # microdegrees in a second, by motion

    def take(self, fix):
        """Take the next fix; the same second's again is ignored."""
        elapsed_s = fix.utc_s - self._last_s
        if elapsed_s == 0:
            return
        north, east = fix.lat_udeg - self._lat, sphere.wrap(fix.lon_udeg - self._lon)
        error_m = fix.error_m or 0
        motion_dm = 10 * (V_MAX_M_S + self._error_m + error_m)
        self._last_s = fix.utc_s  # one by one: three at once would be a tuple
        self._lat = fix.lat_udeg
        self._lon = fix.lon_udeg
        self._error_m = error_m
        if elapsed_s != 1:
            self._begin_anew()
        elif self._is_motion(north, east, motion_dm):
            self._pace_n, self._pace_e = north, east
            self._pass_second()
        else:
            self._step(north - self._pace_n, east - self._pace_e, motion_dm)

    def _is_motion(self, north, east, motion_dm):
        """Return whether motion explains a step: any below v_max, or as fast as the last one."""
        return self._is_within(north, east, motion_dm) or self._is_within(
            north - self._pace_n, east - self._pace_e, motion_dm
        )

    def _step(self, north, east, motion_dm):
        """Take a step that is no motion: onto a jump, from one to another, or back."""
        if self.is_held:
            north += self.north_udeg
            east += self.east_udeg
        elif self._watched_s < LONGEST_S:
            self._begin_anew()
            return
        if not self._is_within(north, east, MOST_DM):
            # Too far for a jump: the receiver has found itself again. What is known stays.
            self._pace_n = self._pace_e = 0
            self._pass_second()
        elif self.is_held and self._is_within(north, east, motion_dm):
            self.is_held, self.was_one = False, True
            # What was held has to be watched again, or flickering could hold for ever.
            self._watched_s = LONGEST_S - self._held_s
        else:
            self.north_udeg, self.east_udeg = north, east
            self._held_s = self._held_s + 1 if self.is_held else 1
            self.is_held = True

    def _pass_second(self):
        if not self.is_held:
            self._watched_s = min(self._watched_s + 1, LONGEST_S)
        elif self._held_s == LONGEST_S:
            self._begin_anew()
        else:
            self._held_s += 1

    def _begin_anew(self):
        """Know nothing; what was held was no jump."""
        self.is_held = self.was_one = False
        self._watched_s = self._pace_n = self._pace_e = 0

    def _is_within(self, north, east, dm):
        """Return whether so many microdegrees are no longer than this."""
        if max(abs(north), abs(east)) > _OUT_OF_SCALE_UDEG:
            return False
        east = east * sphere.cos_q15(self._lat) >> 15
        north, east = north * 10 // 9, east * 10 // 9  # 1.112 dm a microdegree
        return north * north + east * east <= dm * dm
