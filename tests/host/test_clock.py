"""clock: UTC in and out, and a clock set to another time."""

import time

import pytest

from reticent.clock import Clock, format_utc, parse_utc
from reticent.errors import BadInput


def test_times_and_dates_are_read():
    for text, utc_s in (
        ("1970-01-01", 0),
        ("1970-01-01T00:00:01Z", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("2026-11-23T08:00:00Z", 1_795_420_800),
    ):
        assert parse_utc(text) == utc_s, text
    assert format_utc(1_795_420_800) == "2026-11-23T08:00:00Z"


def test_other_texts_are_refused_with_the_mend():
    for text, message in (
        ("tomorrow", "'tomorrow' is not a time; write it like"),
        ("2026-13-01", "is not a time"),
        ("2026-11-23T08:00:00", "does not say in which offset; add Z for UTC"),
        ("", "is not a time"),
    ):
        with pytest.raises(BadInput) as caught:
            parse_utc(text)
        assert message in str(caught.value), text


def test_a_set_clock_runs_on():
    clock = Clock.set_to("2005-04-04T12:00:00Z")
    assert 0 <= clock.utc_s() - parse_utc("2005-04-04T12:00:00Z") <= 2
    assert abs(Clock.set_to(None).utc_s() - time.time()) < 2
