"""What the fields of a checked sentence mean: times, dates, places, numbers, as bounded integers.

Each reader takes the state of nmea.Sentences and returns a small int, or BAD for what is not
there or does not belong. `place` and `numbers` stage what they read in the state, behind the
fields. None takes heap.
"""

import micropython
from micropython import const

BAD = const(-1)
NOT_SAID = const(-0x40000000)  # a staged number's; the least small int of the chip
UP, SIGNED, WHOLE = 1, 2, 4  # how a number is read: rounded up, with a minus too, no decimals
LAT, LON = 88, 89  # where place stages
FIRST, SECOND, THIRD = 90, 91, 92  # where numbers does


@micropython.viper
def letters(st: ptr32, field: int) -> int:
    """Return the set of capital letters in a field, A as bit 0; 0 for any other field."""
    return st[16 + field] if st[64 + field] & 15 == 2 else 0


@micropython.viper
def letter(st: ptr32, field: int) -> int:
    """Return the one capital letter that a field is, as letters does; 0 for an empty one or none.

    BAD for a field that is anything else.
    """
    form = st[64 + field]
    if field >= st[11] or form == 0:
        return 0
    return st[16 + field] if form == 0x12 else -1


@micropython.viper
def whole(st: ptr32, field: int, digits: int) -> int:
    """Return a number of exactly so many digits (0: of any), unsigned and without a point."""
    form = st[64 + field]
    if form & 15 != 1 or form >> 8 != 0:
        return -1
    if digits != 0 and form >> 4 != digits:
        return -1
    return st[16 + field]


@micropython.viper
def numbers(st: ptr32, plan: ptr8) -> int:
    """Stage the numbers of a plan; return 1, or 0 where one does not belong.

    A plan is their count, then for each its field, its power of ten and how it is read; what is
    finer is cut, or rounded up. An empty field, or none, is NOT_SAID.
    """
    at = 1
    to = 90
    last = 90 + plan[0]
    while to < last:
        form = st[64 + plan[at]]
        value = -0x40000000
        if form != 0 and plan[at] < st[11]:
            places = plan[at + 1]
            how = plan[at + 2]
            found = form >> 8
            if form & 15 != 1 and (form & 7 != 5 or how & 2 == 0):
                return 0
            if (form >> 4 & 15) + places > 9 or (how & 4 != 0 and found != 0):
                return 0
            value = st[16 + plan[at]]
            decimals = st[40 + plan[at]]
            while found > places:
                decimals = (decimals + 9 * (how & 1)) // 10
                found -= 1
            while places > 0:
                value = value * 10
                if places > found:
                    decimals = decimals * 10
                places -= 1
            value += decimals
            if form & 4 != 0:
                value = 0 - value
        st[to] = value
        to += 1
        at += 3
    return 1


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
def place(st: ptr32, field: int) -> int:
    """Stage the position in the four fields from this one on; return 1, or 0 if it is none.

    (d)ddmm.mmmm as microdegrees, rounded half up. Of the minutes' decimals seven are read: the
    eighth cannot change the rounded result, as floor(floor(a / 10) / b) is floor(a / 10b).
    """
    to = 88
    digits = 4
    most = 90000000
    plus = 1 << 13  # N
    minus = 1 << 18  # S
    while to < 90:
        form = st[64 + field]
        value = st[16 + field]
        side = st[17 + field]
        minutes = value % 100
        if form & 15 != 1 or form >> 4 & 15 != digits or minutes > 59:
            return 0
        if st[65 + field] != 0x12 or (side != plus and side != minus):
            return 0
        parts = st[40 + field]
        places = form >> 8
        if places > 7:
            parts = parts // 10
        while places < 7:
            parts = parts * 10
            places += 1
        udeg = value // 100 * 1000000 + (minutes * 10000000 + parts + 300) // 600
        if udeg > most:
            return 0
        st[to] = udeg if side == plus else 0 - udeg
        to += 1
        field += 2
        digits = 5
        most = 180000000
        plus = 1 << 4  # E
        minus = 1 << 22  # W
    return 1


@micropython.viper
def days(st: ptr32, field: int) -> int:
    """Return a date as days since 1970-01-01; ddmmyy in one field, or dd, mm and yyyy in three.

    Years 2000 to 2099.
    """
    day = st[16 + field]
    if st[64 + field] == 0x61:
        year = 2000 + day % 100
        month = day // 100 % 100
        day = day // 10000
    elif st[64 + field] == 0x21 and st[65 + field] == 0x21 and st[66 + field] == 0x41:
        month = st[17 + field]
        year = st[18 + field]
    else:
        return -1
    length = 31 - ((month - 1) % 7 & 1)
    if month == 2:
        length = 28 if year & 3 != 0 else 29  # right from 1901 to 2099
    if year < 2000 or year > 2099 or month < 1 or month > 12 or day < 1 or day > length:
        return -1
    if month < 3:
        month += 12
        year -= 1
    # Years and months that begin in March have the leap day at their end.
    leap_days = year // 4 - year // 100 + year // 400
    return year * 365 + leap_days + (153 * month - 457) // 5 + day - 719469


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
