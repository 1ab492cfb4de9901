"""`reticent audit`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from rich.table import Table

from reticent.archive.access_log import AccessLog
from reticent.archive.audit import Content, Material
from reticent.archive.audit import audit as find
from reticent.archive.audit_codes import NOTICE, VIOLATION, Found
from reticent.archive.audit_inputs import Places, Sources
from reticent.archive.audit_orders import Filed
from reticent.archive.key_files import read_issuer_public
from reticent.archive.keyring import Keyring, role_keys
from reticent.archive.options import Where, Who
from reticent.archive.recipients import day_of
from reticent.archive.session import Purpose, Session
from reticent.bench.registration import read_identities
from reticent.console import counted, say, say_json, show
from reticent.errors import BadInput, Finding
from reticent.tagcode import policy as order_fields

_WHERE, _WHO = Where(), Who()


def audit(
    run: Path | None = None,
    *,
    where: Where = _WHERE,
    envelopes: Path | None = None,
    policy: list[Path] | None = None,
    role: list[str] | None = None,
    reason: str | None = None,
    case: str | None = None,
    who: Who = _WHO,
    json: bool = False,
) -> None:
    """Hold what a tag sent against its order: exit status 0 without a violation, 1 with one.

    Without a role it reads what anybody sees: signatures, chain, sizes, recipients, and whether
    the order is lawful. With a role's keys it opens the envelopes, which is logged, and audits
    every record. docs/AUDIT.md has all findings.

    Parameters
    ----------
    run
        A folder of `reticent demo` or `simulate`: where everything that is not named lies.
    envelopes
        A file of envelopes (a CBOR sequence), or a folder of them, instead of the database's.
    policy
        A signed order, besides those in the database; may be given again.
    role
        Open with the keys of duty, officer or wearer; several with commas, or given again.
    reason
        Why they are opened; it is logged.
    case
        The case's number; it is logged.
    json
        Print JSON.
    """
    named = {**asdict(where), "envelopes": envelopes}
    places = Places.of(run, named, policy or [])
    purposes = _purposes(role or [], who.name(), reason, case)
    utc_s = who.utc_s(run)
    sources = Sources(places)
    try:
        material = _material(sources, places, utc_s)
        content = _open(sources, places, material, purposes, utc_s)
        found = find(material, content)
    finally:
        sources.close()
    if json:
        say_json(_as_json(material, content, found))
    else:
        _print(material, content, found)
    violations = sum(one.severity == VIOLATION for one in found)
    if violations:
        raise Finding(f"{counted(violations, 'violation')} found; keep everything as it is")


def _purposes(roles: list[str], who: str, reason: str | None, case: str | None) -> list[Purpose]:
    """Return what to open for; keys are used only where a role, a reason and a case are given."""
    names = [name.strip() for role in roles for name in role.split(",") if name.strip()]
    if not names and (reason is not None or case is not None):
        raise BadInput("a reason or case, but no --role: name whose keys are to be used")
    if names and (reason is None or case is None):
        raise BadInput("--role opens envelopes: give a --reason and a --case, they are logged")
    purposes = [Purpose(who, name, reason or "", case or "") for name in dict.fromkeys(names)]
    for purpose in purposes:
        purpose.opening(b"", []).check()
    return purposes


def _material(sources: Sources, places: Places, utc_s: int) -> Material:
    issuer = None if places.issuer is None else read_issuer_public(places.issuer)
    log = None if places.log is None else AccessLog(places.log)  # none there: an empty one
    return Material(
        sources.envelopes(),
        sources.second,
        read_identities(places.tags),
        sources.orders,
        issuer,
        log,
        sources.locates(),
        _late_keys(places.keys, sources.orders.values(), utc_s),
    )


def _late_keys(keys: Path | None, orders: Iterable[Filed], utc_s: int) -> tuple[str, ...]:
    """Return the weeks' keys of a ring that are over their retention; nothing of it is opened.

    The order that promises the least counts: what stands in the ring's folder, anybody can edit.
    """
    if keys is None or not keys.is_dir():
        return ()
    promised = [filed.fields.get(order_fields.RETENTION_DAYS) for filed in orders]
    days = [one for one in promised if type(one) is int]
    late = Keyring(keys).late(utc_s, min(days, default=None))
    return tuple(f"{role} {day_of(week)}" for role, weeks in late.items() for week in weeks)


def _open(
    sources: Sources, places: Places, material: Material, purposes: Sequence[Purpose], utc_s: int
) -> Content:
    """Open what the roles' keys open, each role's opening logged."""
    content = Content()
    if not purposes:
        return content
    if places.keys is None:
        raise BadInput("no key ring: name it with --keys")
    if places.log is None:
        raise BadInput("no access log: name its folder with --log")
    log = AccessLog(places.log)
    held = [role_keys(places.keys, purpose.role) for purpose in purposes]
    for purpose, keys in zip(purposes, held, strict=True):
        result = Session(sources, material.identities, keys, log).open(purpose, utc_s)
        content.opened.extend(result.opened)
        content.refused.extend(result.refused)
    return content


def _print(material: Material, content: Content, found: list[Found]) -> None:
    for tag, group in groupby(found, lambda one: one.tag):
        show(_table(tag, list(group)))
    say(_summary(material, content, found))
    if not content.opened:
        say("Nothing was opened: for the records give --role, --reason and --case.")


def _table(tag: bytes, found: list[Found]) -> Table:
    table = Table(title=f"tag {tag.hex()}")
    table.add_column("no.", justify="right", no_wrap=True)
    table.add_column("order", justify="right", no_wrap=True)
    table.add_column("finding", no_wrap=True)
    table.add_column("what is wrong, and the rule", overflow="fold")
    for one in found:
        mark = " (notice)" if one.severity == NOTICE else ""
        numbers = ("" if value is None else str(value) for value in (one.number, one.version))
        table.add_row(*numbers, one.code, f"{one.sentence}{mark} [{one.rule}]")
    return table


def _summary(material: Material, content: Content, found: list[Found]) -> str:
    figures = _figures(material, content, found)
    return (
        f"{counted(figures['envelopes'], 'envelope')} of {counted(figures['tags'], 'tag')}, "
        f"{figures['opened']} opened, {counted(figures['orders'], 'order')}: "
        f"{counted(figures['violations'], 'violation')}, {counted(figures['notices'], 'notice')}"
    )


def _figures(material: Material, content: Content, found: list[Found]) -> dict[str, int]:
    severities = [one.severity for one in found]
    return {
        "envelopes": len(material.stored) + len(material.second),
        "tags": len({one.tag for one in material.stored}),
        "opened": len({(one.tag, one.number) for one in content.opened}),
        "orders": len(material.orders),
        "violations": severities.count(VIOLATION),
        "notices": severities.count(NOTICE),
    }


def _as_json(material: Material, content: Content, found: list[Found]) -> dict[str, object]:
    figures: dict[str, object] = dict(_figures(material, content, found))
    return {**figures, "findings": [one.as_json() for one in found]}
