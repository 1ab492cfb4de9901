"""Seeded random batches, the same on both interpreters: what one seals, the other expects."""

import hashlib

from wire import batch, record

RECIPIENTS = 8
_SLOT = 1_982_400


class Numbers:
    """Numbers of a seed, by SHA-256: good enough, and the same everywhere."""

    def __init__(self, seed):
        self._seed = seed
        self._count = 0

    def bytes(self):
        """Return the next 32 bytes."""
        self._count += 1
        return hashlib.sha256(b"%d %d" % (self._seed, self._count)).digest()

    def below(self, limit):
        """Return the next number from 0 to limit - 1."""
        return int.from_bytes(self.bytes()[:12], "big") % limit

    def of_any_size(self, limit):
        """Return a number below the limit, a small one as often as a large one."""
        bits = 0
        while limit >> bits:  # MicroPython has no bit_length
            bits += 1
        return self.below(limit) >> self.below(bits)


def identity_seed():
    """Return the Ed25519 seed of the tag that seals them."""
    return hashlib.sha256(b"random batches: identity").digest()


def private_key(place):
    """Return the X25519 private key of a recipient."""
    return hashlib.sha256(b"random batches: recipient %d" % place).digest()


def make(number):
    """Return (class, policy version, week, records, places of the recipients) of a batch."""
    numbers = Numbers(number)
    kind = (batch.ROUTINE, batch.ALERT)[numbers.below(2)]
    version = numbers.of_any_size(1 << 32)
    week = numbers.of_any_size(1 << 21)
    most = (0, 3, 30, 200)[numbers.below(4)]
    records = [_record(numbers, kind) for _ in range(most)]
    count = batch.fit(kind, version, week, records)
    first = numbers.below(RECIPIENTS)
    places = [(first + i * 3) % RECIPIENTS for i in range(1 + numbers.below(2))]
    return kind, version, week, records[:count], places


def _record(numbers, kind):
    """Return a record that a batch of this class may have."""
    of = numbers.of_any_size
    slot, utc_s, zone = of(1 << 24), _SLOT * 900 + of(1 << 30), numbers.below(100)
    when = (slot, utc_s)[numbers.below(2)]
    place = numbers.below(180_000_001) - 90_000_000, numbers.below(360_000_001) - 180_000_000
    made = (
        record.crossing(when, zone, numbers.below(2) == 1),
        record.present(slot, zone),
        record.event(when, 1 + of(65_535), of(1 << 32) - (1 << 31)),
        record.health(slot, numbers.below(11), of(1 << 24), [of(1 << 31) for _ in range(5)]),
        record.coarse(slot, (of(1 << 20), of(1 << 20))),
    )
    exact = (
        record.precise(utc_s, zone, place[0], place[1], numbers.below(10_000)),
        record.located(utc_s, 3, 1 + of((1 << 31) - 1), place[0], place[1], 12),
    )
    return (made if kind == batch.ROUTINE else made[:4] + exact)[numbers.below(5)]
