"""The sentences of one epoch to one Fix. A fix without its validity fields is no fix.

The sentences of one UTC time are an epoch; sayings.py has what each of them says. All positions in
it have to agree, and judge.py says whether it is a fix.

An epoch closes when the next one begins, or when the receiver falls silent: `feed(b"", 0)`.
"""

from micropython import const

from tag.epoch import NO_TIME, Epoch
from tag.fix import Fix, fill
from tag.judge import Judge
from tag.nmea import AT, Sentences, scan
from tag.sayings import Sayings

_REPEATED_MS = const(10_000)

__all__ = ["Epochs", "Fix"]


class Epochs(Sayings):
    """Turns bytes into Fixes, one an epoch; counts what it saw.

    `read` and `fix` are the two halves of `feed`: `read` takes no heap, `fix` makes the object.
    A date before `least_utc_s` is refused: a receiver whose week number has rolled over is 1,024
    weeks late. Time that runs backwards is stale until so many epochs in a row go on from it; a
    log may be several logs, and takes 1. The first time of all is believed when so many epochs
    say it. `on_signals` is called with the tally of each epoch that had GSV sentences, fix or not:
    count, sum, weakest and strongest C/N0.
    """

    def __init__(self, least_utc_s=0, backward_claims=10, first_claims=1, on_signals=None):
        super().__init__(Epoch())
        self._state = Sentences().state
        self._closed = Epoch()
        self._void = Epoch()
        self._fix = Fix(0, 0, 0, None, None)
        self.judge = Judge(least_utc_s // 86_400, backward_claims, first_claims)
        self._on_signals = on_signals
        self._has_fix = False  # in _closed, not yet taken
        self.at = 0
        self.sentences = 0
        self.refused = 0  # sentences with a right checksum and a wrong value
        self.epochs = 0
        self.fixes = 0

    def feed(self, data, count):
        """Read data[:count]; return the list of Fixes that became whole, oldest first.

        A count of 0 says that the receiver is silent: its epoch is over.
        """
        found = []
        if count == 0 and self.end():
            found.append(self.fix(Fix(0, 0, 0, None, None)))
        at = 0
        while at < count:
            if self.read(data, at, count):
                found.append(self.fix(Fix(0, 0, 0, None, None)))
            at = self.at
        return found

    def read(self, data, start, end):
        """Read data[start:end] until an epoch with a fix is over; return whether there is one.

        `at` then tells how far it came; `fix` returns the fix.
        """
        state = self._state
        state[AT] = start
        while True:
            kind = scan(data, end, state)
            if kind == 0:
                break
            handler = self._handlers.get(kind)
            if handler is not None:
                self.sentences += 1
                if not handler(state):
                    self.refused += 1
                if self._has_fix:
                    self._has_fix = False
                    break
        self.at = state[AT]
        return kind > 0

    def end(self):
        """Close the epoch; return whether it has a fix."""
        if self._current.time_ms == NO_TIME:
            self._current.clear(NO_TIME)  # signals without a time belong to no epoch
            return False
        has_fix = self._close(NO_TIME)
        self._has_fix = False
        return has_fix

    def fix(self, made=None):
        """Return the Fix of the epoch that closed last.

        It is the one that `made` is, or else the same each time: good until the next call.
        """
        return fill(made or self._fix, self._closed, self.judge.days, self.judge.is_doubtful)

    def _begin(self, at_ms):
        """Go on with the epoch of this time of day, or close the one before and start it.

        A sentence that is a little older, and not after the last fix, is a repetition: it may not
        end the epoch, and is read into one that nobody looks at.
        """
        current = self._current
        if at_ms == current.time_ms:
            return current
        if 0 < current.time_ms - at_ms <= _REPEATED_MS and at_ms <= self.judge.time_ms:
            return self._void
        self.epochs += 1
        if current.time_ms == NO_TIME:
            current.clear(at_ms)
        else:
            self._has_fix = self._close(at_ms)
        return self._current

    def _close(self, next_ms):
        """Judge the current epoch, put it into _closed and begin the next one."""
        epoch = self._current
        if epoch.mode < 0:
            epoch.mode = self._usual_mode
        self._current = self._closed
        self._closed = epoch
        self._current.clear(next_ms)
        if epoch.has_gsv and self._on_signals is not None:
            tally = epoch.tally
            self._on_signals(tally[0], tally[1], tally[2], tally[3])
        if not self.judge.accepts(epoch):
            return False
        self.fixes += 1
        return True
