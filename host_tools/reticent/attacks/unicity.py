"""Unicity: how many known moments single a wearer out among others (de Montjoye et al., 2013).

Whoever learns of k moments where somebody was, in the pseudonymous data of N wearers of one town,
finds the one whose data has them all. Each tag's own offset makes its cells another map's.
"""

from __future__ import annotations

import numpy as np

from reticent.attacks import rule
from reticent.attacks.cellmap import centres_udeg
from reticent.attacks.population import Life
from reticent.attacks.towns import Bools, Floats

_TRIALS = 5
_PLAIN_M = 50.0


def unique_share(people: list[Life], points: int, seed: int) -> float:
    """Return the share of wearers whom so many random moments fit alone, by the tag's cells.

    The observer knows the true places; a wearer fits where each is within a cell of what was said,
    or nothing was said.
    """
    town, cell_m = people[0].wearer.town, people[0].cell_m
    said = np.stack([town.metres(centres_udeg(life.said, cell_m)) for life in people])
    silent = np.stack([life.said[:, 0] == rule.NONE for life in people])
    return _share(people, said, silent, (points, cell_m, seed))


def unique_share_plain(people: list[Life], points: int, seed: int) -> float:
    """Return the same for positions as they are, known within 50 m."""
    said = np.stack([people[0].wearer.town.metres(life.fixes[:, 0]) for life in people])
    return _share(people, said, np.zeros(said.shape[:2], dtype=bool), (points, _PLAIN_M, seed))


def _share(people: list[Life], said: Floats, silent: Bools, how: tuple[int, float, int]) -> float:
    points, slack_m, seed = how
    truth = np.stack([life.truth for life in people])
    rng = np.random.default_rng((seed, 22))
    alone = 0
    for person in range(len(truth)):
        for _ in range(_TRIALS):
            slots = rng.choice(truth.shape[1], points, replace=False)
            away = np.abs(said[:, slots] - truth[person, slots][None]).max(axis=2)
            fits = ((away <= slack_m) | silent[:, slots]).all(axis=1)
            alone += bool(fits[person]) and fits.sum() == 1
    return alone / (len(truth) * _TRIALS)
