"""What a tag is, with or without an order: configuration, identity, outbox, time."""

import asyncio

from duty import overlay, secrets
from duty.gap import Gap
from duty.noise import Noise
from duty.secrets import Secrets
from duty.supervisor import Supervisor
from seal.health import SAMPLES
from seal.steps import run
from store import files
from store.blocks import BlockPair
from store.counters import Counters
from store.outbox import Outbox
from tag.ring import Ring
from tag.timebase import Timebase
from wire import config as wire_config

_STATE = "/state"
_CONFIG = "/config"
_EPOCH_MS = 1_000  # of the receiver
_MOST_NOTES = 16
_SETTLED_MS = 600_000
_TURN_MS = 16  # a turn of all tasks is a millisecond, and a batch has 144 steps
_HOLD_S = 10  # after the third death in a row, doubled with each more
_MOST_HOLD_S = 600


class Tag:
    """Made once a boot; watchdog, clock and chip (hal's) are handed in."""

    def __init__(self, watchdog, clock, chip, outbox_blocks, build_utc_s, room_bytes=0):
        self.watchdog = watchdog
        self.clock = clock
        self.scrub = chip.scrub
        self.supervisor = Supervisor(watchdog, clock)
        self.gap = Gap(clock, _EPOCH_MS)
        self.ring = Ring()
        self.is_booting = True  # the tasks do not run yet
        self.is_resting = False  # the receiver is off: nothing comes for a while
        self.notes = []  # (event code, value) that a ROUTINE batch is to say
        for folder in (secrets.FOLDER, _STATE):
            files.ensure_folder(folder)
            files.sweep(folder)
        self.config = wire_config.decode(files.read(_CONFIG))
        self.outbox = Outbox("/outbox", outbox_blocks)
        self.secrets = Secrets(BlockPair(chip.flash, secrets.FOLDER))
        # Before the identity is made: a tag that has one has sealed, and never begins anew.
        may_begin = not self.secrets.has_identity()
        self.counters = Counters(_STATE + "/counters", self.outbox, may_begin)
        self.noise = Noise()
        self.drbg = self.secrets.start_generator(self.noise.fresh(*chip.draw(SAMPLES)))
        self.identity, self.tag = self.secrets.load_identity(self.drbg, watchdog.feed)
        self.room = overlay.Room(room_bytes)
        self.sealing_code, self.verifying_code = overlay.codes(self.room)
        self.signing_key = None  # ed25519's, made of the identity's seed by the first signature
        run(self.scrub(), watchdog.feed)  # the state that this boot began with
        self.timebase = Timebase(max(self.counters.floor_s, build_utc_s))
        self.upload_now = asyncio.Event()
        self._flash = asyncio.Lock()

    def utc_s(self):
        """Return the UTC second, or None where it is not known."""
        return self.timebase.utc_s(self.clock.ms())

    def note(self, code, value):
        """Log an event, and have a ROUTINE batch say it; the oldest gives way."""
        self.ring.log(code)
        self.notes = self.notes[1 - _MOST_NOTES :] + [(code, value)]

    def take_notes(self):
        """Return the events that are to be said; they are asked for once."""
        notes, self.notes = self.notes, []
        return notes

    def counts(self):
        """Return the tag's own counters of HEALTH, and the last event numbers."""
        return [self.gap.forced, self.watchdog.deaths] + self.ring.codes()

    async def idle(self):
        """Without an order there is nothing to sample for: stay awake, say nothing."""
        while True:
            self.supervisor.feed()
            await asyncio.sleep_ms(1_000)

    async def hold(self):
        """Wait before the tasks begin where one life after the other ended early.

        A tag that resets every few seconds wears out its flash: each boot writes.
        """
        deaths = self.watchdog.deaths
        held_s = 0 if deaths < 3 else min(_HOLD_S << min(deaths - 3, 8), _MOST_HOLD_S)
        for _ in range(held_s):
            self.watchdog.feed()
            await asyncio.sleep_ms(1_000)

    async def settle(self):
        """Say after ten minutes that this life is a sound one."""
        await asyncio.sleep_ms(_SETTLED_MS)
        self.watchdog.settle()

    def move_secrets(self):
        """Make anew what sealing has made that stays: it lies where the code was, and would part
        what is free. The old ones are for scrub().
        """
        self.drbg.generate(1)
        if self.signing_key is not None:
            self.signing_key = tuple([bytes(bytearray(part)) for part in self.signing_key])

    async def write(self, steps):
        """Run a generator of flash writes to its end, in the receiver's gaps; one at a time."""
        async with self._flash:
            while True:
                await self.gap.wait()
                try:
                    next(steps)
                except StopIteration:
                    return
                await asyncio.sleep_ms(0)

    async def run_steps(self, steps):
        """Run a generator of long steps; others get their turn between two, every 16 ms.

        At a boot there are no others: what is done then feeds the watchdog, as nobody else does.
        """
        turn_ms = self.clock.ms()
        while True:
            if self.is_booting:
                self.watchdog.feed()
            try:
                next(steps)
            except StopIteration as done:
                return done.value
            if self.clock.ms() - turn_ms >= _TURN_MS:
                await asyncio.sleep_ms(0)
                turn_ms = self.clock.ms()
