"""Whether the receiver can be believed: jumps, time, signals. Suspicion needs evidence of its own.

Silence is never evidence: a tunnel or a garage takes the signals away, which is loss of position
and nothing else. Jamming depresses all signals at once while they are still tracked; a spoofer's
signals come from one antenna, all equally strong, and bring a jump. What is said is a code and a
class of the evidence: how far beyond the threshold it is, never the speed, the count of satellites
or the C/N0 itself, which tell where and how somebody moves.
"""

from tag import events

_MOST_SPEED_M_S = 100
_MOST_CLASS = (
    3  # classes of a jump are decades: the first is faster than cars, slower than bullets
)
_MULTIPATH_M = 150  # a reflected fix is so far off without anybody's doing
_MOST_STEP_S = 5  # an epoch can close a second late, and the sampling loop can be held up
_QUIET_S = 600  # the same suspicion is said once in so long
_MOST_WAITING = 16

_COLLAPSE_DB = 8  # a body or a roof takes as much from some signals, never evenly from all
_COLLAPSE_EPOCHS = 3
_LEAST_TRACKED = 4
_BEFORE_EPOCHS = 16  # a baseline is settled after so many epochs with signals
_DB_STEP = 4
_MOST_STEPS = 15
_UNIFORM_DB = 3  # real skies spread 15 dB and more from the zenith to the horizon
_UNIFORM_LEAST = 6
_UNIFORM_MEMORY_S = 60  # between uniform signals and the jump, either way


class Integrity:
    """Watches signals and fixes; `suspicions` returns what is to be said, once."""

    def __init__(self):
        self._said_s = {}
        self._found = []
        self._now_s = 0
        self._lat_udeg = self._lon_udeg = self._error_m = 0  # the last fix, at _utc_s
        self._utc_s = None
        self._offset_s = None  # UTC less the clock's seconds
        self._baseline_x16 = 0  # mean C/N0 and strongest C/N0, smoothed, times 16
        self._strongest_x16 = 0
        self._tracked = 0
        self._settled = 0
        self._collapsed = 0
        self._uniform_s = None  # when the signals last were too uniform, and their evidence
        self._spread_db = 0
        self._jump_s = None
        self._jump_class = 0
        self._jam_s = None  # when the suspicion was said that is not yet over

    def take_signals(self, count, total, weakest, strongest):
        """Take one epoch's tracked signals; C/N0 in dB-Hz. No signal at all says nothing."""
        if count < _LEAST_TRACKED:
            self._collapsed = 0
            return
        mean = total // count
        if count >= _UNIFORM_LEAST and strongest - weakest <= _UNIFORM_DB:
            self._uniform_s = self._now_s
            self._spread_db = strongest - weakest
            self._weigh_spoofing()
        if self._has_collapsed(count, mean, strongest):
            self._collapsed += 1
            if self._collapsed == _COLLAPSE_EPOCHS:
                self._suspect_jamming((self._baseline_x16 >> 4) - mean)
            return  # the baseline stays what it was before
        self._collapsed = 0
        self._end_jamming()
        if self._settled == 0:
            self._baseline_x16, self._strongest_x16 = mean << 4, strongest << 4
        self._settled = min(self._settled + 1, _BEFORE_EPOCHS)
        self._baseline_x16 += mean - (self._baseline_x16 >> 4)
        self._strongest_x16 += strongest - (self._strongest_x16 >> 4)
        self._tracked = count

    def _has_collapsed(self, count, mean, strongest):
        """Return whether all signals fell together while most of them are still tracked."""
        return (
            self._settled == _BEFORE_EPOCHS
            and 2 * count >= self._tracked
            and (self._baseline_x16 >> 4) - mean >= _COLLAPSE_DB
            and (self._strongest_x16 >> 4) - strongest >= _COLLAPSE_DB
        )

    def _suspect_jamming(self, fall_db):
        if self.say(events.JAM_SUSPECTED, min(fall_db // _DB_STEP, _MOST_STEPS)):
            self._jam_s = self._now_s

    def _end_jamming(self):
        """Say how long the signals were down, in powers of two of a minute."""
        if self._jam_s is not None:
            minutes = (self._now_s - self._jam_s) // 60
            self._jam_s = None
            power = 0
            while minutes >> power and power < _MOST_STEPS:
                power += 1
            self._note(events.JAM_OVER, power)

    def take_fix(self, fix, now_s):
        """Take a fix and the monotonic clock's seconds."""
        self._now_s = now_s
        offset_s = fix.utc_s - now_s
        if self._offset_s is not None and abs(offset_s - self._offset_s) > _MOST_STEP_S:
            step_s = offset_s - self._offset_s
            self.say(events.TIME_STEP, max(min(step_s, (1 << 31) - 1), -(1 << 31)))
        self._offset_s = offset_s
        if self._utc_s is not None:
            self._weigh_motion(fix)
        self._utc_s = fix.utc_s
        self._lat_udeg, self._lon_udeg = fix.lat_udeg, fix.lon_udeg
        self._error_m = fix.error_m or 0

    def _weigh_motion(self, fix):
        """Say a speed that no wearer has; what the receiver's errors explain is not counted."""
        apart_m = distance_m(self._lat_udeg, self._lon_udeg, fix.lat_udeg, fix.lon_udeg)
        error_m = 3 * (self._error_m + (fix.error_m or 0)) + _MULTIPATH_M
        elapsed_s = max(fix.utc_s - self._utc_s, 1)
        beyond_m = apart_m - error_m
        if beyond_m <= _MOST_SPEED_M_S * elapsed_s:
            return
        self._jump_s = self._now_s
        self._jump_class = _class_of(beyond_m // elapsed_s)
        self.say(events.JUMP, self._jump_class)
        self._weigh_spoofing()

    def _weigh_spoofing(self):
        """Suspect spoofing where uniform signals and a jump come together."""
        if self._jump_s is None or self._uniform_s is None:
            return
        if abs(self._jump_s - self._uniform_s) <= _UNIFORM_MEMORY_S:
            self.say(events.SPOOF_SUSPECTED, 10 * self._jump_class + self._spread_db)

    def say(self, code, value):
        """Note an event, unless the same code was noted within ten minutes; return whether."""
        said_s = self._said_s.get(code)
        if said_s is not None and self._now_s - said_s < _QUIET_S:
            return False
        self._said_s[code] = self._now_s
        self._note(code, value)
        return True

    def _note(self, code, value):
        if len(self._found) < _MOST_WAITING:  # nobody takes them before UTC is known
            self._found.append((code, value))

    def suspicions(self, now_s):
        """Return [(event code, value)] that arose since the last call, and set the clock."""
        self._now_s = now_s
        if not self._found:
            return self._found
        found, self._found = self._found, []
        return found


def _class_of(speed_m_s):
    """Return 1 to 3: the decades by which a speed is over what is plausible."""
    found = 1
    while found < _MOST_CLASS and speed_m_s >= 10 * _MOST_SPEED_M_S:
        speed_m_s //= 10
        found += 1
    return found


def distance_m(lat_udeg, lon_udeg, other_lat_udeg, other_lon_udeg):
    """Return the metres between two places, 3 % too few to 8 % too many."""
    north_m = abs(lat_udeg - other_lat_udeg) // 9  # 8.98 microdegrees are a metre
    east_udeg = abs(lon_udeg - other_lon_udeg)
    east_m = min(east_udeg, 360_000_000 - east_udeg) // 9
    centidegrees = (abs(lat_udeg) + abs(other_lat_udeg)) // 20_000
    square = centidegrees * centidegrees
    # Bhaskara's cosine: (32400 - 4 d^2) / (32400 + d^2), within 0.2 % of the radius
    east_m = east_m * (324_000_000 - 4 * square) // (324_000_000 + square)
    return max(north_m, east_m) + 3 * min(north_m, east_m) // 8
