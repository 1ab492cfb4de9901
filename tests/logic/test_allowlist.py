"""tag/allowlist.py: what may leave, held against an order; each rule broken once."""

from orders import EAST, LAT, LON, NORTH, NOT_BEFORE, circle, order
from tag import events, policy
from tag.allowlist import allows
from wire import record
from wire.batch import ALERT, ROUTINE

SLOT = NOT_BEFORE // 900
ZONES = [
    circle(policy.EXCLUSION, 3_000, 0, 300, [0, 600]),
    circle(policy.DWELLING, 2_900, 0, 150),
    circle(policy.INCLUSION, 0, 6_000, 400),
]
REVIEW = NOT_BEFORE + 7_200
LAW = order(ZONES, REVIEW_BY=REVIEW, EXCEPTIONS=["a", "b"])
NOW = NOT_BEFORE + 100


def precise(utc_s=NOW, zone=0, north_m=3_200, error_m=5):
    return record.precise(utc_s, zone, LAT + north_m * NORTH, LON, error_m)


def located(utc_s=NOW, cause=record.STRAP, number=0, north_m=0, east_m=0):
    return record.located(utc_s, cause, number, LAT + north_m * NORTH, LON + east_m * EAST, 5)


GOOD = (
    (ROUTINE, record.coarse(SLOT, (1, 2))),
    (ROUTINE, record.coarse(SLOT, None)),
    (ALERT, precise()),
    (ALERT, record.crossing(NOW, 0, True)),
    (ALERT, record.crossing(NOW, 0, False)),
    (ALERT, record.crossing(NOW, 2, False)),
    (ROUTINE, record.crossing(SLOT, 2, True)),
    (ROUTINE, record.crossing(SLOT, 1, False)),
    (ROUTINE, record.present(SLOT, 1)),
    (ROUTINE, record.event(SLOT, events.JUMP, 1)),
    (ALERT, record.event(NOW, events.STRAP_OPENED, 0)),
    (ROUTINE, record.health(SLOT, 5, 256, [23, 4])),
    (ALERT, located()),
    (ALERT, located(cause=record.LOCATE, number=3)),
)
BAD = (
    (ALERT, record.coarse(SLOT, (1, 2))),
    (ROUTINE, precise()),
    (ROUTINE, record.coarse(SLOT, (1, 2)) + [150]),  # an altitude, say
    (ROUTINE, record.coarse(NOW, (1, 2))),
    (ALERT, precise(zone=1)),
    (ALERT, precise(zone=2)),
    (ALERT, precise(zone=7)),
    (ALERT, precise(north_m=3_310)),
    (ALERT, precise(north_m=3_040)),  # in the dwelling
    (ALERT, precise(utc_s=NOW - 1)),  # not of this second
    (ALERT, precise(error_m=10_000)),
    (ROUTINE, record.crossing(NOW, 2, True)),
    (ALERT, record.crossing(NOW, 2, True)),
    (ALERT, record.crossing(SLOT, 0, True)),
    (ROUTINE, record.crossing(SLOT, 0, True)),
    (ROUTINE, record.crossing(SLOT, 9, True)),
    (ROUTINE, record.present(SLOT, 0)),
    (ALERT, record.present(SLOT, 1)),
    (ROUTINE, record.event(NOW, events.JUMP, 1)),
    (ROUTINE, record.event(SLOT, events.JUMP, 47)),
    (ROUTINE, record.event(SLOT, 999, 0)),
    (ALERT, record.event(NOW, events.JUMP, 1)),
    (ROUTINE, record.event(SLOT, events.STRAP_OPENED, 0)),
    (ALERT, record.health(SLOT, 5, 256, [])),
    (ROUTINE, located()),
    (ALERT, located(north_m=2_900)),
    (ALERT, located(utc_s=NOW + 1)),
    (ALERT, [1]),
    (ALERT, []),
    (ALERT, None),
)


def test_what_an_order_allows_may_leave():
    for kind, entry in GOOD:
        assert allows(LAW, NOW, kind, entry), entry


def test_anything_else_may_not():
    for kind, entry in BAD:
        assert not allows(LAW, NOW, kind, entry), (kind, entry)


def test_levels_reviews_and_hours_bound_it():
    low, late = order(ZONES, LEVEL=policy.PRESENCE), REVIEW + 5
    assert not allows(low, NOW, ALERT, precise())
    assert not allows(order(ZONES, LEVEL=policy.BREACH), NOW, ROUTINE, record.coarse(SLOT, (1, 2)))
    assert not allows(LAW, late, ROUTINE, record.coarse(SLOT, (1, 2)))
    assert allows(LAW, late, ALERT, precise(utc_s=late)), "coarse becomes breach"
    breach = order(ZONES, LEVEL=policy.BREACH, REVIEW_BY=REVIEW)
    assert not allows(breach, late, ALERT, precise(utc_s=late))
    assert not allows(LAW, late, ALERT, located(utc_s=late))
    after_hours = NOT_BEFORE + 600 * 60
    always = order(ZONES)
    assert not allows(always, after_hours, ALERT, precise(utc_s=after_hours))
    assert not allows(always, NOW, ALERT, located()), "an order without exceptions"
    assert not allows(always, NOW, ALERT, located(cause=record.LOCATE, number=1))


def test_every_event_has_its_bounds():
    for code in list(events.CLASSES) + list(events.RANGES):
        least, most = events.bounded(code, -(1 << 31)), events.bounded(code, (1 << 31) - 1)
        assert least <= most, code
