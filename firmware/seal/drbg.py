"""HMAC-DRBG with SHA-256 (NIST SP 800-90A, section 10.1.2), without additional input.

Owns one generator's state. Where the entropy comes from, and how long a state lives in flash, is
the caller's business.
"""

from seal import SealError
from seal.hmac import hmac_sha256

# 2**19 bits a request (table 2). The reseed interval of 2**48 requests outlives any tag.
_MAX_REQUEST_BYTES = 1 << 16
_LEAST_ENTROPY_BYTES = 32


class Drbg:
    """One instantiated generator of security strength 256."""

    def __init__(self, entropy: bytes, personalization: bytes = b""):
        """`entropy` holds the nonce too: the standard's entropy_input || nonce."""
        self._key = bytes(32)
        self._value = b"\x01" * 32
        self._seed((entropy, personalization))

    def reseed(self, entropy: bytes):
        """Mix fresh entropy into the state."""
        self._seed((entropy,))

    def generate(self, size: int) -> bytes:
        """Return `size` pseudorandom bytes; afterwards the state no longer gives them."""
        if not 0 <= size <= _MAX_REQUEST_BYTES:
            raise SealError  # more than one request may give
        out = bytearray()
        while len(out) < size:
            self._value = hmac_sha256(self._key, self._value)
            out.extend(self._value)
        self._update(b"\x00", ())
        return bytes(out) if len(out) == size else bytes(memoryview(out)[:size])

    def _seed(self, parts):
        if len(parts[0]) < _LEAST_ENTROPY_BYTES:
            raise SealError  # too little entropy for the security strength
        self._update(b"\x00", parts)
        self._update(b"\x01", parts)

    def _update(self, separator, parts):
        self._key = hmac_sha256(self._key, (self._value, separator) + parts)
        self._value = hmac_sha256(self._key, self._value)
