"""machine.UART: what the firmware calls, over a Receiver and a transmitter that takes its time.

Only 8N1 is simulated, and no flow control, inversion, break or interrupt.
"""

from io import IOBase

import clock
import world
from line import Line
from pins import pin_number
from receiver import Receiver

_POLL = 3
_POLL_IN = 1
_POLL_OUT = 4
_FIFO_BYTES = 32
_BIT_RATES = range(300, 1_000_001)
_BUFFER_SIZES = range(32, 32767)
_TIMES_MS = range(65536)
_DEFAULT_BAUD = 115200


class _Port:
    """One of the chip's UARTs; all UART objects of its number share it."""

    def __init__(self, number, wiring):
        self.receiver = Receiver(Line(wiring["feed"], wiring["baud"]))
        if wiring.get("power_pin") is not None:
            world.output_watchers[wiring["power_pin"]] = self.receiver.supply
        world.watchers["baud", number] = self.switch
        self.switches = {text.encode(): baud for text, baud in wiring["switches"].items()}
        self.sent_file = wiring["sent"]
        self.sent = 0
        self.baud = 0  # 0: not initialised
        self.timeout_ms = 0
        self.timeout_char_ms = 0
        self.rxbuf = 256
        self.txbuf = 256
        self.idle_us = 0  # when the last byte handed over has left

    def configure(self, baud, timeout_ms, timeout_char_ms, txbuf, rxbuf):
        """Take over what is not None, and start receiving."""
        self.baud = _check("baudrate", baud, _BIT_RATES, self.baud or _DEFAULT_BAUD)
        self.timeout_ms = _check("timeout", timeout_ms, _TIMES_MS, self.timeout_ms)
        self.timeout_char_ms = _check(
            "timeout_char", timeout_char_ms, _TIMES_MS, self.timeout_char_ms
        )
        # At least a character's time, of 13 bits to be safe.
        self.timeout_char_ms = max(self.timeout_char_ms, 13000 // self.baud + 1)
        self.txbuf = _check("txbuf", txbuf, _BUFFER_SIZES, self.txbuf)
        self.rxbuf = _check("rxbuf", rxbuf, _BUFFER_SIZES, self.rxbuf)
        self.receiver.open(self.rxbuf, self.baud)

    def byte_us(self):
        return 10_000_000 // self.baud + 1

    def free(self):
        """Return how many bytes the transmitter takes without waiting."""
        pending = max(0, self.idle_us - clock.now_us) // self.byte_us()
        return max(0, self.txbuf + _FIFO_BYTES - pending)

    def send(self, data):
        """Put bytes on the line behind those that wait."""
        self.idle_us = max(self.idle_us, clock.now_us) + len(data) * self.byte_us()
        self.sent += len(data)
        if self.sent_file:
            self.sent_file.write(data)
        for text, baud in self.switches.items():
            if text in data:
                self.switch(baud)

    def switch(self, baud):
        """The other end goes over to this rate."""
        self.receiver.fill_if_open()
        self.receiver.line.change_baud(baud)
        if self.baud:
            self.receiver.change_baud(self.baud)

    def report(self):
        """Return the counters that chip.py reports."""
        counters = self.receiver.report()
        counters["sent"] = self.sent
        return counters


ports = {number: _Port(number, wiring) for number, wiring in world.uarts.items()}


def _check(name, value, allowed, default=None):
    """Return the value, or the default for None; refuse what the port would not understand."""
    if value is None and default is not None:
        return default
    if type(value) is not int:
        raise TypeError("can't convert %s to int" % type(value).__name__)
    if value not in allowed:
        raise ValueError("%s=%d is out of range" % (name, value))
    return value


class UART(IOBase):
    """A stream of bytes. Reads wait as long as bytes keep coming: ask any() first."""

    def __init__(self, id, *args, **kwargs):
        if type(id) is not int or id not in ports:
            raise ValueError("UART(%s) doesn't exist" % id)
        self._id = id
        self._port = ports[id]
        if args or kwargs or not self._port.baud:
            self._port.receiver.close()
            self._port.rxbuf = self._port.txbuf = 256
            self.init(*args, **kwargs)

    def init(
        self,
        baudrate=None,
        bits=8,
        parity=None,
        stop=1,
        *,
        tx=None,
        rx=None,
        timeout=None,
        timeout_char=None,
        txbuf=None,
        rxbuf=None,
    ):
        if (bits, parity, stop) != (8, None, 1):
            raise ValueError("only 8N1 is simulated")
        self._check_pin(tx, 0)
        self._check_pin(rx, 1)
        self._port.configure(baudrate, timeout, timeout_char, txbuf, rxbuf)

    def _check_pin(self, source, kind):
        """Refuse a pin that the chip's multiplexer does not give to this UART."""
        if source is None:
            return
        number = pin_number(source)
        step = 1 if world.board["chip"] == "rp2350" else 3
        if number & step != kind or (number + 4 & 8) >> 3 != self._id:
            raise ValueError("bad RX pin" if kind else "bad TX pin")

    def _open_port(self):
        if not self._port.baud:
            raise ValueError("UART(%d) is not initialised" % self._id)
        return self._port

    def deinit(self):
        port = self._port
        clock.advance_to(port.idle_us)
        port.receiver.close()
        port.baud = 0

    def any(self):
        clock.ask()
        return self._open_port().receiver.available()

    def _read(self, target, size):
        """Read as the port does: wait timeout for the first byte, timeout_char for each next."""
        port = self._open_port()
        receiver = port.receiver
        got = 0
        while True:
            count = min(receiver.available(), size - got)
            if count:
                receiver.move(memoryview(target)[got:] if got else target, count)
                got += count
            if got == size:
                return got
            wait_ms = port.timeout_char_ms if got else port.timeout_ms
            limit_us = clock.now_us + (wait_ms + 1) * 1000
            line = receiver.line
            if line.next_us > limit_us:
                if wait_ms:
                    clock.advance_to(limit_us)
                return got or None
            # Within a burst bytes follow each other: wait for all of them that are wanted at once.
            wanted = min(size - got, line.remaining(), port.rxbuf)
            clock.advance_to(line.arrival_us(wanted))

    def readinto(self, buf, nbytes=None):
        size = len(buf)
        if nbytes is not None:
            size = min(size, _check("nbytes", nbytes, range(1 << 30)))
        return self._read(buf, size)

    def read(self, nbytes=-1):
        chunk = bytearray(256 if nbytes < 0 else nbytes)
        got = self._read(chunk, len(chunk))
        if got is None or nbytes >= 0:
            return got and bytes(memoryview(chunk)[:got])
        data = b""
        while got is not None:
            data += memoryview(chunk)[:got]
            got = self._read(chunk, len(chunk))
        return data

    def readline(self):
        data = b""
        byte = bytearray(1)
        while data[-1:] != b"\n" and self._read(byte, 1):
            data += byte
        return data or None

    def write(self, buf):
        clock.check_alive()
        port = self._open_port()
        data = buf.encode() if isinstance(buf, str) else bytes(buf)
        count = min(port.free(), len(data))
        if count < len(data) and port.byte_us() <= (port.timeout_ms + 1) * 1000:
            # Each byte that leaves makes room for one: wait until the last has its place.
            count = len(data)
            port.send(data)
            clock.advance_to(port.idle_us - (port.txbuf + _FIFO_BYTES) * port.byte_us())
        elif count:
            port.send(data[:count])
        return count or None

    def txdone(self):
        clock.ask()
        return clock.now_us >= self._open_port().idle_us

    def flush(self):
        clock.advance_to(self._open_port().idle_us)

    def ioctl(self, request, events):
        if request != _POLL:
            return -1
        ready = 0
        port = self._open_port()
        if events & _POLL_IN and port.receiver.available():
            ready |= _POLL_IN
        if events & _POLL_OUT and port.free():
            ready |= _POLL_OUT
        return ready

    def wakes_us(self, events):
        """Return when the next of these events can be there, for select."""
        port = self._open_port()
        wakes = port.receiver.line.next_us
        if events & _POLL_OUT:
            wakes = min(wakes, clock.now_us + port.byte_us())
        return wakes
