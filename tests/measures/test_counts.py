from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsa_tui.measures.counts import PRAISE_METHOD, Rate, praise_ratio, rate
from lsa_tui.measures.spans import within

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "observed", "text"),
    [
        (4, timedelta(hours=5, minutes=10), "4 in 5 h 10 min (0.8/h)"),
        (3, timedelta(minutes=12), "3 in 12 min (15.0/h)"),
        (0, timedelta(hours=4), "0 in 4 h (0.0/h)"),
        (1, timedelta(hours=30), "1 in 30 h (below 0.1/h)"),
        (1, timedelta(hours=20), "1 in 20 h (0.1/h)"),
        (1, timedelta(hours=4), "1 in 4 h (0.3/h)"),
        (3, timedelta(0), "3, no observed time"),
        (0, timedelta(0), "0, no observed time"),
    ],
)
def test_a_count_stands_with_its_time_and_rate(count: int, observed: timedelta, text: str) -> None:
    assert rate(count, observed).text() == text


def test_a_rate_is_per_hour() -> None:
    assert rate(3, timedelta(minutes=12)) == Rate(3, timedelta(minutes=12), 15.0)


def test_no_observed_time_gives_no_rate() -> None:
    assert rate(3, timedelta(0)).per_hour is None


def test_what_is_counted_says_its_method() -> None:
    assert rate(1, timedelta(hours=1)).method == "frequency"
    assert PRAISE_METHOD == "praise : reminder"


@pytest.mark.parametrize(("count", "observed"), [(-1, timedelta(hours=1)), (1, timedelta(hours=-1))])
def test_a_negative_count_or_time_is_refused(count: int, observed: timedelta) -> None:
    with pytest.raises(ValueError, match="negative"):
        rate(count, observed)


@pytest.mark.parametrize(
    ("praise", "reminders", "text"),
    [
        (31, 6, "5.2 : 1"),
        (5, 0, "5 : 0"),
        (12, 0, "12 : 0"),
        (0, 0, "-"),
        (0, 4, "0.0 : 1"),
        (9, 4, "2.3 : 1"),
        (6, 6, "1.0 : 1"),
    ],
)
def test_praise_to_reminders(praise: int, reminders: int, text: str) -> None:
    assert praise_ratio(praise, reminders) == text


@pytest.mark.parametrize(("praise", "reminders"), [(-1, 2), (2, -1)])
def test_a_negative_number_of_praises_or_reminders_is_refused(praise: int, reminders: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        praise_ratio(praise, reminders)


@given(st.lists(st.integers(0, 359)), st.integers(1, 359))
def test_counts_and_times_of_two_windows_that_meet_add_up_to_the_whole(minutes: list[int], cut: int) -> None:
    events = [NINE + timedelta(minutes=minute) for minute in minutes]
    start, middle, end = NINE, NINE + timedelta(minutes=cut), NINE + timedelta(minutes=360)
    early = rate(len(within(events, (start, middle))), middle - start)
    late = rate(len(within(events, (middle, end))), end - middle)
    whole = rate(len(within(events, (start, end))), end - start)
    assert early.count + late.count == whole.count == len(events)
    assert early.per_hour is not None
    assert late.per_hour is not None
    assert whole.per_hour is not None
    weighted = early.per_hour * (early.observed / whole.observed) + late.per_hour * (late.observed / whole.observed)
    assert weighted == pytest.approx(whole.per_hour)
