"""A TOML of faults, for `reticent simulate --faults`: docs/FAULTS.md and examples/faults.toml."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from reticent.errors import BadInput
from reticent.files import read_text
from reticent.sim.faults import (
    STATES,
    BrownOut,
    Fault,
    FullFlash,
    Network,
    OtherTime,
    Stuck,
    WrongBaud,
)
from reticent.sim.world import SLOW_MS
from reticent.texts import parse_toml

_MOST_DELAY_MS = 600_000
_MOST_JUMP_S = 100 * 365 * 86_400
_BAUDS = range(1_200, 921_601)
_LAST_YEAR = 2079  # RMC tells two digits of a year


def read_faults(path: Path) -> tuple[Fault, ...]:
    """Return the faults of a file; BadInput says in one line what is wrong in it."""
    try:
        found = parse_toml(read_text(path))
    except ValueError as error:
        raise BadInput(f"{path}: is no TOML: {error}") from None
    faults: list[Fault] = []
    for kind, entries in found.items():
        if kind not in _KINDS:
            raise BadInput(f"{path}: {kind!r} is no fault; there is: {', '.join(_KINDS)}")
        if not isinstance(entries, list):
            raise BadInput(f"{path}: write [[{kind}]], with two brackets")
        for number, entry in enumerate(cast("list[object]", entries), 1):
            faults.append(_KINDS[kind](_Entry(f"{path}: [[{kind}]] {number}", entry)))
    return tuple(faults)


@dataclass(frozen=True)
class _Entry:
    """One table of the file; `where` names it in messages."""

    where: str
    given: object

    def only(self, *names: str, also: tuple[str, ...] = ()) -> _Entry:
        """Refuse a table that has not exactly these keys, and maybe some of the others."""
        keys = set(cast("dict[str, object]", self.given)) if isinstance(self.given, dict) else None
        if keys is None or not set(names) <= keys <= set(names) | set(also):
            words = " and ".join(f"`{name}`" for name in names)
            rest = f" (and may have {', '.join(f'`{name}`' for name in also)})" if also else ""
            raise BadInput(f"{self.where}: needs {words}, and nothing else{rest}")
        return self

    def value(self, name: str) -> object:
        return cast("dict[str, object]", self.given).get(name)

    def time_s(self, name: str) -> int:
        value = self.value(name)
        if not isinstance(value, datetime):
            hint = "write times like 2026-03-02T09:00:00Z, without quotes"
            raise BadInput(f"{self.where}: `{name}`: {hint}")
        return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())

    def span_s(self) -> tuple[int, int]:
        from_s, until_s = self.time_s("from"), self.time_s("until")
        if until_s <= from_s:
            raise BadInput(f"{self.where}: ends before it begins")
        return from_s, until_s

    def number(self, name: str, least: int, most: int) -> int:
        value = self.value(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise BadInput(f"{self.where}: `{name}` is a whole number from {least} to {most}")
        return value

    def word(self, name: str, words: tuple[str, ...]) -> str:
        value = self.value(name)
        if value not in words:
            raise BadInput(f"{self.where}: `{name}` is one of: {', '.join(words)}")
        return cast("str", value)


def _network(entry: _Entry) -> Fault:
    entry.only("from", "until", also=("state", "delay_ms"))
    state = "down" if entry.value("state") is None else entry.word("state", tuple(STATES))
    if (state == "slow") != (entry.value("delay_ms") is not None):
        raise BadInput(f'{entry.where}: `delay_ms` goes with `state = "slow"`, and only with it')
    how = STATES[state]
    if state == "slow":
        how = entry.number("delay_ms", SLOW_MS, _MOST_DELAY_MS)
    return Network(*entry.span_s(), how)


def _brown_out(entry: _Entry) -> Fault:
    return BrownOut(entry.only("at").time_s("at"))


def _full_flash(entry: _Entry) -> Fault:
    return FullFlash(entry.only("blocks_left").number("blocks_left", 0, 4_096))


def _receiver(entry: _Entry) -> Fault:
    entry.only("from", "until", "state", also=("baud",))
    state = entry.word("state", ("frozen", "silent", "wrong baud"))
    if (state == "wrong baud") != (entry.value("baud") is not None):
        raise BadInput(f'{entry.where}: `baud` goes with `state = "wrong baud"`, only with it')
    if state == "wrong baud":
        return WrongBaud(*entry.span_s(), entry.number("baud", _BAUDS[0], _BAUDS[-1]))
    return Stuck(*entry.span_s(), state == "silent")


def _clock_jump(entry: _Entry) -> Fault:
    entry.only("from", "until", "jump_s")
    return OtherTime(*entry.span_s(), entry.number("jump_s", -_MOST_JUMP_S, _MOST_JUMP_S))


def _spoofed_time(entry: _Entry) -> Fault:
    entry.only("from", "until", "date")
    told_s = entry.time_s("date")
    if datetime.fromtimestamp(told_s, UTC).year > _LAST_YEAR:
        raise BadInput(f"{entry.where}: `date`: a receiver tells years up to {_LAST_YEAR}")
    from_s, until_s = entry.span_s()
    return OtherTime(from_s, until_s, told_s - from_s)


_KINDS: dict[str, Callable[[_Entry], Fault]] = {
    "network": _network,
    "brown_out": _brown_out,
    "full_flash": _full_flash,
    "receiver": _receiver,
    "clock_jump": _clock_jump,
    "spoofed_time": _spoofed_time,
}
