from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsa_tui.measures.figures import duration_text, half_up, one_decimal, percent_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 min"),
        (0.4, "0 min"),
        (45, "45 s"),
        (59.4, "59 s"),
        (59.5, "1 min"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (4 * 60 + 59, "4 min 59 s"),
        (4 * 60 + 59.5, "5 min"),
        (5 * 60 + 29, "5 min"),
        (5 * 60 + 30, "6 min"),
        (12 * 60, "12 min"),
        (59 * 60 + 29, "59 min"),
        (59 * 60 + 30, "1 h"),
        (4 * 3600 + 10 * 60, "4 h 10 min"),
        (26 * 3600, "26 h"),
    ],
)
def test_a_duration_is_written_in_words(seconds: float, text: str) -> None:
    assert duration_text(timedelta(seconds=seconds)) == text


def test_a_negative_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        duration_text(timedelta(seconds=-1))


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40)))
def test_a_written_duration_is_near_the_real_one(duration: timedelta) -> None:
    units = {"h": 3600, "min": 60, "s": 1}
    words = duration_text(duration).split()
    pairs = zip(words[::2], words[1::2], strict=True)
    written = sum(int(number) * units[unit] for number, unit in pairs)
    off = abs(written - duration.total_seconds())
    assert off <= (0.5 if duration < timedelta(minutes=5) else 31)


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        (0.0, "0 %"),
        (0.3, "below 1 %"),
        (0.5, "1 %"),
        (12.5, "13 %"),
        (28.33, "28 %"),
        (100.0, "100 %"),
    ],
)
def test_a_percentage_is_a_whole_number_and_never_hides_a_little(percent: float, text: str) -> None:
    assert percent_text(percent) == text


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [(9, 4, "2.3"), (1, 3, "0.3"), (1, 20, "0.1"), (0, 7, "0.0"), (12, 1, "12.0")],
)
def test_one_decimal_rounds_halves_up(numerator: int, denominator: int, text: str) -> None:
    assert one_decimal(numerator, denominator) == text


def test_half_up_differs_from_bankers_rounding() -> None:
    assert [half_up(value) for value in (0.5, 1.5, 2.5)] == [1, 2, 3]
