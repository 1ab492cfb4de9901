"""A tag in this process, life after life, on LittleFS over the mocked flash, without a receiver.

MicroPython only; a test's `# path:` names the mock. The duty's own classes boot, seal and send;
the other end is a collector that keeps what it gets.
"""

import asyncio
import gc
import io
import os

import vfs

# Before the flash is mounted in the host's place, and once: these modules keep no state.
import mocked
import orders
from duty import overlay
from duty.core import Tag
from duty.sealing import Sealer
from duty.sending import Sender

# What seals and verifies does not lie on the mocked flash.
from seal import (  # noqa: F401
    ed25519,
    edwards25519,
    gcm,
    hpke,
    points25519,
    scalar25519,
    sha512,
    verification,
)
from seal import envelope as sealing  # noqa: F401
from seal.hmac import hmac_sha256
from store import files as stored
from tag import order_limits  # noqa: F401
from tag.assembly import Assembly
from uplink import session  # noqa: F401 - nor does what uploads
from wire import ack, batch, envelope, vault
from wire.config import Config

_HOST = vfs.VfsPosix()
overlay.drop = gc.collect  # so it stays in memory
overlay.forget = lambda names: gc.collect()
BLOCKS = 48
ACK_KEY = b"\x0a" * 32
START_S = orders.NOT_BEFORE + 86_400


class Collector:
    """Stores, then acks; a number that comes twice must come as the same bytes."""

    def __init__(self):
        self.stored = {}
        self.reused = []
        self.posts = 0

    def take(self, body):
        """Return the answer to a POST's body, all of it acked."""
        self.posts += 1
        acks = []
        start = 0
        while start < len(body):
            read, end = envelope.parse_first(body, start)
            sealed, number = body[start:end], read.header.number
            if self.stored.setdefault(number, sealed) != sealed:
                self.reused.append(number)
            made = ack.Ack(number, START_S, 1, bytes(32), b"")
            made.mac = hmac_sha256(ACK_KEY, made.message(envelope.hash_of(sealed)))
            acks.append(made)
            start = end
        return ack.encode_answer(acks)


class _Wire:
    """Reader and writer of one connection to the collector."""

    def __init__(self, collector):
        self._collector = collector
        self._sent = b""
        self._answer = None

    def write(self, data):
        self._sent += data

    async def drain(self):
        await asyncio.sleep_ms(0)

    def close(self):
        pass

    async def wait_closed(self):
        pass

    def _stream(self):
        if self._answer is None:
            body = self._sent.split(b"\r\n\r\n", 1)[1]
            answer = self._collector.take(body)
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer)
            self._answer = io.BytesIO(head + answer)
        return self._answer

    async def readexactly(self, count):
        return self._stream().read(count)


class Clock:
    """Virtual milliseconds, as hal's."""

    def __init__(self):
        self.now_ms = 0

    def ms(self):
        return self.now_ms


class Watchdog:
    """Takes food; there was a power-on."""

    reason = 1
    deaths = 0

    def feed(self):
        pass

    def reset(self, reason):
        raise SystemExit(reason)


class Chip:
    """Fresh entropy that the test chooses, of no source that is judged; no scrubbing."""

    def __init__(self, fresh):
        import rp2

        self.flash = rp2.Flash()
        self._fresh = fresh

    def draw(self, count):
        return bytearray(self._fresh), ()

    def scrub(self):
        return iter(())  # the test's own heap is large, and holds the whole flash


class Radio:
    """In reach from this virtual millisecond on; joining takes so long."""

    def __init__(self, collector, from_ms, join_ms):
        self._collector = collector
        self._from_ms = from_ms
        self._join_ms = join_ms
        self.joins = 0

    async def join(self):
        import clock

        self.joins += 1
        await asyncio.sleep_ms(self._join_ms)
        return clock.now_us >= self._from_ms * 1_000

    def leave(self):
        pass

    def status(self):
        return -2

    async def open_tls(self, host, port, ca_der):
        wire = _Wire(self._collector)
        return wire, wire


class _Receiver:
    """What a Sealer asks a Sampler."""

    def receiver(self):
        return 0, 9600

    def counts(self):
        return [0, 0]


class Life:
    """One life of the tag on this image (bytes), which a cut may end at a flash operation."""

    def __init__(self, image, fresh=b"constant", capacity=20, **world):
        try:
            vfs.umount("/")
        except OSError:
            pass  # the last one did not mount
        vfs.mount(_HOST, "/")
        asyncio.new_event_loop()  # what a cut left waiting is gone
        self.file = io.BytesIO(image)
        board = {"flash_blocks": len(image) // 4096}
        self.clock = mocked.power_on_again(board=board, flash=self.file, **world)
        self._fresh = fresh
        self._capacity = capacity
        self.join_ms = 3_000  # what joining the network takes
        self.tag = None

    def mount(self):
        """Mount the flash in the host's place, as the chip does; OSError where it cannot be."""
        import rp2
        from vfs import VfsLfs2

        vfs.umount("/")
        vfs.mount(VfsLfs2(rp2.Flash(), progsize=256, mtime=False), "/")

    def boot(self, has_time=True, weeks=4):
        """Start the tag's duty up to the point where tasks would run, under an order of weeks."""
        self.tag = Tag(Watchdog(), Clock(), Chip(self._fresh), self._capacity, START_S - 86_400)
        if has_time:
            self.tag.timebase.observe(START_S, 0)
        keys = [bytes([9 + week]) + bytes(31) for week in range(weeks)]
        first_week = batch.week_of(orders.NOT_BEFORE)
        not_after = orders.NOT_BEFORE + weeks * 7 * 86_400
        recipients = [first_week, keys, keys, keys[0]]
        policy = orders.order(RECIPIENTS=recipients, NOT_AFTER=not_after)
        self.assembly = Assembly(policy.address)
        self.orders = orders.InForce(policy)
        self.sealer = Sealer(self.tag, self.orders, self.assembly, _Receiver(), 0x100)

    def seal(self, kind, utc_s=START_S):
        """Seal a batch of this class."""
        asyncio.run(self.sealer.seal_batch(kind, utc_s))

    def send(self, collector):
        """Bring the outbox to the collector."""
        asyncio.run(self.upload(collector))

    async def upload(self, collector):
        """Run one upload; return whether nothing is left."""
        return await self.sender(collector).upload()

    def sender(self, collector, from_ms=0):
        """Return a Sender to the collector, whose network comes at this virtual millisecond."""
        self.radio = Radio(collector, from_ms, self.join_ms)
        return Sender(self.tag, self.orders, self.radio, lambda utc_s: None)

    def image(self):
        """Return the flash as it is."""
        return self.file.getvalue()

    def flash_ops(self):
        """Return how many flash operations there have been."""
        import world

        return world.flash_ops


def blank_image(blocks=BLOCKS, files=None):
    """Return the image of a personalised tag that has never booted."""
    life = Life(b"\xff" * (blocks * 4096))
    import rp2
    from vfs import VfsLfs2

    VfsLfs2.mkfs(rp2.Flash(), progsize=256)
    life.mount()
    os.mkdir("/secrets")
    config = Config(b"\x01" * 32, ACK_KEY, "collector.test", 443, b"ca", "ssid", "key", 9600)
    content = {"/config": config.encode(), "/policy": b"old"}
    content["/secrets/a"] = vault.first_block(vault.Vault(b"\x07" * 32).encode())
    content["/secrets/b"] = vault.blank_block(1)
    content.update(files or {})
    for name, data in content.items():
        stored.replace(name, data)
    return life.image()
