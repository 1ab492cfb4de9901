"""tag/loss.py: loss of position is an event, by slot, and tells no time below it."""

from tag import events
from tag.loss import Loss

SLOT_S = 900
START_S = 1_772_409_600  # a slot's border


def run(seconds):
    """Return [(second, code, value)] of [(has a fix, has a sentence)] second by second."""
    loss = Loss(50, SLOT_S)
    said = []
    sentences = 0
    for second, (has_fix, has_sentence) in enumerate(seconds):
        now_s = 50 + second
        if has_fix:
            loss.take_fix(now_s)
        sentences += has_sentence
        loss.hear(now_s, sentences)
        change = loss.change(now_s, START_S + second)
        if change is not None:
            said.append((second,) + change)
    return said


FIX, BLIND, SILENT = (1, 1), (0, 1), (0, 0)


def test_a_day_with_gaps_under_two_minutes_says_nothing():
    assert run(([FIX] * 60 + [BLIND] * 110) * 60) == []


def test_loss_and_return_are_said_with_the_cause_and_the_slots():
    garage = [FIX] * 100 + [BLIND] * 4_000 + [FIX] * 900
    assert run(garage) == [(219, events.FIX_LOST, 1), (4_100, events.FIX_FOUND, 4)]
    dead = [FIX] * 100 + [SILENT] * 4_000
    assert run(dead) == [(219, events.FIX_LOST, 2)]


def test_a_boot_without_a_sky_is_a_loss_after_two_minutes():
    assert run([BLIND] * 900) == [(120, events.FIX_LOST, 1)]


def test_one_change_a_slot_and_never_a_loss_without_its_return():
    for stop_s in range(121, 899, 40):
        said = run([BLIND] * stop_s + [FIX] * 2_000)
        assert said == [(120, events.FIX_LOST, 1), (900, events.FIX_FOUND, 1)], stop_s
    doors = ([FIX] * 30 + [BLIND] * 130) * 100
    said = run(doors)
    slots = [second // SLOT_S for second, _, _ in said]
    assert len(slots) == len(set(slots)), said
    codes = [code for _, code, _ in said]
    assert (
        codes
        == [events.FIX_LOST, events.FIX_FOUND] * (len(codes) // 2) + codes[len(codes) // 2 * 2 :]
    )


def test_the_length_of_a_loss_shows_by_slots_alone():
    seen = {run([FIX] * 10 + [BLIND] * length + [FIX] * 1_800)[-1] for length in (150, 400, 880)}
    assert seen == {(900, events.FIX_FOUND, 1)}


def test_a_newer_order_may_have_other_slots():
    loss = Loss(0, SLOT_S)
    assert loss.change(120, START_S + 120) == (events.FIX_LOST, 2)
    loss.slot_s = 3_600
    loss.take_fix(4_000)
    assert loss.change(4_000, START_S + 4_000) == (events.FIX_FOUND, 1)
