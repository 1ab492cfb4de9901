"""tag/assembly.py: what waits, what leaves at once, and what does not leave any more."""

from orders import NOT_BEFORE, order
from tag import events
from tag.assembly import SHARE_S, Assembly
from wire import batch, record

SLOT_S = 900
SLOT = NOT_BEFORE // SLOT_S


def assembly_of_an_order():
    return Assembly(order().address)


def records(assembly, kind, utc_s):
    return batch.decode(assembly.next_batch(kind, utc_s)[2]).records


def precise(utc_s):
    return record.precise(utc_s, 0, 47_000_000, -30_000_000, 5)


def test_an_event_is_told_when_its_slot_is_over_whenever_it_was():
    for at_s in (0, 839, 841, 899):
        assembly = assembly_of_an_order()
        assembly.say(events.JUMP, 2, NOT_BEFORE + at_s)
        assert records(assembly, batch.ROUTINE, NOT_BEFORE + 899) == [], at_s
        late = records(assembly, batch.ROUTINE, NOT_BEFORE + SLOT_S)
        assert late == [record.event(SLOT, events.JUMP, 2)], at_s


def test_what_every_batch_says_is_told_at_once():
    assembly = assembly_of_an_order()
    assembly.say_now(events.BOOT, 1, NOT_BEFORE + 840)
    assert records(assembly, batch.ROUTINE, NOT_BEFORE + 840) == [[5, SLOT, events.BOOT, 1]]


def test_an_events_value_is_cut_to_its_class():
    assembly = assembly_of_an_order()
    for code, value in ((events.JUMP, 4_711), (events.JAM_SUSPECTED, -5), (999, 47_123_456)):
        assembly.say(code, value, NOT_BEFORE)
    told = [entry[3] for entry in records(assembly, batch.ROUTINE, NOT_BEFORE + SLOT_S)]
    assert told == [3, 2, 0]


def test_an_alert_is_due_at_once_but_positions_after_it_share_one():
    assembly = assembly_of_an_order()
    now_s = NOT_BEFORE
    assembly.add(batch.ALERT, record.crossing(now_s, 0, True))
    assembly.add(batch.ALERT, precise(now_s))
    assert assembly.has_alert(now_s)
    assert len(records(assembly, batch.ALERT, now_s)) == 2
    for later_s in range(15, SHARE_S, 15):
        assembly.add(batch.ALERT, precise(now_s + later_s))
        assert not assembly.has_alert(now_s + later_s), later_s
    assert assembly.has_alert(now_s + SHARE_S)
    assert len(records(assembly, batch.ALERT, now_s + SHARE_S)) == 3
    assembly.add(batch.ALERT, precise(now_s + 75))
    assembly.add(batch.ALERT, record.event(now_s + 76, events.STRAP_OPENED, 0))
    assert assembly.has_alert(now_s + 76), "a strap event waits for nothing"


def test_a_clock_that_steps_back_holds_no_alert_up():
    assembly = assembly_of_an_order()
    assembly.add(batch.ALERT, precise(NOT_BEFORE))
    records(assembly, batch.ALERT, NOT_BEFORE + 500)
    assembly.add(batch.ALERT, precise(NOT_BEFORE + 400))
    assert assembly.has_alert(NOT_BEFORE + 400)


def test_over_its_term_an_orders_places_are_withheld():
    assembly = assembly_of_an_order()
    assembly.add(batch.ALERT, precise(NOT_BEFORE))
    assembly.add(batch.ALERT, record.located(NOT_BEFORE, record.STRAP, 0, 1, 2, 3))
    assembly.add(batch.ALERT, record.crossing(NOT_BEFORE, 0, False))
    assembly.add(batch.ROUTINE, record.coarse(SLOT, (5, 6)))
    assembly.add(batch.ROUTINE, record.present(SLOT, 0))
    assembly.withhold_places()
    assert records(assembly, batch.ALERT, NOT_BEFORE) == [[3, NOT_BEFORE, 0, False]]
    assert records(assembly, batch.ROUTINE, NOT_BEFORE) == [[4, SLOT, 0]]


def test_what_does_not_fit_waits_for_the_next_batch():
    assembly = assembly_of_an_order()
    for slot in range(SLOT, SLOT + 200):
        assembly.add(batch.ROUTINE, record.coarse(slot, (15_156, 11_364)))
    first = records(assembly, batch.ROUTINE, NOT_BEFORE)
    second = records(assembly, batch.ROUTINE, NOT_BEFORE)
    assert [entry[1] for entry in first + second] == list(range(SLOT, SLOT + len(first + second)))
    assert len(first) > 50
    assert records(assembly_of_an_order(), batch.ROUTINE, NOT_BEFORE) == [], "the heartbeat"


def test_no_batch_spans_two_weeks():
    week_s = batch.week_start(batch.week_of(NOT_BEFORE) + 1)
    assembly = assembly_of_an_order()
    for slot in (week_s // SLOT_S - 1, week_s // SLOT_S):
        assembly.add(batch.ROUTINE, record.coarse(slot, None))
    _, week, data = assembly.next_batch(batch.ROUTINE, week_s + SLOT_S)
    assert (week, len(batch.decode(data).records)) == (batch.week_of(NOT_BEFORE), 1)
    assert assembly.next_batch(batch.ROUTINE, week_s + SLOT_S)[1] == week + 1


def test_what_is_said_of_locate_orders_makes_no_more_than_an_alert_a_minute():
    assembly = assembly_of_an_order()
    made = 0
    for now_s in range(NOT_BEFORE, NOT_BEFORE + 600, 5):
        code = events.LOCATE_UNANSWERED if now_s % 2 else events.LOCATE_REFUSED
        assembly.add(batch.ALERT, record.event(now_s, code, 7))
        if assembly.has_alert(now_s):
            made += 1
            assembly.next_batch(batch.ALERT, now_s)
    assert made == 600 // SHARE_S, made
    assembly.add(batch.ALERT, record.crossing(NOT_BEFORE + 599, events.LOCATE_REFUSED, True))
    assert assembly.has_alert(NOT_BEFORE + 599), "a crossing leaves at once, of any zone"
