"""machine.Pin and machine.ADC: what the world drives in, what the firmware puts out, edges."""

import sys

import clock
import micropython
import world


def pin_number(source):
    """Return the pin's number from what the port accepts: a Pin, a number or a name."""
    if isinstance(source, Pin):
        return source._id
    if isinstance(source, str):
        number = world.board["names"].get(source)
        if number is None and source[:2] == "GP":
            digits = source[4:] if source[:4] == "GPIO" else source[2:]
            number = int(digits) if digits.isdigit() else None
        if number not in world.board["pins"]:
            raise ValueError('unknown named pin "%s"' % source)
        return number
    if type(source) is not int or source not in world.board["pins"]:
        raise ValueError("invalid pin")
    return source


class Pin:
    """A GPIO of the board; there is one object a pin, as on the port."""

    IN = 0
    OUT = 1
    OPEN_DRAIN = 2
    PULL_UP = 1
    PULL_DOWN = 2
    IRQ_FALLING = 4
    IRQ_RISING = 8
    _pins = {}

    def __new__(cls, source, *args, **kwargs):
        number = pin_number(source)
        if number not in cls._pins:
            pin = cls._pins[number] = object.__new__(cls)
            pin._id = number
            pin._mode = None
            pin._pull = None
            pin._out = 0
            pin._irq = None
        return cls._pins[number]

    def __init__(self, source, *args, **kwargs):
        if args or kwargs:
            self.init(*args, **kwargs)

    def init(self, mode=None, pull=None, *, value=None):
        if mode not in (None, Pin.IN, Pin.OUT, Pin.OPEN_DRAIN):
            raise ValueError("mode is not simulated")
        if pull not in (None, Pin.PULL_UP, Pin.PULL_DOWN):
            raise ValueError("invalid pull")
        self._pull = pull
        if mode is not None:
            was_output = self._mode in (Pin.OUT, Pin.OPEN_DRAIN)
            self._mode = mode
            if mode == Pin.OPEN_DRAIN and value is None:
                value = 1
            if mode != Pin.IN and value is not None:
                self._put(bool(value), not was_output)
            elif mode != Pin.IN and not was_output:
                self._put(self._out, True)

    def _put(self, level, always=False):
        clock.check_alive()
        if self._mode not in (Pin.OUT, Pin.OPEN_DRAIN):
            raise ValueError("GPIO%d is not an output" % self._id)
        if always or level != self._out:
            self._out = int(level)
            world.put_out(self._id, self._out)

    def _get(self):
        clock.ask()
        if self._mode is None:
            raise ValueError("GPIO%d was read before its mode was set" % self._id)
        if self._mode == Pin.OUT or (self._mode == Pin.OPEN_DRAIN and not self._out):
            return self._out
        level = world.levels.get(self._id)
        if level is None:
            level = {Pin.PULL_UP: 1, Pin.PULL_DOWN: 0}.get(self._pull)
        if level is None:
            raise ValueError("GPIO%d floats: no pull, and nothing drives it" % self._id)
        return level

    def value(self, *level):
        if not level:
            return self._get()
        (level,) = level
        return self._put(bool(level))

    __call__ = value

    def on(self):
        self._put(1)

    def off(self):
        self._put(0)

    high = on
    low = off

    def toggle(self):
        self._put(1 - self._out)

    def irq(self, handler=None, trigger=IRQ_FALLING | IRQ_RISING, hard=False):
        if handler is not None and not callable(handler):
            raise ValueError("handler must be None or callable")
        if trigger & ~(Pin.IRQ_FALLING | Pin.IRQ_RISING) or not trigger:
            raise ValueError("trigger is not simulated")
        self._irq = _Irq(self, handler, trigger, hard)
        world.watchers["pin", self._id] = self._irq.changed if handler else None
        return self._irq


class _Irq:
    """A pin's interrupt; what the handler raises is printed, as the port does."""

    def __init__(self, pin, handler, trigger, hard):
        self._pin = pin
        self._handler = handler
        self._trigger = trigger
        self._hard = hard
        self._level = world.levels.get(pin._id)
        self._flags = 0

    def changed(self, level):
        edge = 0
        if level != self._level:
            edge = Pin.IRQ_RISING if level else Pin.IRQ_FALLING
        self._level = level
        if edge & self._trigger:
            self._flags = edge
            clock.interrupt(self._run)

    def _run(self):
        if self._hard:
            micropython.heap_lock()
        try:
            self._handler(self._pin)
        except Exception as error:  # noqa: BLE001 - the port prints it and goes on
            sys.print_exception(error, sys.stderr)
        finally:
            if self._hard:
                micropython.heap_unlock()

    def flags(self):
        return self._flags

    def trigger(self):
        return self._trigger


class ADC:
    """A channel of the converter: 12 bits, scaled to 16 as the port does."""

    CORE_TEMP = 4

    def __init__(self, source):
        channels = world.board["adc_pins"]
        if type(source) is int and 0 <= source < len(channels):
            source = channels[source]
        elif not (type(source) is int and source == ADC.CORE_TEMP):
            source = pin_number(source)
            if source not in channels:
                raise ValueError("Pin doesn't have ADC capabilities")
        self._source = source

    def read_u16(self):
        clock.check_alive()
        clock.ask()
        value = world.adc_u16.get(self._source)
        if value is None:
            raise ValueError("nothing drives the ADC at %d" % self._source)
        sample = value >> 4
        if world.adc_noise_lsb:
            sample += world.random_u32() % (2 * world.adc_noise_lsb + 1) - world.adc_noise_lsb
            sample = min(max(sample, 0), 4095)
        return sample << 4 | sample >> 8
