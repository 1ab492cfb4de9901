"""Entropy of the tag's own: noise sources, their health, and what of them the generator gets.

The seed alone is secret already; healthy noise makes each boot's generator another one even for
whoever knows the flash. A source that fails is left out, and an event says so.
"""

from seal import health
from seal.hmac import hmac_sha256

RING_OSCILLATOR, CONVERTER, TIMING = 1, 2, 4  # bits of the event's value
_CLAIMS = ((RING_OSCILLATOR, health.HALF_A_BIT), (CONVERTER, health.QUARTER_OF_A_BIT))


class Noise:
    """The sources of one boot; `failed` has the bits of those that were found dead."""

    def __init__(self):
        self.failed = 0
        self._told = 0
        self._timing = bytearray(health.SAMPLES)
        self._count = 0

    def fresh(self, port, draws):
        """Return 32 bytes made of the port's bytes and of the healthy draws; all are wiped.

        `draws` are one bytearray of bits a source, the ring oscillator's and the converter's.
        """
        parts = [port]
        for samples, (bit, claim) in zip(draws, _CLAIMS):
            if health.is_healthy(samples, claim):
                parts.append(samples)
            else:
                self.failed |= bit
        entropy = hmac_sha256(b"reticent-1 noise", parts)
        for part in parts:
            _wipe(part)
        return entropy

    def take_timing(self, us, drbg):
        """Take the microsecond at which the receiver's bytes were found.

        Its last bit is a sample; after 1,024 of them, some minutes, the generator is reseeded.
        """
        self._timing[self._count] = us & 1
        self._count += 1
        if self._count == len(self._timing):
            self._count = 0
            if health.is_healthy(self._timing, health.QUARTER_OF_A_BIT):
                drbg.reseed(self._timing)
            else:
                self.failed |= TIMING
            _wipe(self._timing)

    def news(self):
        """Return the bits of sources that failed and were not yet told of: once each."""
        news = self.failed & ~self._told
        self._told |= news
        return news


def _wipe(buffer):
    for i in range(len(buffer)):
        buffer[i] = 0
