"""The tag on CPython, as `duty` drives it: a walk in, batches out, none sealed."""

from __future__ import annotations

import orders
from tag import events, policy
from tag.assembly import Assembly
from tag.ledger import Ledger
from tag.pipeline import Pipeline
from tag.schedule import UploadSlots
from wire import batch, record

OFFSET = 123_456, -98_765
_LAG_S = 3
_STEP_S = 5  # Watch weighs up to this much silence between two fixes


class Planned:
    """A batch that waits to be sealed: a test may change it first."""

    def __init__(self, kind, week, records, sealed_s):
        self.kind = kind
        self.week = week
        self.records = records
        self.sealed_s = sealed_s

    def copy(self):
        """Return the batch with lists of its own."""
        return Planned(
            self.kind, self.week, [list(entry) for entry in self.records], self.sealed_s
        )


def drive(law, walk, start_s, boots_s=()):
    """Return the Planned batches of a walk [(until_s, north m, east m)] under this Policy.

    A place that is None is a receiver without a fix; at each of boots_s the tag loses its RAM.
    """
    said = []
    duty = Duty(law)
    until_s = walk[-1][0]
    stops = iter(walk)
    stop = next(stops)
    for utc_s in range(start_s, until_s, _STEP_S):
        if utc_s in boots_s:
            duty = duty.reboot()
        while utc_s >= stop[0]:
            stop = next(stops)
        fix = None if stop[1] is None else orders.fix(utc_s, *stop[1:])
        said += duty.step(utc_s, fix)
    return said


class Duty:
    """One life of `duty`, without hardware, sealing and sending.

    `stored` is the ledger's file, `sealed_s` when an earlier life sealed its last ROUTINE batch.
    """

    def __init__(self, law, stored=None, sealed_s=0):
        self._law = law
        self._ledger = Ledger(law.version, stored)
        self.pipeline = Pipeline(law, OFFSET, self._ledger)
        self._assembly = Assembly(law.address)
        self._slots = UploadSlots(law.upload_s, sealed_s)
        self._sealed_s = sealed_s
        self._has_booted = False
        self._health_day = None

    def reboot(self):
        """Return the next life: RAM is gone, what is on flash stays."""
        return Duty(self._law, self._ledger.encode(), self._sealed_s)

    def step(self, utc_s, fix):
        """Return what is sealed in this moment."""
        if fix is not None and self.pipeline.is_due(utc_s):
            self.take(self.pipeline.step(utc_s, fix))
        self.take(self.pipeline.step(utc_s - _LAG_S, None))
        planned = []
        if self._law.phase(utc_s) != policy.ACTIVE:
            self._assembly.withhold_places()
        if self._assembly.has_alert(utc_s):
            planned.append(self._plan(batch.ALERT, utc_s))
        if self._slots.seal_is_due(utc_s):
            self._sealed_s = self._slots.sealed_as_s(utc_s)
            self._say_routine(self._sealed_s)
            planned.append(self._plan(batch.ROUTINE, self._sealed_s))
        return planned

    def take(self, said):
        """Take what the pipeline has released."""
        for kind, entry in said:
            self._assembly.add(kind, entry)

    def _say_routine(self, utc_s):
        slot = utc_s // self._law.slot_s
        if not self._has_booted:
            self._has_booted = True
            self._assembly.add(batch.ROUTINE, record.event(slot, events.BOOT, 1))
        if self._law.phase(utc_s) != 1:
            self._assembly.add(batch.ROUTINE, record.event(slot, events.NO_POLICY, 2))
        if utc_s // 86_400 != self._health_day:
            self._health_day = utc_s // 86_400
            self._assembly.add(batch.ROUTINE, record.health(slot, None, 256, [17, 4]))

    def _plan(self, kind, utc_s):
        _, week, data = self._assembly.next_batch(kind, utc_s)
        return Planned(kind, week, batch.decode(data).records, utc_s)
