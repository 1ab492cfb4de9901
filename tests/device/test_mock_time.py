"""Virtual time: ticks, dates, sleeping and asyncio, as on the rp2 port."""
# path: host_tools/reticent/sim/mock

import mocked

BOOT_DATE_S = 1_609_459_200  # 2021-01-01


def test_time_stands_still_until_someone_waits():
    mocked.power_on()
    import time

    started = time.ticks_ms(), time.ticks_us(), time.time_ns()
    sum(range(100_000))
    assert (time.ticks_ms(), time.ticks_us(), time.time_ns()) == started
    time.sleep_ms(20)
    time.sleep_us(1500)
    time.sleep(0.5)
    assert time.ticks_diff(time.ticks_us(), started[1]) == 521_500


def test_ticks_start_at_each_power_on():
    clock = mocked.power_on(start_ms=123_456_789, end_ms=200_000_000)
    import time

    assert time.ticks_ms() == 0
    assert time.time() == BOOT_DATE_S
    assert clock.now_us == 123_456_789_000


def test_ticks_wrap_as_on_32_bits():
    clock = mocked.power_on(end_ms=1 << 32)
    import time

    clock.advance_to(((1 << 30) - 5) * 1000)
    before = time.ticks_ms()
    time.sleep_ms(10)
    assert time.ticks_ms() == 5
    assert time.ticks_diff(time.ticks_ms(), before) == 10
    assert time.ticks_diff(before, time.ticks_ms()) == -10
    assert time.ticks_add(before, 10) == 5
    assert mocked.raised(lambda: time.ticks_add(0, 1 << 29)) is OverflowError


def test_a_loop_that_only_reads_the_clock_comes_to_an_end():
    mocked.power_on()
    import time

    deadline = time.ticks_add(time.ticks_ms(), 50)
    while time.ticks_diff(deadline, time.ticks_ms()) > 0:
        pass
    assert time.ticks_ms() == 50


def test_dates_are_the_rtcs():
    mocked.power_on()
    import time

    import machine

    assert time.gmtime() == (2021, 1, 1, 0, 0, 0, 4, 1)
    assert machine.RTC().datetime() == (2021, 1, 1, 4, 0, 0, 0, 0)
    machine.RTC().datetime((2026, 2, 28, 0, 23, 59, 58, 0))
    time.sleep_ms(2500)
    assert time.gmtime() == time.localtime() == (2026, 3, 1, 0, 0, 0, 6, 60)
    assert machine.RTC().datetime() == (2026, 3, 1, 6, 0, 0, 0, 0)
    assert type(time.time()) is int


def test_mktime_is_the_inverse_of_gmtime():
    mocked.power_on()
    import time

    for seconds in (0, 951_782_400, 1_709_164_800, 1_709_251_199, 4_102_444_799, BOOT_DATE_S):
        assert time.mktime(time.gmtime(seconds)) == seconds, seconds


def test_asyncio_sleeps_in_virtual_time_in_the_right_order():
    clock = mocked.power_on()
    import asyncio

    seen = []

    async def tick(name, period_ms, count):
        for _ in range(count):
            await asyncio.sleep_ms(period_ms)
            seen.append((clock.now_us // 1000, name))

    async def both():
        await asyncio.gather(tick("slow", 1000, 3), tick("fast", 300, 6))

    asyncio.run(both())
    assert seen == sorted(seen), seen
    assert seen[-1] == (3000, "slow")
    assert len(seen) == 9


def test_asyncio_runs_on_past_the_wrap_of_ticks():
    clock = mocked.power_on(end_ms=1 << 33)
    import asyncio

    async def hours():
        for _ in range(24 * 40):
            await asyncio.sleep(3600)
        await asyncio.sleep_ms(5)

    asyncio.run(hours())
    assert clock.now_us // 1000 == 40 * 86_400_000 + 5


def test_a_task_made_after_the_wrap_runs_at_once():
    clock = mocked.power_on(end_ms=1 << 33)
    import asyncio

    async def note():
        return clock.now_us

    async def main():
        await asyncio.sleep(20 * 86_400)
        return await asyncio.create_task(note())

    assert asyncio.run(main()) == 20 * 86_400_000_000


def test_a_flag_set_by_a_pin_wakes_asyncio_at_that_instant():
    clock = mocked.power_on(levels={3: 1}, changes="1234 pin 3 0\n")
    import asyncio

    import machine

    flag = asyncio.ThreadSafeFlag()
    pin = machine.Pin(3, machine.Pin.IN)
    pin.irq(lambda _pin: flag.set(), machine.Pin.IRQ_FALLING)

    async def other():
        while True:
            await asyncio.sleep_ms(1000)

    async def wait():
        task = asyncio.create_task(other())
        await flag.wait()
        task.cancel()
        return clock.now_us

    assert asyncio.run(wait()) == 1_234_000


def test_the_end_passes_through_asyncio_and_comes_again():
    clock = mocked.power_on(end_ms=5000)
    import asyncio
    import time

    async def sleep():
        try:
            await asyncio.sleep(10)
        except Exception:
            print("caught")

    for _ in range(2):
        try:
            asyncio.run(sleep())
            raise AssertionError
        except clock.PowerOff:
            pass
    try:
        time.sleep_ms(1)
        raise AssertionError
    except clock.PowerOff:
        pass
    assert clock.now_us == 5_000_000
