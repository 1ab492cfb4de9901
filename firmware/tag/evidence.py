"""When a zone counts as entered or left: evidence, second by second, of where the fixes lie.

One fix decides nothing: multipath throws a fix 100 m off, for half a minute at a time. Evidence
rises with each second whose fix lies inside the zone and falls with each outside; the zone is
entered when it is full and left when it is empty. While a jump is held (jumps.py) there are two
accounts: of the fixes as they are, and of where they would be without the jump. That one decides,
and rests where the two lie on different sides; when the jump is over, one of them stands.
docs/ZONES.md has the weights' reasons and what the rule did under REQUIREMENTS R6's noise.
"""

from micropython import const

from tag import jumps

# Of a fix, a second: twice as much as of one that is nearer to the edge than its own error.
_PLAIN = const(2)
_DOUBTFUL = const(1)
_DEEP = const(11)  # deeper than multipath throws: twelve seconds decide
# 61 plain seconds: more than two of the longest jumps back to back, and reached within 120 s when
# one of them, 29 s long, took away as much.
_FULL = const(122)
_START = const(52)  # undecided; and a jump of 30 s just after a boot is no entry either

_MOST_STEP_S = const(10)  # a longer silence between two fixes is no evidence


class Evidence:
    """Evidence for one zone; `inside` is True, False, or None until it first decides."""

    def __init__(self):
        self.forget()

    def weigh(self, depth_dm, error_m, elapsed_s, steady_dm=None):
        """Weigh a fix so deep in the zone (negative: outside), so long after the last one.

        `steady_dm` is how deep it would be without the jump that is held, None where none is.
        Return True on entry, False on exit, None when nothing changed. The first decision is an
        entry where it says inside, and no exit otherwise.
        """
        # Nothing was seen of the time before the first fix.
        seconds = 1 if self._is_fresh else min(max(elapsed_s, 0), _MOST_STEP_S)
        self._is_fresh = False
        error_dm = 10 * (error_m or 0)
        weight = _weight_of(depth_dm, error_dm)
        self._as_seen = min(max(self._as_seen + seconds * weight, 0), _FULL)
        if steady_dm is None:
            self._weight = self._as_seen
        elif (steady_dm >= 0) == (depth_dm >= 0):
            if abs(weight) != _DEEP:
                weight = _weight_of(steady_dm, error_dm)
            self._weight = min(max(self._weight + seconds * weight, 0), _FULL)
        return self._decide()

    def believe_jump(self):
        """What was held was a jump: the account without it stands."""
        self._as_seen = self._weight

    def is_settled(self):
        """Return whether all evidence is on the side that was decided."""
        return self._weight == self._as_seen == (_FULL if self.inside else 0)

    def forget(self):
        """Begin again, undecided."""
        self.inside = None
        self._weight = self._as_seen = _START
        self._is_fresh = True

    def _decide(self):
        if self._weight == _FULL and not self.inside:
            self.inside = True
            return True
        if self._weight == 0 and self.inside is not False:
            was_inside = self.inside
            self.inside = False
            return False if was_inside else None
        return None


def _weight_of(depth_dm, error_dm):
    """Return what a fix of this depth weighs in a second, negative outside."""
    away_dm = abs(depth_dm)
    weight = _PLAIN if away_dm >= error_dm else _DOUBTFUL
    if away_dm > jumps.MOST_DM + error_dm:
        weight = _DEEP
    return weight if depth_dm >= 0 else -weight
