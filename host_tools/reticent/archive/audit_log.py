"""The access log as an audit reads it: unbroken, with reasons, the one that tags anchored.

Each envelope is signed over the head that the last ack carried. So a head that the log never had
means that entries are gone, and one that is older than an earlier envelope's that the collector
was made to forget some. What no envelope can tell is how much was removed behind the last head
that a tag was told of.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from reticent.archive.access_log import AccessLog
from reticent.archive.audit_codes import Found, in_sealed
from reticent.archive.opener import Genuine
from reticent.errors import Finding

_NEEDED = ("person", "reason", "case")


def audit_log(log: AccessLog, tag: bytes, genuine: list[Genuine]) -> list[Found]:
    """Return the findings of one tag's access log; `genuine` are the tag's envelopes."""
    try:
        entries, heads = log.entries(tag), log.heads(tag)
    except Finding:
        words = "The access log's chain is broken: an entry was changed, removed or reordered."
        return [Found("log-broken", tag, None, None, words)]
    found: list[Found] = []
    for place, entry in enumerate(entries, 1):
        if not all(str(entry.get(name) or "").strip() for name in _NEEDED):
            words = f"Entry {place} of the access log lacks a person, a reason or a case."
            found.append(Found("opening-without-reason", tag, None, None, words))
    for earlier, later in pairwise(entries):
        if str(later.get("time")) < str(earlier.get("time")):
            words = f"The access log's entry of {later.get('time')} comes after a later one's."
            found.append(Found("log-time-back", tag, None, None, words))
    return [*found, *_heads_faults(heads, genuine)]


def _heads_faults(heads: list[bytes], genuine: list[Genuine]) -> Iterator[Found]:
    """Yield what is wrong with the heads that the tag has signed, one after another."""
    most = 0
    for one in genuine:
        head = one.envelope.header
        if head.log_head not in heads:
            words = "The tag was told of an access log that is not this one: entries are gone."
            yield in_sealed("log-rewritten", one.sealed, words, head.policy_version)
            continue
        place = heads.index(head.log_head)
        if place < most:
            words = f"The tag is told of {place} entries of the access log, of {most} before."
            yield in_sealed("log-rewritten", one.sealed, words, head.policy_version)
        most = max(most, place)
