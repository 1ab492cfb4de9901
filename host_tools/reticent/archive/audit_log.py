"""The access log as an audit reads it: unbroken, with reasons, the one that tags anchored."""

from __future__ import annotations

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
    for one in genuine:
        head = one.envelope.header
        if head.log_head not in heads:
            words = "The tag was told of an access log that is not this one: entries are gone."
            found.append(in_sealed("log-rewritten", one.sealed, words, head.policy_version))
    return found
