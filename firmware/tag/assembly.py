"""Records to batches: one class, policy version and UTC week each; what does not fit waits."""

from tag import events
from wire import batch, record

_MOST_WAITING = 256  # records a class: where nothing can be sealed, the oldest go
SHARE_S = 60  # positions that follow an ALERT share the next one, so long after it
_PLACES = (record.COARSE, record.PRECISE, record.LOCATED)


class Assembly:
    """Records that wait to be sealed, under one order."""

    def __init__(self, policy_version, slot_s):
        self._policy_version = policy_version
        self._slot_s = slot_s
        self._waiting = {batch.ALERT: [], batch.ROUTINE: []}
        self._events = []  # of slots that are not over
        self._alert_s = None  # when the last ALERT batch was made

    def add(self, kind, entry):
        """Take a record that the pipeline has released."""
        _append(self._waiting[kind], entry)

    def say(self, code, value, utc_s):
        """Take a routine EVENT of this second's slot.

        It waits until the slot is over: that it had just missed a batch would tell its minute.
        """
        _append(self._events, self._event(code, value, utc_s))

    def say_now(self, code, value, utc_s):
        """Put an EVENT into the ROUTINE batch that is made in this second, whatever happens."""
        self.add(batch.ROUTINE, self._event(code, value, utc_s))

    def withhold_places(self):
        """Forget every cell and position that waits: the order's term is over."""
        for waiting in self._waiting.values():
            waiting[:] = [entry for entry in waiting if entry[0] not in _PLACES]

    def has_alert(self, utc_s):
        """Return whether an ALERT batch is due: at once, but for positions that follow one.

        The first of a breach leaves with the crossing. Those after it share a batch a minute, as
        each batch costs the battery and tells whoever counts them how long the breach is.
        """
        waiting = self._waiting[batch.ALERT]
        if not waiting:
            return False
        if self._alert_s is None or not 0 <= utc_s - self._alert_s < SHARE_S:
            return True
        return any(entry[0] != record.PRECISE for entry in waiting)

    def waits(self, kind):
        """Return whether records of this class wait to be sealed."""
        return bool(self._waiting[kind])

    def next_batch(self, kind, utc_s):
        """Return (week, batch bytes) of the oldest records of one week; they wait no longer.

        With nothing waiting it is an empty batch of this second's week: the heartbeat.
        """
        if kind == batch.ALERT:
            self._alert_s = utc_s
        else:
            self._settle_events(utc_s // self._slot_s)
        waiting = self._waiting[kind]
        week = self._week(waiting[0]) if waiting else batch.week_of(utc_s)
        same = 0
        while same < len(waiting) and self._week(waiting[same]) == week:
            same += 1
        count = batch.fit(kind, self._policy_version, week, waiting[:same])
        data = batch.encode(kind, self._policy_version, week, waiting[:count])
        del waiting[:count]
        return week, data

    def _event(self, code, value, utc_s):
        return record.event(utc_s // self._slot_s, code, events.bounded(code, value))

    def _settle_events(self, slot):
        """Let the events of slots before this one wait with the other records."""
        for entry in self._events:
            if entry[1] < slot:
                self.add(batch.ROUTINE, entry)
        self._events = [entry for entry in self._events if entry[1] >= slot]

    def _week(self, entry):
        when = entry[1]
        return batch.week_of(when * self._slot_s if record.is_slot(when) else when)


def _append(waiting, entry):
    if len(waiting) == _MOST_WAITING:
        waiting.pop(0)
    waiting.append(entry)
