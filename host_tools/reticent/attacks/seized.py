"""A seized tag: what its memory holds of places, and what that adds to the cells on record.

Flash holds the hidden offset, and no position. RAM holds the anchor (where the last cell was
taken), the fixes of the slot under way and the cells that wait one slot. The sealed past stays
sealed (REQUIREMENTS R19).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reticent.attacks import driven
from reticent.attacks.wearers import DAY_S, make_wearer
from reticent.sim.told import FixAt
from reticent.tagcode import pipeline, policy

_EACH = 6  # seizures of a wearer
_DAYS = 3
_FAR_M = 200.0


@dataclass(frozen=True)
class Gains:
    """Of seizures at random moments: what RAM held."""

    anchors: float  # the share with an anchor
    elsewhere: float  # the share with an anchor over 200 m from where the tag was seized
    age_s: float  # median, since the tag was last within 200 m of that anchor, of those elsewhere
    held: float  # mean number of cells that wait
    seizures: int


def gains(seed: int, rules: driven.Rules, seizures: int) -> Gains:
    """Return what RAM holds at random moments of some wearers' days."""
    rng = np.random.default_rng((seed, 19))
    anchors: list[bool] = []
    ages: list[float] = []
    held: list[int] = []
    for number in range(-(-seizures // _EACH)):
        wearer = make_wearer(seed * 10_000 + 9_000 + number, _DAYS)
        order = driven.policy_of(rules, _DAYS, [])
        fix_at = driven.fixes_of(wearer, number)
        for seized_s in np.sort(rng.integers(DAY_S, _DAYS * DAY_S, min(_EACH, seizures))):
            tag = _tag_at(order, fix_at, int(seized_s))
            anchor, waiting = _memory(tag)
            anchors.append(anchor is not None)
            held.append(waiting)
            if anchor is None:
                continue
            way = wearer.at(np.arange(0.0, seized_s + 1, 30))
            away = np.hypot(*(way - wearer.town.metres(np.array(anchor))).T)
            if away[-1] > _FAR_M:
                near = np.nonzero(away <= _FAR_M)[0]
                ages.append(float(seized_s - 30 * near[-1]) if len(near) else float(seized_s))
    count = len(anchors)
    age = float(np.median(ages)) if ages else 0.0
    return Gains(float(np.mean(anchors)), len(ages) / count, age, float(np.mean(held)), count)


def _tag_at(order: policy.Policy, fix_at: FixAt, seized_s: int) -> pipeline.Pipeline:
    """Return the pipeline as it is at this second, from a boot six hours before."""
    tag = pipeline.Pipeline(order, (0, 0))
    utc_s = driven.START_S + seized_s - DAY_S // 4
    while utc_s < driven.START_S + seized_s:
        tag.step(utc_s, fix_at(utc_s))
        utc_s = max(tag.due_s, utc_s + 1)
    return tag


def _memory(tag: pipeline.Pipeline) -> tuple[tuple[int, int] | None, int]:
    """Return the anchor's place and how many cells wait: whoever seizes a tag reads all of it."""
    cells = vars(vars(tag)["_disclosure"])["_cells"]
    memory = vars(cells)
    anchor = memory["_anchor"]
    return (None if anchor is None else anchor[:2]), len(memory["_held"])
