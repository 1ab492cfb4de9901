"""The composition root: the only file that joins the hardware to the logic.

Four tasks. `sample` turns the receiver's bytes to records, `seal` records to envelopes in the
outbox, `send` brings them to the collector, `warn` vibrates. A task that dies ends the program;
the watchdog is then no longer fed and resets the tag.
"""

import asyncio
import struct

import board

import build_info
from hal import clock as hal_clock
from hal import entropy, watchdog, wifi
from hal.uart import ReceiverUart
from hal.vibrator import Vibrator
from seal import ed25519, envelope
from seal.drbg import Drbg
from seal.hmac import hmac_sha256
from seal.steps import run
from store import files
from store.counters import Counters
from store.outbox import ALERT, ROUTINE, Outbox
from tag import events, gnss, grid, receivers
from tag import policy as orders
from tag.assembly import Assembly
from tag.integrity import Integrity
from tag.pipeline import Pipeline
from tag.receiver_search import ReceiverSearch
from tag.schedule import UploadSlots
from tag.timebase import Timebase
from uplink import session
from uplink.http import UplinkError
from wire import FormatError, batch, record
from wire import config as wire_config
from wire import envelope as wire_envelope

_SAMPLE_MS = 250
_RATE_MS = 1_000  # between two epochs of the receiver
_LAG_S = 3  # time passes in the pipeline this long behind, so that a late fix is not too late
_SECRETS, _STATE = "/secrets", "/state"
_SEED, _IDENTITY, _OFFSET = "/secrets/seed", "/secrets/identity", "/secrets/offset"
_CONFIG, _POLICY, _PUBLIC = "/config", "/policy", "/identity.pub"
_OFFSET_FORM = "<iiI"  # row, column, cell_m
_BACKOFF_S = (30, 60, 120, 240, 480, 900)


def start_generator():
    """Return this boot's generator; the seed on flash is replaced before the first use."""
    seed = files.read(_SEED)
    if seed is None:
        raise FormatError  # never personalised
    files.replace(_SEED, hmac_sha256(seed, b"next"))
    return Drbg(hmac_sha256(seed, (b"run", entropy.fresh())))


def load_identity(drbg):
    """Return (Ed25519 seed, tag id); the tag makes its own key, and only the public one leaves."""
    seed = files.read(_IDENTITY)
    if seed is None:
        seed = drbg.generate(32)
        files.replace(_IDENTITY, seed)
    public = files.read(_PUBLIC)
    if public is None:
        public = run(ed25519.public_key(seed))
        files.replace(_PUBLIC, public)
    return seed, wire_envelope.kid_of(public)


def load_policy(config, tag):
    """Return the Policy on flash if it is genuine and this tag's, else None: it fails closed."""
    signed = files.read(_POLICY)
    if signed is None:
        return None
    try:
        policy = run(orders.read(signed, config.issuer_key, ed25519.verify))
    except (FormatError, orders.PolicyError):
        return None
    return policy if policy.tag == tag else None


def draw_offset(raw):
    """Return an offset, uniform in half a cell either way, from four random bytes."""
    return (int.from_bytes(raw, "big") & (2 * grid.HALF_CELL - 1)) - grid.HALF_CELL


def load_offset(policy, drbg):
    """Return the hidden offset, drawn at the first order and kept; another cell_m is refused."""
    stored = files.read(_OFFSET)
    if stored is None:
        raw = drbg.generate(8)
        row, col = draw_offset(raw[:4]), draw_offset(raw[4:])
        files.replace(_OFFSET, struct.pack(_OFFSET_FORM, row, col, policy.cell_m))
        return row, col
    row, col, cell_m = struct.unpack(_OFFSET_FORM, stored)
    if cell_m != policy.cell_m:
        raise orders.PolicyError("cell_m changed without release")
    return row, col


class Tag:
    """What a tag is, with or without an order: configuration, identity, outbox, time, uplink."""

    def __init__(self):
        self.watchdog = watchdog.start()
        self.clock = hal_clock.Clock()
        for folder in (_SECRETS, _STATE):
            files.ensure_folder(folder)
            files.sweep(folder)
        self.config = wire_config.decode(files.read(_CONFIG))
        self.drbg = start_generator()
        self.identity, self.tag = load_identity(self.drbg)
        self.outbox = Outbox("/outbox", board.OUTBOX_CAPACITY)
        self.counters = Counters(_STATE + "/counters", self.outbox)
        self.timebase = Timebase(max(self.counters.floor_s, build_info.BUILD_UTC_S))
        self.upload_now = asyncio.Event()

    def utc_s(self):
        """Return the UTC second, or None where it is not known."""
        return self.timebase.utc_s(self.clock.ms())

    async def idle(self):
        """Without an order there is nothing to sample for: stay awake, say nothing."""
        while True:
            self.watchdog.feed()
            await asyncio.sleep_ms(1_000)

    async def run_steps(self, steps):
        """Run a generator of long steps; others get their turn between two of them."""
        while True:
            try:
                next(steps)
            except StopIteration as done:
                return done.value
            self.watchdog.feed()
            await asyncio.sleep_ms(0)

    async def send(self):
        """Outbox to collector, when told to; after a failure again, later and later."""
        radio = wifi.Wifi(self.config.ssid, self.config.wifi_key)
        while True:
            await self.upload_now.wait()
            self.upload_now.clear()
            for backoff_s in _BACKOFF_S:
                if await self.upload(radio):
                    break
                await asyncio.sleep(backoff_s + self.drbg.generate(1)[0] % backoff_s)

    async def upload(self, radio):
        """Try one session; return whether nothing is left to do."""
        try:
            if not await radio.join():
                return False
            hal_clock.set_rtc(self.timebase.least_s(self.clock.ms()))
            report = await session.upload(
                self.outbox, self.connect, self.config.host, self.is_genuine
            )
        except (OSError, UplinkError, asyncio.TimeoutError, EOFError, ValueError):
            return False  # a ValueError is mbedTLS's word for a certificate that it refuses
        finally:
            radio.leave()
        if report.last_ack is not None:
            self.timebase.raise_floor(report.last_ack.utc_s)
            self.counters.log_head = report.last_ack.log_head
        return self.outbox.count() == 0

    async def connect(self):
        """Return (reader, writer) of a TLS stream to the collector."""
        return await wifi.open_tls(self.config.host, self.config.port, self.config.ca_der)

    def is_genuine(self, ack, sealed):
        """Return whether the collector that shares our key has stored exactly this envelope."""
        digest = wire_envelope.hash_of(sealed)
        return hmac_sha256(self.config.ack_key, ack.message(digest)) == ack.mac


class Duty:
    """What a tag does under an order: receiver to records, records to envelopes."""

    def __init__(self, tag, policy):
        self.tag = tag
        self.policy = policy
        self.integrity = Integrity()
        self.epochs = gnss.Epochs(build_info.BUILD_UTC_S, on_signals=self.integrity.take_signals)
        self.receiver = ReceiverSearch(tag.config.gnss_baud)
        self.pipeline = Pipeline(policy, load_offset(policy, tag.drbg))
        self.assembly = Assembly(policy.version, policy.slot_s)
        self.slots = UploadSlots(policy.upload_s)
        self.has_said_boot = False
        self.has_said_jump = False
        self.health_day = None

    def say(self, code, value, utc_s):
        """Put a routine EVENT of this slot into the next batch."""
        entry = record.event(utc_s // self.policy.slot_s, code, value)
        self.assembly.add(batch.ROUTINE, entry)

    async def sample(self):
        """Receiver to records."""
        baud = self.tag.config.gnss_baud
        uart = ReceiverUart(board.GNSS_UART, board.GNSS_TX, board.GNSS_RX, baud, board.GNSS_RXBUF)
        buffer = bytearray(board.GNSS_RXBUF)
        for baud, message, wait_ms in self.receiver.steps(_RATE_MS, False):
            uart.set_baud(baud)
            uart.write(message)
            await asyncio.sleep_ms(wait_ms)
            count = uart.read_into(buffer)
            self.receiver.hear(buffer, count)
            self.hear(buffer, count)
        while not self.is_over():
            await asyncio.sleep_ms(_SAMPLE_MS)
            self.hear(buffer, uart.read_into(buffer))
        for message in receivers.release(self.receiver.kind):
            uart.write(message)
        while True:
            await asyncio.sleep_ms(_SAMPLE_MS)
            self.tag.watchdog.feed()

    def is_over(self):
        """Return whether the order's term has passed: the receiver goes back to its defaults."""
        utc_s = self.tag.utc_s()
        return utc_s is not None and self.policy.phase(utc_s) == orders.OVER

    def hear(self, buffer, count):
        """Take what the receiver has sent; none says that its epoch is whole."""
        self.tag.watchdog.feed()
        for fix in self.epochs.feed(buffer, count):
            if not fix.is_doubtful:
                self.take_fix(fix)
        utc_s = self.tag.utc_s()
        if utc_s is not None:
            self.take_records(self.pipeline.step(utc_s - _LAG_S, None))
            for code, value in self.integrity.suspicions(self.tag.clock.ms() // 1000):
                self.say(code, value, utc_s)

    def take_fix(self, fix):
        """Believe the fix's time or not; then let it through the pipeline."""
        now_ms = self.tag.clock.ms()
        off_s = self.tag.timebase.observe(fix.utc_s, now_ms)
        self.integrity.take_fix(fix, now_ms // 1000)
        if off_s == 0:
            self.has_said_jump = False
            if self.pipeline.is_due(fix.utc_s):
                self.take_records(self.pipeline.step(fix.utc_s, fix))
        elif not self.has_said_jump:
            self.has_said_jump = True
            bounded = min(max(off_s, -(1 << 31)), (1 << 31) - 1)
            self.say(events.CLOCK, bounded, self.tag.timebase.least_s(now_ms))

    def take_records(self, said):
        """Hand what was released to the assembly."""
        for kind, entry in said:
            self.assembly.add(kind, entry)

    async def warn(self):
        """Vibrate where the wearer comes near an exclusion zone."""
        vibrator = Vibrator(board.VIBRATOR)
        while True:
            await asyncio.sleep_ms(_SAMPLE_MS)
            pattern_ms = self.pipeline.take_warning()
            if pattern_ms is not None:
                await vibrator.play(pattern_ms)

    async def seal(self):
        """Records to envelopes: an ALERT at once, one ROUTINE batch an upload slot."""
        while True:
            await asyncio.sleep_ms(1_000)
            utc_s = self.tag.utc_s()
            if utc_s is None:
                continue
            if self.assembly.has_alert():
                await self.seal_batch(batch.ALERT, utc_s)
                self.tag.upload_now.set()
            if self.slots.seal_is_due(utc_s):
                self.add_routine_events(utc_s)
                await self.seal_batch(batch.ROUTINE, utc_s)
            if self.slots.upload_is_due(utc_s):
                self.tag.upload_now.set()

    def add_routine_events(self, utc_s):
        """Say what each boot, each batch and each day has to say beside the pipeline."""
        if not self.has_said_boot:
            self.has_said_boot = True
            self.say(events.BOOT, watchdog.reset_cause(), utc_s)
            found = self.receiver.kind << 24 | self.receiver.baud
            self.say(events.RECEIVER, found, utc_s)
        phase = self.policy.phase(utc_s)
        if phase != orders.ACTIVE:
            self.say(events.NO_POLICY, 2 if phase == orders.BEFORE else 3, utc_s)
        if utc_s // 86_400 != self.health_day:
            self.health_day = utc_s // 86_400
            counts = [self.epochs.epochs, self.epochs.fixes]
            slot = utc_s // self.policy.slot_s
            self.assembly.add(batch.ROUTINE, record.health(slot, None, build_info.VERSION, counts))
            self.tag.counters.floor_s = utc_s

    async def seal_batch(self, kind, utc_s):
        """Seal the next batch of this class into the outbox; nothing where no key is in force."""
        tag, counters = self.tag, self.tag.counters
        week, data = self.assembly.next_batch(kind, utc_s)
        recipients = self.policy.recipients(kind, week)
        if recipients is None:
            return
        number = counters.next_number
        header = wire_envelope.Header(
            tag.tag, kind, number, self.policy.version, counters.previous, counters.log_head
        )
        steps = envelope.seal(header, data, recipients, tag.identity, tag.drbg)
        sealed = await tag.run_steps(steps)
        dropped = tag.outbox.put(number, ALERT if kind == batch.ALERT else ROUTINE, sealed)
        counters.advance(sealed)
        if dropped:
            self.say(events.OUTBOX_DROPPED, dropped[0], utc_s)
            self.say(events.OUTBOX_DROPPED_TO, dropped[-1], utc_s)


async def main():
    """Run the tasks until one of them ends, which none does by itself."""
    tag = Tag()
    policy = load_policy(tag.config, tag.tag)
    if policy is None:
        await asyncio.gather(tag.idle(), tag.send())
    else:
        duty = Duty(tag, policy)
        await asyncio.gather(duty.sample(), duty.warn(), duty.seal(), tag.send())


asyncio.run(main())
