"""The world around the chip: the board, what drives its pins, the network, and what changes when.

Read once from a JSON file, which reticent.sim.world writes. What may be long is a file of its own
and streamed: the changes (lines "at_ms what id value", in order), the UART feeds and the flash.
Devices read these attributes and watch their changes; tests may set them.
"""

import json

import clock

DOWN, UP, CAPTIVE, DEAF, SLOW = 0, 1, 2, 3, 1000  # how Wi-Fi is; from SLOW on: its delay_ms

board = {}
levels = {}  # pin -> level, driven from outside
adc_u16 = {}  # pin, or 4 for the chip's own temperature -> 0..65535
adc_noise_lsb = 0  # of the converter's 12 bits
clock_noise_us = 0  # what a reading of ticks_us may be off, so that its last bits are noise
ring_oscillator_runs = True
uarts = {}  # id -> "feed" and "sent" (open files or None), "baud", "switches" (text -> baud)
wifi = {}  # "ssid", "key", "up"; "how" it is, "portal_port", "delay_ms" of a slow one
hosts = {}  # name -> [address, port or 0]: whom a simulated tag can reach
reset_cause = 1
scratch = [0, 0, 0, 0]  # the watchdog's registers, which a power-on clears
bootsel_pressed = False
seed = None
flash = None  # the open file
heap_every_ms = 0
grace_ms = 2_000  # of real time that virtual time stands still for a silent peer
flash_is_gone = False  # a test's chip that is no more: what it left open may still be flushed
flash_ops = 0  # since the first power-on
cut_at_op = 0  # 0: never
cut_keeps = 128  # how much of that operation is done, in 256ths
stuck_blocks = ()  # take no erase and no program
endurance = 0  # erases that a block takes in one life, 0: any number

levels_put_out = 0
output_watchers = {}  # pin -> function(level), of what the firmware switches
watchers = {}  # ("pin", "wifi" or "baud", id) -> function(value)

hold = None  # chip.py's: waits until the runner has looked
_clock = None
_zero_utc_ms = 0
_FAULTS_OF_FLASH = ("cut_at_op", "cut_keeps", "stuck_blocks", "endurance")

_history = None
_random = 1


def load(path):
    """Start the world that a file describes; open its files, for soon there is only the flash."""
    with open(path) as file:
        description = json.load(file)
    for name, mode in (
        ("flash", "r+b"), ("history", "a"), ("changes", "r"), ("clock", "r+b"),
    ):  # fmt: skip
        description[name] = _open(description[name], mode)
    for wiring in description["uarts"].values():
        wiring["feed"] = _open(wiring["feed"], "rb")
        wiring["sent"] = _open(wiring["sent"], "ab")
    start(description)


def _open(path, mode):
    return open(path, mode) if path else None


_NAMES = (
    "board adc_noise_lsb clock_noise_us ring_oscillator_runs wifi hosts reset_cause "
    "bootsel_pressed scratch"
).split()


def start(description):
    """Take over a description, its files open, and start the clock."""
    global _clock, _history, _random, _zero_utc_ms
    own = globals()
    for name in _NAMES:
        own[name] = description[name]
    for name in ("seed", "flash", "flash_ops") + _FAULTS_OF_FLASH:
        own[name] = description[name]
    for name in ("levels", "adc_u16", "uarts"):
        own[name] = {int(key): value for key, value in description[name].items()}
    _history = description["history"]
    _clock = description.get("clock")
    _zero_utc_ms = description.get("zero_utc_ms", 0)
    own["heap_every_ms"] = description.get("heap_every_ms", 0)
    own["grace_ms"] = description.get("grace_ms", grace_ms)
    _random = (seed or 0) * 2_654_435_761 + description["start_ms"] & 0xFFFF_FFFF | 1
    clock.start(description["start_ms"] * 1000)
    clock.Alarm(_end).set(description["end_ms"] * 1000)
    _set_wifi(int(wifi["up"]))
    if description["changes"]:
        _Changes(description["changes"])


def _set_wifi(how):
    """Take how Wi-Fi is from now on; DEAF: its name server stays silent."""
    wifi["up"] = how != DOWN
    wifi["how"] = how
    wifi["delay_ms"] = how if how >= SLOW else 0


def show_time():
    """Write the virtual UTC into the file that a collector takes its time from."""
    if _clock is not None:
        _clock.seek(0)
        # Not flushed: the port's files have no buffer, and flush() would sync the host's disk.
        _clock.write(b"%d" % (_zero_utc_ms + clock.now_us // 1000))


def _end():
    clock.stop(clock.PowerOff("end"))


class _Changes:
    """The file of changes. Those before the power-on are how the world is by now."""

    def __init__(self, file):
        self._file = file
        self._alarm = clock.Alarm(self._happen)
        self._next = None
        self._read()
        while self._next and self._next[0] < clock.now_us:
            self._happen()

    def _read(self):
        line = self._file.readline().split()
        if line:
            at_ms, what, which, value = line
            self._next = (int(at_ms) * 1000, what, int(which), int(value))
            self._alarm.set(self._next[0])
        else:
            self._next = None
            self._alarm.set(clock.FAR_US)

    def _happen(self):
        _, what, which, value = self._next
        self._read()
        if what == "pin":
            levels[which] = value
        elif what == "adc":
            adc_u16[which] = value
        elif what == "wifi":
            _set_wifi(value)
        elif what == "baud":
            uarts[which]["baud"] = value
        elif what == "power":
            if clock.now_us > clock.boot_us:  # else it is the one that this life began after
                clock.stop(clock.PowerCut("power cut"))
        elif what == "hold":
            if clock.now_us > clock.boot_us:
                hold()
        else:
            raise ValueError("unknown change: " + what)
        watcher = watchers.get((what, which))
        if watcher:
            watcher(value)


def put_out(pin, level):
    """Record that the firmware has changed an output."""
    global levels_put_out
    levels_put_out += 1
    if pin in output_watchers:
        output_watchers[pin](level)
    if _history:
        _history.write("%d %d %d\n" % (clock.now_us // 1000, pin, level))


def random_u32():
    """Return the next number of a generator that repeats itself with the same seed (xorshift)."""
    global _random
    x = _random
    x ^= x << 13 & 0xFFFF_FFFF
    x ^= x >> 17
    x ^= x << 5 & 0xFFFF_FFFF
    _random = x
    return x
