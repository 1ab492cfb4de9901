"""machine as on the rp2 port, as far as the tag needs it; what is not here is not simulated."""

import binascii as _binascii
import time as _time

import clock as _clock
import uart as _uart
import world as _world
from pins import ADC, Pin  # noqa: F401 - the port's names
from uart import UART  # noqa: F401

PWRON_RESET = 1
WDT_RESET = 3


class RTC:
    """The date. It is lost at every reset; the chip sets it to 2021-01-01."""

    def __init__(self):
        _clock.ask()

    def datetime(self, *date):
        if not date:
            year, month, day, hour, minute, second, weekday, _ = _time.gmtime()
            return year, month, day, weekday, hour, minute, second, 0
        return self._set(*date)

    def _set(self, date):
        if len(date) != 8:
            raise ValueError("requested length 8 but object has length %d" % len(date))
        if _time.gmtime(_time._seconds(date))[:6] != tuple(date[:3]) + tuple(date[4:7]):
            raise ValueError("not a date: %r" % (date,))
        _time._set_date(date)


def _starve():
    _clock.stop(_clock.Reset("watchdog"))


_watchdog = _clock.Alarm(_starve)


class WDT:
    """The watchdog: it cannot be stopped, and resets the chip if it is not fed in time."""

    _timeout_us = 0

    def __init__(self, id=0, timeout=5000):
        if type(id) is not int or type(timeout) is not int:
            raise TypeError("can't convert to int")
        if id != 0:
            raise ValueError("WDT(%d) doesn't exist" % id)
        longest_ms = 16777 if _world.board["chip"] == "rp2350" else 8388
        if not 1 <= timeout <= longest_ms:
            raise ValueError("timeout exceeds %d" % longest_ms)
        WDT._timeout_us = timeout * 1000
        self.feed()

    def feed(self):
        _clock.check_alive()
        _watchdog.set(_clock.now_us + WDT._timeout_us)


def _watchdog_runs():
    """Return whether the watchdog was started in this life."""
    return WDT._timeout_us > 0


class _Registers:
    """mem32: the ring oscillator's random bit, and the watchdog's scratch registers 0 to 3."""

    _RANDOM_BIT = 0x4006_001C
    _SCRATCH = 0x4005_800C

    def __getitem__(self, address):
        _clock.check_alive()
        if address == self._RANDOM_BIT and _world.board["chip"] == "rp2040":
            return _world.random_u32() >> 31 if _world.ring_oscillator_runs else 1
        return _world.scratch[self._place(address)]

    def __setitem__(self, address, word):
        _clock.check_alive()
        if type(word) is not int or not 0 <= word < 1 << 32:
            raise ValueError("not a word: %r" % (word,))
        _world.scratch[self._place(address)] = word

    def _place(self, address):
        """Return which scratch register that is."""
        place, rest = divmod(address - self._SCRATCH, 4)
        if rest or not 0 <= place < 4 or _world.board["chip"] != "rp2040":
            raise ValueError("register 0x%08x is not simulated" % address)
        return place


mem32 = _Registers()


def reset():
    _clock.stop(_clock.Reset("reset"))


def reset_cause():
    return _world.reset_cause


def unique_id():
    return _binascii.unhexlify(_world.board["unique_id"])


def freq(*hz):
    if not hz:
        return _world.board["freq_hz"]
    (hz,) = hz
    if type(hz) is not int or not 18_000_000 <= hz <= 300_000_000:
        raise ValueError("cannot change frequency")
    _world.board["freq_hz"] = hz
    return None


def idle():
    _clock.advance(1000)


def lightsleep(*ms):
    """Sleep with the UARTs' clocks off; without a time the chip sleeps until power is cut."""
    us = ms[0] * 1000 if ms else _clock.FAR_US
    for port in _uart.ports.values():
        port.receiver.fill_if_open()
    level = _clock.disable_irq()
    _clock.advance(us)
    for port in _uart.ports.values():
        port.receiver.sleep()
    _clock.enable_irq(level)


def deepsleep(*ms):
    lightsleep(*ms)
    reset()


def disable_irq():
    return _clock.disable_irq()


def enable_irq(state):
    if type(state) is not int or not 0 <= state < _clock.irq_off:
        raise ValueError("not what disable_irq() returned")
    _clock.enable_irq(state)
