"""What a tag is, with or without an order: configuration, identity, outbox, time."""

import asyncio

from duty import secrets
from duty.noise import Noise
from duty.secrets import Secrets
from seal.health import SAMPLES
from seal.workspace import Workspace
from store import files
from store.blocks import BlockPair
from store.counters import Counters
from store.outbox import Outbox
from tag.timebase import Timebase
from wire import config as wire_config

_STATE = "/state"
_CONFIG = "/config"


class Tag:
    """Made once a boot; watchdog, clock and chip (hal's) are handed in."""

    def __init__(self, watchdog, clock, chip, outbox_capacity, build_utc_s):
        self.watchdog = watchdog
        self.clock = clock
        self.scrub = chip.scrub
        for folder in (secrets.FOLDER, _STATE):
            files.ensure_folder(folder)
            files.sweep(folder)
        self.config = wire_config.decode(files.read(_CONFIG))
        self.outbox = Outbox("/outbox", outbox_capacity)
        self.secrets = Secrets(BlockPair(chip.flash, secrets.FOLDER))
        # Before the identity is made: a tag that has one has sealed, and never begins anew.
        may_begin = not self.secrets.has_identity()
        self.counters = Counters(_STATE + "/counters", self.outbox, may_begin)
        self.noise = Noise()
        self.drbg = self.secrets.start_generator(self.noise.fresh(*chip.draw(SAMPLES)))
        self.identity, self.tag = self.secrets.load_identity(self.drbg, watchdog.feed)
        self.space = Workspace()
        self.scrub()  # the state that this boot began with
        self.timebase = Timebase(max(self.counters.floor_s, build_utc_s))
        self.upload_now = asyncio.Event()
        self._flash = asyncio.Lock()

    def utc_s(self):
        """Return the UTC second, or None where it is not known."""
        return self.timebase.utc_s(self.clock.ms())

    async def idle(self):
        """Without an order there is nothing to sample for: stay awake, say nothing."""
        while True:
            self.watchdog.feed()
            await asyncio.sleep_ms(1_000)

    async def write(self, steps):
        """Run a generator of flash writes to its end; one at a time, whoever asks."""
        async with self._flash:
            for _ in steps:
                await asyncio.sleep_ms(0)

    async def run_steps(self, steps):
        """Run a generator of long steps; others get their turn between two of them."""
        while True:
            try:
                next(steps)
            except StopIteration as done:
                return done.value
            self.watchdog.feed()
            await asyncio.sleep_ms(0)
