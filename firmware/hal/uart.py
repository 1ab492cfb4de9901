"""The receiver's UART: never waits, takes what is there."""

import machine


class ReceiverUart:
    """NMEA 0183 in, 8N1."""

    def __init__(self, number, tx, rx, baud, rxbuf):
        self._uart = machine.UART(
            number, baudrate=baud, tx=machine.Pin(tx), rx=machine.Pin(rx), rxbuf=rxbuf
        )

    def read_into(self, buffer):
        """Move what has arrived into the buffer; return how many bytes that is.

        `readinto` waits as long as bytes keep coming, so it is asked for no more than are there.
        """
        count = min(self._uart.any(), len(buffer))
        if count:
            self._uart.readinto(buffer, count)
        return count
