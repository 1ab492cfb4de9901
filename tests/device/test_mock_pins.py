"""Pins and the converter: levels from the world, levels into it, edges."""
# path: host_tools/reticent/sim/mock

import io

import mocked


def test_an_input_reads_what_the_world_drives():
    clock = mocked.power_on(levels={2: 1}, changes="10 pin 2 0\n25 pin 2 1\n")
    from machine import Pin

    pin = Pin(2, Pin.IN)
    assert pin.value() == 1
    clock.advance(10_000)
    assert pin() == 0
    clock.advance(15_000)
    assert pin.value() == 1


def test_a_pull_gives_an_undriven_input_its_level():
    mocked.power_on()
    from machine import Pin

    assert Pin(2, Pin.IN, Pin.PULL_UP).value() == 1
    assert Pin(3, Pin.IN, Pin.PULL_DOWN).value() == 0
    assert mocked.raised(Pin(4, Pin.IN).value) is ValueError


def test_changes_before_the_power_on_have_happened():
    mocked.power_on(start_ms=100, changes="10 pin 2 1\n20 adc 26 500\n300 pin 2 0\n")
    from machine import ADC, Pin

    assert Pin(2, Pin.IN).value() == 1
    assert ADC(0).read_u16() == 496


def test_only_changes_of_an_output_are_put_out():
    history = io.StringIO()
    clock = mocked.power_on(history=history)
    from machine import Pin

    led = Pin("LED", Pin.OUT, value=0)
    clock.advance(5000)
    for call in (led.on, led.on, led.off, led.toggle):
        call()
    clock.advance(5000)
    led.value(0)
    assert history.getvalue() == "0 16 0\n5 16 1\n5 16 0\n5 16 1\n10 16 0\n"


def test_a_pin_is_one_object():
    mocked.power_on()
    from machine import Pin

    assert Pin(5, Pin.OUT) is Pin("GP5") is Pin("GPIO5")
    assert Pin("LED") is Pin(16)


def test_edges_call_the_handler_in_their_instant():
    clock = mocked.power_on(levels={7: 0}, changes="10 pin 7 1\n20 pin 7 1\n30 pin 7 0\n")
    from machine import Pin

    seen = []
    pin = Pin(7, Pin.IN)
    irq = pin.irq(lambda p: seen.append((clock.now_us // 1000, p.value(), irq.flags())))
    clock.advance(100_000)
    assert seen == [(10, 1, Pin.IRQ_RISING), (30, 0, Pin.IRQ_FALLING)]
    pin.irq(None)
    assert len(seen) == 2


def test_an_edge_while_interrupts_are_off_comes_after():
    clock = mocked.power_on(levels={7: 0}, changes="10 pin 7 1\n")
    import machine
    import rp2

    seen = []
    machine.Pin(7, machine.Pin.IN).irq(lambda _pin: seen.append(clock.now_us // 1000))
    rp2.Flash().ioctl(6, 0)
    assert seen == [45]


def test_no_handler_runs_after_power_has_gone():
    clock = mocked.power_on(levels={7: 0}, changes="10 pin 7 1\n", cut_at_op=1)
    import machine
    import rp2

    seen = []
    machine.Pin(7, machine.Pin.IN).irq(seen.append)
    try:
        rp2.Flash().ioctl(6, 0)
        raise AssertionError
    except clock.PowerCut:
        pass
    assert seen == []


def test_what_a_handler_raises_is_printed_and_no_more():
    clock = mocked.power_on(levels={7: 0}, changes="10 pin 7 1\n20 pin 7 0\n")
    from machine import Pin

    seen = []

    def handle(pin):
        seen.append(pin.value())
        raise ValueError("in a handler: expected in this test's output")

    Pin(7, Pin.IN).irq(handle)
    clock.advance(30_000)
    assert seen == [1, 0]


def test_a_hard_handler_must_not_take_heap():
    clock = mocked.power_on(levels={7: 0, 8: 0}, changes="10 pin 7 1\n20 pin 8 1\n")
    from machine import Pin

    seen = [0]

    def count(_pin):
        seen[0] += 1

    def allocate(_pin):
        seen.append(bytearray(100))

    Pin(7, Pin.IN).irq(count, Pin.IRQ_RISING, hard=True)
    Pin(8, Pin.IN).irq(allocate, Pin.IRQ_RISING, hard=True)
    clock.advance(30_000)
    assert seen == [1]


def test_the_converter_has_twelve_bits():
    mocked.power_on(adc_u16={26: 0x1238, 27: 65535, 4: 14000})
    from machine import ADC, Pin

    assert ADC(26).read_u16() == ADC(0).read_u16() == ADC(Pin(26)).read_u16() == 0x1231
    assert ADC(1).read_u16() == 65535
    assert ADC(ADC.CORE_TEMP).read_u16() >> 4 == 14000 >> 4


def test_noise_repeats_with_its_seed():
    def samples(seed):
        mocked.power_on(adc_u16={26: 30000}, adc_noise_lsb=3, seed=seed)
        import os

        from machine import ADC

        return [ADC(26).read_u16() for _ in range(50)], os.urandom(8)

    first, random = samples(1)
    assert len(set(first)) == 7, first
    assert samples(1) == (first, random)
    assert samples(2)[1] != random
