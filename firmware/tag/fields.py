"""What the fields of a checked sentence mean: times, dates, angles, decimals, as bounded integers.

Each reader takes the state of nmea.Sentences and a field's number, and returns a small int, or
BAD for what is not there or does not belong. None takes heap.
"""

import micropython
from micropython import const

BAD = const(-1)
UP, SIGNED = 1, 2  # how scaled reads
_MOST_KNOTS_X1000 = const(1_200_000)  # receivers stop at 1,000 knots by themselves


@micropython.viper
def is_empty(st: ptr32, field: int) -> int:
    """Return 1 where the field has no byte."""
    return 1 if st[64 + field] == 0 else 0


@micropython.viper
def is_negative(st: ptr32, field: int) -> int:
    """Return 1 where the field is a number with a minus."""
    return 1 if st[64 + field] & 7 == 5 else 0


@micropython.viper
def letters(st: ptr32, field: int) -> int:
    """Return the set of capital letters in a field, A as bit 0; 0 for any other field."""
    return st[16 + field] if st[64 + field] & 15 == 2 else 0


@micropython.viper
def letter(st: ptr32, field: int) -> int:
    """Return the one capital letter that a field is, as letters does; 0 for any other field."""
    return st[16 + field] if st[64 + field] == 0x12 else 0


@micropython.viper
def whole(st: ptr32, field: int, digits: int) -> int:
    """Return a number of exactly so many digits (0: of any), unsigned and without a point."""
    form = st[64 + field]
    if form & 15 != 1 or form >> 8 != 0:
        return -1
    if digits != 0 and form >> 4 & 15 != digits:
        return -1
    return st[16 + field]


@micropython.viper
def scaled(st: ptr32, field: int, places: int, how: int) -> int:
    """Return |number| times 10**places; what is finer is cut.

    `how` is UP to round up instead, SIGNED to take a number that has a minus too.
    """
    form = st[64 + field]
    if form & 15 != 1 and (form & 7 != 5 or how & 2 == 0):
        return -1
    if (form >> 4 & 15) + places > 9:
        return -1
    found = form >> 8
    value = st[16 + field]
    decimals = st[40 + field]
    while found > places:
        decimals = (decimals + 9 * (how & 1)) // 10
        found -= 1
    while found < places:
        decimals = decimals * 10
        found += 1
    while places > 0:
        value = value * 10
        places -= 1
    return value + decimals


@micropython.viper
def time_ms(st: ptr32, field: int) -> int:
    """Return hhmmss.sss as milliseconds of the day; 60 is a leap second."""
    form = st[64 + field]
    if form & 15 != 1 or form >> 4 & 15 != 6:
        return -1
    value = st[16 + field]
    hours = value // 10000
    minutes = value // 100 % 100
    seconds = value % 100
    if hours > 23 or minutes > 59 or seconds > 60:
        return -1
    if seconds == 60 and (minutes != 59 or hours != 23):
        return -1
    thousandths = st[40 + field]
    places = form >> 8
    while places > 3:
        thousandths = thousandths // 10
        places -= 1
    while places < 3:
        thousandths = thousandths * 10
        places += 1
    return (hours * 3600 + minutes * 60 + seconds) * 1000 + thousandths


@micropython.viper
def angle_udeg(st: ptr32, field: int, digits: int, most_degrees: int) -> int:
    """Return (d)ddmm.mmmm as microdegrees, rounded half up, without the hemisphere.

    Of the minutes' decimals seven are read: the eighth cannot change the rounded result, as
    floor(floor(a / 10) / b) is floor(a / 10b).
    """
    form = st[64 + field]
    if form & 15 != 1 or form >> 4 & 15 != digits:
        return -1
    value = st[16 + field]
    minutes = value % 100
    if minutes > 59:
        return -1
    parts = st[40 + field]
    places = form >> 8
    while places > 7:
        parts = parts // 10
        places -= 1
    while places < 7:
        parts = parts * 10
        places += 1
    udeg = value // 100 * 1000000 + (minutes * 10000000 + parts + 300) // 600
    return udeg if udeg <= most_degrees * 1000000 else -1


@micropython.native
def is_motion(st, speed_field, knots_x1000, course_field, course_cdeg):
    """Return whether speed and course are there and in range, or empty."""
    if knots_x1000 < 0 and not is_empty(st, speed_field):
        return False
    if course_cdeg < 0 and not is_empty(st, course_field):
        return False
    return knots_x1000 <= _MOST_KNOTS_X1000 and course_cdeg <= 36_000


@micropython.native
def days(st, field):
    """Return a date ddmmyy as days since 1970-01-01; years 2000 to 2099."""
    value = whole(st, field, 6)
    if value < 0:
        return BAD
    return days_or_bad(2000 + value % 100, value // 100 % 100, value // 10_000)


@micropython.native
def days_or_bad(year, month, day):
    """Return the days from 1970-01-01 to a date that exists from 2000 to 2099."""
    if not 2000 <= year <= 2099 or not 1 <= month <= 12:
        return BAD
    if not 1 <= day <= _month_length(year, month):
        return BAD
    return days_of(year, month, day)


def _month_length(year, month):
    if month == 2:
        return 29 if year % 4 == 0 else 28  # right from 1901 to 2099
    return 30 if month in (4, 6, 9, 11) else 31


_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)  # days before a month


@micropython.native
def days_of(year, month, day):
    """Return the days from 1970-01-01 to a date of the Gregorian calendar, 1970 to 2099."""
    leap_days = (year - 1969) // 4 + (1 if year % 4 == 0 and month > 2 else 0)
    return (year - 1970) * 365 + leap_days + _BEFORE[month - 1] + day - 1


@micropython.viper
def add_signals(st: ptr32, tally: ptr32) -> int:
    """Add a GSV's signals to tally: [0] tracked, [1] sum, [2] weakest, [3] strongest, in dB-Hz.

    Return 1, or 0 and leave the tally alone where a field does not belong. A signal without a
    C/N0, or with 0, is not tracked. NMEA 4.10 adds a signal's id behind the last group of four.
    """
    count = st[11]
    if tally[0] > 255:
        return 1  # more than there are satellites: nothing more is added, so nothing overflows
    if count < 4 or st[64 + 1] & 15 != 1 or st[64 + 2] & 15 != 1:
        return 0
    field = 7
    while field < count:
        form = st[64 + field]
        if form != 0 and (form & 15 != 1 or form >> 4 & 15 > 2 or form >> 8 != 0):
            return 0
        field += 4
    field = 7
    while field < count:
        cn0 = st[16 + field]
        if st[64 + field] != 0 and cn0 > 0:
            if tally[0] == 0 or cn0 < tally[2]:
                tally[2] = cn0
            if cn0 > tally[3]:
                tally[3] = cn0
            tally[0] += 1
            tally[1] += cn0
        field += 4
    return 1
