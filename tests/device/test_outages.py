"""R2: outages from an hour to thirty days. All of it arrives, once, in one chain, in 15 minutes.

The tag's own sealing, storage and upload on LittleFS; a record an hour and an ALERT a day are what
it has to say.
"""
# path: host_tools/reticent/sim/mock

import asyncio
import random

import tag_life
from cases import is_full
from tag import events
from wire import batch, envelope, record

HOUR_S = 3_600
STOCK, SMALL = 78, 40  # segments of two envelopes: a Pico W's, its firmware on the volume; fewer
BLOCKS = 230
MOST_S = 15 * 60


def outage(hours, capacity=STOCK):
    """Return the Life that has lived through it without a network."""
    life = tag_life.Life(tag_life.blank_image(BLOCKS), capacity=capacity, end_ms=1 << 50)
    life.mount()
    life.boot(weeks=6)
    start_s = tag_life.START_S

    async def live():
        for second in range(0, hours * HOUR_S + 30, 30):  # to the border: nothing is held back
            utc_s = start_s + second
            life.tag.clock.now_ms = second * 1_000
            if second % (24 * HOUR_S) == 12 * HOUR_S:
                life.assembly.add(2, record.crossing(utc_s, 0, True))
            if second % HOUR_S == 0:
                life.assembly.add(1, record.present(utc_s // 900, 0))
            await life.sealer.seal_due(utc_s)

    asyncio.run(live())
    return life


def deliver(life, collector, after_ms):
    """Let the Sender run; the network is back after so long. Return how long it took then (ms)."""
    import clock

    begin_us = clock.now_us
    back_ms = begin_us // 1_000 + after_ms
    sender = life.sender(collector, back_ms)
    done_ms = None

    async def until_empty():
        while life.tag.outbox.numbers(1):
            await asyncio.sleep_ms(500)

    async def together():
        sending = asyncio.create_task(sender.send())
        await until_empty()
        sending.cancel()

    asyncio.run(together())
    done_ms = clock.now_us // 1_000
    return done_ms - back_ms


def check_whole(collector, sealed):
    """Every number once, in one chain from the first envelope on."""
    assert sorted(collector.stored) == list(range(1, sealed + 1)), sorted(collector.stored)
    assert collector.reused == []
    last = envelope.ZERO_HASH
    for number in range(1, sealed + 1):
        assert envelope.parse(collector.stored[number]).header.previous == last, number
        last = envelope.hash_of(collector.stored[number])


def test_after_an_outage_all_arrives_once_within_fifteen_minutes():
    for hours in (1, 6, 24, 72, 7 * 24, 30 * 24) if is_full() else (1, 24, 30 * 24):
        life = outage(hours)
        sealed = life.tag.counters.next_number - 1
        assert life.tag.outbox.count() == sealed and life.tag.counters.dropped is None
        collector = tag_life.Collector()
        took_ms = deliver(life, collector, 3 * HOUR_S * 1_000)
        check_whole(collector, sealed)
        figures = hours, sealed, collector.posts, took_ms // 1_000
        print("%d h: %d envelopes in %d posts, %d s" % figures)
        assert took_ms < MOST_S * 1_000, (hours, took_ms)


def test_what_an_outbox_too_small_for_thirty_days_drops_is_told():
    life = outage(30 * 24, SMALL)
    sealed = life.tag.counters.next_number - 1
    collector = tag_life.Collector()
    first, last = life.tag.counters.dropped
    deliver(life, collector, 1_000)
    missing = [number for number in range(1, sealed + 1) if number not in collector.stored]
    assert 2 * SMALL - 2 <= len(collector.stored) <= 2 * SMALL
    assert missing and missing[-1] <= last, (first, last, missing)
    assert collector.reused == []
    kinds = {envelope.parse(collector.stored[n]).header.kind for n in collector.stored}
    assert kinds == {1, 2}
    print("30 days in %d: %d of %d dropped" % (2 * SMALL, len(missing), sealed))


def test_the_back_off_finds_the_network_again_whenever_it_comes_back():
    rng = random
    rng.seed(7)
    slowest_ms = 0
    for _ in range(40 if is_full() else 8):
        life = outage(3)
        took_ms = deliver(life, tag_life.Collector(), rng.randrange(1, 6 * HOUR_S * 1_000))
        slowest_ms = max(slowest_ms, took_ms)
    print("slowest: %d s" % (slowest_ms // 1_000))
    assert slowest_ms < MOST_S * 1_000


def test_what_a_full_outbox_gives_up_during_a_connect_is_not_sent():
    life = tag_life.Life(tag_life.blank_image(), capacity=2)
    life.mount()
    life.boot()
    for _ in range(4):
        life.seal(batch.ROUTINE)
    collector = tag_life.Collector()
    sender = life.sender(collector)
    connect = sender._radio.open_tls

    async def slow_connect(*to):
        if not collector.posts:
            room = life.tag.room
            room.release()  # a connection keeps others from sealing: not here
            await life.sealer.seal_batch(batch.ROUTINE, tag_life.START_S)
            await room.acquire()
        return await connect(*to)

    sender._radio.open_tls = slow_connect
    assert asyncio.run(sender.upload())
    assert life.tag.counters.dropped == [1, 2]
    assert sorted(collector.stored) == [3, 4, 5]


def test_nothing_is_sealed_beside_a_connection():
    life = tag_life.Life(tag_life.blank_image(), capacity=4)
    life.mount()
    life.boot()
    life.seal(batch.ROUTINE)
    collector = tag_life.Collector()
    sender = life.sender(collector)
    connect = sender._radio.open_tls
    waiting = []

    async def slow_connect(*to):
        sealing = asyncio.create_task(life.sealer.seal_batch(batch.ALERT, tag_life.START_S))
        await asyncio.sleep_ms(20_000)
        waiting.append((life.tag.room.locked(), life.tag.counters.next_number, sealing))
        return await connect(*to)

    async def upload():
        sender._radio.open_tls = slow_connect
        assert await sender.upload()
        locked, number, sealing = waiting[0]
        assert locked and number == 2
        await sealing

    asyncio.run(upload())
    assert life.tag.counters.next_number == 3
    assert sorted(collector.stored) == [1]


class WrongClock(tag_life.Collector):
    """Whose clock is so far ahead."""

    ahead_s = 0

    def take(self, body):
        real, tag_life.START_S = tag_life.START_S, tag_life.START_S + self.ahead_s
        try:
            return super().take(body)
        finally:
            tag_life.START_S = real


def test_a_collector_whose_clock_is_a_year_ahead_stops_no_tag():
    life = tag_life.Life(tag_life.blank_image())
    life.mount()
    life.boot()
    collector = WrongClock()
    collector.ahead_s = 366 * 24 * HOUR_S
    for _ in range(3):
        life.seal(batch.ROUTINE)
        life.send(collector)
    tag = life.tag
    assert (tag.utc_s(), tag.timebase.in_doubt) == (tag_life.START_S, True)
    assert tag.take_notes() == 3 * [(events.CLOCK, collector.ahead_s)]
    booted = tag_life.Life(life.image())
    booted.mount()
    booted.boot()
    assert (booted.tag.utc_s(), booted.tag.timebase.in_doubt) == (tag_life.START_S, False)
    life, collector.ahead_s = booted, 0
    life.seal(batch.ROUTINE)
    life.send(collector)
    assert not life.tag.timebase.in_doubt
    assert life.tag.counters.floor_s == tag_life.START_S
    assert sorted(collector.stored) == [1, 2, 3, 4]


def test_what_could_not_be_sealed_moves_no_heartbeat():
    """By it a tag that restarts in a cellar goes on: from far ahead it would not for as long."""
    life = tag_life.Life(tag_life.blank_image())
    life.mount()
    life.boot()
    life.seal(batch.ROUTINE)
    life.seal(batch.ROUTINE, tag_life.START_S + 366 * 24 * HOUR_S)
    assert life.tag.counters.routine_s == tag_life.START_S


def test_acks_that_are_believed_move_time_but_none_below_the_floor():
    life = tag_life.Life(tag_life.blank_image())
    life.mount()
    life.boot()
    collector = WrongClock()
    collector.ahead_s = -3 * 24 * HOUR_S  # the floor is a day back
    life.seal(batch.ROUTINE)
    life.send(collector)
    assert life.tag.utc_s() == tag_life.START_S
    assert life.tag.counters.floor_s == tag_life.START_S - 24 * HOUR_S
