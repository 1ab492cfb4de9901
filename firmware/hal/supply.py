"""The receiver's supply: a pin that enables it, where the board has one wired."""

import machine


class Supply:
    """On at first. The receiver keeps its backup supply, and finds its fix again in seconds."""

    def __init__(self, pin):
        self._pin = machine.Pin(pin, machine.Pin.OUT, value=1)

    def on(self):
        """Switch the receiver on."""
        self._pin.value(1)

    def off(self):
        """Switch it off: what it would say until then is not heard."""
        self._pin.value(0)
