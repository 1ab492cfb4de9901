"""UTC seconds: reading and writing them as ISO 8601, and a clock that can be set."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from reticent.errors import BadInput
from reticent.files import read_text

_TOO_LATE_S = 4_102_444_800  # 2100-01-01
_MS_DIGITS = 14  # too many for this century


def parse_utc(text: str) -> int:
    """Return the UTC seconds of an ISO 8601 time; a date alone is its first second.

    A time without an offset is refused: it would be another moment in another place.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"{text!r} is not a time; write it like 2026-11-23T08:00:00Z or 2026-11-23"
        ) from None
    if moment.tzinfo is None:
        if len(text) > len("2026-11-23"):
            raise BadInput(f"{text!r} does not say in which offset; add Z for UTC")
        moment = moment.replace(tzinfo=UTC)
    utc_s = int(moment.timestamp())
    if not 0 <= utc_s < _TOO_LATE_S:
        raise BadInput(f"{text!r} is not a time from 1970 to 2099")
    return utc_s


def format_utc(utc_s: int) -> str:
    """Return the time as in 2026-11-23T08:00:00Z."""
    return datetime.fromtimestamp(utc_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Clock:
    """The computer's clock, set where `--now` says so and running on from there."""

    def __init__(self, now_s: int | None = None) -> None:
        self._offset_s = 0 if now_s is None else now_s - int(time.time())

    @classmethod
    def set_to(cls, now: str | None) -> Clock:
        """Return a clock that shows `now` (ISO 8601) at this moment; None: the right time.

        `@FILE` is one that somebody else keeps: the UTC milliseconds in a file, as a simulated
        tag's are. It must be there.
        """
        if now is not None and now.startswith("@"):
            return _Followed(Path(now[1:]))
        return cls(None if now is None else parse_utc(now))

    def utc_s(self) -> int:
        """Return the time in UTC seconds."""
        return int(time.time()) + self._offset_s


class _Followed(Clock):
    """A clock that shows what stands in a file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.utc_s()

    def utc_s(self) -> int:
        text = read_text(self._path).strip()
        if not (text.isascii() and text.isdigit() and len(text) < _MS_DIGITS):
            raise BadInput(f"{self._path}: not a number of milliseconds since 1970")
        return int(text) // 1000
