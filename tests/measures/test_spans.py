from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsa_tui.measures.spans import Span, clip, holds, observed, subtract, total, union, within

LONDON = ZoneInfo("Europe/London")
NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def at(minute: float) -> datetime:
    return NINE + timedelta(minutes=minute)


def span(start: float, end: float) -> Span:
    return at(start), at(end)


spans = st.lists(st.builds(span, st.integers(-60, 300), st.integers(-60, 300)), max_size=8)


def test_union_joins_overlapping_and_touching_spans() -> None:
    assert union([span(30, 40), span(0, 10), span(5, 20), span(20, 25)]) == [span(0, 25), span(30, 40)]


def test_union_takes_a_span_inside_another_once() -> None:
    assert union([span(0, 60), span(10, 20)]) == [span(0, 60)]


def test_empty_and_backward_spans_are_no_time() -> None:
    assert union([span(10, 10), span(20, 5)]) == []
    assert total([span(10, 10), span(20, 5)]) == timedelta(0)


def test_an_empty_span_does_not_bridge_or_split() -> None:
    assert subtract([span(0, 60)], [span(30, 30)]) == [span(0, 60)]


def test_clip_cuts_at_both_ends_and_keeps_overlaps() -> None:
    assert clip([span(-5, 10), span(5, 70), span(80, 90)], span(0, 60)) == [span(0, 10), span(5, 60)]


def test_clip_drops_what_only_touches_the_window() -> None:
    assert clip([span(-5, 0), span(60, 70)], span(0, 60)) == []


def test_subtract_cuts_holes_out_of_the_middle_and_the_ends() -> None:
    holes = [span(-5, 5), span(20, 30), span(55, 70)]
    assert subtract([span(0, 60)], holes) == [span(5, 20), span(30, 55)]


def test_subtract_can_leave_nothing() -> None:
    assert subtract([span(0, 60)], [span(-1, 61)]) == []


def test_observed_time_is_session_time_less_pauses_and_absence() -> None:
    sessions = [span(0, 60), span(50, 110)]
    watched = observed(sessions, pauses=[span(10, 20), span(200, 210)], absent=[span(15, 30)])
    assert watched == [span(0, 10), span(30, 110)]
    assert total(watched) == timedelta(minutes=90)


def test_without_a_session_nothing_was_observed() -> None:
    assert observed([], [span(0, 10)], []) == []


def test_elapsed_time_is_right_when_the_clock_goes_back() -> None:
    night = datetime(2026, 10, 25, 0, 30, tzinfo=LONDON), datetime(2026, 10, 25, 2, 30, tzinfo=LONDON)
    assert night[1] - night[0] == timedelta(hours=2), "the wall clock, which is what Python subtracts"
    assert total([night]) == timedelta(hours=3)
    assert total(observed([night], [], [])) == timedelta(hours=3)


def test_elapsed_time_is_right_when_the_clock_goes_forward() -> None:
    night = datetime(2026, 3, 29, 0, 30, tzinfo=LONDON), datetime(2026, 3, 29, 2, 30, tzinfo=LONDON)
    assert total([night]) == timedelta(hours=1)


def test_the_repeated_hour_is_two_hours() -> None:
    first = datetime(2026, 10, 25, 1, 15, tzinfo=LONDON)
    again = first.replace(fold=1)
    assert first == again, "one zone compares by the wall clock"
    assert total([(first, again)]) == timedelta(hours=1)
    session = (datetime(2026, 10, 25, 0, 0, tzinfo=LONDON), datetime(2026, 10, 25, 3, 0, tzinfo=LONDON))
    assert total(subtract([session], [(first, again)])) == timedelta(hours=3)
    assert holds((first, again), datetime(2026, 10, 25, 1, 45, tzinfo=LONDON))
    assert not holds((first, again), datetime(2026, 10, 25, 1, 45, tzinfo=LONDON, fold=1))


def test_zones_may_be_mixed() -> None:
    plus_two = timezone(timedelta(hours=2))
    elsewhere = (
        datetime(2026, 11, 24, 11, 0, tzinfo=plus_two),
        datetime(2026, 11, 24, 11, 30, tzinfo=plus_two),
    )
    assert union([elsewhere, span(30, 40)]) == [span(0, 40)]


@pytest.mark.parametrize("function", [union, total, lambda given: clip(given, span(0, 1))])
def test_a_time_without_a_zone_is_refused(function) -> None:  # type: ignore[no-untyped-def]
    naive = NINE.replace(tzinfo=None)
    with pytest.raises(ValueError, match="without a zone"):
        function([(naive, naive + timedelta(minutes=1))])


def test_an_event_on_a_boundary_belongs_to_the_later_window() -> None:
    events = [at(0), at(30), at(60)]
    assert within(events, span(0, 30)) == [at(0)]
    assert within(events, span(30, 60)) == [at(30)]
    assert within(events, span(60, 90)) == [at(60)]


@given(spans)
def test_union_is_never_longer_than_the_sum_and_is_stable(given_spans: list[Span]) -> None:
    once = union(given_spans)
    assert total(once) <= total(given_spans)
    assert union(once) == once
    assert all(before[1] < after[0] for before, after in pairwise(once))


@given(spans, spans, st.integers(-60, 300))
def test_a_moment_is_left_when_it_is_in_a_span_and_in_no_hole(
    given_spans: list[Span], holes: list[Span], minute: int
) -> None:
    moment = at(minute)
    expected = any(holds(each, moment) for each in given_spans) and not any(holds(each, moment) for each in holes)
    assert any(holds(each, moment) for each in subtract(given_spans, holes)) == expected


@given(spans, st.integers(-60, 300))
def test_clipping_to_two_windows_that_meet_loses_no_time(given_spans: list[Span], cut: int) -> None:
    early, late = clip(given_spans, span(-60, cut)), clip(given_spans, span(cut, 300))
    assert total(early) + total(late) == total(given_spans)


@given(spans, spans, spans)
def test_observed_time_is_never_longer_than_the_sessions(
    sessions: list[Span], pauses: list[Span], absent: list[Span]
) -> None:
    assert total(observed(sessions, pauses, absent)) <= total(union(sessions))
