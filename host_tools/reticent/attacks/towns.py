"""Towns that are not there: a flat map in metres around a place at sea, at several latitudes.

A town's places are (east, north) metres from its middle. The towns lie in oceans, so that nobody's
home can be meant; one lies on the antimeridian.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reticent.sim.receiver import M_PER_DEGREE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_TURN_UDEG = 360_000_000


@dataclass(frozen=True)
class Town:
    """A town's middle in degrees, and how far its people live from it (metres, one sigma)."""

    lat: float
    lon: float
    spread_m: float = 4_000.0

    def udeg(self, places: Floats) -> Ints:
        """Return (latitude, longitude) in microdegrees of (east, north) places, last axis two."""
        degree_m = M_PER_DEGREE * np.cos(np.radians(self.lat))
        lat = self.lat + places[..., 1] / M_PER_DEGREE
        lon = self.lon + places[..., 0] / degree_m
        east = np.round(lon * 1e6).astype(np.int64)
        wrapped = (east + _TURN_UDEG // 2) % _TURN_UDEG - _TURN_UDEG // 2
        return np.stack([np.round(lat * 1e6).astype(np.int64), wrapped], axis=-1)

    def metres(self, udeg: Ints) -> Floats:
        """Return (east, north) metres of (latitude, longitude) in microdegrees."""
        degree_m = M_PER_DEGREE * np.cos(np.radians(self.lat))
        east = udeg[..., 1] - round(self.lon * 1e6) + _TURN_UDEG // 2
        east = (east % _TURN_UDEG - _TURN_UDEG // 2) / 1e6 * degree_m
        return np.stack([east, (udeg[..., 0] / 1e6 - self.lat) * M_PER_DEGREE], axis=-1)


TOWNS = (
    Town(47.0, -30.0),
    Town(1.0, -25.0),
    Town(25.0, -40.0),
    Town(-33.0, -20.0, 6_000.0),
    Town(55.0, -35.0, 2_500.0),
    Town(65.0, -35.0, 1_500.0),
    Town(-20.0, 179.98),
)
