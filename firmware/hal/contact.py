"""A contact to ground, closed while all is well: the strap's wire, the case's switch."""

import machine


class ContactPin:
    """An input with the chip's own pull-up."""

    def __init__(self, pin):
        self._pin = machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP)

    def is_open(self):
        """Return whether the contact is open in this moment."""
        return self._pin.value() == 1
