from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsa_tui.measures.durations import Bout, Durations, durations
from lsa_tui.measures.spans import Span, total, union

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def at(minute: float) -> datetime:
    return NINE + timedelta(minutes=minute)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def bout(start: float, end: float | None = None) -> Bout:
    return Bout(at(start), None if end is None else at(end))


HOUR: Span = (at(0), at(60))
WATCHED_THROUGHOUT = minutes(60)


def in_the_hour(*bouts: Bout, now: datetime | None = None, observed: timedelta = WATCHED_THROUGHOUT) -> Durations:
    return durations(bouts, HOUR, now, observed)


def test_total_share_mean_and_spread_of_finished_bouts() -> None:
    found = in_the_hour(bout(5, 9), bout(20, 30))
    assert (found.number, found.total, found.mean) == (2, minutes(14), minutes(7))
    assert found.percent_of_session == pytest.approx(100 * 14 / 60)
    assert found.sd is not None
    assert found.sd / minutes(1) == pytest.approx(18**0.5, abs=1e-6)
    assert not found.open
    assert not found.unpaired


def test_worked_example_of_sixty_seconds() -> None:
    second = timedelta(seconds=1)
    bouts = [Bout(NINE + 8 * second, NINE + 22 * second), Bout(NINE + 41 * second, NINE + 44 * second)]
    found = durations(bouts, (NINE, NINE + 60 * second), None, 60 * second)
    assert found.percent_of_session == pytest.approx(28.3, abs=0.05)
    assert found.text() == "2 bouts, 17 s, 28 % of 1 min; mean 9 s"


def test_bouts_are_clipped_to_the_window() -> None:
    assert in_the_hour(bout(-10, 5), bout(50, 75)).total == minutes(15)


def test_a_bout_outside_the_window_is_not_counted() -> None:
    assert in_the_hour(bout(-10, 0), bout(60, 75), bout(70, None)).number == 0


def test_a_bout_without_length_counts_in_the_later_window() -> None:
    moment = bout(60, 60)
    assert in_the_hour(moment).number == 0
    later = durations([moment], (at(60), at(120)), None, minutes(60))
    assert (later.number, later.total) == (1, timedelta(0))


def test_overlapping_bouts_of_one_behaviour_are_one() -> None:
    found = in_the_hour(bout(0, 10), bout(5, 20), bout(30, 34))
    assert (found.number, found.total, found.mean) == (2, minutes(24), minutes(12))


def test_a_bout_that_starts_as_another_stops_is_a_bout_of_its_own() -> None:
    found = in_the_hour(bout(0, 10), bout(10, 20))
    assert (found.number, found.total) == (2, minutes(20))


def test_a_bout_that_ends_before_it_starts_has_no_length() -> None:
    found = in_the_hour(bout(10, 4), bout(20, 25))
    assert (found.number, found.total) == (2, minutes(5))


def test_an_open_bout_is_counted_so_far_and_marked() -> None:
    found = in_the_hour(bout(10, 15), bout(20), now=at(23), observed=minutes(23))
    assert (found.number, found.total, found.open, found.unpaired) == (2, minutes(8), True, False)
    assert found.percent_of_session == pytest.approx(100 * 8 / 23)
    assert (found.mean, found.sd) == (None, None)


def test_an_open_bout_that_began_before_the_window_counts_from_its_start() -> None:
    assert in_the_hour(bout(-30), now=at(4)).total == minutes(4)


def test_an_open_bout_that_has_not_begun_by_now_has_no_length() -> None:
    found = in_the_hour(bout(20), now=at(10))
    assert (found.number, found.total, found.open) == (1, timedelta(0), True)


@pytest.mark.parametrize("now", [None, at(60), at(300)])
def test_a_bout_nobody_stopped_has_no_total_once_the_window_is_closed(now: datetime | None) -> None:
    found = in_the_hour(bout(5, 10), bout(20), now=now)
    assert (found.number, found.total, found.open, found.unpaired) == (2, None, False, True)
    assert (found.percent_of_session, found.mean, found.sd) == (None, None, None)


def test_a_bout_nobody_stopped_belongs_to_the_window_it_started_in() -> None:
    found = in_the_hour(bout(-30), bout(10, 15))
    assert (found.number, found.total, found.unpaired) == (1, minutes(5), False)


def test_a_finished_window_is_not_open_because_now_is_early_in_it() -> None:
    assert not in_the_hour(bout(5, 10), now=at(20)).open


def test_no_observed_time_gives_no_share() -> None:
    found = in_the_hour(bout(5, 19), bout(20, 34), observed=timedelta(0))
    assert found.percent_of_session is None
    assert found.text() == "2 bouts, 28 min, no observed time; mean 14 min"


def test_the_share_is_held_at_a_hundred_when_a_bout_ran_on_through_a_pause() -> None:
    found = in_the_hour(bout(0, 60), observed=minutes(40))
    assert (found.percent_of_session, found.total) == (100.0, minutes(60))


def test_one_bout_has_a_mean_but_no_spread() -> None:
    found = in_the_hour(bout(0, 6))
    assert (found.mean, found.sd) == (minutes(6), None)


def test_no_bout_is_a_figure_too() -> None:
    found = in_the_hour()
    assert (found.number, found.total, found.percent_of_session) == (0, timedelta(0), 0.0)
    assert (found.mean, found.sd) == (None, None)


def test_time_without_a_zone_or_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        in_the_hour(Bout(datetime(2026, 11, 24, 9, 5), at(10)))  # noqa: DTZ001
    with pytest.raises(ValueError, match="negative"):
        in_the_hour(observed=minutes(-1))


def test_a_bout_across_the_clock_change_has_its_real_length() -> None:
    night = datetime(2026, 10, 25, 0, 0, tzinfo=LONDON), datetime(2026, 10, 25, 6, 0, tzinfo=LONDON)
    one = Bout(datetime(2026, 10, 25, 0, 30, tzinfo=LONDON), datetime(2026, 10, 25, 1, 15, tzinfo=LONDON, fold=1))
    assert durations([one], night, None, total([night])).total == timedelta(hours=1, minutes=45)
    assert total([night]) == timedelta(hours=7)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (durations([bout(0, 4), bout(20, 30)], (at(0), at(290)), None, minutes(290)),
         "2 bouts, 14 min, 5 % of 4 h 50 min; mean 7 min"),
        (in_the_hour(bout(0, 6)), "1 bout, 6 min, 10 % of 1 h"),
        (in_the_hour(bout(20), now=at(23)), "1 bout, 3 min so far"),
        (in_the_hour(bout(5, 10), bout(20)), "2 bouts, unpaired: no total"),
        (in_the_hour(bout(20)), "1 bout, unpaired: no total"),
        (in_the_hour(), "0 bouts in 1 h"),
        (in_the_hour(observed=timedelta(0)), "0 bouts, no observed time"),
        (in_the_hour(bout(0, 0.1)), "1 bout, 6 s, below 1 % of 1 h"),
    ],
)  # fmt: skip
def test_the_line_that_is_printed(found: Durations, text: str) -> None:
    assert found.text() == text
    assert found.method == "duration"


finished = st.lists(st.builds(bout, st.integers(-60, 180), st.integers(-60, 180)), max_size=8)
any_bouts = st.lists(st.builds(bout, st.integers(-60, 180), st.none() | st.integers(-60, 180)), max_size=8)


@given(any_bouts, st.none() | st.builds(at, st.integers(-90, 200)), st.integers(0, 90))
def test_the_share_is_never_above_a_hundred_and_the_total_never_above_the_window(
    bouts: list[Bout], now: datetime | None, watched: int
) -> None:
    found = in_the_hour(*bouts, now=now, observed=minutes(watched))
    assert found.total is None or timedelta(0) <= found.total <= minutes(60)
    assert found.percent_of_session is None or 0 <= found.percent_of_session <= 100
    assert found.unpaired == (found.total is None)
    assert not (found.open and found.unpaired)


@given(finished, st.integers(1, 59))
def test_totals_of_two_windows_that_meet_add_up_to_the_whole(bouts: list[Bout], cut: int) -> None:
    early = durations(bouts, (at(0), at(cut)), None, minutes(cut)).total
    late = durations(bouts, (at(cut), at(60)), None, minutes(60 - cut)).total
    assert early is not None
    assert late is not None
    assert early + late == in_the_hour(*bouts).total


@given(finished)
def test_the_total_is_the_union_and_the_mean_times_the_bouts(bouts: list[Bout]) -> None:
    found = durations(bouts, (at(-60), at(181)), None, minutes(241))
    assert found.total == total(union((one.start, one.end) for one in bouts if one.end is not None))
    assert found.number <= len(bouts)
    if found.mean is not None:
        assert abs(found.mean * found.number - found.total) < timedelta(milliseconds=1)
