"""The receiver's UART: never waits to read, takes what is there."""

import machine


class ReceiverUart:
    """NMEA 0183 and the receivers' own protocols, 8N1."""

    def __init__(self, number, tx, rx, baud, rxbuf):
        self._uart = machine.UART(
            number, baudrate=baud, tx=machine.Pin(tx), rx=machine.Pin(rx), rxbuf=rxbuf
        )
        self._baud = baud
        self._rxbuf = rxbuf

    def read_into(self, buffer):
        """Move what has arrived into the buffer; return how many bytes that is.

        `readinto` waits as long as bytes keep coming, so it is asked for no more than are there.
        """
        count = min(self._uart.any(), len(buffer))
        if count:
            self._uart.readinto(buffer, count)
        return count

    def set_baud(self, baud):
        """Go over to another rate when what was written has left; what has arrived is lost."""
        if baud != self._baud:
            self._uart.flush()
            self._uart.init(baudrate=baud, rxbuf=self._rxbuf)
            self._baud = baud

    def write(self, message):
        """Send bytes to the receiver."""
        self._uart.write(message)
