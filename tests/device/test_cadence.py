"""duty/sealing.py: exactly one ROUTINE batch an upload slot, over lives, with and without time."""

# heap: 8m
# path: host_tools/reticent/sim/mock

import asyncio

import orders
from tag import events
from tag_life import START_S, Collector, Life, blank_image
from wire import batch, record
from wire.batch import ALERT

HOUR = 3600


def sealed_in(life, from_s, until_s, step_s=5):
    """Let time pass for the life's sealer; return the seconds at which its outbox grew."""
    grown = []
    for utc_s in range(from_s, until_s, step_s):
        before = life.tag.outbox.count()
        asyncio.run(life.sealer.seal_due(utc_s))
        grown += [utc_s] * (life.tag.outbox.count() - before)
    return grown


def next_life(image):
    life = Life(image)
    life.mount()
    life.boot()
    return life


def test_reboots_around_the_border_make_one_batch_each_slot():
    life = next_life(blank_image())
    start_s = START_S - START_S % HOUR
    grown = sealed_in(life, start_s, start_s + HOUR - 90)
    assert grown == []
    life = next_life(life.image())
    grown += sealed_in(life, start_s + HOUR - 85, start_s + HOUR - 40)
    life = next_life(life.image())
    grown += sealed_in(life, start_s + HOUR - 35, start_s + HOUR + 100)
    life = next_life(life.image())
    grown += sealed_in(life, start_s + 2 * HOUR - 200, start_s + 2 * HOUR - 65)
    life = next_life(life.image())  # whose boot takes the first half of the last minute
    grown += sealed_in(life, start_s + 2 * HOUR - 30, start_s + 2 * HOUR + 100)
    assert grown == [start_s + HOUR - 60, start_s + 2 * HOUR - 30], grown


def test_without_time_the_heartbeat_goes_on_by_the_monotonic_clock():
    life = next_life(blank_image())
    start_s = START_S - START_S % HOUR
    assert len(sealed_in(life, start_s + HOUR - 120, start_s + HOUR)) == 1
    life = Life(life.image())
    life.mount()
    life.boot(has_time=False)
    assert life.tag.utc_s() is None
    grown = 0
    for _ in range(3 * HOUR // 30):
        life.tag.clock.now_ms += 30_000
        before = life.tag.outbox.count()
        asyncio.run(life.sealer.seal_due(life.sealer.earliest_s()))
        grown += life.tag.outbox.count() - before
    assert grown == 3, grown


def test_an_alert_takes_no_routine_envelope_along_before_its_border():
    life = next_life(blank_image())
    border_s = START_S - START_S % HOUR + HOUR
    sealed_in(life, border_s - 90, border_s - 20)
    life.seal(ALERT)
    collector = Collector()
    life.send(collector)
    assert sorted(collector.stored) == [2], collector.stored.keys()
    sealed_in(life, border_s - 15, border_s + 10)
    life.send(collector)
    assert sorted(collector.stored) == [1, 2]


def test_after_the_last_weeks_key_nothing_is_sealed_and_no_network_sees_the_tag():
    life = next_life(blank_image())
    last_week = batch.week_of(orders.NOT_BEFORE) + 3
    end_s = batch.week_start(last_week + 1)
    assert len(sealed_in(life, end_s - 120, end_s - 10)) == 1
    sealed_in(life, end_s - 5, end_s + 5)
    sender = life.sender(Collector())
    assert asyncio.run(sender.upload())
    assert life.radio.joins == 1
    assert sealed_in(life, end_s + 10, end_s + 3 * HOUR) == []
    assert asyncio.run(sender.upload())
    assert life.radio.joins == 1


def test_health_carries_the_numbers_of_the_last_events():
    life = next_life(blank_image())
    for code in (events.WIFI_FAILED, events.TLS_REFUSED, events.TLS_REFUSED):
        life.tag.ring.log(code)
    life.sealer.add_routine_events(START_S)
    _, _, data = life.assembly.next_batch(batch.ROUTINE, START_S)
    health = [entry for entry in batch.decode(data).records if entry[0] == record.HEALTH]
    assert len(health) == 1
    assert health[0][-1][-3:] == [11, 61, 61], health
