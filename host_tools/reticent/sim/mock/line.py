"""A serial line into the chip: the bytes of a feed file, one after the other at the line's rate.

A feed is bursts of "<QI" (milliseconds since the first power-on, length) and the bytes. A burst
that is due while another is on the line queues behind it. Arrivals are computed, not stepped.
"""

import struct

import clock

_HEADER = "<QI"
_BITS_A_BYTE = 10


class Line:
    """What has come down the line, and when the next byte comes."""

    def __init__(self, file, baud):
        self.baud = baud
        self.next_us = clock.FAR_US  # the arrival of the next byte
        self._file = file
        self._header = bytearray(struct.calcsize(_HEADER))
        self._start_us = 0  # when the burst's first bit is on the line
        self._length = 0
        self._taken = 0
        if self._file:
            self._open_burst()

    def _open_burst(self):
        if self._file.readinto(self._header) != len(self._header):
            self._length = self._taken = 0
            self.next_us = clock.FAR_US
            return
        at_ms, self._length = struct.unpack(_HEADER, self._header)
        self._start_us = max(at_ms * 1000, self._end_us())
        self._taken = 0
        self.next_us = self.arrival_us(1)

    def _end_us(self):
        return self._start_us + self._taken * _BITS_A_BYTE * 1_000_000 // self.baud

    def arrival_us(self, count):
        """Return when so many bytes more of this burst will be there."""
        return self._start_us + -(-(self._taken + count) * _BITS_A_BYTE * 1_000_000 // self.baud)

    def remaining(self):
        """Return how many bytes of this burst are still to come."""
        return self._length - self._taken

    def arrived(self):
        """Return how many bytes of this burst are there now and not yet taken."""
        if clock.now_us < self.next_us:
            return 0
        due = (clock.now_us - self._start_us) * self.baud // (_BITS_A_BYTE * 1_000_000)
        return min(due, self._length) - self._taken

    def take(self, buffer, count):
        """Move so many arrived bytes into the start of the buffer, or away if it is None."""
        if buffer is None:
            self._file.seek(count, 1)
        else:
            self._file.readinto(buffer, count)
        self._taken += count
        if self._taken == self._length:
            self._open_burst()
        else:
            self.next_us = self.arrival_us(1)

    def change_baud(self, baud):
        """Let the other side send at another rate from the next byte on."""
        self._start_us = self._end_us() - self._taken * _BITS_A_BYTE * 1_000_000 // baud
        self.baud = baud
        if self._length:
            self.next_us = self.arrival_us(1)
