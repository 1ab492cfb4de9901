"""A receiver's error, as REQUIREMENTS R6 states it: seeded, so that a run can be repeated."""

from __future__ import annotations

import math
import random

_R90_M = 10.0  # 90 % of the fixes lie within this of the truth
_SIGMA_M = _R90_M / math.sqrt(2 * math.log(10))  # of each axis: the radius is Rayleigh's
_TIME_CONSTANT_S = 30.0
_JUMPS_PER_HOUR = 2.0
_JUMP_M = 100.0
_JUMP_MEAN_S = 8.0
_JUMP_MOST_S = 30.0


class ReceiverNoise:
    """Gauss-Markov noise on each axis, and multipath jumps of 100 m for some seconds."""

    def __init__(self, seed: int, jumps_per_hour: float = _JUMPS_PER_HOUR) -> None:
        self._jumps_per_s = jumps_per_hour / 3600
        self._rng = random.Random(seed)  # noqa: S311 - a reproducible error, not a key
        self._error = [self._rng.gauss(0, _SIGMA_M), self._rng.gauss(0, _SIGMA_M)]
        self._jump = (0.0, 0.0)
        self._jump_left_s = 0.0

    def next(self, elapsed_s: float) -> tuple[float, float]:
        """Return the error (east, north) in metres after so much time."""
        decay = math.exp(-elapsed_s / _TIME_CONSTANT_S)
        kick = _SIGMA_M * math.sqrt(1 - decay * decay)
        for axis in (0, 1):
            self._error[axis] = self._error[axis] * decay + self._rng.gauss(0, kick)
        self._jump_left_s -= elapsed_s
        if self._jump_left_s <= 0:
            self._jump = (0.0, 0.0)
            if self._rng.random() < 1 - math.exp(-self._jumps_per_s * elapsed_s):
                bearing = self._rng.uniform(0, 2 * math.pi)
                self._jump = (_JUMP_M * math.sin(bearing), _JUMP_M * math.cos(bearing))
                self._jump_left_s = min(self._rng.expovariate(1 / _JUMP_MEAN_S), _JUMP_MOST_S)
        return self._error[0] + self._jump[0], self._error[1] + self._jump[1]
