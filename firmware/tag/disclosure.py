"""The only exit for coordinates: fix, zone states and order to the records that may be said.

The ladder and its rules are DESIGN.md's section 3. Whatever is not said here cannot become a
record, and a record holds no coordinate but a cell of the shifted grid, or a position inside an
exclusion zone that was entered.
"""

from tag import geometry, grid
from tag.policy import BREACH, COARSE, EXCLUSION, INCLUSION
from wire import record
from wire.batch import ALERT, ROUTINE

_BORDER_S = 30  # a cell is taken within this time after the slot's border, or not at all
_ANCHOR_DM = 500

# Precise positions: one in 15 s for the first 10 minutes of a breach, then one in 5 minutes.
_CLOSE_S = 15
_CLOSE_FOR_S = 600
_WIDE_S = 300


class Disclosure:
    """What one tag may say under one order; `cell_offset` is the hidden one, (row, col)."""

    def __init__(self, policy, cell_offset):
        self._policy = policy
        self._offset = cell_offset
        self._slot = None
        self._taken = True  # whether this slot's border has been dealt with
        self._fixing = ()  # the latest slots that have something which fixes a place
        self._held = []  # coarse records that wait: [(slot, cell)]
        self._anchor = None  # (lat, lon, cell)
        self._breach_s = None  # when the present breach began
        self._said_s = None  # when its last position was said
        self.time_is_in_doubt = False  # then no coordinate of any kind is said

    def pass_time(self, utc_s):
        """Return the records that are due because time passed: cells that waited, empty slots."""
        slot = utc_s // self._policy.slot_s
        if slot == self._slot:
            if not self._taken and utc_s - slot * self._policy.slot_s > _BORDER_S:
                self._take(slot, None)
            return []
        if self._slot is not None and not self._taken:
            self._take(self._slot, None)
        first = self._slot is None
        self._slot = slot
        # A tag that booted after the border has missed it: this slot has no cell and says nothing.
        self._taken = first and utc_s % self._policy.slot_s > _BORDER_S
        return self._release(slot)

    def disclose(self, fix, zones, crossings):
        """Return the [(class, record)] that the order allows for this fix."""
        said = []
        for number, entered in crossings:
            said.append(self._crossing(fix.utc_s, zones.watches[number].zone, number, entered))
        breached = zones.breached()
        home = zones.in_dwelling()
        if breached is not None and home is None:
            self._precise(fix, breached, said)
        if not self._taken:
            self._at_border(fix, zones, home, said)
        return said

    def _crossing(self, utc_s, zone, number, entered):
        self._fixes_place()
        breach = zone.kind == EXCLUSION or zone.kind == INCLUSION and not entered
        if zone.kind == EXCLUSION:
            self._breach_s = utc_s if entered else None
            self._said_s = None
        if breach:
            return ALERT, record.crossing(utc_s, number, entered)
        return ROUTINE, record.crossing(self._slot, number, entered)

    def _precise(self, fix, number, said):
        if self.time_is_in_doubt or self._policy.level not in (BREACH, COARSE):
            return
        if self._breach_s is None:
            self._breach_s = fix.utc_s
        interval_s = _CLOSE_S if fix.utc_s - self._breach_s < _CLOSE_FOR_S else _WIDE_S
        if self._said_s is not None and fix.utc_s - self._said_s < interval_s:
            return
        self._said_s = fix.utc_s
        self._fixes_place()
        said.append(
            (
                ALERT,
                record.precise(fix.utc_s, number, fix.lat_udeg, fix.lon_udeg, fix.error_m),
            )
        )

    def _at_border(self, fix, zones, home, said):
        """Take this slot's one cell, or say presence instead, at the slot's border."""
        present = home if home is not None else zones.in_inclusion()
        if present is not None:
            self._taken = True
            self._fixes_place()
            said.append((ROUTINE, record.present(self._slot, present)))
        elif not zones.decided():
            return  # just booted: the next fixes may tell, while the border is near
        elif zones.clear():
            self._take(self._slot, self._cell(fix))
        else:
            # In an exclusion zone, or at its edge: no cell, and a slot without one says so. What
            # fixes the place in a breach silences it, as everything else.
            self._take(self._slot, None)
            self._anchor = None

    def _cell(self, fix):
        """Return the cell of the fix: the last one while the tag is near where that was taken."""
        if self._anchor is not None:
            lat_udeg, lon_udeg, cell = self._anchor
            away_dm = geometry.distance_dm(lat_udeg, lon_udeg, fix.lat_udeg, fix.lon_udeg)
            if away_dm < _ANCHOR_DM:
                return cell
        row, col = self._offset
        cell = grid.cell(fix.lat_udeg, fix.lon_udeg, self._policy.cell_m, row, col)
        self._anchor = (fix.lat_udeg, fix.lon_udeg, cell)
        return cell

    def _take(self, slot, cell):
        self._taken = True
        if self._policy.level == COARSE:
            self._held.append((slot, None if self.time_is_in_doubt else cell))

    def _fixes_place(self):
        """Note that this slot says something that fixes a place; the anchor is forgotten."""
        self._anchor = None
        if self._slot not in self._fixing:
            self._fixing = self._fixing[-2:] + (self._slot,)

    def _release(self, slot):
        """Return the coarse records whose next slot is over; silent ones are dropped for good."""
        due = [entry for entry in self._held if entry[0] < slot - 1]
        self._held = [entry for entry in self._held if entry[0] >= slot - 1]
        return [
            (ROUTINE, record.coarse(taken, cell))
            for taken, cell in due
            if not any(abs(taken - fixing) <= 1 for fixing in self._fixing)
        ]
