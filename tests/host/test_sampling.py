"""Adaptive sampling: whoever stays under v_max enters and leaves within REQUIREMENTS R6's times.

The pipeline is driven as main.py drives it: only fixes that are due are looked at. The fixes
are off by up to 20 m, and by a jump of 100 m for half a minute at a time of the adversary's choice
before the zone is reached.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from orders import EAST, LAT, LON, NORTH, NOT_BEFORE, circle, order, square
from reticent.tagcode import gnss, pipeline, policy, record
from tag.schedule import V_MAX_M_S

TARGET_M = 30_000  # north of the start
RADIUS_M = 1_500

legs = st.lists(
    st.tuples(st.integers(1, 900), st.integers(-V_MAX_M_S, V_MAX_M_S)), min_size=1, max_size=12
)
noise = st.lists(st.tuples(st.integers(-12, 12), st.integers(-12, 12)), min_size=1, max_size=8)


def path_m(legs_, arrive):
    """Return metres north of the start second by second: legs, then at v_max to the middle."""
    north = [0]
    for seconds, speed_m_s in legs_:
        for _ in range(seconds):
            north.append(min(max(north[-1] + speed_m_s, -40_000), TARGET_M - RADIUS_M - 150))
    while north[-1] < TARGET_M - (RADIUS_M - arrive):
        north.append(min(north[-1] + V_MAX_M_S, TARGET_M - (RADIUS_M - arrive)))
    return north + [north[-1]] * 200


@settings(max_examples=60, deadline=None)
@given(legs, noise, st.sampled_from((30, 60, 150, 600)), st.booleans(), st.integers(0, 400))
def test_nobody_under_v_max_enters_without_being_decided_in_time(
    legs_, noise_, depth_m, is_circle, before_s
):
    north = path_m(legs_, depth_m)
    make = circle if is_circle else square
    under_test = pipeline.Pipeline(order([make(policy.EXCLUSION, TARGET_M, 0, RADIUS_M)]), (0, 0))
    edge_m = TARGET_M - RADIUS_M
    deep_from = next(s for s, at in enumerate(north) if at >= edge_m + min(depth_m, 150) - 5)
    jump_from = max(deep_from - 40 - before_s, 0)
    entered_s = None
    for second, at in enumerate(north):
        utc_s = NOT_BEFORE + 43_200 + second
        off_n, off_e = noise_[second % len(noise_)]
        if jump_from <= second < min(jump_from + 30, deep_from - 10):
            off_n -= 100
        said = under_test.step(utc_s - 3, None)
        if under_test.is_due(utc_s):
            lat, lon = LAT + (at + off_n) * NORTH, LON + off_e * EAST
            said += under_test.step(utc_s, gnss.Fix(utc_s, lat, lon, 10, 9))
        for _, entry in said:
            if entry[0] == record.CROSSING and entered_s is None:
                entered_s = second
    most_s = 15 if depth_m >= 150 else 65
    assert entered_s is not None, (depth_m, deep_from)
    assert entered_s - deep_from <= most_s, (depth_m, entered_s - deep_from)
