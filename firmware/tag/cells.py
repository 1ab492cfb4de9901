"""One coarse cell a slot: taken at its border, held for a slot, silent around what fixes a place.

A cell that is told next to a place that is known narrows both: no cell of a slot leaves that has
something which fixes a place in it, before it or after it. So a cell waits until the next slot is
over. What the life before a boot said is not known any more: the slot of a boot is taken for one
that fixes a place.

A cell is that of the middle of three fixes, and is said of a place of rest only, and not near one
where the tag stays long (stays.py): the attacks found homes by single fixes, by the ways around
them and by errands next door (docs/MINIMISATION.md, "The attacks").
"""

from tag import geometry, grid, sphere
from tag.stays import Stays

BORDER_S = 30  # a fix is taken within this time after it is due, or the slot has no cell
SAMPLES = 3
SAMPLE_EVERY_S = 35  # longer than a multipath jump lasts: none spoils two of the three
_BOOT_LAG_S = 5  # time passes here up to so long behind the tag's (duty/sampling.py)
_ANCHOR_DM = 500
_REST_DM = 250  # all fixes nearer than this: the tag rests; who walks is 49 m on after 35 s


class Cells:
    """The slots of one life under one order; `offset` is the hidden one, (row, col)."""

    def __init__(self, cell_m, slot_s, offset):
        self._cell_m = cell_m
        self._slot_s = slot_s
        self._offset = offset
        self.slot = -1  # until the first second is known
        self._taken = True  # whether this slot's border has been dealt with
        self._fixing = ()  # the latest slots that have something which fixes a place
        self._samples = []  # this slot's fixes so far: [(lat, lon)]
        self._held = []  # what waits: [(slot, cell or None)]
        self._anchor = None  # (lat, lon, cell)
        self._stays = Stays(cell_m, slot_s)

    def follow(self, before):
        """Go on where the cells of the order before ended, if theirs are the same slots and grid.

        Else nothing is known of what was told: it is as after a boot.
        """
        if (before._slot_s, before._cell_m) == (self._slot_s, self._cell_m):
            self.slot, self._taken = before.slot, before._taken
            self._fixing, self._held = before._fixing, before._held
            self._samples, self._anchor = before._samples, before._anchor
            self._stays = before._stays

    def pass_time(self, utc_s):
        """Move to this second, which is never before the last one; True where a slot begins."""
        slot = utc_s // self._slot_s
        if slot == self.slot:
            if not self._taken and utc_s > self.due_s() + BORDER_S:
                self.take_none()
            return False
        if not self._taken:
            self.take_none()
        is_boot = self.slot < 0
        self.slot = slot
        self._samples = []
        self._taken = is_boot
        if is_boot:
            self.fix_place()
            self._fixing += ((utc_s + _BOOT_LAG_S) // self._slot_s,)
        return True

    def is_due(self, utc_s):
        """Return whether a fix of this second is one for this slot's cell."""
        return not self._taken and utc_s >= self.due_s()

    def due_s(self):
        """Return when the next fix for a cell is due, in UTC seconds."""
        if self._taken:
            return (self.slot + 1) * self._slot_s
        return self.slot * self._slot_s + len(self._samples) * SAMPLE_EVERY_S

    def take(self, lat_udeg, lon_udeg):
        """Take a fix for this slot's one cell: at its border, or the next one that is due."""
        if self._is_silent(self.slot):
            self._taken = True  # nor is it an anchor for a later one
            return
        self._samples.append((lat_udeg, lon_udeg))
        if len(self._samples) == SAMPLES:
            self._hold(self._rest() if _rests(self._samples) else None)

    def take_none(self):
        """Note that this slot has no cell: no fix, on the way, at an exclusion zone's edge."""
        self._hold(None)

    def forget_anchor(self):
        """Forget where the last cell was taken."""
        self._anchor = None

    def fix_place(self):
        """Note that this slot says something that fixes a place; the anchor is forgotten."""
        self._anchor = None
        if self.slot not in self._fixing:
            self._fixing = self._fixing[-2:] + (self.slot,)

    def deal(self, is_home):
        """Note that this slot's border is dealt with: it says something else than a cell."""
        self._taken = True
        self.fix_place()
        if is_home:
            self._stays.be_home()

    def drop(self):
        """Forget what waits: the level in force has no cells."""
        self._held = []
        self._anchor = None

    def blank(self):
        """Let the slots that wait have no cell: their time, and so their number, is in doubt."""
        self._held = [(slot, None) for slot, _ in self._held]
        self._anchor = None

    def release(self):
        """Return [(slot, cell or None)] of the slots whose next one is over; silent ones never."""
        due = [entry for entry in self._held if entry[0] < self.slot - 1]
        self._held = [entry for entry in self._held if entry[0] >= self.slot - 1]
        return [entry for entry in due if not self._is_silent(entry[0])]

    def _hold(self, cell):
        self._taken = True
        self._held.append((self.slot, cell))

    def _is_silent(self, slot):
        return any(abs(slot - fixing) <= 1 for fixing in self._fixing)

    def _rest(self):
        """Return the cell that is told of a rest, or None."""
        cell = self._cell(*_middle(self._samples))
        return cell if self._stays.may_tell(self.slot, cell) else None

    def _cell(self, lat_udeg, lon_udeg):
        """Return the position's cell: the last one while the tag is near where that was taken."""
        if self._anchor is not None:
            from_lat_udeg, from_lon_udeg, cell = self._anchor
            away_dm = geometry.distance_dm(from_lat_udeg, from_lon_udeg, lat_udeg, lon_udeg)
            if away_dm < _ANCHOR_DM:
                return cell
        cell = grid.cell(lat_udeg, lon_udeg, self._cell_m, *self._offset)
        self._anchor = (lat_udeg, lon_udeg, cell)
        return cell


def _middle(samples):
    """Return the middle latitude and longitude of three: one that is far off moves neither."""
    first = samples[0][1]
    lats = sorted([lat_udeg for lat_udeg, _ in samples])
    easts = sorted([sphere.wrap(lon_udeg - first) for _, lon_udeg in samples])
    return lats[1], first + easts[1]


def _rests(samples):
    """Return whether the three fixes are so near to one another that the tag does not travel."""
    a, b, c = samples
    return all(geometry.distance_dm(*p, *q) < _REST_DM for p, q in ((a, b), (b, c), (a, c)))
