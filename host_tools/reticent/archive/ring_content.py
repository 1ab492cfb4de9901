"""What a key ring seals: the agency's private keys by role and UTC week, and the holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import cbor2


@dataclass(frozen=True)
class Hold:
    """What outlives its week's keys: the content secrets of some envelopes, for a purpose."""

    name: str
    tag: bytes
    role: str
    purpose: str
    case: str
    person: str
    ends_s: int
    secrets: dict[bytes, bytes] = field(repr=False)  # by the envelope's SHA-256

    def fields(self) -> list[object]:
        """Return the hold as the ring has it."""
        words = [self.name, self.tag, self.role, self.purpose, self.case, self.person]
        return [*words, self.ends_s, self.secrets]


@dataclass
class RingContent:
    """What is sealed: private keys by role and week, and holds."""

    weeks: dict[str, dict[int, bytes]]
    holds: list[Hold]

    def encode(self) -> bytes:
        """Return the content as it is sealed (CBOR)."""
        return cbor2.dumps([self.weeks, [hold.fields() for hold in self.holds]])

    @classmethod
    def decode(cls, plain: bytes) -> RingContent:
        """Return the content of what `encode` returned."""
        weeks, holds = cbor2.loads(plain)
        return cls(weeks, [Hold(*fields) for fields in holds])
