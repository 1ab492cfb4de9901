"""The vibration motor, on a pin that switches a transistor."""

import asyncio

import machine


class Vibrator:
    """Off until a pattern plays."""

    def __init__(self, pin):
        self._pin = machine.Pin(pin, machine.Pin.OUT, value=0)

    async def play(self, pattern_ms):
        """Play milliseconds on, off, on ...; off afterwards, whatever happens."""
        level = 1
        try:
            for duration_ms in pattern_ms:
                self._pin.value(level)
                level = 1 - level
                await asyncio.sleep_ms(duration_ms)
        finally:
            self._pin.value(0)
