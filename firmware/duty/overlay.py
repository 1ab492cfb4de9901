"""Code that is in memory only while it is needed, and read from flash again the next time.

MicroPython keeps a module that lies on flash in the heap: sealing alone is 50 KB of a Pico's 240,
and is not needed while an upload needs as much for TLS.
"""

import asyncio
import gc
import sys

# What the tag needs all the time: the generator, its noise, the acks.
_RESIDENT = ("seal.drbg", "seal.health", "seal.hmac", "seal.parts", "seal.steps")
_SEALING = ("seal.limbs25519", "seal.edwards25519", "seal.gcm", "seal.hpke", "seal.envelope")
_VERIFYING = ("seal.sha512", "seal.verification")
# Which those load themselves.
_LATER = ("seal.ed25519", "seal.points25519")
# An order's, which policy.check() loads.
LIMITS = ("tag.order_limits", "tag.zone_limits", "tag.areas")
LOCATE = ("tag.locate",)
UPLINK = ("uplink.session", "uplink.http", "wire.ack", "hal.names")
RECEIVERS = ("tag.receivers", "tag.receiver_search")  # to find the receiver and to set it up

_MOST_MODULES = 110  # at a time, some to spare
_KEEP_EVERY = 8  # calls, where there was no such piece


class Room(asyncio.Lock):
    """A lock for who needs much of the heap: what seals, what verifies, a TLS connection.

    While nobody has it a piece of the heap is kept free: else what is small and stays comes to lie
    in its middle, and TLS, which takes 17 KB in one, finds no place.
    """

    def __init__(self, size):
        super().__init__()
        self._size = size
        self._kept = None
        self._wait = 0
        self.keep()

    async def acquire(self):
        """Take the lock, and the room."""
        await super().acquire()
        self._kept = None
        return True

    def keep(self):
        """Keep the room again where nobody has it, once all is dropped; to be called often."""
        self._wait -= 1
        if self._kept is not None or self._wait > 0 or self.locked():
            return
        gc.collect()
        try:
            self._kept = bytearray(self._size)
        except MemoryError:
            self._wait = _KEEP_EVERY


class Code:
    """Modules that are there inside `async with`; nothing of them may be kept beyond it.

    One at a time (`lock`), or two tasks would each have their own.
    """

    def __init__(self, names, lock):
        self._names = names
        self._lock = lock

    async def __aenter__(self):
        """Import the modules, one after the other: other tasks get their turn in between."""
        await self._lock.acquire()
        gc.collect()  # so that the code lies low, and what it makes behind it
        for name in self._names:
            __import__(name)
            await asyncio.sleep_ms(0)

    async def __aexit__(self, *_):
        drop()
        self._lock.release()


def codes(lock):
    """Return the Codes of a tag: what seals, and what verifies an order."""
    return Code(_SEALING, lock), Code(_VERIFYING, lock)


def acquaint():
    """Load it all once, and drop it: the strings of its names stay for good, and then lie low.

    To be called before anything else is loaded, or they lie in the middle of what is free. So does
    the table of modules, which never shrinks.
    """
    numbers = range(_MOST_MODULES - len(sys.modules))
    for number in numbers:
        sys.modules[number] = None
    for number in numbers:
        del sys.modules[number]
    for name in _SEALING + _VERIFYING + _LATER + UPLINK + LIMITS + LOCATE + RECEIVERS:
        __import__(name)
    asyncio.open_connection  # noqa: B018 - its module is loaded by this, and stays
    drop()
    forget(UPLINK + LIMITS + LOCATE + RECEIVERS)


def drop():
    """Forget what seals and verifies; its memory is free then."""
    forget([name for name in sys.modules if name.startswith("seal.")])


def forget(names):
    """Forget these modules, as far as they are there, and collect."""
    for name in names:
        if name in sys.modules and name not in _RESIDENT:
            package, _, module = name.partition(".")
            delattr(sys.modules[package], module)
            del sys.modules[name]
    gc.collect()
