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


def test_an_ack_below_the_floor_changes_nothing():
    for in_doubt in (False, True):
        timebase, _ = begun()
        timebase.in_doubt = in_doubt
        assert timebase.confirm(NOW - DAY - 301, 20_000) == -DAY - 311
        assert timebase.utc_s(20_000) == NOW + 10
        assert (timebase.in_doubt, timebase.floor_s) == (in_doubt, NOW - DAY)
        assert timebase.observe(NOW + 11, 21_000) == 0


def test_an_ack_far_ahead_of_the_receiver_is_a_doubt_however_often_it_comes():
    for ahead_s in (DAY + 1, 59 * DAY, 366 * DAY):
        timebase, _ = begun()
        for second in range(20, 29, 2):
            assert timebase.confirm(NOW + second - 10 + ahead_s, second * 1_000) == ahead_s
            assert timebase.observe(NOW + second - 9, second * 1_000 + 1_000) == 0
            assert timebase.in_doubt
            assert timebase.utc_s(second * 1_000) == NOW + second - 10
        assert timebase.floor_s == NOW - DAY
        assert timebase.confirm(NOW + 20, 30_000) == 0
        assert (timebase.in_doubt, timebase.floor_s) == (False, NOW + 20)


def test_acks_that_go_ahead_in_small_steps_come_to_a_day_and_move_no_floor():
    timebase, _ = begun()
    for hour in range(1, 200):
        up_s = hour * 3_600
        timebase.confirm(NOW + up_s + hour * DAY * 3 // 4, up_s * 1_000)
        timebase.observe(NOW + up_s, up_s * 1_000)
        assert timebase.utc_s(up_s * 1_000) <= NOW + up_s + DAY, hour
        assert timebase.floor_s <= NOW + up_s + 300, hour
    assert timebase.in_doubt
    assert timebase.confirm(NOW + up_s, up_s * 1_000) == 0
    assert timebase.utc_s(up_s * 1_000) == NOW + up_s


def test_an_ack_alone_ends_no_order_and_moves_the_floor_a_day_a_boot():
    timebase = Timebase(NOW - DAY)
    timebase.expect(NOW - 5 * DAY, NOW + 60 * DAY)
    assert timebase.confirm(NOW + 60 * DAY, 10_000) == 61 * DAY
    assert timebase.in_doubt and timebase.utc_s(10_000) is None
    assert timebase.confirm(NOW + 59 * DAY, 10_000) == 0  # within the term: the tag goes on
    assert timebase.floor_s == NOW + 10
    # The receiver is not believed against it, and the next sound ack sets both right.
    assert timebase.observe(NOW + 30, 30_000) != 0
    assert timebase.confirm(NOW + 40, 40_000) == 0
    assert timebase.observe(NOW + 50, 50_000) == 0 and not timebase.in_doubt
    # Where the receiver says so too, the order is over.
    assert timebase.observe(NOW + 61 * DAY, 60_000) != 0
    assert timebase.confirm(NOW + 61 * DAY + 10, 70_000) == 0
    assert timebase.utc_s(70_000) == NOW + 61 * DAY + 10


def test_an_ack_is_believed_where_the_receivers_date_cannot_be():
    timebase, _ = begun(NOW - 1_024 * 7 * DAY)  # a receiver that counts weeks in ten bits
    assert timebase.confirm(NOW + 3 * DAY, 20_000) == 0
    assert timebase.utc_s(20_000) == NOW + 3 * DAY
    timebase, _ = begun(NOW - DAY // 2)  # a spoofed date at a boot, two days back
    assert timebase.confirm(NOW + 2 * DAY, 20_000) != 0
    assert timebase.observe(NOW + 2 * DAY + 10, 30_000) != 0  # it is over
    assert timebase.confirm(NOW + 2 * DAY + 20, 40_000) == 0
    assert timebase.observe(NOW + 2 * DAY + 30, 50_000) == 0 and not timebase.in_doubt
