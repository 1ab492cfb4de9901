"""Code that is in memory only while it is needed, and read from flash again the next time.

MicroPython keeps a module that lies on flash in the heap: sealing alone is 50 KB of a Pico's 240,
and is not needed while an upload needs as much for TLS.
"""

import asyncio
import gc
import sys

# What the tag needs all the time: the generator, its noise, the acks.
_RESIDENT = ("seal.drbg", "seal.health", "seal.hmac", "seal.parts", "seal.steps")
_SEALING = ("seal.sha512", "seal.limbs25519", "seal.edwards25519", "seal.gcm", "seal.envelope")
_VERIFYING = ("seal.sha512", "seal.limbs25519", "seal.ed25519")
# An order's, which policy.check() loads.
LIMITS = ("tag.order_limits", "tag.zone_limits", "tag.areas")
LOCATE = ("tag.locate",)
RECEIVERS = ("tag.receivers", "tag.receiver_search")  # to find the receiver and to set it up


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


def codes():
    """Return the Codes of a tag: what seals, and what verifies an order."""
    lock = asyncio.Lock()
    return Code(_SEALING, lock), Code(_VERIFYING, lock)


def drop():
    """Forget what seals and verifies; its memory is free then."""
    forget([n for n in sys.modules if n.startswith("seal.") and n not in _RESIDENT])


def forget(names):
    """Forget these modules, as far as they are there, and collect."""
    for name in names:
        if name in sys.modules:
            package, _, module = name.partition(".")
            delattr(sys.modules[package], module)
            del sys.modules[name]
    gc.collect()
