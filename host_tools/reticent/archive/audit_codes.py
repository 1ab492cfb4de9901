"""What an audit can find: one short, stable word each, how grave it is, and where the rule stands.

docs/AUDIT.md is the same table for people; a test compares the two. "DESIGN" and "R" are the
project's design and requirements, "FORMAT" is docs/FORMAT.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from reticent.archive.opener import Opened
from reticent.collector.store import Sealed

VIOLATION, NOTICE = "violation", "notice"


@dataclass(frozen=True)
class Code:
    """How grave a finding is, and the rule it comes from."""

    severity: str
    rule: str


def _violation(rule: str) -> Code:
    return Code(VIOLATION, rule)


def _notice(rule: str) -> Code:
    return Code(NOTICE, rule)


CODES = {
    # Envelopes: needs envelopes and the registered tags.
    "tag-unknown": _violation("FORMAT 5"),
    "envelope-malformed": _violation("FORMAT 5"),
    "signature-wrong": _violation("FORMAT 5, R18"),
    "misfiled": _violation("FORMAT 5"),
    "size-off": _violation("R20, FORMAT 5"),
    "fork": _violation("DESIGN 5, 9"),
    "gap": _violation("DESIGN 5, R2"),
    "gap-dropped": _notice("DESIGN 5, 7"),
    "numbers-skipped": _notice("DESIGN 5"),
    "chain-broken": _violation("DESIGN 5"),
    "chain-restarted": _violation("DESIGN 5, R23"),
    # Orders: needs the signed orders, and the issuer's public key for the signature.
    "order-unknown": _violation("R18"),
    "order-misfiled": _violation("R18"),
    "order-unverified": _notice("R18"),
    "order-forged": _violation("R18"),
    "order-overlong": _violation("R18, DESIGN 4"),
    "order-overridden": _notice("DESIGN 3, 4"),
    "order-twice": _violation("R18, R28"),
    "order-unlawful": _violation("R29, FORMAT 7"),
    "order-keys-repeated": _violation("R16, DESIGN 4"),
    "version-rolled-back": _violation("R18, R28"),
    "recipients-wrong": _violation("DESIGN 4, FORMAT 7"),
    # Content: needs the keys that open it.
    "wrapped-changed": _violation("FORMAT 5"),
    "commit-wrong": _violation("DESIGN 5, FORMAT 5"),
    "ciphertext-changed": _violation("FORMAT 5"),
    "batch-malformed": _violation("FORMAT 3, 4, R9"),
    "header-mismatch": _violation("FORMAT 5"),
    "week-off": _violation("DESIGN 4, R16"),
    "out-of-term": _violation("R10, R18"),
    "review-missed": _violation("R22"),
    "level-exceeded": _violation("DESIGN 3"),
    "zone-unknown": _violation("FORMAT 3"),
    "zone-out-of-hours": _violation("DESIGN 3"),
    "event-unknown": _violation("FORMAT 3"),
    "event-value": _violation("FORMAT 3, R9"),
    "precise-no-exclusion": _violation("DESIGN 3, R9"),
    "precise-outside": _violation("DESIGN 3, R9"),
    "precise-in-dwelling": _violation("DESIGN 3, R15"),
    "precise-without-entry": _violation("DESIGN 3"),
    "precise-too-often": _violation("DESIGN 3"),
    "precise-share": _notice("DESIGN 3"),
    "located-unlawful": _violation("DESIGN 3, R27"),
    "located-too-many": _violation("DESIGN 3, R27"),
    "located-without-order": _violation("DESIGN 3, R27"),
    "error-over-gate": _violation("DESIGN 4, R5"),
    "cell-off-grid": _violation("DESIGN 3, FORMAT 8"),
    "coarse-twice": _violation("DESIGN 3, R9"),
    "coarse-missing": _violation("DESIGN 3, R20"),
    "silence-broken": _violation("DESIGN 3, R12"),
    "present-twice": _violation("DESIGN 3"),
    "present-in-exclusion": _violation("DESIGN 3"),
    "sub-slot-time": _violation("DESIGN 3, R9"),
    "alert-without-breach": _violation("DESIGN 5, R20"),
    "health-twice": _violation("DESIGN 3, R9"),
    "health-missing": _violation("FORMAT 3"),
    "cadence-off": _violation("R20, DESIGN 5"),
    # The key ring: needs its folder, no key of it.
    "keys-late": _violation("R16, DESIGN 4"),
    # The access log: needs its folder.
    "log-broken": _violation("R17"),
    "log-rewritten": _violation("R17, DESIGN 8"),
    "log-time-back": _notice("R17"),
    "opening-without-reason": _violation("R17"),
}


@dataclass(frozen=True)
class Found:
    """One finding: its code, the tag, envelope and order it is about, and a sentence."""

    code: str
    tag: bytes
    number: int | None
    version: int | None
    sentence: str

    @property
    def severity(self) -> str:
        """Return "violation" or "notice"."""
        return CODES[self.code].severity

    @property
    def rule(self) -> str:
        """Return where the rule stands."""
        return CODES[self.code].rule

    def as_json(self) -> dict[str, object]:
        """Return the finding as plain values."""
        return {
            "code": self.code,
            "severity": self.severity,
            "tag": self.tag.hex(),
            "envelope": self.number,
            "policy_version": self.version,
            "sentence": self.sentence,
            "rule": self.rule,
        }


def in_sealed(code: str, sealed: Sealed, sentence: str, version: int | None = None) -> Found:
    """Return a finding about an envelope as it was stored."""
    return Found(code, sealed.tag, sealed.number, version, sentence)


def in_opened(code: str, opened: Opened, sentence: str) -> Found:
    """Return a finding about an envelope's content."""
    return Found(code, opened.tag, opened.number, opened.batch.policy_version, sentence)
