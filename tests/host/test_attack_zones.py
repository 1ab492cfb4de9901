"""R12 through the tag's own pipeline, with zones: what they silence helps no attacker at home.

Each wearer has two exclusion zones on errand places, and a home that the order does not name.
RETICENT_FULL=1 takes 100 wearers and 1,000 lessons, for some ten minutes, and prints the figures.
"""

import os

import numpy as np

from reticent.attacks import driven, home, rule
from reticent.attacks.draws import Task, draw
from reticent.attacks.population import SLOT_S, SLOTS_PER_DAY, live, nights
from reticent.tagcode import policy, record

FULL = bool(os.getenv("RETICENT_FULL"))
WEARERS, LESSONS, DAYS = (100, 1_000, 7) if FULL else (2, 40, 7)
FIRST = 5 << 30


def told(life, seed):
    """Return the cells [slot, 2] that the pipeline says of a life under an order with zones."""
    zones = [zone for zone in driven.zones_for(life.wearer, 1) if zone[0] == policy.EXCLUSION]
    order = driven.policy_of(driven.Rules(), DAYS, zones)
    offset = (int(life.offset[0]), int(life.offset[1]))
    found = np.full((DAYS * SLOTS_PER_DAY, 2), rule.NONE)
    kinds = set()
    for _, _, entry in driven.drive(life.wearer, order, offset, DAYS, seed):
        kinds.add(entry[0])
        if entry[0] == record.COARSE and entry[2] is not None:
            found[entry[1] - driven.START_S // SLOT_S] = entry[2:]
    return found, kinds


def test_with_zones_a_home_is_found_no_better():
    seen, lived = [], set()
    for number in range(WEARERS):
        life = live(FIRST + number, DAYS, 1000)
        said, kinds = told(life, number)
        lived |= kinds
        if (nights(said)[..., 0] != rule.NONE).any():  # else the home lies in a zone, or at one
            seen.append(home.seen(life, said, life.offset_cells))
    assert lived >= {record.COARSE, record.CROSSING, record.PRECISE}, "no breach: nothing tested"
    lessons = [draw(Task(FIRST + 10_000 + k, (DAYS,), 1000)).homes[0] for k in range(LESSONS)]
    given, unknown = home.learned(seen, lessons, home.DAYS)
    middle = home.centre(seen, offset_given=True)
    print(f"\n{len(seen)} of {WEARERS} have a cell at home; its middle: {middle}")
    print(f"offset given: {given}\noffset unknown: {unknown}")
    if FULL:
        assert given.median >= 0.30 and given.within <= 0.12, given
        assert unknown.median >= 0.40 and unknown.within <= 0.09, unknown
    is_home = [np.abs(one.truth - 0.5).max() < 0.6 for one in seen]
    assert np.mean(is_home) > 0.9, "the cell is the home's"
