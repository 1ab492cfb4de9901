"""Whether the receiver can be believed: jumps, time, signals. Suspicion needs evidence of its own.

Silence is never evidence: a tunnel or a garage takes the signals away, which is loss of position
and nothing else. Jamming depresses all signals at once while they are still tracked; a spoofer's
signals come from one antenna, all equally strong, and bring a jump. What is said is a code and
the evidence as a number, never a place.
"""

from tag import events

_MOST_SPEED_M_S = 100
_MULTIPATH_M = 150  # a reflected fix is so far off without anybody's doing
_MOST_STEP_S = 5  # an epoch can close a second late, and the sampling loop can be held up
_QUIET_S = 600  # the same suspicion is said once in so long

_COLLAPSE_DB = 8  # a body or a roof takes as much from some signals, never evenly from all
_COLLAPSE_EPOCHS = 3
_LEAST_TRACKED = 4
_BEFORE_EPOCHS = 16  # a baseline is settled after so many epochs with signals
_UNIFORM_DB = 3  # real skies spread 15 dB and more from the zenith to the horizon
_UNIFORM_LEAST = 6
_UNIFORM_MEMORY_S = 60  # between uniform signals and the jump, either way


class Integrity:
    """Watches signals and fixes; `suspicions` returns what is to be said, once."""

    def __init__(self):
        self._said_s = {}
        self._found = []
        self._now_s = 0
        self._fix = None
        self._offset_s = None  # UTC less the clock's seconds
        self._baseline_x16 = 0  # mean C/N0 and strongest C/N0, smoothed, times 16
        self._strongest_x16 = 0
        self._tracked = 0
        self._settled = 0
        self._collapsed = 0
        self._uniform_s = None  # when the signals last were too uniform, and their evidence
        self._uniform = (0, 0)
        self._jump_s = None
        self._jump_m = 0

    def take_signals(self, count, total, weakest, strongest):
        """Take one epoch's tracked signals; C/N0 in dB-Hz. No signal at all says nothing."""
        if count < _LEAST_TRACKED:
            self._collapsed = 0
            return
        mean = total // count
        if count >= _UNIFORM_LEAST and strongest - weakest <= _UNIFORM_DB:
            self._uniform_s = self._now_s
            self._uniform = (count, strongest - weakest)
            self._weigh_spoofing()
        if self._has_collapsed(count, mean, strongest):
            self._collapsed += 1
            if self._collapsed == _COLLAPSE_EPOCHS:
                evidence = min(count, 99) << 16 | (self._baseline_x16 >> 4) << 8 | mean
                self._say(events.JAM_SUSPECTED, evidence)
            return  # the baseline stays what it was before
        self._collapsed = 0
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

    def take_fix(self, fix, now_s):
        """Take a fix and the monotonic clock's seconds."""
        self._now_s = now_s
        offset_s = fix.utc_s - now_s
        if self._offset_s is not None and abs(offset_s - self._offset_s) > _MOST_STEP_S:
            step_s = offset_s - self._offset_s
            self._say(events.TIME_STEP, max(min(step_s, (1 << 31) - 1), -(1 << 31)))
        self._offset_s = offset_s
        last, self._fix = self._fix, fix
        if last is not None:
            self._weigh_motion(last, fix)

    def _weigh_motion(self, last, fix):
        """Say a speed that no wearer has; what the receiver's errors explain is not counted."""
        apart_m = distance_m(last.lat_udeg, last.lon_udeg, fix.lat_udeg, fix.lon_udeg)
        error_m = 3 * ((last.error_m or 0) + (fix.error_m or 0)) + _MULTIPATH_M
        elapsed_s = max(fix.utc_s - last.utc_s, 1)
        if apart_m - error_m <= _MOST_SPEED_M_S * elapsed_s:
            return
        self._jump_s = self._now_s
        self._jump_m = apart_m
        self._say(events.JUMP, apart_m // elapsed_s)
        self._weigh_spoofing()

    def _weigh_spoofing(self):
        """Suspect spoofing where uniform signals and a jump come together."""
        if self._jump_s is None or self._uniform_s is None:
            return
        if abs(self._jump_s - self._uniform_s) <= _UNIFORM_MEMORY_S:
            count, spread = self._uniform
            evidence = min(count, 99) << 24 | spread << 16 | min(self._jump_m, 65_535)
            self._say(events.SPOOF_SUSPECTED, evidence)

    def _say(self, code, value):
        said_s = self._said_s.get(code)
        if said_s is None or self._now_s - said_s >= _QUIET_S:
            self._said_s[code] = self._now_s
            self._found.append((code, value))

    def suspicions(self, now_s):
        """Return [(event code, value)] that arose since the last call, and set the clock."""
        self._now_s = now_s
        if not self._found:
            return self._found
        found, self._found = self._found, []
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
