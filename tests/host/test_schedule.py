"""orders/schedule: local hours to UTC windows, over the days on which clocks change."""

import pytest

from reticent.clock import format_utc, parse_utc
from reticent.errors import BadInput
from reticent.orders.schedule import parse_schedule


def windows(entry, timezone, start, end):
    """Return the UTC windows as "MM-DDTHH:MM-HH:MM" texts."""
    not_before_s = parse_utc(start)
    minutes = parse_schedule([entry], timezone).windows(not_before_s, parse_utc(end))
    times = [format_utc(not_before_s + 60 * minute)[5:16] for minute in minutes]
    return [f"{first}-{last[6:]}" for first, last in zip(times[::2], times[1::2], strict=True)]


def test_hours_follow_the_local_clock_over_its_changes():
    cases = (
        # Spring: 02:00 becomes 03:00 in Berlin on 2026-03-29, an hour of UTC earlier from then on.
        ("Sat,Sun 08:00-16:00", "Europe/Berlin", "2026-03-28", "2026-03-30",
         ["03-28T07:00-15:00", "03-29T06:00-14:00"]),
        # Autumn: 03:00 becomes 02:00 on 2026-10-25.
        ("Sat,Sun 08:00-16:00", "Europe/Berlin", "2026-10-24", "2026-10-26",
         ["10-24T06:00-14:00", "10-25T07:00-15:00"]),
        # A night that holds the change is an hour longer, or shorter.
        ("Sat 22:00-06:00", "Europe/Berlin", "2026-10-24", "2026-10-26", ["10-24T20:00-05:00"]),
        ("Sat 22:00-06:00", "Europe/Berlin", "2026-03-28", "2026-03-30", ["03-28T21:00-04:00"]),
        # 02:30 happens twice: the first is meant.
        ("Sun 02:30-04:00", "Europe/Berlin", "2026-10-24", "2026-10-26", ["10-25T00:30-03:00"]),
        ("Sun 01:00-02:30", "Europe/Berlin", "2026-10-24", "2026-10-26", ["10-24T23:00-00:30"]),
        # 02:30 does not happen: the offset before the change holds.
        ("Sun 01:00-02:30", "Europe/Berlin", "2026-03-28", "2026-03-30", ["03-29T00:00-01:30"]),
        # A change of half an hour, in the southern autumn.
        ("Sun 00:00-12:00", "Australia/Lord_Howe", "2026-04-04", "2026-04-06",
         ["04-04T13:00-01:30"]),
    )  # fmt: skip
    for entry, timezone, start, end, expected in cases:
        assert windows(entry, timezone, start, end) == expected, (entry, start)


def test_windows_are_cut_to_the_term_and_joined_where_they_touch():
    cases = (
        ("Mon-Sun 00:00-24:00", "UTC", "2026-11-23", "2026-11-26", ["11-23T00:00-00:00"]),
        ("Mon-Sun 18:00-06:00", "UTC", "2026-11-23T02:00:00Z", "2026-11-23T20:00:00Z",
         ["11-23T02:00-06:00", "11-23T18:00-20:00"]),
        ("Sun 18:00-06:00", "UTC", "2026-11-23", "2026-11-24", ["11-23T00:00-06:00"]),
        ("Fri-Mon 10:00-11:00", "UTC", "2026-11-23", "2026-11-30",
         ["11-23T10:00-11:00", "11-27T10:00-11:00", "11-28T10:00-11:00", "11-29T10:00-11:00"]),
        ("Wed 10:00-11:00", "UTC", "2026-11-23", "2026-11-24", []),
    )  # fmt: skip
    for entry, timezone, start, end, expected in cases:
        assert windows(entry, timezone, start, end) == expected, (entry, start)


def test_overlapping_entries_are_one_window():
    schedule = parse_schedule(["Mon 08:00-12:00", "Mon 10:00-14:00", "Mon 14:00-15:00"], "UTC")
    monday_s = parse_utc("2026-11-23")
    assert schedule.windows(monday_s, monday_s + 86_400) == [8 * 60, 15 * 60]


def test_wrong_schedules_are_refused_with_the_mend():
    cases = (
        (["Mon 8-16"], "UTC", "'Mon 8-16' is no schedule entry; write it like"),
        ([7], "UTC", "7 is no schedule entry"),
        ([], "UTC", "`schedule` is a list of entries"),
        ("Mon 08:00-16:00", "UTC", "`schedule` is a list of entries"),
        (["Mon 08:00-16:00"], None, "a schedule needs a `timezone`"),
        (["Mon 08:00-16:00"], "Europe/Berlim", "did you mean `Europe/Berlin`?"),
        (["Mon 08:00-16:00"], "../etc/passwd", "unknown time zone"),
        (["Mon 08:00-16:00"], "", "unknown time zone"),
        (["Mom 08:00-16:00"], "UTC", "unknown day 'Mom'; did you mean `Mon`?"),
        (["Mon-Fr 08:00-16:00"], "UTC", "unknown day 'Fr'; did you mean `Fri`?"),
        (["Mon 08:61-16:00"], "UTC", "08:61 is no time of day"),
        (["Mon 08:00-24:01"], "UTC", "24:01 is no time of day"),
        (["Mon 08:00-08:00"], "UTC", "is empty; a whole day is 00:00-24:00"),
        (["Mon 24:00-08:00"], "UTC", "is empty; a whole day is 00:00-24:00"),
    )
    for entries, timezone, message in cases:
        with pytest.raises(BadInput) as caught:
            parse_schedule(entries, timezone)
        assert message in str(caught.value), (entries, str(caught.value))
