"""reticent.sim.told: the pipeline over fixes, jumping to each second at which the tag looks."""

from orders import NOT_BEFORE, circle, fix, order
from reticent.sim.told import told
from reticent.tagcode import pipeline, policy, record

HOUR = 3600
OFFSET = 123_456, -98_765


def place_at(utc_s):
    """Return (north m, east m) on a day: home, a walk, an exclusion zone, work, home."""
    hours = (utc_s - NOT_BEFORE) // HOUR
    return ((0, 0), (2_000, 5_000), (3_000, 100), (2_000, 5_000), (0, 0))[min(hours // 3, 4)]


def test_jumping_tells_what_a_fix_a_second_tells():
    law = order(
        [circle(policy.EXCLUSION, 3_000, 0, 300), circle(policy.DWELLING, 0, 0, 150)],
    )
    asked = []

    def fix_at(utc_s):
        asked.append(utc_s)
        return fix(utc_s, *place_at(utc_s))

    end_s = NOT_BEFORE + 18 * HOUR
    jumped = [entry for _, _, entry in told(law, OFFSET, fix_at, NOT_BEFORE, end_s)]
    tag = pipeline.Pipeline(law, OFFSET)
    each_second = []
    for utc_s in range(NOT_BEFORE, end_s):
        seen = fix(utc_s, *place_at(utc_s)) if tag.is_due(utc_s) else None
        each_second += [entry for _, entry in tag.step(utc_s, seen)]
    assert jumped == each_second
    assert {entry[0] for entry in jumped} == {
        record.COARSE,
        record.PRECISE,
        record.CROSSING,
        record.PRESENT,
    }
    assert len(asked) < 50_000, "at home, within 280 m of its edge, it looks each second"
