"""The virtual clock: microseconds since the first power-on, and the alarms that are due at them.

Owns "now", the interrupts' switch and the one reason why this life of the chip is over. It stands
still while the firmware computes; only sleeping, polling, flash and blocking reads move it.
"""

import utime

FAR_US = 1 << 60

# A loop that waits by asking (ticks, any(), value()) must come to an end: so many questions in one
# instant take a millisecond.
QUESTIONS_A_MS = 256

# asyncio's task queue is C and takes "now" from the host when a task is to run at once: asyncio's
# ticks start a day ahead of the host's, so that such a task is always due.
_TICKS_ORIGIN = utime.ticks_ms() + 86_400_000

now_us = 0
boot_us = 0
irq_off = 0
irq_watchers = []  # called with True when interrupts go off, with False when they come on
_alarms = []
_next_us = FAR_US
_questions = 0
_stop = None
_deferred = []


class Stop(BaseException):
    """The chip's life is over; args[0] says why. It passes through asyncio and LittleFS."""


class PowerCut(Stop):
    """Power was lost in the middle of a flash operation."""


class PowerOff(Stop):
    """The simulation has reached its end."""


class Reset(Stop):
    """The chip resets: by machine.reset() or by a starved watchdog."""


class Alarm:
    """What is due at one instant: fire() is called once then. At FAR_US it is not set."""

    def __init__(self, fire):
        self.due_us = FAR_US
        self.fire = fire
        _alarms.append(self)

    def set(self, due_us):
        """Make it due at due_us. Putting it off is cheap: the old instant wakes in vain."""
        global _next_us
        self.due_us = due_us
        if due_us < _next_us:
            _next_us = due_us


def start(at_us):
    """Power on at this instant of the simulation."""
    global now_us, boot_us
    now_us = boot_us = at_us


def stop(reason):
    """End this life of the chip: raise reason now, and at whatever waits or writes later."""
    global _stop, _next_us
    _stop = _stop or reason
    _next_us = -1
    raise _stop


def check_alive():
    """Raise the reason if this life is over: firmware that catches it must not go on."""
    if _stop is not None:
        raise _stop


def advance_to(us):
    """Let time pass until us, with all that is due before; an alarm may take it further."""
    global now_us, _questions
    while us >= _next_us:
        _fire_next()
    if us > now_us:
        now_us = us
        _questions = 0


def advance(us):
    """Let so many microseconds pass."""
    advance_to(now_us + us)


def advance_to_event(us):
    """Let time pass until us or until one alarm before it has fired, whichever is first."""
    global now_us, _questions
    if us >= _next_us:
        _fire_next()
    elif us > now_us:
        now_us = us
        _questions = 0


def _fire_next():
    """Fire the earliest alarm, or find that it was put off."""
    global now_us, _next_us
    check_alive()
    first = _alarms[0]
    for alarm in _alarms:
        if alarm.due_us < first.due_us:
            first = alarm
    if first.due_us > _next_us:
        _next_us = first.due_us
        return
    if first.due_us > now_us:
        now_us = first.due_us
    first.due_us = FAR_US
    _next_us = min(alarm.due_us for alarm in _alarms)
    first.fire()


def ask():
    """Count a question about the state of the world; see QUESTIONS_A_MS."""
    global _questions
    _questions += 1
    if _questions > QUESTIONS_A_MS:
        advance(1000)


def _asyncio_ticks():
    return now_us // 1000 + _TICKS_ORIGIN


def drive_asyncio():
    """Give asyncio ticks that suit its task queue: ahead of the host's, and not wrapping."""
    import asyncio.core

    asyncio.core.ticks = _asyncio_ticks
    asyncio.core.ticks_add = utime.ticks_add
    asyncio.core.ticks_diff = utime.ticks_diff


def disable_irq():
    """Hold interrupts back; return the level to hand to enable_irq()."""
    global irq_off
    irq_off += 1
    if irq_off == 1:
        for watcher in irq_watchers:
            watcher(True)
    return irq_off - 1


def enable_irq(level):
    """Go back to a level of disable_irq(); at 0 what was held back runs."""
    global irq_off
    irq_off = level
    if not irq_off:
        for watcher in irq_watchers:
            watcher(False)
    while not irq_off and _deferred and _stop is None:
        _deferred.pop(0)()


def interrupt(handler):
    """Run handler() now, or when interrupts are on again; one that waits already runs once."""
    if irq_off:
        if handler not in _deferred:
            _deferred.append(handler)
    else:
        handler()
