"""The receiving half of a UART: the hardware FIFO, the buffer behind it, and what is lost and why.

As on the chip, interrupts move bytes from the FIFO into the buffer. A full buffer leaves them in
the FIFO and a full FIFO loses what comes; with interrupts off the FIFO alone takes bytes.
"""

import clock
import world

_FIFO_BYTES = 32
_BAUD_TOLERANCE_PERCENT = 3


class Receiver:
    """Takes what the line brings, when it is asked: nothing here runs a byte at a time."""

    def __init__(self, line):
        self.line = line
        self.received = 0
        self.delivered = 0
        self.lost_overflow = 0
        self.lost_irq_off = 0
        self.lost_asleep = 0
        self.lost_closed = 0
        self.lost_off = 0
        self.garbled = 0
        self._buffer = None
        self._view = None
        self._size = 0
        self._head = self._tail = 0
        self._fifo_room = None
        self._is_garbled = False
        self._is_off = False
        clock.irq_watchers.append(self._switch_irq)

    def open(self, size, baud):
        """Receive at this rate, into a buffer of so many bytes, which is new if its size is."""
        if self._buffer is None:
            self.lost_closed += self.skip()
        else:
            self.fill()
        if self._buffer is None or size != self._size:
            self._size = size
            self._buffer = bytearray(size + _FIFO_BYTES)
            self._view = memoryview(self._buffer)
            self._head = self._tail = 0
        self.change_baud(baud)

    def change_baud(self, baud):
        """Receive at this rate: only garbage when the line's is another."""
        off_percent = abs(baud - self.line.baud) * 100 // self.line.baud
        self._is_garbled = off_percent > _BAUD_TOLERANCE_PERCENT

    def supply(self, level):
        """The sender's supply is switched: what it would send while it is off is not sent."""
        self.fill_if_open()
        if level and self._is_off:
            self.lost_off += self.skip()
        self._is_off = not level

    def close(self):
        self._buffer = self._view = None

    def available(self):
        """Return how many bytes a read gets at once: the buffer's, not the FIFO's behind it."""
        if clock.now_us >= self.line.next_us:
            self.fill()
        return min(self._tail - self._head, self._size)

    def fill(self):
        """Take what has arrived until now, as far as there is room."""
        while True:
            count = self.line.arrived()
            if not count:
                break
            self._accept(count)
        if self._fifo_room is not None:
            # Whoever asks empties the FIFO, interrupts or not.
            self._fifo_room = _FIFO_BYTES

    def _accept(self, count):
        if self._is_off:
            self.lost_off += count
            self.line.take(None, count)
            return
        room = self._size + _FIFO_BYTES - (self._tail - self._head)
        irq_is_limit = self._fifo_room is not None and self._fifo_room < room
        kept = min(count, self._fifo_room if irq_is_limit else room)
        if kept:
            self._store(kept)
        if irq_is_limit:
            self._fifo_room -= kept
            self.lost_irq_off += count - kept
        else:
            self.lost_overflow += count - kept
        if count > kept:
            self.line.take(None, count - kept)

    def _store(self, count):
        if self._tail + count > len(self._buffer):
            unread = self._tail - self._head
            self._view[:unread] = self._view[self._head : self._tail]
            self._head = 0
            self._tail = unread
        self.line.take(self._view[self._tail :] if self._tail else self._buffer, count)
        if self._is_garbled:
            self._garble(count)
        self._tail += count
        self.received += count

    def _garble(self, count):
        for i in range(self._tail, self._tail + count):
            self._buffer[i] ^= world.random_u32() & 0xFF
        self.garbled += count

    def move(self, target, count):
        """Move so many available bytes to the start of the target."""
        head = self._head
        target[:count] = self._view[head : head + count]
        self.delivered += count
        self._head = head + count
        if self._head == self._tail:
            self._head = self._tail = 0

    def skip(self):
        """Let what has arrived go by; return how many bytes."""
        skipped = 0
        while True:
            count = self.line.arrived()
            if not count:
                return skipped
            self.line.take(None, count)
            skipped += count

    def sleep(self):
        """The receiver's clock has stood still until now."""
        skipped = self.skip()
        if self._buffer is not None:
            self.lost_asleep += skipped
        else:
            self.lost_closed += skipped

    def fill_if_open(self):
        if self._buffer is not None:
            self.fill()

    def _switch_irq(self, is_off):
        self.fill_if_open()
        self._fifo_room = _FIFO_BYTES if is_off else None

    def report(self):
        """Return the counters that chip.py reports."""
        return {
            "received": self.received,
            "delivered": self.delivered,
            "lost_overflow": self.lost_overflow,
            "lost_irq_off": self.lost_irq_off,
            "lost_asleep": self.lost_asleep,
            "lost_closed": self.lost_closed,
            "lost_off": self.lost_off,
            "garbled": self.garbled,
        }
