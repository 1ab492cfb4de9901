"""A receiver's error at moments far apart: REQUIREMENTS R6's noise in its stationary state.

sim/noise.py walks the same noise second by second. Between two slots' borders, 900 s apart, it
forgets itself: the Gauss-Markov part has a time constant of 30 s, a jump lasts 30 s at most.
"""

from __future__ import annotations

import math

import numpy as np

from reticent.attacks.towns import Floats

SIGMA_M = 10.0 / math.sqrt(2 * math.log(10))  # each axis; 90 % within 10 m
JUMP_M = 100.0
_TIME_CONSTANT_S = 30.0
_JUMPS_PER_S = 2.0 / 3600
_MEAN_JUMP_S = 8.0 * (1 - math.exp(-30.0 / 8.0))  # exponential with mean 8 s, capped at 30 s
JUMP_SHARE = _JUMPS_PER_S * _MEAN_JUMP_S / (1 + _JUMPS_PER_S * _MEAN_JUMP_S)


def errors_m(rng: np.random.Generator, slots: int, offsets_s: tuple[int, ...]) -> Floats:
    """Return errors (east, north) in metres, [slot, sample, 2], of samples in each slot.

    `offsets_s` are the samples' seconds in the slot: so far apart that no jump spans two.
    """
    found = np.empty((slots, len(offsets_s), 2))
    drift = rng.normal(0, SIGMA_M, (slots, 2))
    before_s = offsets_s[0]
    for sample, offset_s in enumerate(offsets_s):
        kept = math.exp(-(offset_s - before_s) / _TIME_CONSTANT_S)
        drift = kept * drift + rng.normal(0, SIGMA_M * math.sqrt(1 - kept * kept) or 0, (slots, 2))
        found[:, sample] = drift + _jumps_m(rng, slots)
        before_s = offset_s
    return found


def _jumps_m(rng: np.random.Generator, count: int) -> Floats:
    found = np.zeros((count, 2))
    (jumping,) = np.nonzero(rng.random(count) < JUMP_SHARE)
    bearings = rng.uniform(0, 2 * math.pi, len(jumping))
    found[jumping] = JUMP_M * np.stack([np.sin(bearings), np.cos(bearings)], axis=-1)
    return found


def normal(x: Floats) -> Floats:
    """Return the normal distribution's function (Abramowitz and Stegun 7.1.26: within 1e-7)."""
    t = 1 / (1 + 0.3275911 / math.sqrt(2) * np.abs(x))
    poly = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    return 0.5 * (1 + np.sign(x) * (1 - poly * np.exp(-(x**2) / 2)))
