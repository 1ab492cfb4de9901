"""tag/integrity.py: suspicion on evidence, silence on silence, and never a coordinate."""

from tag import events
from tag.fix import Fix
from tag.integrity import Integrity, distance_m

LAT, LON = 47_000_000, -30_000_000
SKY = (47, 44, 42, 40, 38, 35, 31, 27)  # C/N0 of a usual sky


def watch(profile):
    """Run [(signals, fix position or None)] second by second; return [(second, code, value)]."""
    integrity = Integrity()
    said = []
    for second, (signals, place) in enumerate(profile):
        if signals is not None:
            tracked = [cn0 for cn0 in signals if cn0]
            ends = (min(tracked), max(tracked)) if tracked else (0, 0)
            integrity.take_signals(len(tracked), sum(tracked), ends[0], ends[1])
        if place is not None:
            fix = Fix(
                1_772_409_600 + second + (place[2] if len(place) > 2 else 0), *place[:2], 9, 8
            )
            integrity.take_fix(fix, 5_000 + second)
        said += [(second,) + one for one in integrity.suspicions(5_000 + second)]
    return said


def codes(profile):
    return [code for _, code, _ in watch(profile)]


def still(count, signals=SKY):
    return [(signals, (LAT, LON))] * count


def lower(db):
    return tuple(max(cn0 - db, 0) for cn0 in SKY)


def test_an_ordinary_day_says_nothing():
    walk = [(SKY, (LAT + 20 * second, LON + 15 * second)) for second in range(600)]
    multipath = still(60) + [(SKY, (LAT + 1_300, LON))] * 8 + still(60)
    train = [(SKY, (LAT + 750 * second, LON)) for second in range(600)]
    for day in (still(600), walk, multipath, train):
        assert watch(day) == []


def test_a_garage_and_a_tunnel_are_no_jamming():
    silent = (0,) * len(SKY)
    tunnel = still(60) + [(silent, None)] * 120 + [(SKY, (LAT + 9_000, LON))] * 60
    garage = still(60)
    for db in range(0, 45, 3):
        # a roof takes the low satellites first, and something still comes in at the door
        garage += [((44,) + lower(db)[1:], (LAT, LON))] * 2
    garage += [(silent, None)] * 300 + still(60)
    unheard = still(60) + [(None, None)] * 300 + still(60)
    for profile in (tunnel, garage, unheard):
        assert watch(profile) == []


def test_all_signals_down_together_is_suspected_as_jamming_once_with_its_evidence():
    jammed = still(60) + [(lower(12), None)] * 200 + still(30)
    assert watch(jammed) == [(62, events.JAM_SUSPECTED, 3), (260, events.JAM_OVER, 2)]
    again = jammed + still(700) + jammed
    assert codes(again) == [events.JAM_SUSPECTED, events.JAM_OVER] * 2


def test_the_fall_is_said_in_steps_of_4_dB():
    for db, value in ((9, 2), (11, 2), (13, 3), (17, 4), (21, 5)):
        loud = tuple(cn0 + 30 for cn0 in SKY)
        quiet = tuple(cn0 + 30 - db for cn0 in SKY)
        said = watch(still(60, loud) + [(quiet, None)] * 60)
        assert [one[1:] for one in said] == [(events.JAM_SUSPECTED, value)], db


def test_how_long_a_jam_lasted_is_said_in_powers_of_two_of_a_minute():
    for seconds, value in ((20, 0), (61, 0), (63, 1), (130, 2), (3_000, 6)):
        said = watch(still(60) + [(lower(12), None)] * seconds + still(30))
        assert said[-1][1:] == (events.JAM_OVER, value), (seconds, said)


def test_a_short_dip_is_no_jamming():
    assert watch(still(60) + [(lower(12), (LAT, LON))] * 2 + still(60)) == []


def test_an_implausible_jump_says_its_class_and_neither_speed_nor_place():
    for jump_udeg, value in (
        (4_000, 1),
        (9_000, 1),
        (10_000, 1),
        (13_000, 2),
        (90_000, 2),
        (100_000, 3),
        (10_000_000, 3),
    ):
        said = watch(still(30) + [(SKY, (LAT + jump_udeg, LON))] * 30)
        assert [one[1:] for one in said] == [(events.JUMP, value)], (jump_udeg, said)


def test_no_speed_of_travel_is_told_from_another():
    for udeg_per_s in (3_800, 4_600):  # beyond an airliner, and what receivers stop at
        flight = still(30) + [(SKY, (LAT + udeg_per_s * second, LON)) for second in range(60)]
        assert [one[1:] for one in watch(flight)] in ([], [(events.JUMP, 1)]), udeg_per_s


def test_uniform_signals_and_a_jump_are_spoofing_only_together():
    uniform = (41, 41, 42, 42, 42, 43, 43)
    jump = [(uniform, (LAT + 90_000, LON))] * 30
    assert watch(still(60) + still(60, uniform)) == [], "uniform alone"
    said = watch(still(60) + still(10, uniform) + jump)
    assert [code for _, code, _ in said] == [events.JUMP, events.SPOOF_SUSPECTED]
    assert said[1][2] == 22, "over 1 km/s, all within 2 dB"
    slow = still(60) + still(10, uniform) + still(120) + [(SKY, (LAT + 90_000, LON))] * 9
    assert [code for _, code, _ in watch(slow)] == [events.JUMP], "two minutes apart"


def test_a_step_of_time_against_the_clock_is_said():
    profile = still(30) + [(SKY, (LAT, LON, 20))] * 30
    assert [(code, value) for _, code, value in watch(profile)] == [(events.TIME_STEP, 20)]
    assert watch(still(30) + [(SKY, (LAT, LON, 3))] * 30) == []


def test_every_value_is_of_its_class_and_holds_no_coordinate():
    profile = still(60) + [(SKY, (-LAT, LON + 150_000_000, -100_000))] * 5
    profile += [((41,) * 8, (LAT, LON))] * 9 + still(60) + [(lower(30)[:4] + (1, 1), None)] * 99
    said = watch(profile + still(9))
    assert {code for _, code, _ in said} >= {events.JUMP, events.SPOOF_SUSPECTED}
    for _, code, value in said:
        least, most = events.CLASSES.get(code, (-(1 << 31), (1 << 31) - 1))
        assert least <= value <= most, (code, value)
        for part in (LAT, LON, LAT // 1000, LON // 1000):
            assert value not in (part, -part), code


def test_distances_are_near_enough_also_across_the_antimeridian():
    for one, other, metres in (
        ((0, 0), (1_000_000, 0), 111_195),
        ((60_000_000, 0), (60_000_000, 1_000_000), 55_597),
        ((0, 179_999_000), (0, -179_999_000), 222),
        ((51_500_000, -100_000), (51_510_000, -84_000), 1_570),
    ):
        found = distance_m(one[0], one[1], other[0], other[1])
        assert metres * 97 <= found * 100 <= metres * 109, (one, other, found)


def test_what_nobody_takes_does_not_pile_up():
    integrity = Integrity()
    for second in range(0, 1_000_000, 600):
        integrity.take_fix(Fix(1_772_409_600 + 2 * second, LAT, LON, 9, 8), second)
    assert len(integrity.suspicions(1_000_000)) == 16
