"""The chain of a tag's envelopes: what is missing, what was exchanged, and what forked.

Every envelope names the SHA-256 of the tag's previous one. Numbers may be skipped where the chain
holds; a batch that a full outbox dropped is named by an event in a later one.
"""

from __future__ import annotations

from itertools import pairwise

from reticent.archive.audit_codes import Found, in_sealed
from reticent.archive.opener import Genuine
from reticent.tagcode import envelope

Span = tuple[int, int]  # from the first number to the last


class Chain:
    """One tag's chain: its genuine envelopes by number, and what stands beside them."""

    def __init__(
        self, genuine: list[Genuine], second: list[Genuine], refused: set[int], dropped: list[Span]
    ) -> None:
        """Take second envelopes of a number, numbers not genuine, spans said to be dropped."""
        self._genuine = genuine
        self._second = second
        self._refused = refused
        self._dropped = dropped
        self._numbers = {one.sealed.hash: one.sealed.number for one in (*genuine, *second)}

    def audit(self) -> list[Found]:
        """Return the chain's findings."""
        found = [
            in_sealed("fork", one.sealed, "The tag has signed two envelopes under this number.")
            for one in self._second
        ]
        before: Genuine | None = None
        for one in self._genuine:
            found += self._link(before, one)
            before = one
        return found

    def _link(self, before: Genuine | None, one: Genuine) -> list[Found]:
        number, previous = one.sealed.number, one.envelope.header.previous
        last = 0 if before is None else before.sealed.number
        follows = self._numbers.get(previous, 0 if previous == envelope.ZERO_HASH else None)
        if follows == last:
            return _skipped(one, last) if number > last + 1 else []
        if previous == envelope.ZERO_HASH:
            words = f"The tag's chain begins anew here, after envelope {last}."
            return [in_sealed("chain-restarted", one.sealed, words)]
        if follows is not None:
            words = f"It follows envelope {follows}, as another envelope does: the chain forks."
            return [in_sealed("fork", one.sealed, words)]
        if number > last + 1:
            return self._missing(one, (last + 1, number - 1))
        words = f"Envelope {last} is not the one that the tag sealed before this."
        if last == 0:
            words = "The tag's first envelope names one before it."
        return [in_sealed("chain-broken", one.sealed, words)]

    def _missing(self, one: Genuine, span: Span) -> list[Found]:
        """Return findings for the numbers before an envelope, by what the tag says of them."""
        found: list[Found] = []
        for first, last, code in self._runs(span):
            numbers = (
                f"Envelope {first} is" if first == last else f"Envelopes {first} to {last} are"
            )
            if code == "gap":
                words = f"{numbers} missing: removed, lost, or not sent yet."
            else:
                words = f"{numbers} missing: the tag says that its full outbox dropped them."
            found.append(in_sealed(code, one.sealed, words))
        return found

    def _runs(self, span: Span) -> list[tuple[int, int, str]]:
        """Return (first, last, code) of each run of numbers with the same explanation."""
        told = [(number, number) for number in self._refused]  # as not genuine, already
        cuts = {span[0], span[1] + 1}
        for first, last in (*told, *self._dropped):
            cuts |= {cut for cut in (first, last + 1) if span[0] < cut <= span[1]}
        runs: list[tuple[int, int, str]] = []
        for start, end in pairwise(sorted(cuts)):
            code = "gap-dropped" if _holds(self._dropped, start) else "gap"
            if _holds(told, start):
                continue
            if runs and runs[-1][1:] == (start - 1, code):
                start = runs.pop()[0]
            runs.append((start, end - 1, code))
        return runs


def _holds(spans: list[Span], number: int) -> bool:
    return any(first <= number <= last for first, last in spans)


def _skipped(one: Genuine, last: int) -> list[Found]:
    number = one.sealed.number
    words = f"The numbers {last + 1} to {number - 1} were not used; the chain holds."
    return [in_sealed("numbers-skipped", one.sealed, words)]
