"""Records to batches: one class, policy version and UTC week each; what does not fit waits."""

from wire import batch, record

_MOST_WAITING = 256  # records a class: where nothing can be sealed, the oldest go


class Assembly:
    """Records that wait to be sealed, under one order."""

    def __init__(self, policy_version, slot_s):
        self._policy_version = policy_version
        self._slot_s = slot_s
        self._waiting = {batch.ALERT: [], batch.ROUTINE: []}

    def add(self, kind, entry):
        """Take a record that the pipeline has released."""
        waiting = self._waiting[kind]
        if len(waiting) == _MOST_WAITING:
            waiting.pop(0)
        waiting.append(entry)

    def say(self, code, value, utc_s):
        """Put a routine EVENT of this second's slot into the next batch."""
        self.add(batch.ROUTINE, record.event(utc_s // self._slot_s, code, value))

    def has_alert(self):
        """Return whether an ALERT batch is due: at once."""
        return bool(self._waiting[batch.ALERT])

    def next_batch(self, kind, utc_s):
        """Return (week, batch bytes) of the oldest records of one week; they wait no longer.

        With nothing waiting it is an empty batch of this second's week: the heartbeat.
        """
        waiting = self._waiting[kind]
        week = self._week(waiting[0]) if waiting else batch.week_of(utc_s)
        same = 0
        while same < len(waiting) and self._week(waiting[same]) == week:
            same += 1
        count = batch.fit(kind, self._policy_version, week, waiting[:same])
        data = batch.encode(kind, self._policy_version, week, waiting[:count])
        del waiting[:count]
        return week, data

    def _week(self, entry):
        when = entry[1]
        return batch.week_of(when * self._slot_s if record.is_slot(when) else when)
