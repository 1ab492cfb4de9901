"""The receiver's bytes to records, and the warnings that come of them."""

import asyncio

from duty import overlay
from tag import events, gnss, loss, reasons
from tag import policy as rules
from tag.integrity import Integrity
from tag.pipeline import Pipeline

_SAMPLE_MS = 250
_RATE_MS = 1_000  # between two epochs of the receiver
_LAG_S = 3  # time passes in the pipeline this long behind, so that a late fix is not too late
_COUNT_STEP = 3_600
_PROGRESS_S = 20  # the longest that the warner says nothing to the supervisor
# How long before a fix is due the receiver is listened to: one whose supply was off and that has
# a backup supply has its fix again within some 2 s, and may have to be set up again.
_SUPPLY_AHEAD_S = 30
_AHEAD_S = 5
_LEAST_REST_S = 15
_LEAST_OFF_S = 60
_REST_STEP_MS = 2_000  # the watchdog bites after 8.3 s, and the UART's buffer must not overflow
_RETRY_S = 10  # between two searches for a receiver that none has found
_CUT = b"\0"  # a byte that no sentence has
_MOST_OPENED = 8
_FIRST_CLAIMS = 3  # epochs that say the same time before the first one is believed


class Sampler:
    """Under one order; what is released goes to the assembly. UART and vibrator are handed in."""

    def __init__(self, tag, orders, cell_offset, assembly, build_utc_s, ledger=None, supply=None):
        self._tag = tag
        self._orders = orders
        self._policy = orders.policy
        self._cell_offset = cell_offset
        self._assembly = assembly
        self._integrity = Integrity()
        self._epochs = gnss.Epochs(
            build_utc_s, first_claims=_FIRST_CLAIMS, on_signals=self._integrity.take_signals
        )
        self._loss = loss.Loss(self._now_s(), self._policy.slot_s)
        self._has_found = False
        self._opened = []  # (milliseconds, cause): strap and case, before there was a time
        self._supply = supply  # None: the receiver is always on
        self._warning = asyncio.Event()
        self._pattern_ms = None
        self._kind = 0  # receivers.UNKNOWN: none was found yet
        self._baud = tag.config.gnss_baud
        self._ledger = ledger  # None: what is told is not kept for a next life
        self._pipeline = Pipeline(self._policy, cell_offset, ledger)

    def receiver(self):
        """Return (kind, baud) of the receiver as far as it is known."""
        return self._kind, self._baud

    def counts(self):
        """Return the counters of HEALTH since the boot: epochs and fixes, in steps of 3,600.

        One by one they would tell to the second how long the wearer was under a roof.
        """
        return [self._epochs.epochs // _COUNT_STEP, self._epochs.fixes // _COUNT_STEP]

    def follow(self, policy):
        """Go on under a newer order; what the last one has still to say is said."""
        before, self._policy = self._pipeline, policy
        self._loss.slot_s = policy.slot_s
        if self._ledger is not None:
            self._ledger.follow(policy.version)
        self._pipeline = Pipeline(policy, self._cell_offset, self._ledger)
        self._take_records(self._pipeline.follow(before))
        self._assembly.follow(policy.address, policy.not_before)

    async def sample(self, uart, buffer):
        """Take what the receiver sends while an order's term goes on; between two terms, rest.

        One that falls silent is searched for again: after a dip of its supply it is back at its
        maker's rate and settings.
        """
        while True:
            while not self._is_over():
                await self._find(uart, buffer)
                overlay.forget(overlay.RECEIVERS)
                await self._listen(uart, buffer)
            self._release(uart)
            while self._is_over():
                await asyncio.sleep_ms(_SAMPLE_MS)
                self._tag.supervisor.feed()

    async def _find(self, uart, buffer):
        """Find the receiver and set it up, while what it says is taken already."""
        from tag.receiver_search import ReceiverSearch  # dropped by sample()

        search = ReceiverSearch(self._baud)
        for baud, message, wait_ms in search.steps(_RATE_MS, False):
            uart.set_baud(baud)
            uart.write(message)
            await asyncio.sleep_ms(wait_ms)
            count = uart.read_into(buffer)
            search.hear(buffer, count)
            self._hear(buffer, count)
        if search.has_found:
            self._note_receiver(search.kind, search.baud)

    def _release(self, uart):
        """Give the receiver back its defaults."""
        from tag import receivers

        for message in receivers.release(self._kind):
            uart.write(message)
        del receivers
        overlay.forget(overlay.RECEIVERS)

    def _note_receiver(self, kind, baud):
        """Say that there is another receiver than before; the first one is said with the boot."""
        utc_s = self._tag.utc_s()
        is_another = self._has_found and (kind, baud) != (self._kind, self._baud)
        if is_another and utc_s is not None:
            self._assembly.say(events.RECEIVER, kind << 24 | baud, utc_s)
        self._has_found = True
        self._kind, self._baud = kind, baud

    async def _listen(self, uart, buffer):
        """Take what comes, until the receiver is silent."""
        since_s = self._now_s()
        while not self._is_over():
            await asyncio.sleep_ms(self._tag.gap.poll_ms())
            count = uart.read_into(buffer)
            self._hear(buffer, count)
            now_s = self._now_s()
            if self._loss.is_silent(now_s) and now_s - since_s >= _RETRY_S:
                return
            if count == 0 and self._may_rest():
                await self._rest(uart, buffer)
                if self._supply is not None:
                    return  # it may be back at its maker's rate and settings
                since_s = self._now_s()

    def _wake_s(self):
        return self._pipeline.wake_s(_AHEAD_S if self._supply is None else _SUPPLY_AHEAD_S)

    def _may_rest(self):
        """Return whether nothing has to be heard for a while; not while there is no fix."""
        utc_s = self._tag.utc_s()
        if utc_s is None or self._loss.is_late(self._now_s()):
            return False
        least_s = _LEAST_REST_S if self._supply is None else _LEAST_OFF_S
        return self._wake_s() - utc_s >= least_s

    async def _rest(self, uart, buffer):
        """Let the receiver be off, or what it says go by unread, until shortly before the next
        fix is due. Time passes on in short steps.
        """
        self._tag.is_resting = True
        if self._supply is not None:
            self._supply.off()
        self._epochs.read(_CUT, 0, 1)  # no sentence of before goes on in one of afterwards
        while self._wake_s() > self._tag.utc_s():
            since_s = self._now_s()
            await asyncio.sleep_ms(_REST_STEP_MS)
            while uart.read_into(buffer):
                pass
            self._loss.rest(self._now_s() - since_s)
            self._hear(buffer, 0)
        if self._supply is not None:
            self._supply.on()
        self._tag.gap.resume()
        self._tag.is_resting = False

    def tamper(self, cause):
        """Say that the strap or the case was opened (record.STRAP, record.CASE).

        Before there is a time a ROUTINE batch says that much; the event follows with its second.
        """
        utc_s = self._tag.utc_s()
        if utc_s is not None:
            self._take_records(self._pipeline.tamper(utc_s, cause))
        elif len(self._opened) < _MOST_OPENED:
            self._opened.append((self._tag.clock.ms(), cause))
            self._tag.note(events.OPENED_UNTIMED, cause)

    def locate(self, number):
        """Act on a genuine locate order of this number, once: it comes with every answer."""
        utc_s = self._tag.utc_s()
        is_new = self._ledger is None or not self._ledger.has_had(number)
        if utc_s is not None and is_new:
            self._take_records(self._pipeline.locate(utc_s, number))

    async def warn(self, vibrator):
        """Vibrate where the wearer comes near an exclusion zone."""
        while True:
            self._tag.supervisor.progress(reasons.WARN)
            try:
                await asyncio.wait_for(self._warning.wait(), _PROGRESS_S)
            except asyncio.TimeoutError:
                continue
            self._warning.clear()
            await vibrator.play(self._pattern_ms)

    def _now_s(self):
        return self._tag.clock.ms() // 1000

    def _is_over(self):
        """Return whether the order's term has passed: the receiver goes back to its defaults."""
        utc_s = self._tag.utc_s()
        return utc_s is not None and self._policy.phase(utc_s) == rules.OVER

    def _hear(self, buffer, count):
        """Take what the receiver has sent; none says that its epoch is whole."""
        self._tag.supervisor.feed()
        self._tag.gap.hear(count)
        if count:
            self._tag.noise.take_timing(self._tag.clock.us(), self._tag.drbg)
        self._read(buffer, count)
        now_s = self._now_s()
        self._loss.hear(now_s, self._epochs.sentences)
        utc_s = self._tag.utc_s()
        if utc_s is not None:
            if self._pipeline.is_ahead(utc_s):
                self._pipeline.restart()
            self._take_records(self._pipeline.step(utc_s - _LAG_S, None))
            self._say_events(now_s, utc_s)
        pattern_ms = self._pipeline.take_warning()
        if pattern_ms is not None:
            self._pattern_ms = pattern_ms
            self._warning.set()

    def _read(self, buffer, count):
        """Take the fixes of buffer[:count]; each is gone with the next."""
        epochs = self._epochs
        if count == 0 and epochs.end():
            self._take_fix(epochs.fix())
        at = 0
        while at < count:
            if epochs.read(buffer, at, count):
                self._take_fix(epochs.fix())
            at = epochs.at

    def _say_events(self, now_s, utc_s):
        for code, value in self._integrity.suspicions(now_s):
            self._assembly.say(code, value, utc_s)
        while self._opened:
            at_ms, cause = self._opened.pop(0)
            self._take_records(self._pipeline.tamper(utc_s - (now_s - at_ms // 1000), cause))
        change = self._loss.change(now_s, utc_s)
        if change is not None:
            self._assembly.say(change[0], change[1], utc_s)

    def _take_fix(self, fix):
        """Believe the fix's time or not; then let it through the pipeline."""
        if fix.is_doubtful:
            return
        now_ms = self._tag.clock.ms()
        timebase = self._tag.timebase
        off_s = timebase.observe(fix.utc_s, now_ms)
        self._integrity.take_fix(fix, now_ms // 1000)
        self._pipeline.doubt_time(timebase.in_doubt)
        if off_s:
            self._integrity.say(events.CLOCK, min(max(off_s, -(1 << 31)), (1 << 31) - 1))
            # The place counts, for crossings; the date does not.
            fix.utc_s = timebase.utc_s(now_ms)
        if fix.passes(self._policy.hdop_x10_most, self._policy.sats_least):
            self._loss.take_fix(now_ms // 1000)
        self._pipeline.see(fix)
        if self._pipeline.is_due(fix.utc_s):
            self._take_records(self._pipeline.step(fix.utc_s, fix))

    def _take_records(self, said):
        """Hand what was released to the assembly; under an order that is barred nothing."""
        if self._orders.is_barred():
            return
        for kind, entry in said:
            self._assembly.add(kind, entry)
