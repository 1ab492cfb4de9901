"""The tag's whole zone set under REQUIREMENTS R6's noise: zones 20 m off, at several bearings."""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Iterable

import numpy as np
from r6_noise import OUTSIDE_M

from reticent.tagcode import FIRMWARE, gnss, policy

sys.path.insert(0, str(FIRMWARE))
from tag.geometry import Circle, Polygon
from tag.zones import ZoneSet

LAT, LON = 51_500_000, -120_000
M_PER_UDEG = 0.111_195
COSINE = math.cos(math.radians(LAT / 1e6))


def zones_around() -> list[policy.Zone]:
    """Return circles, squares and notched polygons 20 m off, at several bearings each."""
    zones = []
    for eighth in range(8):
        angle = math.radians(45 * eighth + 10)
        for radius_m in (60, 400):
            lat, lon = place(1, 0, angle, OUTSIDE_M + radius_m)
            zones.append(policy.Zone(policy.EXCLUSION, Circle(lat, lon, radius_m), None))
        near, far, half = OUTSIDE_M, 300, 150
        square = [(near, -half), (far, -half), (far, half), (near, half)]
        notched = [(-40, -half), (far, -half), (far, half), (-40, half), (-40, near), (near, near)]
        notched += [(near, -near), (-40, -near)]
        for corners in (square, notched):
            ring = array("i")
            for along, across in corners:
                lat, lon = place(along, across, angle, 1)
                ring.extend((lon, lat))
            zones.append(policy.Zone(policy.EXCLUSION, Polygon([ring]), None))
    return zones


def place(along: float, across: float, angle: float, unit_m: float) -> tuple[int, int]:
    """Return (lat, lon) in microdegrees of a place seen from the tag's."""
    north = (along * math.cos(angle) - across * math.sin(angle)) * unit_m
    east = (along * math.sin(angle) + across * math.cos(angle)) * unit_m
    return LAT + round(north / M_PER_UDEG), LON + round(east / M_PER_UDEG / COSINE)


def false_entries(tracks: Iterable[np.ndarray]) -> int:
    """Return how many fixes of these tracks (decimetres north and east) enter one of the zones."""
    entered = 0
    for track in tracks:
        zones = ZoneSet(zones_around())
        fix = gnss.Fix(0, 0, 0, 10, 9)
        for second, (north, east) in enumerate(track.T.tolist()):
            fix.utc_s = 1_800_000_000 + second
            fix.lat_udeg = LAT + round(north / 10 / M_PER_UDEG)
            fix.lon_udeg = LON + round(east / 10 / M_PER_UDEG / COSINE)
            zones.update(fix)
            if any(watch.inside for watch in zones.watches):
                entered += 1
                zones = ZoneSet(zones_around())
    return entered
