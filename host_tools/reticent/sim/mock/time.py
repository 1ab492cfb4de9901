"""time as on the rp2 port: ticks count from power-on and wrap at 2**30, the date is the RTC's."""

import clock as _clock
import utime as _utime
import world as _world

_PERIOD = 1 << 30

# The RTC's date at power-on, in microseconds since 1970: the chip boots at 2021-01-01 00:00:00.
_boot_date_us = 1_609_459_200_000_000


def _integer(value):
    if not isinstance(value, int):
        raise TypeError("can't convert %s to int" % type(value).__name__)
    return value


def ticks_ms():
    _clock.ask()
    return (_clock.now_us - _clock.boot_us) // 1000 & _PERIOD - 1


def ticks_us():
    _clock.ask()
    noise_us = _world.random_u32() % (_world.clock_noise_us + 1) if _world.clock_noise_us else 0
    return _clock.now_us - _clock.boot_us + noise_us & _PERIOD - 1


def ticks_cpu():
    return ticks_us()


def ticks_add(ticks, delta):
    if not -_PERIOD // 2 < _integer(delta) < _PERIOD // 2:
        raise OverflowError("ticks interval overflow")
    return _integer(ticks) + delta & _PERIOD - 1


def ticks_diff(end, start):
    return (_integer(end) - _integer(start) + _PERIOD // 2 & _PERIOD - 1) - _PERIOD // 2


def sleep(seconds):
    _clock.advance(int(1000 * seconds) * 1000)


def sleep_ms(ms):
    if _integer(ms) > 0:
        _clock.advance(ms * 1000)
    else:
        _clock.ask()


def sleep_us(us):
    if _integer(us) > 0:
        _clock.advance(us)
    else:
        _clock.ask()


def time_ns():
    _clock.ask()
    return (_clock.now_us - _clock.boot_us + _boot_date_us) * 1000


def time():
    return time_ns() // 1_000_000_000


def gmtime(seconds=None):
    return _utime.gmtime(time() if seconds is None else _integer(seconds))[:8]


localtime = gmtime


def mktime(date):
    if len(date) not in (8, 9):
        raise TypeError("mktime needs a tuple of length 8 or 9")
    year, month, day, hour, minute, second = date[:6]
    return ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second


def _days(year, month, day):
    """Return days since 1970-01-01; years that start in March end with the leap day."""
    if month < 3:
        year -= 1
        month += 12
    leap_days = year // 4 - year // 100 + year // 400
    return 365 * year + leap_days + (153 * month - 457) // 5 + day - 719_469


def _seconds(date):
    """Return the seconds since 1970 of machine.RTC's 8-tuple."""
    year, month, day, _weekday, hour, minute, second, _ = date
    return mktime((year, month, day, hour, minute, second, 0, 0))


def _set_date(date):
    """Set the RTC to machine.RTC's 8-tuple: as on the chip, to whole seconds."""
    global _boot_date_us
    _boot_date_us = _seconds(date) * 1_000_000 - (_clock.now_us - _clock.boot_us)
