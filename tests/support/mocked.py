"""A fresh chip for each test of the mocked hardware layer, which a test's `# path:` names."""

import io
import struct
import sys

_MODULES = (
    "clock world line receiver uart pins time select machine rp2 os network socket rp2_vfs"
).split()
_PICO_W = {
    "name": "a board",
    "chip": "rp2040",
    "pins": list(range(29)),
    "names": {"LED": 16},
    "adc_pins": [26, 27, 28],
    "flash_blocks": 16,
    "has_wifi": True,
    "unique_id": "e660583883724a32",
    "freq_hz": 125_000_000,
}


def uart(bursts=(), baud=9600, switches=None, sent=None):
    """Describe a UART's other end, which sends bursts of (at_ms, bytes)."""
    feed = io.BytesIO()
    for at_ms, data in bursts:
        feed.write(struct.pack("<QI", at_ms, len(data)) + data)
    feed.seek(0)
    return {"feed": feed, "baud": baud, "sent": sent, "switches": switches or {}}


def power_on(**description):
    """Forget all of the chip that was, and switch on one in a world with these differences."""
    for name in list(sys.modules):
        if name in _MODULES or name.split(".")[0] == "asyncio":
            del sys.modules[name]
    return _start(description)


def power_on_again(**description):
    """Switch on a chip for modules that stay imported: asyncio, time and the clock stay, too."""
    if "world" in sys.modules:
        sys.modules["world"].flash_is_gone = True
    for name in _MODULES:
        if name not in ("clock", "time", "select"):
            sys.modules.pop(name, None)
    clock = __import__("clock")
    clock._stop = None
    clock._next_us = clock.FAR_US
    clock.irq_off = 0
    for waiting in (clock._alarms, clock._deferred, clock.irq_watchers):
        waiting.clear()
    return _start(description)


def _start(description):
    world = {
        "board": dict(_PICO_W, **description.pop("board", {})),
        "levels": {},
        "adc_u16": {},
        "adc_noise_lsb": 0,
        "clock_noise_us": 0,
        "ring_oscillator_runs": True,
        "uarts": {0: uart(), 1: uart()},
        "wifi": {"ssid": "home", "key": "secret", "up": True},
        "hosts": {},
        "flash": io.BytesIO(b"\xff" * 16 * 4096),
        "flash_ops": 0,
        "cut_at_op": 0,
        "cut_keeps": 128,
        "stuck_blocks": (),
        "endurance": 0,
        "changes": None,
        "history": None,
        "reset_cause": 1,
        "scratch": [0, 0, 0, 0],
        "bootsel_pressed": False,
        "seed": 1,
        "start_ms": 0,
        "end_ms": 86_400_000,
    }
    if "changes" in description:
        description["changes"] = io.StringIO(description["changes"])
    world.update(description)
    __import__("world").start(world)
    clock = __import__("clock")
    clock.drive_asyncio()
    return clock


def raised(call):
    """Return the type of what a call raises, or None."""
    try:
        call()
    except Exception as error:
        return type(error)
    return None
