"""tag/timebase: which dates are believed, and what ends a doubt."""

from tag.timebase import Timebase

NOW = 1_800_000_000
DAY = 86_400


def begun(first_s=NOW, floor_s=NOW - DAY, term=(NOW - 5 * DAY, NOW + 60 * DAY)):
    """Return a Timebase after its first fix, at 10 s since boot, and what it said of it."""
    timebase = Timebase(floor_s)
    timebase.expect(*term)
    return timebase, timebase.observe(first_s, 10_000)


def test_the_first_date_is_believed_and_time_goes_on():
    timebase, off_s = begun()
    assert off_s == 0 and not timebase.in_doubt
    assert timebase.utc_s(10_999) == NOW
    assert timebase.utc_s(71_000) == NOW + 61
    assert Timebase(NOW).utc_s(5) is None
    assert Timebase(NOW).least_s(5) == NOW


def test_a_jump_is_a_doubt_until_an_ack_agrees():
    for jump_s in (301, -301, 400 * DAY, -30 * DAY):
        timebase, _ = begun()
        assert timebase.observe(NOW + 60 + jump_s, 70_000) == jump_s, jump_s
        assert timebase.in_doubt
        assert timebase.utc_s(70_000) == NOW + 60
        # The receiver agrees again: that is no proof.
        assert timebase.observe(NOW + 61, 71_000) == 0
        assert timebase.in_doubt
        timebase.confirm(NOW + 90, 100_000)
        assert not timebase.in_doubt
        assert timebase.utc_s(100_000) == NOW + 90
        assert timebase.floor_s == NOW + 90


def test_small_steps_do_not_draw_time_along():
    timebase, _ = begun()
    refused_at = None
    for step in range(1, 100):
        if timebase.observe(NOW + step * 100, 10_000 + step * 1000):
            refused_at = step
            break
    assert refused_at == 4, refused_at
    assert timebase.in_doubt
    assert timebase.utc_s(14_000) <= NOW + 4 + 300


def test_a_first_date_that_ends_the_order_is_not_believed_by_itself():
    for first_s in (NOW + 60 * DAY, NOW + 4_000 * DAY):
        timebase, off_s = begun(first_s)
        assert off_s == first_s - (NOW - DAY)
        assert timebase.in_doubt
        assert timebase.utc_s(10_000) == NOW - DAY  # the floor
        timebase.confirm(first_s, 20_000)  # and where it was true, the ack says so
        assert timebase.utc_s(20_000) == first_s
        assert not timebase.in_doubt


def test_a_first_date_below_the_floor_starts_no_past():
    timebase, off_s = begun(NOW - 3 * DAY)
    assert off_s == -2 * DAY
    assert timebase.in_doubt
    assert timebase.utc_s(10_000) == NOW - DAY
    # With a floor before the order's start, it has started: an order on the tag is no order yet.
    timebase, _ = begun(NOW - 90 * DAY, NOW - 80 * DAY)
    assert timebase.utc_s(10_000) == NOW - 5 * DAY


def test_an_order_that_is_over_by_its_floor_stays_over():
    timebase, off_s = begun(NOW + DAY, NOW, (NOW - 90 * DAY, NOW - 1))
    assert off_s == 0
    assert timebase.utc_s(10_000) == NOW + DAY


def test_an_ack_sets_a_clock_that_was_drawn_away():
    timebase, _ = begun(NOW + 30 * DAY)  # a spoofed date within the term, at a boot
    assert not timebase.in_doubt
    timebase.confirm(NOW, 20_000)
    assert timebase.utc_s(20_000) == NOW
    assert timebase.observe(NOW + 30 * DAY + 20, 30_000) == 30 * DAY + 10
    assert timebase.in_doubt
