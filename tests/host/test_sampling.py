"""Adaptive sampling: whoever stays under v_max enters within REQUIREMENTS R6's times.

The pipeline is driven as duty/sampling.py drives it: every fix is seen while the tag does not
rest, and those that are due are looked at. The fixes have R6's noise: Gauss-Markov, and a jump of
100 m away from the zone, 30 s long, at whatever moment hypothesis finds the worst.
"""

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from orders import EAST, LAT, LON, NORTH, NOT_BEFORE, circle, order, square
from reticent.tagcode import gnss, pipeline, policy, record

V_MAX_M_S = 40  # DESIGN.md, section 3: not schedule.py's own, which is under test
TARGET_M = 30_000  # north of the start
RADIUS_M = 1_500
EDGE_M = TARGET_M - RADIUS_M
SIGMA_M, KEEP = 4.66, math.exp(-1 / 30)  # 10 m at 90 %, time constant 30 s
JUMP_M, JUMP_S = 100, 30
AHEAD_S, LEAST_REST_S = 5, 15  # duty/sampling.py

legs = st.lists(st.tuples(st.integers(1, 900), st.integers(-V_MAX_M_S, V_MAX_M_S)), max_size=12)


def path_m(legs_, gap_m, depth_m):
    """Return metres north of the start second by second: legs, then at v_max into the zone."""
    north = [0]
    for seconds, speed_m_s in legs_:
        for _ in range(seconds):
            north.append(min(max(north[-1] + speed_m_s, -40_000), EDGE_M - gap_m))
    while north[-1] < EDGE_M + depth_m:
        north.append(min(north[-1] + V_MAX_M_S, EDGE_M + depth_m))
    return north + [north[-1]] * 180


def noise_m(seed, seconds):
    """Return metres north and east that the receiver is off, second by second."""
    draw = random.Random(seed)
    innovation = SIGMA_M * math.sqrt(1 - KEEP * KEEP)
    off = [(draw.gauss(0, SIGMA_M), draw.gauss(0, SIGMA_M))]
    while len(off) < seconds:
        n, e = off[-1]
        off.append((KEEP * n + draw.gauss(0, innovation), KEEP * e + draw.gauss(0, innovation)))
    return off


def drive(under_test, north, off, jump):
    """Return (seconds looked at, second of entry or None)."""
    looked, entered_s, wake_s = [], None, 0
    for second, at in enumerate(north):
        utc_s = NOT_BEFORE + 43_200 + second
        said = under_test.step(utc_s - 3, None)
        if utc_s >= wake_s:
            off_n = at + off[second][0] - (JUMP_M if second in jump else 0)
            lat, lon = LAT + round(off_n * NORTH), LON + round(off[second][1] * EAST)
            fix = gnss.Fix(utc_s, lat, lon, 10, 9)
            under_test.see(fix)
            if under_test.is_due(utc_s):
                looked.append(second)
                said += under_test.step(utc_s, fix)
            if under_test.wake_s(AHEAD_S) - utc_s >= LEAST_REST_S:
                wake_s = under_test.wake_s(AHEAD_S)
        if entered_s is None and any(
            entry[0] == record.CROSSING and entry[2] == 0 for _, entry in said
        ):
            entered_s = second
    return looked, entered_s


@settings(max_examples=60, deadline=None)
@given(
    legs_=legs,
    gap_m=st.sampled_from((20, 160, 400, 2_000)),
    depth_m=st.sampled_from((30, 60, 150, 600)),
    make=st.sampled_from((circle, square)),
    warn_m=st.sampled_from((0, 150, 1_000)),
    jump_s=st.integers(-120, 60),
    has_home=st.booleans(),
    seed=st.integers(0, 10_000),
)
def test_nobody_under_v_max_comes_near_unseen_nor_enters_undecided(
    legs_, gap_m, depth_m, make, warn_m, jump_s, has_home, seed
):
    north = path_m(legs_, gap_m, depth_m)
    zone = make(policy.EXCLUSION, TARGET_M, 0, RADIUS_M)
    at_edge_s = next(s for s, at in enumerate(north) if at >= EDGE_M)
    deep_s = next(s for s, at in enumerate(north) if at >= EDGE_M + min(depth_m, 150))
    jump = range(at_edge_s + jump_s, at_edge_s + jump_s + JUMP_S)
    zones = [zone, circle(policy.DWELLING, 0, 0, 100)] if has_home else [zone]
    under_test = pipeline.Pipeline(order(zones, WARN_M=warn_m), (0, 0))
    looked, entered_s = drive(under_test, north, noise_m(seed, len(north)), jump)

    # From the buffer on, or from the edge, every second is looked at until it is decided.
    near_s = next(s for s, at in enumerate(north) if at >= EDGE_M - warn_m and s >= deep_s - 60)
    assert entered_s is not None, (depth_m, deep_s)
    assert set(range(near_s, entered_s)) <= set(looked), (near_s, warn_m, looked[-70:])
    # In R6's times. A jump that the tag had not watched begin may hide that it is deep.
    is_hidden = jump.stop > deep_s - 12 and jump.start < deep_s + 12
    most_s = 15 if depth_m >= 150 and not is_hidden else 120
    assert entered_s - deep_s <= most_s, (depth_m, entered_s - deep_s, jump)
