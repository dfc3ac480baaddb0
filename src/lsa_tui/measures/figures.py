"""How a figure is written: durations, percentages and quotients, rounded half up as people do by hand."""

import math
from datetime import timedelta

MINUTE = 60
HOUR = 60 * MINUTE
SECONDS_MATTER_BELOW = 5 * MINUTE
"""From five minutes on, rounding to the minute changes a duration by no more than a tenth."""


def half_up(value: float) -> int:
    """Round `value` (0 or more) to a whole number, halves up; Python's `round` takes 2.5 to 2."""
    return math.floor(value + 0.5)


def one_decimal(numerator: int, denominator: int) -> str:
    """Write `numerator / denominator` (0 or more; above 0) with one decimal, halves up: 9 and 4 give "2.3".

    In whole numbers, so that no binary fraction decides about a half.
    """
    tenths = (20 * numerator + denominator) // (2 * denominator)
    return f"{tenths // 10}.{tenths % 10}"


def duration_text(duration: timedelta) -> str:
    """Write elapsed time in words: "4 h 10 min", "12 min", "2 min 30 s", "45 s", "0 min".

    Rounded to the second below 5 minutes and to the minute above. Raises ValueError for a negative duration.
    """
    if duration < timedelta(0):
        raise ValueError(f"a duration cannot be negative: {duration}")
    seconds = half_up(duration.total_seconds())
    if seconds >= SECONDS_MATTER_BELOW:
        seconds = half_up(seconds / MINUTE) * MINUTE
    hours, rest = divmod(seconds, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    parts = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"


def percent_text(percent: float) -> str:
    """Write a percentage (0 or more) as a whole number: "5 %"; what is not nothing is never written as 0."""
    if 0 < percent < 0.5:
        return "below 1 %"
    return f"{half_up(percent)} %"
