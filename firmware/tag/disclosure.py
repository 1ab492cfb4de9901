"""The only exit for coordinates: fix, zone states and order to the records that may be said.

The ladder and its rules are DESIGN.md's section 3; docs/MINIMISATION.md has the reason for each.
Whatever is not said here cannot become a record, and a record holds no coordinate but a cell of
the shifted grid, a position inside an exclusion zone that was entered, or one by an exception.
"""

from tag import events
from tag.cells import Cells
from tag.exceptions import Exceptions
from tag.policy import BREACH, COARSE, DWELLING, EXCLUSION, INCLUSION
from tag.rate import Rate
from wire import record
from wire.batch import ALERT, ROUTINE


class Disclosure:
    """What one tag may say in one life under one order."""

    def __init__(self, policy, cell_offset, ledger):
        self._policy = policy
        self._ledger = ledger
        self._cells = Cells(policy.cell_m, policy.slot_s, cell_offset)
        self._rate = Rate(ledger)
        self._exceptions = Exceptions(policy, ledger)
        # Of each zone: whether its entry or its exit was told last; None: neither, since its
        # hours began.
        self._told = [None] * len(policy.zones)
        self._slotwise = []  # crossings that tell their slot wait until it is over
        self.time_is_in_doubt = False  # then no coordinate of any kind is said

    def follow(self, before):
        """Go on after the order before; return what it has still to say."""
        self._cells.follow(before._cells)
        self._rate.follow(before._rate)
        said, before._slotwise = before._slotwise, []
        return said

    def pass_time(self, utc_s):
        """Return what is due because time passed: cells and crossings that waited."""
        if self._cells.slot < 0:
            self._rate.start(utc_s)
        said = [
            (ALERT, record.event(utc_s, events.LOCATE_UNANSWERED, number))
            for number in self._exceptions.pass_time(utc_s)
        ]
        if self._policy.level_at(utc_s) != COARSE:
            self._cells.drop()
        elif self.time_is_in_doubt:
            self._cells.blank()
        if self._cells.pass_time(utc_s):
            said += self._slotwise
            self._slotwise = []
            said += [(ROUTINE, record.coarse(*entry)) for entry in self._cells.release()]
        return said

    def tamper(self, utc_s, cause):
        """Return the strap or case event, at once; its position, if any, comes with a fix."""
        self._exceptions.arm(utc_s, cause, 0)
        code = events.STRAP_OPENED if cause == record.STRAP else events.CASE_OPENED
        return [(ALERT, record.event(utc_s, code, 0))]

    def locate(self, utc_s, number):
        """Take a locate order that is genuine; return what is said of it at once."""
        if self._exceptions.arm(utc_s, record.LOCATE, number) or not self._ledger.refuse(number):
            return []
        return [(ALERT, record.event(utc_s, events.LOCATE_REFUSED, number))]

    def due_s(self):
        """Return when a fix is wanted, however far the zones are; 0: the next one."""
        return 0 if self._exceptions.is_armed() else self._cells.due_s()

    def disclose(self, fix, zones):
        """Return the [(class, record)] that the order allows for this fix."""
        said = []
        may_be_home = zones.may_be_home()
        self._say_crossings(fix.utc_s, zones, may_be_home, said)
        if zones.is_surely_outside_exclusion():
            self._ledger.end_breach()
        if not may_be_home and not self.time_is_in_doubt:  # nothing makes a dwelling speak
            self._say_positions(fix, zones, said)
        if self._cells.is_due(fix.utc_s):
            self._deal_with_border(fix, zones, said)
        return said

    def _say_crossings(self, utc_s, zones, may_be_home, said):
        """Say what has changed in each zone since it was last told."""
        for number, watch in enumerate(zones.watches):
            inside, told, kind = watch.inside, self._told[number], watch.zone.kind
            if inside is None:
                self._told[number] = None
            elif inside == told or told is None and not inside and kind != INCLUSION:
                continue  # as told; or outside, where the order wants it
            elif may_be_home and kind != DWELLING and not (kind == EXCLUSION and told):
                continue  # told on leaving the dwelling; only a breach that was told ends here
            else:
                self._told[number] = inside
                said.extend(self._crossing(utc_s, kind, number, inside))

    def _crossing(self, utc_s, kind, number, entered):
        """Return a crossing; one that is no breach tells its slot, when that is over."""
        self._cells.fix_place()
        if kind == EXCLUSION and entered:
            self._ledger.begin_breach(utc_s)
        if kind == EXCLUSION or kind == INCLUSION and not entered:
            return [(ALERT, record.crossing(utc_s, number, entered))]
        self._slotwise.append((ROUTINE, record.crossing(self._cells.slot, number, entered)))
        return []

    def _say_positions(self, fix, zones, said):
        number = zones.breached()
        allowed = self._policy.level_at(fix.utc_s) in (BREACH, COARSE)
        if number is not None and allowed and self._told[number] and self._rate.is_due(fix.utc_s):
            self._rate.say(fix.utc_s)
            self._cells.fix_place()
            place = (fix.lat_udeg, fix.lon_udeg, fix.error_m)
            said.append((ALERT, record.precise(fix.utc_s, number, *place)))
        for cause, number in self._exceptions.take():
            self._cells.fix_place()
            place = (fix.lat_udeg, fix.lon_udeg, fix.error_m)
            said.append((ALERT, record.located(fix.utc_s, cause, number, *place)))

    def _deal_with_border(self, fix, zones, said):
        """Take this slot's one cell, or say presence instead, at the slot's border."""
        home = zones.in_dwelling()
        present = zones.in_inclusion() if home is None else home
        if present is not None and (home is not None or not zones.in_breach()):
            self._cells.deal(home is not None)
            said.append((ROUTINE, record.present(self._cells.slot, present)))
        elif not zones.decided():
            return  # hours have just begun: the next fixes may tell, while the border is near
        elif zones.clear() and self._policy.level_at(fix.utc_s) == COARSE:
            self._cells.take(fix.lat_udeg, fix.lon_udeg)
        else:
            # In an exclusion zone, or at its edge: no cell, and a slot without one says so. What
            # fixes the place in a breach silences it, as everything else.
            self._cells.take_none()
            self._cells.forget_anchor()
