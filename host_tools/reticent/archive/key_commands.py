"""`reticent keys`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from reticent.archive import wearer
from reticent.archive.access_log import AccessLog, Opening
from reticent.archive.desk import tag_id
from reticent.archive.keyring import Keyring, role_keys
from reticent.archive.opener import Refusal, authenticate, is_for, secret_of
from reticent.archive.options import Where, Who
from reticent.archive.recipients import AGENCY, day_of
from reticent.archive.ring_content import Hold
from reticent.bench.registration import read_identities
from reticent.clock import Clock, format_utc, parse_utc
from reticent.collector.store import Store
from reticent.console import counted, say, say_json, show, tell
from reticent.errors import BadInput
from reticent.files import read_text
from reticent.whole import Whole

_WHERE, _WHO = Where(), Who()

keys = App(name="keys", help="Keys: new, list, rotate, shred, hold.")


@keys.command
def new(
    folder: Path,
    *,
    from_: Annotated[str, Parameter(name="--from")],
    weeks: Whole,
    wearer_key: Path | None = None,
    retention_days: Whole = 60,
    json: bool = False,
) -> None:
    """Make the key ring of one tag: issuer, and duty desk and officer by week.

    The private keys lie under a ring key, and that under the passphrase in RETICENT_PASSPHRASE (or
    in the file that RETICENT_PASSPHRASE_FILE names), where one is set. Leave the folder ring-key
    out of every backup: docs/KEYS.md.

    Parameters
    ----------
    folder
        The key ring to make; nothing in it is overwritten.
    from_
        A day in the first week.
    weeks
        How many UTC weeks; an order's whole term needs keys.
    wearer_key
        The wearer's public key, made apart by `reticent wearer-key`. Without it one is made here:
        good for trials only.
    retention_days
        Keys are destroyed so many days after their week's start; an order may not promise less.
    json
        Print JSON.
    """
    public = None if wearer_key is None else wearer.read_public(wearer_key)
    phrase = _passphrase()
    Keyring.create(
        folder,
        parse_utc(from_),
        weeks,
        wearer=public,
        retention_days=retention_days,
        passphrase=phrase,
    )
    whose = "" if public is not None else ", and the wearer's (for trials: it is to be made apart)"
    under = "" if phrase is not None else "; the ring key is under no passphrase"
    tell(
        f"{folder}: issuer, {counted(weeks, 'week')} of duty and officer keys{whose}{under}",
        {"folder": str(folder), "weeks": weeks, "passphrase": phrase is not None},
        as_json=json,
    )


@keys.command(name="list")
def list_keys(
    folder: Path, *, public: bool = False, now: str | None = None, json: bool = False
) -> None:
    """Show which weeks' private keys are there, destroyed or late, and the holds.

    Parameters
    ----------
    folder
        The key ring.
    public
        Print the recipients' public keys instead, as `order sign --recipients` takes them.
    now
        The time to count from (ISO 8601, UTC), if not the computer's clock.
    json
        Print JSON.
    """
    ring = Keyring(folder)
    if public:
        if json:
            raise BadInput("--public prints TOML: leave --json out")
        say(ring.public_keys().text().rstrip())
        return
    states, holds = _week_states(ring, Clock.set_to(now).utc_s()), ring.holds()
    if json:
        say_json({"weeks": states, "holds": [hold.as_json() for hold in holds]})
        return
    table = Table("week from", *AGENCY)
    for state in states:
        table.add_row(*state.values())
    show(table)
    for hold in holds:
        say(f"hold {hold.name}: {hold.words()}")


def _week_states(ring: Keyring, now_s: int) -> list[dict[str, str]]:
    """Return each week's day and what became of its private keys, by role."""
    there, late = ring.weeks(), ring.late(now_s)

    def state(role: str, week: int) -> str:
        if week not in there[role]:
            return "destroyed"
        return "late" if week in late[role] else "there"

    weeks = sorted(ring.public_keys().weeks[AGENCY[0]])
    return [
        {"from": day_of(week)} | {role: state(role, week) for role in AGENCY} for week in weeks
    ]


@keys.command
def rotate(folder: Path, *, add_weeks: Whole = 0, json: bool = False) -> None:
    """Replace the ring key, and add weeks behind the last for an order that goes on.

    Parameters
    ----------
    folder
        The key ring.
    add_weeks
        How many UTC weeks to make keys for.
    json
        Print JSON.
    """
    if not 0 <= add_weeks <= 60:
        raise BadInput(f"{add_weeks} weeks: add 0 to 60")
    Keyring(folder).rotate(add_weeks)
    more = f", {counted(add_weeks, 'week')} of keys added" if add_weeks else ""
    tell(
        f"{folder}: a new ring key{more}; the old one is destroyed",
        {"folder": str(folder), "weeks_added": add_weeks},
        as_json=json,
    )


@keys.command
def shred(
    folder: Path,
    *,
    log: Path,
    tag: str,
    case: str,
    database: Path | None = None,
    who: Who = _WHO,
    json: bool = False,
) -> None:
    """Destroy the keys of weeks that are over their retention, and holds at their end; prove it.

    The ring key is replaced, so that no copy of the ring opens any more; every file of the ring is
    then searched for what was destroyed. It is logged in the tag's access log. Run it each day.

    Parameters
    ----------
    folder
        The key ring.
    log
        The access logs' folder.
    tag
        The tag's id (16 hex digits).
    case
        The case's number; it is logged.
    database
        The collector's database: the tag then signs that it was told of the log's entry.
    json
        Print JSON.
    """
    utc_s, owner = who.utc_s(), tag_id(tag) or b""
    ring = Keyring(folder)
    words = "; ".join(ring.due(utc_s)) or "nothing is due"
    store = None if database is None else Store(database, must_exist=True)
    # Logged first, like an opening: what cannot be logged is not done.
    entry = Opening(owner, who.name(), "keys", f"to be destroyed: {words}", case, [])
    head = AccessLog(log).append(entry, utc_s)
    if store is not None:
        store.set_log_head(owner, head)
        store.close()
    gone = ring.shred(utc_s)
    left = ring.has_wearers_key()
    but = "; but the wearer's key lies in it too, and opens what they opened" if left else ""
    tell(
        f"{folder}: destroyed {counted(len(gone), 'secret')}; no trace of them is left in it{but}",
        {"destroyed": gone, "wearers_key_is_here": left},
        as_json=json,
    )


@keys.command
def hold(
    run: Path | None = None,
    *,
    where: Where = _WHERE,
    name: str,
    role: str,
    tag: str,
    first: Whole,
    last: Whole,
    purpose: str,
    case: str,
    until: str,
    who: Who = _WHO,
    json: bool = False,
) -> None:
    """Keep some envelopes readable beyond their week's end: for a purpose, and until a day.

    What is kept are the content secrets of these envelopes and nothing else. It is logged, and the
    wearer can read the log; the wearer may ask for one too.

    Parameters
    ----------
    run
        The folder of a simulation: it says where database, tags, keys and log are.
    name
        The hold's name.
    role
        Whose envelopes: duty or officer.
    tag
        The tag's id (16 hex digits).
    first
        The number of the first envelope.
    last
        The number of the last one.
    purpose
        What they are kept for; it is logged.
    case
        The case's number; it is logged.
    until
        The day on which the hold ends (ISO 8601, UTC).
    json
        Print JSON.
    """
    desk = where.desk(run)
    utc_s, ends_s = who.utc_s(run), parse_utc(until)
    if ends_s <= utc_s:
        raise BadInput(f"{until}: a hold ends later than it begins")
    if not name.strip():
        raise BadInput("no name: a hold needs one")
    if not purpose.strip():
        raise BadInput("no purpose: a hold names one, the wearer can read it")
    if role not in AGENCY:
        raise BadInput(f"{role!r}: a hold is for duty or officer; the wearer's key stays anyway")
    owner = tag_id(tag) or b""
    ring, opens = Keyring(desk.keys), role_keys(desk.keys, role)
    ring.refuse_name(name)  # before it is logged
    store = Store(desk.database, must_exist=True)
    try:
        stored = [one for one in store.envelopes(owner) if first <= one.number <= last]
        genuine, _ = authenticate(stored, read_identities(desk.tags))
        ours = [one for one in genuine if is_for(opens, one)]
        if not ours:
            raise BadInput(f"no envelope from {first} to {last} of this tag is for {role} here")
        numbers = [one.sealed.number for one in ours]
        words = f"hold {name} until {format_utc(ends_s)}: {purpose}"
        head = AccessLog(desk.log).append(
            Opening(owner, who.name(), role, words, case, numbers), utc_s
        )
        store.set_log_head(owner, head)
        # Logged first, like an opening: these secrets open the envelopes.
        secrets = {one.sealed.hash: secret_of(one, opens) for one in ours}
    except Refusal as reason:
        raise BadInput(f"an envelope must not be believed: {reason}; nothing is held") from None
    finally:
        store.close()
    made = Hold(name, owner, role, purpose, case, who.name(), ends_s, secrets)
    ring.hold(made)
    tell(f"hold {name}: {made.words()}", made.as_json(), as_json=json)


def _passphrase() -> str | None:
    """Return the passphrase that is set, if one is."""
    if path := os.environ.get("RETICENT_PASSPHRASE_FILE"):
        return read_text(Path(path)).rstrip("\n")
    return os.environ.get("RETICENT_PASSPHRASE") or None
