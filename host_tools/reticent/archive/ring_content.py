"""What a key ring seals: the agency's private keys by role and UTC week, and the holds."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from reticent.archive.recipients import AGENCY, PublicKeys, day_of
from reticent.clock import format_utc
from reticent.console import counted


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

    def words(self) -> str:
        """Return what is held, for whom, until when and why; no secret of it."""
        return (
            f"{counted(len(self.secrets), 'envelope')} for {self.role} until "
            f"{format_utc(self.ends_s)}, case {self.case}: {self.purpose}"
        )

    def as_json(self) -> dict[str, object]:
        """Return the same for a machine."""
        return {
            "name": self.name,
            "tag": self.tag.hex(),
            "role": self.role,
            "purpose": self.purpose,
            "case": self.case,
            "person": self.person,
            "until": format_utc(self.ends_s),
            "envelopes": len(self.secrets),
        }


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

    def add_weeks(self, public: PublicKeys, weeks: range) -> None:
        """Make the agency's keys of these weeks, and put their public halves to the others."""
        for role in AGENCY:
            for week in weeks:
                key = X25519PrivateKey.generate()
                self.weeks[role][week] = key.private_bytes_raw()
                public.weeks[role][week] = key.public_key().public_bytes_raw()

    def take_due(self, late: dict[str, list[int]], now_s: int) -> list[tuple[str, list[bytes]]]:
        """Take out the late weeks and the ended holds; return each in words, with its secrets."""
        taken: list[tuple[str, list[bytes]]] = []
        for role, weeks in late.items():
            for week in weeks:
                words = f"{role} key of the week of {day_of(week)}"
                taken.append((words, [self.weeks[role].pop(week)]))
        for hold in [hold for hold in self.holds if hold.ends_s <= now_s]:
            self.holds.remove(hold)
            taken.append((f"hold {hold.name}", list(hold.secrets.values())))
        return taken


def is_in(data: bytes, secret: bytes) -> bool:
    """Return whether a secret stands in these bytes: raw, in hex, or in base64."""
    return any(form in data for form in _forms(secret))


def _forms(secret: bytes) -> Iterator[bytes]:
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for lead in range(3):
        # What stands before and behind it shifts base64: the middle is the same at any place.
        yield b64encode(bytes(lead) + secret)[4:-4]
