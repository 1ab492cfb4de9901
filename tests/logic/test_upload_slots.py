"""tag/schedule.py: one ROUTINE batch an upload slot, over reboots and steps of the clock."""

from tag.schedule import SEAL_AHEAD_S, UploadSlots

HOUR = 3600
START_S = 490_000 * HOUR


def lives(boots_s, hours, clock=lambda at_s: at_s):
    """Return [(second, sealed as of)] of a tag that boots at these seconds; it keeps the last."""
    sealed, slots = [], None
    for at_s in range(hours * HOUR):
        if at_s in boots_s or slots is None:
            slots = UploadSlots(HOUR, sealed[-1][1] if sealed else 0)
        utc_s = START_S + clock(at_s)
        if slots.seal_is_due(utc_s):
            sealed.append((at_s, slots.sealed_as_s(utc_s)))
    return sealed


def test_each_upload_slot_has_one_batch_in_its_last_minute():
    sealed = lives((), 5)
    assert [at_s for at_s, _ in sealed] == [HOUR * k - SEAL_AHEAD_S for k in range(1, 6)]
    assert all(as_of_s == START_S + at_s for at_s, as_of_s in sealed)


def test_a_reboot_at_any_second_makes_no_second_batch_and_loses_none():
    for boot_s in list(range(2 * HOUR - 70, 2 * HOUR + 10)) + [HOUR + 5, HOUR + 1800]:
        sealed = lives((boot_s,), 4)
        slots = [(at_s + SEAL_AHEAD_S) // HOUR for at_s, _ in sealed]
        assert slots == [1, 2, 3, 4], (boot_s, sealed)


def test_where_nobody_knows_there_is_no_second_batch():
    slots = UploadSlots(HOUR)
    assert not slots.seal_is_due(START_S + HOUR - 30)
    assert slots.seal_is_due(START_S + 2 * HOUR - 60)


def test_a_clock_that_steps_back_makes_no_second_batch():
    sealed = lives((), 4, lambda at_s: at_s - 250 if at_s > 2 * HOUR - 40 else at_s)
    assert len(sealed) == 3, sealed
    assert len({as_of_s // HOUR for _, as_of_s in sealed}) == 3


def test_a_batch_that_is_late_tells_no_later_time():
    sealed = lives((), 3, lambda at_s: at_s + 200 if at_s > HOUR - 70 else at_s)
    assert [as_of_s for _, as_of_s in sealed] == [
        START_S + HOUR - 1,
        START_S + 2 * HOUR - 60,
        START_S + 3 * HOUR - 60,
    ]


def test_a_long_outage_has_one_batch_for_eight_slots_over_reboots_too():
    sealed, last_s = [], 0
    for utc_s in range(START_S, START_S + 40 * 3_600, 30):
        if utc_s % 18_000 == 0:  # a reboot each five hours
            slots = UploadSlots(3_600, last_s)
        if slots.seal_is_due(utc_s, 8):
            last_s = slots.sealed_as_s(utc_s)
            sealed.append(utc_s)
    apart = [sealed[at] - sealed[at - 1] for at in range(1, len(sealed))]
    assert len(sealed) == 5, sealed
    assert set(apart) == {8 * 3_600}, apart
