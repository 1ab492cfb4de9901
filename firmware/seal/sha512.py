"""SHA-512 (FIPS 180-4), for Ed25519: MicroPython's hashlib ends at SHA-256.

64-bit words are pairs of 32-bit words, the high one first.
"""

import binascii
import struct
from array import array

import micropython

from seal.parts import as_parts

_BLOCK_BYTES = 128
_CHAIN_BYTES = 64
_LENGTH_AT = 112
_BLOCKS_A_STEP = 16
_MASK = 0xFFFFFFFF  # handed to the kernels: it is no small integer on the RP2040


def _words(*texts):
    """Return big-endian words, of texts that find room between other things of the heap.

    Turned in place: as integers each would be an object.
    """
    data = bytearray()
    for text in texts:
        data.extend(binascii.unhexlify(text))
    for at in range(0, len(data), 4):
        data[at], data[at + 3] = data[at + 3], data[at]
        data[at + 1], data[at + 2] = data[at + 2], data[at + 1]
    return array("I", data)


# The fractions of the square roots of the first 8 primes (section 5.3.5) ...
_INITIAL = _words(
    "6a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1",
    "510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179",
)
# ... and of the cube roots of the first 80 (section 4.2.3).
_ROUND = _words(
    "428a2f98d728ae227137449123ef65cdb5c0fbcfec4d3b2fe9b5dba58189dbbc3956c25bf348b538"
    "59f111f1b605d019923f82a4af194f9bab1c5ed5da6d8118d807aa98a303024212835b0145706fbe"
    "243185be4ee4b28c550c7dc3d5ffb4e272be5d74f27b896f80deb1fe3b1696b19bdc06a725c71235"
    "c19bf174cf692694e49b69c19ef14ad2efbe4786384f25e30fc19dc68b8cd5b5240ca1cc77ac9c65",
    "2de92c6f592b02754a7484aa6ea6e4835cb0a9dcbd41fbd476f988da831153b5983e5152ee66dfab"
    "a831c66d2db43210b00327c898fb213fbf597fc7beef0ee4c6e00bf33da88fc2d5a79147930aa725"
    "06ca6351e003826f142929670a0e6e7027b70a8546d22ffc2e1b21385c26c9264d2c6dfc5ac42aed"
    "53380d139d95b3df650a73548baf63de766a0abb3c77b2a881c2c92e47edaee692722c851482353b",
    "a2bfe8a14cf10364a81a664bbc423001c24b8b70d0f89791c76c51a30654be30d192e819d6ef5218"
    "d69906245565a910f40e35855771202a106aa07032bbd1b819a4c116b8d2d0c81e376c085141ab53"
    "2748774cdf8eeb9934b0bcb5e19b48a8391c0cb3c5c95a634ed8aa4ae3418acb5b9cca4f7763e373"
    "682e6ff3d6b2b8a3748f82ee5defb2fc78a5636f43172f6084c87814a1f0ab728cc702081a6439ec",
    "90befffa23631e28a4506cebde82bde9bef9a3f7b2c67915c67178f2e372532bca273eceea26619c"
    "d186b8c721c0c207eada7dd6cde0eb1ef57d4f7fee6ed17806f067aa72176fba0a637dc5a2c898a6"
    "113f9804bef90dae1b710b35131c471b28db77f523047d8432caab7b40c724933c9ebe0a15c9bebc"
    "431d67c49c100d4c4cc5d4becb3e42b6597f299cfc657e2a5fcb6fab3ad6faec6c44198c4a475817",
)


class Hasher:
    """The state of one digest: a block that fills, the chaining value, the kernels' scratch."""

    def __init__(self):
        self._block = bytearray(_BLOCK_BYTES)
        self._size = 0
        self._chain = array("I", bytes(_CHAIN_BYTES))
        self._working = array("I", bytes(_CHAIN_BYTES))
        self._schedule = array("I", bytes(4 * len(_ROUND)))

    def reset(self):
        """Begin another message."""
        self._size = 0
        _copy(self._chain, _INITIAL)
        _copy(self._working, _INITIAL)

    def update_steps(self, parts):
        """Take the message's next bytes; a generator."""
        for part in as_parts(parts):
            at = 0
            while at < len(part):
                start = self._size % _BLOCK_BYTES
                taken = min(len(part) - at, _BLOCK_BYTES - start)
                _fill(self._block, part, start << 16 | taken, at)
                at += taken
                self._size += taken
                if start + taken == _BLOCK_BYTES:
                    self._compress()
                if self._size % (_BLOCKS_A_STEP * _BLOCK_BYTES) == 0:
                    yield

    def digest(self):
        """Return the 64 bytes; reset() comes next."""
        block, end = self._block, self._size % _BLOCK_BYTES
        block[end] = 0x80
        if end >= _LENGTH_AT:
            _zero(block, end + 1)
            self._compress()
            block[0] = 0
            end = 0
        _zero(block, end + 1)
        struct.pack_into(">Q", block, _BLOCK_BYTES - 8, 8 * self._size)
        self._compress()
        out = bytearray(_CHAIN_BYTES)
        _store(out, self._chain)
        return bytes(out)

    def wipe(self):
        """Leave nothing of the message."""
        self.reset()
        _zero(self._block, 0)
        for i in range(len(self._schedule)):
            self._schedule[i] = 0

    def _compress(self):
        _expand(self._schedule, self._block, _MASK)
        _rounds(self._working, self._schedule, _ROUND, _MASK)
        _chain(self._chain, self._working, _MASK)


def digest(parts) -> bytes:
    """Return the 64-byte digest of the message: bytes, or a list or tuple of its parts."""
    hasher = Hasher()
    hasher.reset()
    for _ in hasher.update_steps(parts):
        pass
    return hasher.digest()


def digest_steps(parts, hasher: Hasher | None = None):
    """Return, in steps, what digest() returns; a hasher that is handed in is used from anew."""
    hasher = hasher or Hasher()
    hasher.reset()
    yield from hasher.update_steps(parts)
    return hasher.digest()


@micropython.viper
def _copy(target: ptr32, source: ptr32):
    i = 0
    while i < 16:
        target[i] = source[i]
        i += 1


@micropython.viper
def _fill(block: ptr8, data: ptr8, where: int, at: int):
    """Move bytes of the data from `at`; `where` is their place in the block << 16 | how many."""
    place = where >> 16
    end = place + (where & 0xFFFF)
    while place < end:
        block[place] = data[at]
        place += 1
        at += 1


@micropython.viper
def _zero(block: ptr8, start: int):
    while start < 128:
        block[start] = 0
        start += 1


@micropython.viper
def _store(out: ptr8, chain: ptr32):
    i = 0
    while i < 16:
        word = chain[i]
        at = i << 2
        out[at] = (word >> 24) & 255
        out[at + 1] = (word >> 16) & 255
        out[at + 2] = (word >> 8) & 255
        out[at + 3] = word & 255
        i += 1


@micropython.viper
def _expand(w: ptr32, block: ptr8, mask: uint):
    """Message schedule (section 6.4.2, step 1). Low words are summed in 16-bit halves: the carry
    is then in sight without a comparison."""
    i = 0
    while i < 32:
        at = i << 2
        w[i] = (block[at] << 24) | (block[at + 1] << 16) | (block[at + 2] << 8) | block[at + 3]
        i += 1
    while i < 160:
        h = uint(w[i - 30])
        l = uint(w[i - 29])
        high = (h >> 1 | l << 31) ^ (h >> 8 | l << 24) ^ (h >> 7)
        low = (l >> 1 | h << 31) ^ (l >> 8 | h << 24) ^ (l >> 7 | h << 25)
        mid = (low >> 16) & 0xFFFF
        low = low & 0xFFFF
        h = uint(w[i - 4])
        l = uint(w[i - 3])
        high += (h >> 19 | l << 13) ^ (l >> 29 | h << 3) ^ (h >> 6)
        l = (l >> 19 | h << 13) ^ (h >> 29 | l << 3) ^ (l >> 6 | h << 26)
        x = uint(w[i - 31])
        y = uint(w[i - 13])
        low += (l & 0xFFFF) + (x & 0xFFFF) + (y & 0xFFFF)
        mid += ((l >> 16) & 0xFFFF) + (x >> 16) + (y >> 16) + (low >> 16)
        x = uint(w[i - 32])
        y = uint(w[i - 14])
        w[i] = int((high + x + y + (mid >> 16)) & mask)
        w[i + 1] = int((low & 0xFFFF) | ((mid & 0xFFFF) << 16))
        i += 2


@micropython.viper
def _rounds(v: ptr32, w: ptr32, k: ptr32, mask: uint):
    """The 80 rounds (step 3); v holds a to h."""
    i = 0
    while i < 160:
        h = uint(v[8])
        l = uint(v[9])
        high = (h >> 14 | l << 18) ^ (h >> 18 | l << 14) ^ (l >> 9 | h << 23)
        low = (l >> 14 | h << 18) ^ (l >> 18 | h << 14) ^ (h >> 9 | l << 23)
        high += (h & uint(v[10])) ^ ((h ^ mask) & uint(v[12]))
        high += uint(v[14]) + uint(k[i]) + uint(w[i])
        h = (l & uint(v[11])) ^ ((l ^ mask) & uint(v[13]))
        l = uint(v[15])
        x = uint(k[i + 1])
        y = uint(w[i + 1])
        mid = ((low >> 16) & 0xFFFF) + (h >> 16) + (l >> 16) + (x >> 16) + (y >> 16)
        low = (low & 0xFFFF) + (h & 0xFFFF) + (l & 0xFFFF) + (x & 0xFFFF) + (y & 0xFFFF)
        # high:mid:low is t1, not yet carried. e = d + t1, and the letters move on.
        v[15] = v[13]
        v[14] = v[12]
        v[13] = v[11]
        v[12] = v[10]
        v[11] = v[9]
        v[10] = v[8]
        l = uint(v[7])
        h = (l & 0xFFFF) + low
        l = (l >> 16) + mid + (h >> 16)
        v[9] = int((h & 0xFFFF) | ((l & 0xFFFF) << 16))
        v[8] = int((uint(v[6]) + high + (l >> 16)) & mask)
        h = uint(v[0])
        l = uint(v[1])
        high += (h >> 28 | l << 4) ^ (l >> 2 | h << 30) ^ (l >> 7 | h << 25)
        x = (l >> 28 | h << 4) ^ (h >> 2 | l << 30) ^ (h >> 7 | l << 25)
        high += (h & uint(v[2])) | (uint(v[4]) & (h | uint(v[2])))
        y = (l & uint(v[3])) | (uint(v[5]) & (l | uint(v[3])))
        v[7] = v[5]
        v[6] = v[4]
        v[5] = v[3]
        v[4] = v[2]
        v[3] = v[1]
        v[2] = v[0]
        low += (x & 0xFFFF) + (y & 0xFFFF)
        mid += ((x >> 16) & 0xFFFF) + (y >> 16) + (low >> 16)
        v[1] = int((low & 0xFFFF) | ((mid & 0xFFFF) << 16))
        v[0] = int((high + (mid >> 16)) & mask)
        i += 2


@micropython.viper
def _chain(chain: ptr32, v: ptr32, mask: uint):
    """Add the working variables to the chaining value (step 4) and start the next ones from it."""
    i = 0
    while i < 16:
        x = uint(chain[i + 1])
        y = uint(v[i + 1])
        low = (x & 0xFFFF) + (y & 0xFFFF)
        mid = (x >> 16) + (y >> 16) + (low >> 16)
        chain[i + 1] = int((low & 0xFFFF) | ((mid & 0xFFFF) << 16))
        chain[i] = int((uint(chain[i]) + uint(v[i]) + (mid >> 16)) & mask)
        v[i] = chain[i]
        v[i + 1] = chain[i + 1]
        i += 2
