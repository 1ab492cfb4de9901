"""Records to envelopes in the outbox: an ALERT at once, one ROUTINE batch an upload slot."""

import asyncio

from duty import overlay, told
from store.commit import commit
from store.outbox import ALERT, ROUTINE
from tag import events, reasons
from tag import policy as rules
from tag.schedule import LONG_OUTAGE_S, OUTAGE_SLOTS, UploadSlots
from wire import batch, record
from wire.envelope import Header

_LOOK_MS = 1_000
_REST_MS = 4_000


class Sealer:
    """Under one order; `sampler` tells what HEALTH and RECEIVER say."""

    def __init__(self, tag, orders, assembly, sampler, version, ledger=None):
        self._tag = tag
        self._orders = orders
        self._assembly = assembly
        self._sampler = sampler
        self._version = version
        self._ledger = ledger
        self._slots = UploadSlots(orders.policy.upload_s, tag.counters.routine_s)
        self._booted_s = max(tag.timebase.floor_s, tag.counters.routine_s)  # or later
        self._has_said_boot = False
        self._health_day = None
        self._said_dropped = None  # [first, last] of the drop that this boot's records tell of

    def follow(self, policy):
        """Go on under a newer order, with no second batch in the upload slot that goes on."""
        self._slots.follow(policy.upload_s)

    def locate(self, number):
        """A locate order is the sampler's."""

    async def seal(self):
        """Seal whatever is due, and say when it is to be sent."""
        while True:
            await asyncio.sleep_ms(_REST_MS if self._tag.is_resting else _LOOK_MS)
            self._tag.supervisor.progress(reasons.SEAL)
            await self._orders.advance()
            utc_s = self._tag.utc_s()
            if utc_s is None:
                utc_s = self.earliest_s()
            if utc_s is not None:
                await self.seal_due(utc_s)
            self._tag.room.keep()

    async def seal_due(self, utc_s):
        """Seal and send what is due in this second."""
        if self._orders.policy.phase(utc_s) != rules.ACTIVE:
            self._assembly.withhold_places()
        if self._assembly.has_alert(utc_s):
            await self.seal_batch(batch.ALERT, utc_s)
            self._tag.upload_now.set()
        if self._slots.seal_is_due(utc_s, self._spans(utc_s)):
            as_of_s = self._slots.sealed_as_s(utc_s)
            self.add_routine_events(as_of_s)
            self._tag.outbox.hold(self._tag.counters.next_number)
            await self.seal_batch(batch.ROUTINE, as_of_s)
        if self._slots.upload_is_due(utc_s):
            self._tag.outbox.let_go()
            self._tag.upload_now.set()

    def _spans(self, utc_s):
        """Return how many upload slots one ROUTINE batch covers: more in a long outage."""
        counters = self._tag.counters
        if self._tag.utc_s() is None:
            return 1
        if not counters.acked_s:
            counters.acked_s = utc_s  # counted from the first second that is known
        return OUTAGE_SLOTS if utc_s - counters.acked_s > LONG_OUTAGE_S else 1

    def earliest_s(self):
        """Return the earliest second that it can be: a tag rebooted indoors has no time yet.

        Its heartbeat goes on by the monotonic clock, or its silence would tell where it is; the
        ack then says the time. None where nothing was ever sealed: then nothing is missed.
        """
        if not self._tag.counters.routine_s:
            return None
        return self._booted_s + self._tag.clock.ms() // 1000

    def add_routine_events(self, utc_s):
        """Say what each boot, each batch and each day has to say beside the pipeline."""
        say = self._assembly.say_now
        if not self._has_said_boot:
            self._has_said_boot = True
            say(events.BOOT, self._tag.watchdog.reason, utc_s)
            kind, baud = self._sampler.receiver()
            say(events.RECEIVER, kind << 24 | baud, utc_s)
        dead_sources = self._tag.noise.news()
        if dead_sources:
            say(events.NOISE_FAILED, dead_sources, utc_s)
        for code, value in self._orders.take_events(utc_s):
            say(code, value, utc_s)
        policy = self._orders.policy
        phase = policy.phase(utc_s)
        if self._tag.utc_s() is None:
            say(events.NO_CLOCK, 0, utc_s)
        elif phase != rules.ACTIVE:
            say(events.NO_POLICY, 2 if phase == rules.BEFORE else 3, utc_s)
        for code, value in self._tag.take_notes():
            say(code, value, utc_s)
        dropped = self._tag.counters.dropped
        if dropped != self._said_dropped:
            self._said_dropped = dropped
            if dropped is not None:
                say(events.OUTBOX_DROPPED, dropped[0], utc_s)
                say(events.OUTBOX_DROPPED_TO, dropped[1], utc_s)
        if utc_s // 86_400 != self._health_day:
            self._health_day = utc_s // 86_400
            counts = self._sampler.counts() + self._tag.counts()
            health = record.health(utc_s // policy.slot_s, None, self._version, counts)
            self._assembly.add(batch.ROUTINE, health)

    async def seal_batch(self, kind, utc_s):
        """Seal the next batch of this class into the outbox; nothing where no key is in force."""
        tag, counters = self._tag, self._tag.counters
        while self._ledger is not None and self._ledger.is_changed:
            await tag.write(told.save_steps(self._ledger))
        address, week, data = self._assembly.next_batch(kind, utc_s)
        recipients = address.recipients(kind, week)
        if recipients is None:
            return
        if kind == batch.ROUTINE:
            counters.routine_s = utc_s
        number = counters.next_number
        header = Header(
            tag.tag, kind, number, address.version, counters.previous, counters.log_head
        )
        while tag.room.locked():  # an upload may take minutes, which is its task's to answer for
            tag.supervisor.progress(reasons.SEAL)
            await asyncio.sleep_ms(_LOOK_MS)
        tag.gap.is_wanted_soon = True
        async with tag.sealing_code:
            sealed = await self._sealed(header, data, recipients)
        tag.move_secrets()
        await tag.run_steps(tag.scrub())  # its locals were secrets
        said = self._said_dropped
        is_told = said is not None and said == counters.dropped
        # And delivered: a full outbox may give up the batch that told of it.
        is_told = is_told and not tag.outbox.count()
        tells_dropped = is_told and not self._assembly.waits(batch.ROUTINE)
        shelf = ALERT if kind == batch.ALERT else ROUTINE
        await tag.write(commit(tag.outbox, counters, shelf, sealed, tells_dropped))
        tag.gap.is_wanted_soon = False
        # Again: what the C stack still pointed at was no garbage yet (test_seized_tag.py).
        await tag.run_steps(tag.scrub())

    async def _sealed(self, header, data, recipients):
        """Return the envelope; inside `sealing_code` only."""
        tag = self._tag
        from seal import envelope
        from seal.workspace import Workspace

        space = Workspace(tag.signing_key)
        steps = envelope.seal(
            header, data, recipients, tag.identity, tag.drbg, space, overlay.forget
        )
        sealed = await tag.run_steps(steps)
        tag.signing_key = space.signing_key
        return sealed
