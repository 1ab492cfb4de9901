"""Positions by a locate order: each has a signed one, of its number, in force at its second (R27).

The signed locate orders are the collector's: without its database nothing is known of them, and
nothing is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reticent.archive.audit_codes import Found, in_opened
from reticent.archive.key_files import is_signed_by
from reticent.archive.opener import Opened
from reticent.clock import format_utc
from reticent.tagcode import FormatError, cbor, cose, locate, policy, record

LocateKey = tuple[bytes, int, int]  # tag, version of its order, number


def audit_locates(
    opened: Sequence[Opened], signed: Mapping[LocateKey, bytes], issuer: bytes | None
) -> Iterator[Found]:
    """Yield the positions that no locate order of the issuer's asked for."""
    for one in opened:
        for entry in one.batch.records:
            if entry[0] != record.LOCATED or entry[2] != record.LOCATE:
                continue
            key = (one.tag, one.batch.policy_version, entry[3])
            if not _asks(signed.get(key), key, entry[1], issuer):
                words = f"No signed locate order {entry[3]} asks for {format_utc(entry[1])}."
                yield in_opened("located-without-order", one, words)


def _asks(signed: bytes | None, key: LocateKey, utc_s: int, issuer: bytes | None) -> bool:
    if signed is None:
        return False
    try:
        if issuer is not None and not is_signed_by(issuer, signed):
            return False
        order = locate.LocateOrder(locate.check(cbor.decode(cose.parse(signed)[1])))
        locate.check_for(order, key[0], key[1], utc_s)
    except (FormatError, policy.PolicyError):
        return False
    return order.number == key[2]
