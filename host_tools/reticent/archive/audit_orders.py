"""The orders of an audit: their signature, every rule they break, and what records must keep to.

An order that breaks a rule is still read as far as it goes, so that what was said under it can be
held against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from reticent.archive.audit_codes import Found
from reticent.archive.key_files import is_signed_by
from reticent.archive.words import Measures, Reader
from reticent.errors import BadInput
from reticent.tagcode import FormatError, cbor, cose, order_limits, policy

OrderKey = tuple[bytes, int]  # tag and version

_OVERLONG = "a term over 92 days"

# What a malformed field makes of a rule that comes after the one it broke.
_MALFORMED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


@dataclass(frozen=True)
class Order:
    """An order that can be made sense of: what records are held against."""

    policy: policy.Policy
    names: tuple[str, ...]  # of the zones
    reader: Reader

    def zone(self, number: int) -> policy.Zone | None:
        """Return the zone of this number, where there is one."""
        zones: list[policy.Zone] = self.policy.zones
        return zones[number] if number < len(zones) else None

    def zone_words(self, number: int) -> str:
        """Return a zone's number and name."""
        return f"zone {number} ({self.names[number]})" if number < len(self.names) else "no zone"

    def level_at(self, utc_s: int) -> int:
        """Return the level in force: one lower from the missed review on (R22)."""
        return self.policy.level_at(utc_s)


@dataclass(frozen=True)
class Filed:
    """A signed order as it is filed, right or wrong; `order` is None where it is senseless."""

    tag: bytes
    version: int
    signed: bytes
    fields: dict[int, Any]
    order: Order | None
    twin: bytes | None = None  # what else is filed, signed, under this tag and version


def read_order(signed: bytes, key: OrderKey | None = None) -> Filed:
    """Return a signed order, unchecked; BadInput where it is none.

    `key` is what it is filed under, else it is what the order says itself.
    """
    try:
        fields = cbor.decode(cose.parse(signed)[1])
    except FormatError:
        raise BadInput("not a signed policy, or damaged") from None
    if not isinstance(fields, dict):
        raise BadInput("signed, but not a policy")
    tag, version = fields.get(policy.TAG), fields.get(policy.VERSION)
    if key is None:
        if not isinstance(tag, bytes) or type(version) is not int:
            raise BadInput("signed, but a policy without tag or version")
        key = tag, version
    fields = cast("dict[int, Any]", fields)
    return Filed(*key, signed, fields, _order(signed, fields))


def audit_orders(orders: Mapping[OrderKey, Filed], issuer: bytes | None) -> list[Found]:
    """Return the findings of every order by itself."""
    found: list[Found] = []
    for filed in orders.values():
        found += _audit_order(filed, issuer)
    return found


def _audit_order(filed: Filed, issuer: bytes | None) -> list[Found]:
    told = [(_rule_code(rule), f"The order breaks a rule: {rule}.") for rule in _broken(filed)]
    told += _signature_faults(filed, issuer)
    says = filed.fields.get(policy.TAG), filed.fields.get(policy.VERSION)
    if says != (filed.tag, filed.version):
        told.append(("order-misfiled", "The order is filed under another tag or version."))
    if filed.twin is not None:
        words = "Another order is signed under this version: not everybody has the same one."
        told.append(("order-twice", words))
    if _repeats_keys(filed):
        words = "A recipient's key stands in the order twice: one week's destruction leaves it."
        told.append(("order-keys-repeated", words))
    told += [("order-overridden", sentence) for sentence in _override_words(filed)]
    return [Found(code, filed.tag, None, filed.version, sentence) for code, sentence in told]


def _repeats_keys(filed: Filed) -> bool:
    """Return whether two weeks or two roles have one key, of which no rule of the order speaks."""
    recipients = filed.fields.get(policy.RECIPIENTS)
    if not isinstance(recipients, list) or len(cast("list[object]", recipients)) != 4:
        return False  # told as a rule that is broken
    _, duty, officer, wearer = cast("list[Any]", recipients)
    if not isinstance(duty, list) or not isinstance(officer, list):
        return False
    keys = cast("list[Any]", [*duty, *officer, wearer])
    return any(keys.count(key) > 1 for key in keys)


def _override_words(filed: Filed) -> list[str]:
    """Return a sentence for each limit that the order overrides."""
    overrides = filed.fields.get(policy.OVERRIDES)
    found: list[str] = []
    for entry in overrides if isinstance(overrides, list) else []:
        if isinstance(entry, list) and len(entry) == 3 and entry[0] in order_limits.GRANTS:
            usual = order_limits.GRANTS[entry[0]][0]
            found.append(
                f"The order overrides limit {entry[0]}: {entry[1]} instead of {usual}: {entry[2]}"
            )
    return found


def _rule_code(rule: str) -> str:
    return "order-overlong" if rule == _OVERLONG else "order-unlawful"


def _signature_faults(filed: Filed, issuer: bytes | None) -> list[tuple[str, str]]:
    if issuer is None:
        words = "The order's signature was not checked: the issuer's public key is not here."
        return [("order-unverified", words)]
    if is_signed_by(issuer, filed.signed):
        return []
    return [("order-forged", "The order is not signed by the issuer.")]


def _broken(filed: Filed) -> list[str]:
    """Return every rule of the tag that the order breaks, each once, in the tag's words."""
    broken: list[str] = []

    def require(holds: object, rule: str) -> None:
        if not holds and rule not in broken:
            broken.append(rule)

    require(len(filed.signed) <= policy.MAX_BYTES, f"over {policy.MAX_BYTES:,} bytes")
    for rules in (order_limits.check_whole, *order_limits.RULES):
        before = len(broken)
        try:
            for _ in rules(filed.fields, require) or ():
                pass  # on a tag it is done in steps
        except _MALFORMED:
            require(len(broken) > before, "a field is malformed")
    return broken


def _order(signed: bytes, fields: dict[int, Any]) -> Order | None:
    try:
        read = policy.Policy(fields)
        names = tuple(str(entry[1]) for entry in fields[policy.ZONES])
        return Order(read, names, Reader(Measures.of(signed)))
    except _MALFORMED:
        return None
