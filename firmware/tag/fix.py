"""A fix: a position with its time, and how good the receiver thinks it is."""

from tag.fields import NOT_SAID

_METRES_PER_HDOP = 5  # one-sigma range error of a modern receiver, rounded up: error = HDOP x 5 m


def error_m_of(hdop_x10):
    """Return the horizontal error in metres that an HDOP stands for, rounded up."""
    return -(-hdop_x10 * _METRES_PER_HDOP // 10)


class Fix:
    """A position with its time: UTC seconds, microdegrees, and what the receiver thinks of it.

    What is None was not said. `is_doubtful`: one damaged sentence could have made it, as it lacks
    the confirmation that this receiver's epochs usually have; good for a log, not for an order.
    """

    # What is not said stays the class's: an attribute of its own costs as much as a field.
    utc_ms = 0  # of the second
    hdop_x100 = None
    error_m = None
    alt_mm = None  # above mean sea level
    speed_cm_s = None
    course_cdeg = None
    mode = None  # 2 two-dimensional, 3 three-dimensional
    # Of the tracked signals: count; mean, weakest, strongest C/N0 in dB-Hz.
    signals: tuple[int, int, int, int] | None = None
    is_doubtful = False

    def __init__(self, utc_s, lat_udeg, lon_udeg, hdop_x10, sats_used):
        self.utc_s = utc_s
        self.lat_udeg = lat_udeg
        self.lon_udeg = lon_udeg
        self.hdop_x10 = hdop_x10
        self.sats_used = sats_used
        if hdop_x10 is not None:
            self.hdop_x100 = hdop_x10 * 10
            self.error_m = error_m_of(hdop_x10)

    def passes(self, hdop_x10_most, sats_least):
        """Return whether the fix is good enough for the order's quality gate; unknown is not.

        The receiver's own error estimate may be no worse than the one that the gate's HDOP means.
        """
        if self.error_m is None or self.sats_used is None or self.is_doubtful:
            return False
        return self.error_m <= error_m_of(hdop_x10_most) and self.sats_used >= sats_least


def fill(made, epoch, days, is_doubtful):
    """Set a Fix to what an accepted epoch of this day said, and return it.

    All that an earlier epoch left in it is overwritten. Its HDOP is rounded up, never better.
    """
    value = epoch.time_ms
    made.utc_s = days * 86_400 + value // 1000
    made.utc_ms = value % 1000
    made.lat_udeg = epoch.lat_udeg
    made.lon_udeg = epoch.lon_udeg
    value = epoch.alt_mm
    made.alt_mm = None if value == NOT_SAID else value
    value = epoch.speed_cm_s
    made.speed_cm_s = None if value < 0 else value
    value = epoch.course_cdeg
    made.course_cdeg = None if value < 0 else value
    value = epoch.sats_used
    made.sats_used = None if value < 0 else value
    made.mode = epoch.mode
    made.is_doubtful = is_doubtful
    value = epoch.hdop_x100
    made.hdop_x100 = made.hdop_x10 = made.error_m = None
    if value >= 0:
        made.hdop_x100 = value
        made.hdop_x10 = value = -(-value // 10)
        made.error_m = max(error_m_of(value), -(-epoch.gst_error_cm // 100))
    value = epoch.tally
    made.signals = (value[0], value[1] // value[0], value[2], value[3]) if value[0] else None
    return made
