"""duty/overlay.py: code that was loaded and dropped leaves nothing in the heap but the port's own.

The unix port keeps a record of 32 bytes for each native function that it ever loaded (on the
emulated Pico six loads left the free heap as it was). The loss is held to exactly that.
"""

import asyncio
import gc
import sys

from duty import overlay

RECORD_BYTES = 32
ROUNDS = 8


def natives_of(names):
    """Return how many native functions these modules' sources have."""
    count = 0
    for name in names:
        with open(sys.modules[name].__file__) as file:
            count += sum(
                file.read().count(mark) for mark in ("@micropython.viper", "@micropython.native")
            )
    return count


def loss(code, leak=None):
    """Return (bytes lost in a load, native functions of one), after a first load of all names."""
    natives = 0

    async def load():
        nonlocal natives
        before = set(sys.modules)
        async with code:
            natives = natives_of([name for name in sys.modules if name not in before])
            if leak is not None:
                leak.append(sys.modules["seal.gcm"].seal)

    for _ in range(2):
        asyncio.run(load())
    gc.collect()
    used = gc.mem_alloc()
    for _ in range(ROUNDS):
        asyncio.run(load())
    gc.collect()
    return (gc.mem_alloc() - used) / ROUNDS, natives


def test_loading_and_dropping_loses_the_ports_records_and_nothing_else():
    for code in overlay.codes(asyncio.Lock()):
        lost, natives = loss(code)
        print("%d bytes a load, %d native functions" % (lost, natives))
        assert natives > 5
        assert lost == RECORD_BYTES * natives, (lost, natives)


def test_a_function_that_is_kept_is_seen():
    sealing, _ = overlay.codes(asyncio.Lock())
    lost, natives = loss(sealing, [])
    assert lost > RECORD_BYTES * natives + 1_000, (lost, natives)


def test_nothing_of_it_is_left_in_the_table_of_modules():
    sealing, verifying = overlay.codes(asyncio.Lock())
    before = set(sys.modules)

    async def both():
        for code in (sealing, verifying):
            async with code:
                assert set(sys.modules) > before

    overlay.drop()
    before = set(sys.modules)
    asyncio.run(both())
    assert set(sys.modules) == before
