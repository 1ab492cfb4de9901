"""duty/supervisor.py, tag/ring.py, duty/sending.py: who feeds, who resets, what is logged."""

import asyncio

from duty.sending import why
from duty.supervisor import Supervisor
from store import StoreError
from tag import events, reasons
from tag.ring import Ring
from uplink.http import UplinkError


class Clock:
    """Milliseconds that the test sets."""

    now_ms = 0

    def ms(self):
        return self.now_ms


class Reset(Exception):
    """The chip was reset; the argument is the reason."""


class Watchdog:
    """Counts what it is fed."""

    fed = 0

    def feed(self):
        self.fed += 1

    def reset(self, reason):
        raise Reset(reason)


def made():
    clock, dog = Clock(), Watchdog()
    return clock, dog, Supervisor(dog, clock)


def reason_of(call):
    try:
        call()
    except Reset as reset:
        return reset.args[0]
    return None


def test_every_task_that_dies_in_any_way_resets_with_its_own_reason():
    hows = (
        (MemoryError(), reasons.MEMORY),
        (OSError(5), reasons.SYSTEM),
        (StoreError(), reasons.STORE),
        (ValueError(), reasons.FAULT),
        (KeyError("x"), reasons.FAULT),
        (None, reasons.ENDED),
    )
    seen = set()
    for task in range(len(reasons.TASKS)):
        for error, how in hows:
            told = []

            async def work(error=error):
                await asyncio.sleep(0)
                if error is not None:
                    raise error

            _, _, supervisor = made()
            guarded = supervisor.guard(task, work(), told.append)
            reason = reason_of(lambda guarded=guarded: asyncio.run(guarded))
            assert reason == reasons.died(task, how), (task, how, reason)
            assert told == ([] if error is None else [error])
            assert 0 < reason < 256
            seen.add((reason, reasons.words(reason)))
    assert len(seen) == len({words for _, words in seen}) == len(reasons.TASKS) * 5


def test_the_watchdog_is_fed_only_while_every_task_gets_on():
    for task, limit_ms in (
        (reasons.WARN, 30_000),
        (reasons.SEAL, 180_000),
        (reasons.SEND, 180_000),
    ):
        clock, dog, supervisor = made()
        supervisor.feed()
        supervisor.progress(task)
        for now_ms in range(0, limit_ms + 1, 250):
            clock.now_ms = now_ms
            supervisor.feed()
        fed = dog.fed
        clock.now_ms = limit_ms + 1
        assert reason_of(supervisor.feed) == reasons.died(task, reasons.STALLED)
        assert dog.fed == fed, "and not fed then"


def test_progress_alone_feeds_nothing():
    clock, dog, supervisor = made()
    for now_ms in range(0, 60_000, 100):
        clock.now_ms = now_ms
        for task in (reasons.WARN, reasons.SEAL, reasons.SEND):
            supervisor.progress(task)
    assert dog.fed == 0, "the sampling loop feeds, nobody else"


def test_a_task_that_has_not_begun_is_not_waited_for():
    clock, dog, supervisor = made()
    clock.now_ms = 10_000_000
    supervisor.feed()
    assert dog.fed == 1


def test_the_ring_keeps_the_sixteen_newest_in_order():
    ring = Ring()
    assert ring.codes() == []
    for code in range(1, 41):
        ring.log(code)
        assert ring.codes() == list(range(max(code - 15, 1), code + 1))


def test_each_failure_of_an_upload_has_an_event_of_its_own():
    cases = (
        (ValueError(), events.TLS_REFUSED),
        (UplinkError(), events.ANSWER_REFUSED),
        (EOFError(), events.ANSWER_REFUSED),
        (asyncio.TimeoutError(), events.UPLINK_STALLED),
        (OSError(-2), events.NAME_UNKNOWN),
        (OSError(104), events.UPLINK_BROKEN),
        (OSError(), events.UPLINK_BROKEN),
    )
    for error, code in cases:
        assert why(error) == (code, 0), error
        assert 60 <= code < 80
