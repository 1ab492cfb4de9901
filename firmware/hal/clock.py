"""Milliseconds that never wrap, and the RTC that TLS takes its date from."""

import time

import machine


class Clock:
    """Monotonic since boot; must be asked at least once in six days (ticks_ms wraps)."""

    def __init__(self):
        self._last = time.ticks_ms()
        self._ms = 0

    def ms(self):
        """Return the milliseconds since this object was made."""
        now = time.ticks_ms()
        self._ms += time.ticks_diff(now, self._last)
        self._last = now
        return self._ms

    def us(self):
        """Return ticks_us: its last bit is noise, as the moment of a poll is no exact one."""
        return time.ticks_us()


def set_rtc(utc_s):
    """Set the RTC to this UTC second."""
    year, month, day, hour, minute, second, weekday = time.gmtime(utc_s)[:7]
    machine.RTC().datetime((year, month, day, weekday, hour, minute, second, 0))
