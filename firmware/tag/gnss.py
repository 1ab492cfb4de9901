"""The sentences of one epoch to one Fix. A fix without its validity fields is no fix.

RMC (validity, position, date) and GGA (quality, satellites, HDOP) of the same UTC time make a Fix;
NMEA 0183 version 2.0 to 4.11. What is missing or out of range makes the sentence count for
nothing.
"""

from tag import nmea

_MS_PER_DAY = 86_400_000
_METRES_PER_HDOP = 5  # one-sigma range error of a modern receiver, rounded up: error = HDOP x 5 m
_POWER_10 = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)

_GOOD_MODES = (0, ord("A"), ord("D"), ord("R"), ord("F"), ord("P"))  # 0: NMEA before 2.3 has none
_GOOD_QUALITIES = (1, 2, 3, 4, 5, 9)  # GPS, DGPS, PPS, RTK, float RTK, SBAS; never estimated


class Fix:
    """A position with its time: UTC seconds, microdegrees, and what the receiver thinks of it.

    `hdop_x10` and `sats_used` are None without a GGA; `error_m` is None without an HDOP.
    """

    def __init__(self, utc_s, lat_udeg, lon_udeg, hdop_x10, sats_used):
        self.utc_s = utc_s
        self.lat_udeg = lat_udeg
        self.lon_udeg = lon_udeg
        self.hdop_x10 = hdop_x10
        self.sats_used = sats_used
        self.error_m = None if hdop_x10 is None else -(-hdop_x10 * _METRES_PER_HDOP // 10)

    def passes(self, hdop_x10_most, sats_least):
        """Return whether the fix is good enough for the order's quality gate; unknown is not."""
        if self.hdop_x10 is None or self.sats_used is None:
            return False
        return self.hdop_x10 <= hdop_x10_most and self.sats_used >= sats_least


class Epochs:
    """Turns bytes into Fixes, one an epoch; counts what it saw."""

    def __init__(self):
        self._sentences = nmea.Sentences()
        self._time_ms = -1  # time of day of the epoch that is being read
        self._position = None  # (utc_s, lat, lon) of its RMC
        self._quality = (None, None)  # (hdop_x10, sats) of its GGA
        self._graded = False  # whether that GGA was read
        self._denied = False  # whether it says that there is no fix
        self._emitted = True
        self.epochs = 0
        self.fixes = 0

    def feed(self, data, count):
        """Read data[:count]; return the list of Fixes that became whole, oldest first."""
        fixes = []
        at = 0
        while at < count:
            found = self._sentences.scan(data, at, count)
            at = self._sentences.at
            if not found:
                break
            formatter = self._sentences.formatter()
            if formatter == nmea.RMC:
                self._rmc(fixes)
            elif formatter == nmea.GGA:
                self._gga(fixes)
        return fixes

    def _begin(self, time_ms, fixes):
        """Start the epoch of this time of day; what the last one still holds becomes a Fix."""
        if time_ms == self._time_ms:
            return
        self._emit(fixes)
        self._time_ms = time_ms
        self._position = None
        self._quality = (None, None)
        self._graded = self._denied = False
        self._emitted = False
        self.epochs += 1

    def _emit(self, fixes):
        if self._emitted or self._denied or self._position is None:
            return
        hdop_x10, sats = self._quality
        utc_s, lat, lon = self._position
        fixes.append(Fix(utc_s, lat, lon, hdop_x10, sats))
        self._emitted = True
        self.fixes += 1

    def _rmc(self, fixes):
        s = self._sentences
        time_ms = _time_of_day_ms(s, 1)
        if time_ms is None or s.count() < 10:
            return
        self._begin(time_ms, fixes)
        mode = s.whole(12) if s.count() > 12 and s.kind(12) == nmea.LETTER else 0
        if s.kind(2) != nmea.LETTER or s.whole(2) != ord("A") or mode not in _GOOD_MODES:
            return
        lat = _angle_udeg(s, 3, 4, 90, "N", "S")
        lon = _angle_udeg(s, 5, 5, 180, "E", "W")
        days = _days(s, 9)
        if lat is None or lon is None or days is None:
            return
        self._position = (days * 86_400 + time_ms // 1000, lat, lon)
        if self._graded:
            self._emit(fixes)

    def _gga(self, fixes):
        s = self._sentences
        time_ms = _time_of_day_ms(s, 1)
        if time_ms is None or s.count() < 9:
            return
        self._begin(time_ms, fixes)
        if s.kind(6) != nmea.NUMBER or s.whole(6) not in _GOOD_QUALITIES:
            self._denied = True
            return
        hdop_x10 = _tenths_up(s, 8)
        if hdop_x10 is None or s.kind(7) != nmea.NUMBER:
            return
        self._quality = (hdop_x10, s.whole(7))
        self._graded = True
        if self._position is not None:
            self._emit(fixes)


def _time_of_day_ms(s, field):
    """Return hhmmss.sss as milliseconds of the day, or None; 60 is a leap second."""
    kind, digits, places = s.form(field)
    if kind != nmea.NUMBER or digits != 6:
        return None
    value = s.whole(field)
    hours, minutes, seconds = value // 10_000, value // 100 % 100, value % 100
    if hours > 23 or minutes > 59 or seconds > 60:
        return None
    thousandths = s.decimals(field) * 1000 // _POWER_10[places]
    return (hours * 3600 + minutes * 60 + seconds) * 1000 + thousandths


def _angle_udeg(s, field, digits, most_degrees, positive, negative):
    """Return (d)ddmm.mmmm and its hemisphere as microdegrees, rounded half up; None if unsound."""
    kind, found, places = s.form(field)
    if kind != nmea.NUMBER or found != digits or s.kind(field + 1) != nmea.LETTER:
        return None
    degrees, minutes = divmod(s.whole(field), 100)
    if minutes > 59:
        return None
    scale = 60 * _POWER_10[places]
    parts = (minutes * _POWER_10[places] + s.decimals(field)) * 1_000_000
    udeg = degrees * 1_000_000 + (2 * parts + scale) // (2 * scale)
    if udeg > most_degrees * 1_000_000:
        return None
    hemisphere = s.whole(field + 1)
    if hemisphere == ord(negative):
        return -udeg
    return udeg if hemisphere == ord(positive) else None


def _tenths_up(s, field):
    """Return a number in tenths, rounded up: an HDOP is never said to be better than it is."""
    kind, _, places = s.form(field)
    if kind != nmea.NUMBER:
        return None
    power = _POWER_10[places]
    return s.whole(field) * 10 + -(-s.decimals(field) * 10 // power)


def _days(s, field):
    """Return ddmmyy as days since 1970-01-01, or None; years 2000 to 2099."""
    kind, digits, places = s.form(field)
    if kind != nmea.NUMBER or digits != 6 or places:
        return None
    value = s.whole(field)
    day, month, year = value // 10_000, value // 100 % 100, 2000 + value % 100
    if not 1 <= month <= 12 or not 1 <= day <= _month_length(year, month):
        return None
    return days_of(year, month, day)


def _month_length(year, month):
    if month == 2:
        return 29 if year % 4 == 0 else 28  # right from 1901 to 2099
    return 30 if month in (4, 6, 9, 11) else 31


def days_of(year, month, day):
    """Return the days from 1970-01-01 to a date of the Gregorian calendar, 1970 to 2099."""
    months = 12 * (year - 1970) + month - 1
    leap_days = (year - 1969) // 4 + (1 if year % 4 == 0 and month > 2 else 0)
    before = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)[months % 12]
    return (months // 12) * 365 + leap_days + before + day - 1
