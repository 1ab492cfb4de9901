"""An order's zones: entry of the policy's map -> Zone. Its limits are zone_limits.py's.

An entry is [kind, name, justification, shape, windows] (docs/FORMAT.md, section 7).
"""

from tag import geometry
from tag.hours import Hours

EXCLUSION, INCLUSION, DWELLING = 1, 2, 3  # kinds
CIRCLE, POLYGON = 1, 2


class Zone:
    """One zone: kind, shape, windows (Hours, or None for always)."""

    def __init__(self, kind, shape, windows):
        self.kind = kind
        self.shape = shape
        self.windows = windows

    def speaks_at(self, utc_s):
        """Return whether the zone is in force at this second."""
        return self.windows is None or self.windows.hold(utc_s)

    def next_start_s(self, utc_s):
        """Return when the zone is next in force after this second, or None."""
        return None if self.windows is None else self.windows.next_start_s(utc_s)


def make_steps(entry, from_s):
    """Return, in steps, the Zone of a checked entry."""
    kind, _, _, shape, minutes = entry
    windows = None if minutes is None else Hours(from_s, minutes)
    yield
    if shape[0] == CIRCLE:
        return Zone(kind, geometry.Circle(shape[1], shape[2], shape[3]), windows)
    return Zone(kind, geometry.Polygon(shape[1:]), windows)
