"""Weekly schedules in local time, and the UTC windows they come to within an order's term.

An entry is `DAYS HH:MM-HH:MM`, days as in `Mon-Fri` or `Sat,Sun`; an end at or before the start is
on the next day. Where a clock change makes a local time happen twice, the first is meant; where it
skips one, the offset before the change holds (RFC 5545, section 3.3.5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from reticent.errors import BadInput
from reticent.orders.fault import nearest

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ENTRY = re.compile(r"(\S+) (\d\d):(\d\d)-(\d\d):(\d\d)")
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Hours:
    """From a minute to a minute of local time, on these weekdays (Monday is 0)."""

    weekdays: frozenset[int]
    start_minute: int
    end_minute: int  # over 1,440 where it is on the next day


@dataclass(frozen=True)
class Schedule:
    """When a zone is in force, week by week, in one time zone."""

    timezone: ZoneInfo
    hours: tuple[Hours, ...]

    def windows(self, not_before_s: int, not_after_s: int) -> list[int]:
        """Return start, end, start, end ... in minutes since not_before, sorted and apart.

        Every end lies within the term; the first start is 0 where the zone is in force then.
        """
        spans = sorted(
            (max(start, not_before_s), min(end, not_after_s))
            for start, end in self._spans(not_before_s, not_after_s)
            if start < not_after_s and end > not_before_s
        )
        merged: list[int] = []
        for start, end in spans:
            if merged and start <= merged[-1]:
                merged[-1] = max(merged[-1], end)
            else:
                merged += [start, end]
        return [(second - not_before_s) // 60 for second in merged]

    def _spans(self, not_before_s: int, not_after_s: int) -> list[tuple[int, int]]:
        """Return the (start, end) seconds of every day that may touch the term."""
        day = datetime.fromtimestamp(not_before_s, self.timezone).date() - timedelta(days=1)
        last = datetime.fromtimestamp(not_after_s, self.timezone).date()
        spans: list[tuple[int, int]] = []
        while day <= last:
            spans += [
                (self._utc_s(day, hours.start_minute), self._utc_s(day, hours.end_minute))
                for hours in self.hours
                if day.weekday() in hours.weekdays
            ]
            day += timedelta(days=1)
        # A clock change can swallow a short span whole: it ends before it starts then.
        return [(start, end) for start, end in spans if start < end]

    def _utc_s(self, day: date, minute: int) -> int:
        days, minute = divmod(minute, _DAY_MINUTES)
        local = datetime.combine(
            day + timedelta(days=days), time(minute // 60, minute % 60), self.timezone
        )
        return int(local.astimezone(UTC).timestamp())


def parse_schedule(entries: object, timezone: object) -> Schedule:
    """Return the Schedule of a list of entries and the name of a time zone."""
    if not isinstance(timezone, str):
        raise BadInput('a schedule needs a `timezone`, such as "Europe/London"')
    if not isinstance(entries, list) or not entries:
        raise BadInput('`schedule` is a list of entries such as "Mon-Fri 08:00-16:00"')
    return Schedule(_zone(timezone), tuple(_hours(entry) for entry in entries))


def parse_quiet(entries: object, timezone: object) -> Schedule:
    """Return the Schedule of an order's quiet hours; an empty list is never quiet."""
    if entries == []:
        return Schedule(ZoneInfo("UTC"), ())
    return parse_schedule(entries, timezone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
    if not known:
        raise BadInput("this computer has no time zones; install tzdata")
    raise BadInput(f"unknown time zone {name!r}" + nearest(name, known))


def _hours(entry: object) -> Hours:
    match = _ENTRY.fullmatch(entry) if isinstance(entry, str) else None
    if match is None:
        raise BadInput(f"{entry!r} is no schedule entry; write it like 'Mon-Fri 08:00-16:00'")
    days, *clock = match.groups()
    start, end = _minute(clock[0], clock[1]), _minute(clock[2], clock[3])
    if start in (end, _DAY_MINUTES):
        raise BadInput(f"{entry!r} is empty; a whole day is 00:00-24:00")
    return Hours(_weekdays(days), start, end if end > start else end + _DAY_MINUTES)


def _minute(hour: str, minute: str) -> int:
    total = int(hour) * 60 + int(minute)
    if int(minute) > 59 or total > _DAY_MINUTES:
        raise BadInput(f"{hour}:{minute} is no time of day; hours go from 00:00 to 24:00")
    return total


def _weekdays(text: str) -> frozenset[int]:
    weekdays: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _weekday(first), _weekday(last or first)
        weekdays.update((start + i) % 7 for i in range((end - start) % 7 + 1))
    return frozenset(weekdays)


def _weekday(name: str) -> int:
    if name not in _DAYS:
        raise BadInput(f"unknown day {name!r}" + nearest(name, _DAYS))
    return _DAYS.index(name)
