"""Times as people type them, clock changes included."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from lsa_tui.daybook.when import parse_day, parse_when
from lsa_tui.errors import BadInput

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 10, 42, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("10:30", "2026-11-24T10:30:00+00:00"),
        ("9.05", "2026-11-24T09:05:00+00:00"),
        ("-10", "2026-11-24T10:32:00+00:00"),
        ("yesterday 14:05", "2026-11-23T14:05:00+00:00"),
        ("2026-11-20T09:00", "2026-11-20T09:00:00+00:00"),
        ("2026-07-20T09:00:00+01:00", "2026-07-20T09:00:00+01:00"),
        ("2026-07-20T08:00:00Z", "2026-07-20T09:00:00+01:00"),
        ("now", "2026-11-24T10:42:00+00:00"),
    ],
)
def test_what_people_type(typed: str, expected: str) -> None:
    assert parse_when(typed, NOW).isoformat() == expected


@pytest.mark.parametrize("typed", ["25:00", "10:61", "soon", "2026-02-30T10:00", "2026-11-24", "yesterday", "-", "10"])
def test_what_is_no_time_is_a_sentence(typed: str) -> None:
    with pytest.raises(BadInput, match=r"not a time|without a time"):
        parse_when(typed, NOW)


def test_a_time_that_the_clock_change_skipped_does_not_exist() -> None:
    spring = datetime(2026, 3, 29, 12, 0, tzinfo=LONDON)
    with pytest.raises(BadInput, match="skipped 01:30"):
        parse_when("01:30", spring)


@pytest.mark.parametrize(
    ("now", "fold", "expected"),
    [("01:45", 0, "+01:00"), ("01:15", 1, "+01:00"), ("01:45", 1, "+00:00"), ("12:00", 0, "+00:00")],
)
def test_a_time_of_day_that_comes_twice_is_the_last_that_was(now: str, fold: int, expected: str) -> None:
    hour, minute = (int(part) for part in now.split(":"))
    autumn = datetime(2026, 10, 25, hour, minute, fold=fold, tzinfo=LONDON)
    assert parse_when("01:30", autumn).isoformat() == f"2026-10-25T01:30:00{expected}"
    assert parse_when("2026-10-25T01:30", autumn).isoformat() == "2026-10-25T01:30:00+01:00"


def test_minutes_ago_are_real_minutes_across_the_clock_change() -> None:
    just_after = datetime(2026, 10, 25, 1, 10, fold=1, tzinfo=LONDON)
    assert parse_when("-20", just_after).isoformat() == "2026-10-25T01:50:00+01:00"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (None, "2026-11-24"),
        ("yesterday", "2026-11-23"),
        ("Mon", "2026-11-23"),
        ("-7", "2026-11-17"),
        ("2026-01-05", "2026-01-05"),
    ],
)
def test_days(typed: str | None, expected: str) -> None:
    assert parse_day(typed, NOW) == date.fromisoformat(expected)


@pytest.mark.parametrize("typed", ["2026-02-30", "someday", "32", "2026-13-01"])
def test_days_that_do_not_exist(typed: str) -> None:
    with pytest.raises(BadInput, match="not a day"):
        parse_day(typed, NOW)
