"""tag/ledger.py: what the next life knows of what was told."""

import orders
from tag import exceptions, locate, policy
from tag.ledger import MOST, Ledger
from wire.record import CASE, LOCATE, STRAP

DAY_S = 86_400
NOW_S = 20_000 * DAY_S + 5


def reborn(ledger, version=1):
    return Ledger(version, ledger.encode())


def test_three_strap_or_case_events_a_day_and_no_more_whatever_the_reboots():
    ledger = Ledger(1)
    for cause in (STRAP, CASE, STRAP):
        assert ledger.spend(cause, 0, NOW_S)
        ledger = reborn(ledger)
    assert not ledger.spend(CASE, 0, NOW_S)
    assert not reborn(ledger).spend(STRAP, 0, NOW_S + DAY_S - 10)
    assert not reborn(ledger, 2).spend(STRAP, 0, NOW_S), "nor under a new version"
    assert reborn(ledger).spend(STRAP, 0, NOW_S + DAY_S)


def test_three_locate_orders_a_version_each_once():
    ledger = Ledger(1)
    assert ledger.spend(LOCATE, 7, NOW_S)
    ledger = reborn(ledger)
    assert not ledger.spend(LOCATE, 7, NOW_S), "a number is had once"
    assert ledger.spend(LOCATE, 8, NOW_S)
    assert ledger.spend(LOCATE, 9, NOW_S)
    assert not reborn(ledger).spend(LOCATE, 10, NOW_S + 30 * DAY_S)
    assert reborn(ledger, 2).spend(LOCATE, 10, NOW_S)


def test_a_breach_goes_on_over_reboots_until_it_ends():
    ledger = Ledger(1)
    ledger.begin_breach(NOW_S)
    ledger.begin_breach(NOW_S + 60)
    assert reborn(ledger).breach_s == NOW_S
    ledger.end_breach()
    assert reborn(ledger).breach_s == 0


def test_it_is_written_only_when_something_changed():
    ledger = Ledger(1)
    ledger.end_breach()
    assert not ledger.is_changed
    ledger.begin_breach(NOW_S)
    assert ledger.is_changed
    ledger.encode()
    assert not ledger.is_changed
    ledger.begin_breach(NOW_S + 1)
    assert not ledger.is_changed
    ledger.spend(STRAP, 0, NOW_S)
    assert ledger.is_changed


def test_what_cannot_be_read_leaves_no_exception():
    whole = Ledger(1).encode()
    for stored in (b"", whole[:-1], whole + b"\0", b"\x80", b"\xa0", b"\xff" * 9):
        ledger = Ledger(1, stored)
        assert not ledger.spend(STRAP, 0, NOW_S), stored
        assert not ledger.spend(STRAP, 0, NOW_S + DAY_S), stored
        assert not ledger.spend(LOCATE, 1, NOW_S), stored
        assert ledger.breach_s, stored
    assert MOST == 3


def test_an_exception_is_the_orders_until_its_review_is_due_and_waits_for_a_fix_so_long():
    order = policy.Policy(orders.fields(EXCEPTIONS=["a reason", None]))
    due_s = order.review_by
    for utc_s, cause, granted in (
        (due_s - 1, STRAP, True),
        (due_s, STRAP, False),
        (due_s - 1, LOCATE, False),  # the order does not grant it
    ):
        assert exceptions.Exceptions(order, Ledger(1)).arm(utc_s, cause, 7) == granted, utc_s
    order = policy.Policy(orders.fields(EXCEPTIONS=[None, "a reason"]))
    for armed_s, wait_s, over in (
        (NOW_S, exceptions.LOCATE_WAIT_S - 1, []),
        (NOW_S, exceptions.LOCATE_WAIT_S, [7]),
        (due_s - 9, 8, []),
        (due_s - 9, 9, [7]),
    ):
        armed = exceptions.Exceptions(order, Ledger(1))
        assert armed.arm(armed_s, LOCATE, 7)
        assert armed.pass_time(armed_s + wait_s) == over, (armed_s, wait_s)
        assert armed.take() == ([] if over else [(LOCATE, 7)])
        assert not armed.is_armed()


def test_a_locate_order_that_is_refused_is_told_once_and_few_of_them_are():
    ledger = Ledger(1)
    told = [number for number in 5 * list(range(1, 21)) if ledger.refuse(number)]
    assert told == list(range(1, 9))
    ledger.follow(2)
    assert ledger.refuse(1)


def test_a_locate_order_is_for_its_tag_its_version_and_its_hours():
    issued, expires = 1_800_000_000, 1_800_003_600
    fields = {1: 2, 2: bytes(8), 3: 5, 4: 1, 5: issued, 6: expires, 7: "A", 8: "B", 9: "C"}
    order = locate.LocateOrder(locate.check(fields))
    for tag, version, utc_s, code in (
        (bytes(8), 5, issued - 86_400 + 1, None),
        (bytes(8), 5, issued - 86_400, policy.BAD_LIMIT),
        (bytes(8), 5, expires - 1, None),
        (bytes(8), 5, expires, policy.BAD_LIMIT),
        (bytes(7) + b"\x01", 5, issued, policy.OTHER_TAG),
        (bytes(8), 4, issued, policy.BAD_LIMIT),
        (bytes(8), 6, issued, policy.BAD_LIMIT),
    ):
        try:
            locate.check_for(order, tag, version, utc_s)
            refused = None
        except policy.PolicyError as error:
            refused = error.code
        assert refused == code, (tag, version, utc_s, refused)
