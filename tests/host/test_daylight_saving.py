"""Every zone window of a year, in time zones that change their clocks and one that does not,
against an expansion that knows nothing of ours: minute by minute, from UTC to local time.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reticent.clock import parse_utc
from reticent.orders.schedule import parse_schedule

MINUTE_S = 60
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# Hours of schools and of nights, over midnight, over each clock change, whole days; apart from
# their edges, which change_edges() looks at.
SCHEDULES = (
    ("Mon-Fri 08:00-16:00", {0, 1, 2, 3, 4}, 8 * 60, 16 * 60),
    ("Sat,Sun 22:30-06:30", {5, 6}, 22 * 60 + 30, 30 * 60 + 30),
    ("Sun 00:00-24:00", {6}, 0, 24 * 60),
    ("Mon-Sun 04:00-05:00", set(range(7)), 4 * 60, 5 * 60),
)
# A term of 92 days each; together a year and both changes of each zone.
TERMS = (("2026-01-05", "2026-04-07"), ("2026-04-07", "2026-07-08"),
         ("2026-07-08", "2026-10-08"), ("2026-10-08", "2027-01-08"))  # fmt: skip


def spoken(entry, timezone, start_s, end_s):
    """Return the minutes (UTC seconds) at which our windows say that the zone is in force."""
    edges = parse_schedule([entry], timezone).windows(start_s, end_s)
    return {
        start_s + MINUTE_S * minute
        for start, end in zip(edges[::2], edges[1::2])
        for minute in range(start, end)
    }


def is_in_force(utc_s, timezone, weekdays, start, end):
    """Return whether local time, read off a clock, is within the hours: today's or yesterday's."""
    local = datetime.fromtimestamp(utc_s, UTC).astimezone(timezone)
    minute = 60 * local.hour + local.minute
    today = local.weekday() in weekdays and start <= minute < end
    yesterday = (local.weekday() - 1) % 7 in weekdays and start <= minute + 1440 < end
    return today or yesterday


@pytest.mark.parametrize("timezone", ZONES)
def test_every_minute_of_a_year_is_in_force_as_a_clock_on_the_wall_says(timezone):
    """The hours above have no edge within a change, so that wall time alone decides."""
    zone, minutes = ZoneInfo(timezone), 0
    for entry, weekdays, start, end in SCHEDULES:
        for first, last in TERMS:
            start_s, end_s = parse_utc(first), parse_utc(last)
            ours = spoken(entry, timezone, start_s, end_s)
            theirs = {
                utc_s
                for utc_s in range(start_s, end_s, MINUTE_S)
                if is_in_force(utc_s, zone, weekdays, start, end)
            }
            wrong = sorted(ours ^ theirs)[:3]
            assert ours == theirs, (entry, [datetime.fromtimestamp(s, UTC) for s in wrong])
            minutes += (end_s - start_s) // MINUTE_S
    print(timezone, minutes, "minutes compared")


def first_at(zone, day, minute):
    """Return the UTC second at which a local time first is; where it is skipped, see RFC 5545."""
    start_s = int(datetime(*day, tzinfo=UTC).timestamp()) - 86_400
    wanted = (*day, minute // 60, minute % 60)
    for utc_s in range(start_s, start_s + 3 * 86_400, MINUTE_S):
        local = datetime.fromtimestamp(utc_s, zone)
        if (local.year, local.month, local.day, local.hour, local.minute) == wanted:
            return utc_s
    return None


@pytest.mark.parametrize(
    ("timezone", "day", "weekday"),
    [
        ("Europe/London", (2026, 3, 29), "Sun"),
        ("Europe/London", (2026, 10, 25), "Sun"),
        ("America/New_York", (2026, 3, 8), "Sun"),
        ("America/New_York", (2026, 11, 1), "Sun"),
        ("Australia/Lord_Howe", (2026, 4, 5), "Sun"),
        ("Australia/Lord_Howe", (2026, 10, 4), "Sun"),
    ],
)
def test_an_edge_in_a_change_is_the_first_such_time_or_by_the_offset_before(
    timezone, day, weekday
):
    """Lord Howe's change is of half an hour; what is skipped counts by the offset before it."""
    zone = ZoneInfo(timezone)
    start_s = int(datetime(*day, tzinfo=UTC).timestamp()) - 10 * 86_400
    for minute in range(0, 4 * 60, 5):
        entry = f"{weekday} {minute // 60:02}:{minute % 60:02}-12:00"
        edges = parse_schedule([entry], timezone).windows(start_s, start_s + 15 * 86_400)
        expected = first_at(zone, day, minute)
        if expected is None:
            before = datetime.fromtimestamp(first_at(zone, day, 0), zone).utcoffset()
            midnight = datetime(*day, tzinfo=UTC) - before
            expected = int(midnight.timestamp()) + MINUTE_S * minute
        assert start_s + MINUTE_S * edges[-2] == expected, (timezone, day, entry)
