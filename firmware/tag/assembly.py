"""Records to batches: one class, policy version and UTC week each; what does not fit waits."""

from tag import events
from wire import batch, record

_MOST_WAITING = 256  # records a class: where nothing can be sealed, the oldest go
SHARE_S = 60  # what is not urgent and follows an ALERT shares the next one, so long after it
_OF_ORDERS = (events.LOCATE_REFUSED, events.LOCATE_UNANSWERED)
_PLACES = (record.COARSE, record.PRECISE, record.LOCATED)


class Assembly:
    """Records that wait to be sealed, each with the Address of the order it was made under."""

    def __init__(self, address):
        self._address = address
        self._before = None  # of the order before: cells of its slots may still be held
        self._starts_s = 0
        self._waiting = {batch.ALERT: [], batch.ROUTINE: []}
        self._events = []  # of slots that are not over
        self._alert_s = None  # when the last ALERT batch was made

    def follow(self, address, starts_s):
        """Take what comes from now on for this address; cells of slots before are the last's."""
        self._before, self._address = self._address, address
        self._starts_s = starts_s

    def add(self, kind, entry):
        """Take a record that the pipeline has released."""
        _append(self._waiting[kind], (self._address_of(entry), entry))

    def say(self, code, value, utc_s):
        """Take a routine EVENT of this second's slot.

        It waits until the slot is over: that it had just missed a batch would tell its minute.
        """
        _append(self._events, (self._address, self._event(code, value, utc_s)))

    def say_now(self, code, value, utc_s):
        """Put an EVENT into the ROUTINE batch that is made in this second, whatever happens."""
        self.add(batch.ROUTINE, self._event(code, value, utc_s))

    def withhold_places(self):
        """Forget every cell and position that waits: the order's term is over."""
        for waiting in self._waiting.values():
            waiting[:] = [one for one in waiting if one[1][0] not in _PLACES]

    def has_alert(self, utc_s):
        """Return whether an ALERT batch is due: at once, but for positions that follow one.

        The first of a breach leaves with the crossing. Those after it share a batch a minute, as
        each batch costs the battery and tells whoever counts them how long the breach is. So does
        what is said of locate orders, or a collector could ask for one batch after the other.
        """
        waiting = self._waiting[batch.ALERT]
        if not waiting:
            return False
        if self._alert_s is None or not 0 <= utc_s - self._alert_s < SHARE_S:
            return True
        return any(_is_urgent(entry) for _, entry in waiting)

    def waits(self, kind):
        """Return whether records of this class wait to be sealed."""
        return bool(self._waiting[kind])

    def next_batch(self, kind, utc_s):
        """Return (address, week, batch bytes) of the oldest records of one order and week.

        They wait no longer. With nothing waiting it is an empty batch of this second's week under
        the order in force: the heartbeat.
        """
        if kind == batch.ALERT:
            self._alert_s = utc_s
        else:
            self._settle_events(utc_s)
        waiting = self._waiting[kind]
        address, week = self._address, batch.week_of(utc_s)
        if waiting:
            address = waiting[0][0]
            week = _week(*waiting[0])
        entries = []
        for owner, entry in waiting:
            if owner is not address or _week(owner, entry) != week:
                break
            entries.append(entry)
        count = batch.fit(kind, address.version, week, entries)
        data = batch.encode(kind, address.version, week, entries[:count])
        del waiting[:count]
        return address, week, data

    def _event(self, code, value, utc_s):
        return record.event(utc_s // self._address.slot_s, code, events.bounded(code, value))

    def _settle_events(self, utc_s):
        """Let the events of slots that are over wait with the other records."""
        waiting, self._events = self._events, []
        for owner, entry in waiting:
            is_over = entry[1] < utc_s // owner.slot_s
            _append(self._waiting[batch.ROUTINE] if is_over else self._events, (owner, entry))

    def _address_of(self, entry):
        """Return whose a record is: a cell waits for two slots, and an order may begin meanwhile.

        Cells name no zone, so their slot alone says under which order they were taken.
        """
        if self._before is None or entry[0] != record.COARSE:
            return self._address
        is_before = entry[1] * self._before.slot_s < self._starts_s
        return self._before if is_before else self._address


def _is_urgent(entry):
    is_of_orders = entry[0] == record.EVENT and entry[2] in _OF_ORDERS
    return entry[0] != record.PRECISE and not is_of_orders


def _week(address, entry):
    when = entry[1]
    return batch.week_of(when * address.slot_s if record.is_slot(when) else when)


def _append(waiting, entry):
    if len(waiting) == _MOST_WAITING:
        waiting.pop(0)
    waiting.append(entry)
