"""Strictness: what the chip would refuse, or silently do wrong, raises here."""
# path: host_tools/reticent/sim/mock

import mocked


def _check(cases):
    for name, call, expected in cases:
        assert mocked.raised(call) is expected, (name, mocked.raised(call))


def test_pins():
    mocked.power_on(levels={2: 1}, adc_u16={26: 1})
    from machine import ADC, Pin

    _check(
        (
            ("no pin", lambda: Pin(), TypeError),
            ("unknown number", lambda: Pin(29), ValueError),
            ("negative", lambda: Pin(-1), ValueError),
            ("unknown name", lambda: Pin("GP99"), ValueError),
            ("not a name", lambda: Pin("PA3"), ValueError),
            ("a float", lambda: Pin(2.0), ValueError),
            ("a boolean", lambda: Pin(True), ValueError),
            ("unknown mode", lambda: Pin(2, 9), ValueError),
            ("unknown pull", lambda: Pin(2, Pin.IN, 3), ValueError),
            ("unknown keyword", lambda: Pin(2, Pin.IN, level=1), TypeError),
            ("value by position", lambda: Pin(2, Pin.OUT, None, 1), TypeError),
            ("read before its mode", lambda: Pin(9).value(), ValueError),
            ("write to an input", lambda: Pin(2, Pin.IN).on(), ValueError),
            ("two values", lambda: Pin(3, Pin.OUT).value(1, 2), ValueError),
            ("no handler", lambda: Pin(2, Pin.IN).irq("handler"), ValueError),
            ("unknown trigger", lambda: Pin(2, Pin.IN).irq(print, 1), ValueError),
            ("unknown irq keyword", lambda: Pin(2, Pin.IN).irq(handle=print), TypeError),
            ("unknown method", lambda: Pin(2).read, AttributeError),
            ("no converter there", lambda: ADC(2 + 3), ValueError),
            ("nothing at the converter", lambda: ADC(27).read_u16(), ValueError),
            ("not on this port", lambda: ADC(26).read(), AttributeError),
            ("keyword", lambda: ADC(26, atten=3), TypeError),
        )
    )


def test_uart():
    mocked.power_on()
    from machine import UART

    _check(
        (
            ("no id", lambda: UART(), TypeError),
            ("unknown id", lambda: UART(2), ValueError),
            ("id by name", lambda: UART("0"), ValueError),
            ("rate of zero", lambda: UART(0, 0), ValueError),
            ("rate too high", lambda: UART(0, 10_000_000), ValueError),
            ("rate as text", lambda: UART(0, "9600"), TypeError),
            ("seven bits", lambda: UART(0, 9600, 7), ValueError),
            ("a parity", lambda: UART(0, 9600, parity=0), ValueError),
            ("tx on an rx pin", lambda: UART(0, 9600, tx=1), ValueError),
            ("rx of the other", lambda: UART(0, 9600, rx=5), ValueError),
            ("unknown pin", lambda: UART(1, 9600, rx=29), ValueError),
            ("buffer too large", lambda: UART(0, 9600, rxbuf=40_000), ValueError),
            ("timeout below zero", lambda: UART(0, 9600, timeout=-2), ValueError),
            ("unknown keyword", lambda: UART(0, 9600, buffer=1), TypeError),
            ("tx by position", lambda: UART(0, 9600, 8, None, 1, 0), TypeError),
            ("write of a number", lambda: UART(0, 9600).write(None), TypeError),
            ("readinto bytes", lambda: UART(0, 9600).readinto(3), TypeError),
            ("not on this port", lambda: UART(0, 9600).readchar(), AttributeError),
        )
    )
    uart = UART(1, 9600)
    uart.deinit()
    for name in ("any", "read", "readline", "flush", "txdone"):
        assert mocked.raised(getattr(uart, name)) is ValueError, name
    assert mocked.raised(lambda: uart.write(b"x")) is ValueError


def test_machine():
    mocked.power_on()
    import machine

    _check(
        (
            ("watchdog too long", lambda: machine.WDT(timeout=8389), ValueError),
            ("watchdog of zero", lambda: machine.WDT(timeout=0), ValueError),
            ("watchdog's id", lambda: machine.WDT(1), ValueError),
            ("watchdog's float", lambda: machine.WDT(timeout=1.5), TypeError),
            ("watchdog's keyword", lambda: machine.WDT(timeout_ms=5), TypeError),
            ("RTC's argument", lambda: machine.RTC(0), TypeError),
            ("short date", lambda: machine.RTC().datetime((2026, 1, 1)), ValueError),
            ("no date", lambda: machine.RTC().datetime((2026, 2, 30, 0, 0, 0, 0, 0)), ValueError),
            (
                "thirteenth month",
                lambda: machine.RTC().datetime((2026, 13, 1) + (0,) * 5),
                ValueError,
            ),
            ("no such level", lambda: machine.enable_irq(0), ValueError),
            ("no level", lambda: machine.enable_irq(), TypeError),
            ("frequency", lambda: machine.freq(1_000_000_000), ValueError),
            ("not mocked", lambda: machine.Timer, AttributeError),
            ("not on this port", lambda: machine.HARD_RESET, AttributeError),
        )
    )


def test_time():
    mocked.power_on()
    import time

    _check(
        (
            ("a float of milliseconds", lambda: time.sleep_ms(1.5), TypeError),
            ("a float of microseconds", lambda: time.sleep_us(1.5), TypeError),
            ("ticks of a float", lambda: time.ticks_diff(1.0, 0), TypeError),
            ("a short date", lambda: time.mktime((2026, 1, 1)), TypeError),
            ("not on this port", lambda: time.clock, AttributeError),
            ("CPython's", lambda: time.monotonic, AttributeError),
        )
    )


def test_flash():
    mocked.power_on()
    import rp2

    flash = rp2.Flash()
    page = bytes(256)
    _check(
        (
            ("read behind the end", lambda: flash.readblocks(16, bytearray(1), 0), ValueError),
            ("read over the end", lambda: flash.readblocks(15, bytearray(257), 3840), ValueError),
            ("erase behind the end", lambda: flash.ioctl(6, 16), ValueError),
            ("half a page", lambda: flash.writeblocks(0, page, 128), ValueError),
            ("a short page", lambda: flash.writeblocks(0, bytes(100), 0), ValueError),
            ("a short block", lambda: flash.writeblocks(0, page), ValueError),
            ("start by position", lambda: rp2.Flash(0, 4096), TypeError),
            ("start within a block", lambda: rp2.Flash(start=100), ValueError),
            ("longer than it is", lambda: rp2.Flash(len=17 * 4096), ValueError),
            ("not mocked", lambda: rp2.PIO, AttributeError),
        )
    )


def test_network():
    mocked.power_on()
    import network

    wlan = network.WLAN(network.WLAN.IF_STA)
    _check(
        (
            ("access point", lambda: network.WLAN(network.AP_IF), ValueError),
            ("connect while inactive", lambda: wlan.connect("home", "secret"), OSError),
            ("no ssid", lambda: wlan.connect(), TypeError),
            ("a number as key", lambda: wlan.connect("home", 5), TypeError),
            ("another port's keyword", lambda: wlan.connect("home", password="x"), TypeError),
            ("unknown status", lambda: wlan.status("host"), ValueError),
            ("unknown config", lambda: wlan.config("reconnects"), ValueError),
            ("unknown setting", lambda: wlan.config(reconnects=3), ValueError),
            ("country", lambda: network.country("GBR"), ValueError),
            ("not on this port", lambda: network.STAT_BEACON_TIMEOUT, AttributeError),
        )
    )


def test_the_hosts_os_is_out_of_reach():
    mocked.power_on()
    import os

    import rp2_vfs

    for name in ("system", "getenv", "putenv", "VfsPosix"):
        assert not hasattr(os, name), name
    assert not hasattr(rp2_vfs, "VfsPosix")
