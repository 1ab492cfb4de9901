"""A fix: a position with its time, and how good the receiver thinks it is."""

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


def fix_of(epoch, days, is_doubtful):
    """Return the Fix of an accepted epoch of this day; its HDOP is rounded up, never better."""
    hdop_x10 = None if epoch.hdop_x100 < 0 else -(-epoch.hdop_x100 // 10)
    utc_s = days * 86_400 + epoch.time_ms // 1000
    made = Fix(utc_s, epoch.lat_udeg, epoch.lon_udeg, hdop_x10, _known(epoch.sats_used))
    if epoch.time_ms % 1000:
        made.utc_ms = epoch.time_ms % 1000
    if epoch.hdop_x100 >= 0:
        made.hdop_x100 = epoch.hdop_x100
        made.error_m = max(made.error_m, -(-epoch.gst_error_cm // 100))
    if epoch.has_alt:
        made.alt_mm = epoch.alt_mm
    if epoch.speed_cm_s >= 0:
        made.speed_cm_s = epoch.speed_cm_s
    if epoch.course_cdeg >= 0:
        made.course_cdeg = epoch.course_cdeg
    made.mode = epoch.mode
    if is_doubtful:
        made.is_doubtful = True
    tally = epoch.tally
    if tally[0]:
        made.signals = tally[0], tally[1] // tally[0], tally[2], tally[3]
    return made


def _known(value):
    return None if value < 0 else value
