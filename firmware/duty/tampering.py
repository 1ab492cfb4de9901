"""Strap and case, where a board has contacts for them: an opening is told at once."""

import asyncio

from tag import reasons
from tag.tamper import Contact

_LOOK_MS = 250


class Tampering:
    """Over [(record.STRAP or CASE, contact pin)] that are handed in."""

    def __init__(self, tag, sampler, pins):
        self._tag = tag
        self._sampler = sampler
        self._contacts = [(cause, pin, Contact()) for cause, pin in pins]

    async def watch(self):
        """Look four times a second; the sampler knows what to say of it before there is a time."""
        while True:
            await asyncio.sleep_ms(_LOOK_MS)
            self._tag.supervisor.progress(reasons.TAMPER)
            now_ms = self._tag.clock.ms()
            for cause, pin, contact in self._contacts:
                if contact.opens(pin.is_open(), now_ms):
                    self._sampler.tamper(cause)
