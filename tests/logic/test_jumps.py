"""tag/jumps.py: multipath's steps are told from motion; no entry can be held off with them."""

from orders import EAST, NORTH, NOT_BEFORE, circle, fix, order
from tag import policy
from tag.evidence import Evidence
from tag.jumps import Jumps
from tag.zones import ZoneSet

DEEP_M = 150


def held(track):
    """Return by how much each fix of a track, [(north_m, east_m)], is thrown off, or None."""
    jumps, out = Jumps(), []
    for second, (north_m, east_m) in enumerate(track):
        jumps.take(fix(NOT_BEFORE + second, north_m, east_m))
        north, east = jumps.north_udeg // NORTH, jumps.east_udeg // EAST
        out.append((north, east) if jumps.is_held else None)
    return out


def standing(seconds, north_m=0, east_m=0):
    return [(north_m, east_m)] * seconds


def test_a_step_of_100_m_is_held_until_the_fixes_step_back():
    for north_m, east_m in ((100, 0), (0, -100), (70, 70), (-60, 80)):
        track = standing(40) + standing(30, north_m, east_m) + standing(40)
        said = held(track)
        assert said[:40] == [None] * 40, (north_m, east_m)
        assert said[40:70] == [(north_m, east_m)] * 30, (north_m, east_m, said[40:70])
        assert said[70:] == [None] * 40, (north_m, east_m)


def test_a_step_that_stays_is_held_for_30_s_and_then_was_none():
    said = held(standing(40) + standing(60, 100))
    assert said[40:70] == [(100, 0)] * 30
    assert said[70:] == [None] * 30


def test_no_motion_below_v_max_is_held_however_it_turns():
    zigzag = [(40 * (k % 2), 0) for k in range(100)]
    drive = [(40 * k, 20) for k in range(100)]
    square = [(min(k, 50) * 28, max(k - 50, 0) * 28) for k in range(100)]
    train = [(k * k, 0) for k in range(35)] + [(70 * k - 1_225, 0) for k in range(35, 100)]
    for track in (zigzag, drive, square, train):
        assert held(standing(40) + track).count(None) == 140, track[:3]


def test_who_moves_while_thrown_off_is_followed():
    drive = [(30 * k, 0) for k in range(90)]
    off = [(north + 100 * (50 <= k < 70), 0) for k, (north, _) in enumerate(drive)]
    assert held(off)[50:70] == [(100, 0)] * 20
    assert held(off).count(None) == 70


def test_a_jump_that_follows_another_is_held_instead():
    said = held(standing(40) + standing(10, 100) + standing(10, 0, -100) + standing(20))
    assert said[40:50] == [(100, 0)] * 10
    assert said[50:60] == [(0, -100)] * 10
    assert said[60:] == [None] * 20


def test_nothing_is_held_before_half_a_minute_was_watched_nor_over_a_gap():
    assert held(standing(29) + standing(10, 100) + standing(20)) == [None] * 59
    jumps = Jumps()
    for second in list(range(40)) + list(range(42, 60)):
        jumps.take(fix(NOT_BEFORE + second, 100 if second >= 50 else 0))
        assert not jumps.is_held, second


def test_a_step_farther_than_multipath_throws_is_none():
    assert held(standing(40) + standing(20, 170)) == [None] * 60
    # And what was held before it goes on.
    said = held(standing(40) + standing(5, 100) + standing(5, 1_100) + standing(10, 1_000))
    assert said[40:50] == [(100, 0)] * 10
    assert said[50:] == [None] * 10


def entered_after_s(north_m_at, most_s=2_000):
    """Return after how many seconds a zone that begins at 0 m north is entered, or None."""
    zones = ZoneSet(order([circle(policy.EXCLUSION, 2_000, 0, 2_000)]).zones)
    for second in range(most_s):
        zones.update(fix(NOT_BEFORE + second, north_m_at(second)))
        if zones.watches[0].inside:
            return second
    return None


def test_a_jump_outwards_on_arrival_deep_inside_delays_nothing():
    def arrives(second):
        north_m = min(max(40 * (second - 60), 0) - 20, DEEP_M)
        return north_m - (100 if 63 <= second < 90 else 0)

    deep_s = 60 + (DEEP_M + 20) // 40 + 1
    assert entered_after_s(arrives) - deep_s <= 15


def test_two_jumps_in_one_and_their_end_taken_for_a_third_enter_nothing():
    """Seen in 17,200 hours of R6's noise: the watch was just not full at the first step, just full
    at the last, which was held outwards though it was the way back."""
    track = standing(60) + standing(16, -100) + standing(16) + standing(10, 100)
    track += standing(21, 98, -18) + standing(60)
    assert held(track)[-60:-30] == [(-98, 18)] * 30
    assert entered_after_s(lambda s: track[min(s, len(track) - 1)][0] - 20, 200) is None


def test_a_step_inside_that_was_none_is_entered_as_fast_as_if_it_were_motion():
    """What was held counts when it proves to be no jump: 61 s, not 30 more."""
    for outside_m, inside_m in ((-20, 80), (-60, 30), (-10, 60)):
        at_s = entered_after_s(lambda s, a=outside_m, b=inside_m: a if s < 100 else b)
        assert at_s - 100 <= 62, (outside_m, inside_m, at_s)


def entered_by_fixes_alone_s(north_m_at, most_s=2_000):
    """Return the same by the evidence alone, which takes every fix as it is."""
    evidence = Evidence()
    for second in range(most_s):
        if evidence.weigh(10 * north_m_at(second), 5, 1):
            return second
    return None


def test_a_receiver_that_lies_delays_an_entry_by_a_minute_at_most():
    """It steps out of the zone and in again, the oftener the better for its wearer."""
    for period_s in (3, 5, 10, 20, 29, 31, 40, 60, 61, 90, 120):
        for out_s in (1, 2, period_s // 4, period_s // 3):
            for inside_m, outside_m in ((60, -40), (20, -60), (80, -20)):

                def flickers(second, p=period_s, o=out_s, a=inside_m, b=outside_m):
                    return a if second >= 100 and (second - 100) % p < p - o else b

                alone_s = entered_by_fixes_alone_s(flickers)
                if alone_s is None:
                    continue  # it is outside half of the time, and is believed
                at_s = entered_after_s(flickers)
                assert at_s is not None, (period_s, out_s, inside_m)
                assert at_s - alone_s <= 60, (period_s, out_s, inside_m, at_s, alone_s)
