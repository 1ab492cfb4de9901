"""The cells of long stays, and what of the cells around them is told: nothing.

Errands next door told where a home lies in its cell, however well the cell itself was rounded
(docs/MINIMISATION.md, "Errands next door"). So near the cell of a long stay no other one is told,
and until such a stay is known none at all. This lives in RAM: a boot forgets it.
"""

from tag import grid

LONG_S = 4 * 3600  # longer than an evening out
KEPT_S = 7 * 86_400  # a stay's cell is known for so long after the last rest in it
MOST = 4  # long stays that are known: homes, work


class Stays:
    """What one life knows of where the tag rests long; slots are `slot_s` long."""

    def __init__(self, cell_m, slot_s):
        self._cell_m = cell_m
        self._long = -(-LONG_S // slot_s)
        self._kept = KEPT_S // slot_s
        self._known = []  # [(cell, the last slot in it)], the latest last
        self._cell = None  # of the latest rests
        self._rests = 0  # in it
        self._has_dwelling = False

    def be_home(self):
        """Note that the tag was in a dwelling, which the order names: there home is known."""
        self._has_dwelling = True

    def may_tell(self, slot, cell):
        """Take a rest in a cell; return whether that may be told."""
        self._rests = self._rests + 1 if cell == self._cell else 1
        self._cell = cell
        known = [stay for stay in self._known if slot - stay[1] <= self._kept]
        others = [stay for stay in known if stay[0] != cell]
        is_stay = len(others) < len(known)
        if not is_stay:
            for near, _ in others:
                if grid.is_near(cell, near, self._cell_m):
                    self._known = known
                    return False
            is_stay = self._rests >= self._long
        self._known = others[1 - MOST :] + [(cell, slot)] if is_stay else known
        return bool(self._known) or self._has_dwelling
