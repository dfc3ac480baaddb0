"""How often: frequency with its observed time, and the praise : reminder ratio."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Final

from lsa_tui.measures.figures import duration_text, one_decimal

PRAISE_METHOD: Final = "praise : reminder"
"""The name `praise_ratio` has to be printed with."""

_HOUR = timedelta(hours=1)
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Rate:
    """A count and the time it was observed for; `per_hour` is None where there was no observed time."""

    method: ClassVar[str] = "frequency"

    count: int
    observed: timedelta
    per_hour: float | None

    def text(self) -> str:
        """The count with its time and rate: "3 in 12 min (15.0/h)", or "3, no observed time".

        A count is never written without its time, so that a high rate from a short time can be seen as one.
        """
        if self.per_hour is None:
            return f"{self.count}, no observed time"
        return f"{self.count} in {duration_text(self.observed)} ({self._per_hour_text()}/h)"

    def _per_hour_text(self) -> str:
        rounded = one_decimal(self.count * (_HOUR // _TICK), self.observed // _TICK)
        return "below 0.1" if self.count and rounded == "0.0" else rounded


def rate(count: int, observed: timedelta) -> Rate:
    """Frequency and rate: `count` events (0 or more) in `observed` time, hence count / observed per hour.

    No observed time gives no rate. Counts and times of windows that follow one another may be added and the
    rate taken of the sums; rates may not be averaged. Raises ValueError for a negative count or time.
    Source: Cooper, Heron and Heward, Applied Behavior Analysis (frequency and rate).
    """
    if count < 0 or observed < timedelta(0):
        raise ValueError(f"a count and its time cannot be negative: {count} in {observed}")
    return Rate(count, observed, count * (_HOUR / observed) if observed else None)


def praise_ratio(praise: int, reminders: int) -> str:
    """Praise for each reminder (counts, 0 or more): "5.2 : 1"; no reminder "12 : 0"; neither "-".

    Printed under `PRAISE_METHOD`, with the rate of both beside it. Raises ValueError for a negative count.
    Source: the ratio of two counts; Cooper, Heron and Heward, Applied Behavior Analysis (counts).
    """
    if praise < 0 or reminders < 0:
        raise ValueError(f"a count cannot be negative: {praise} and {reminders}")
    if reminders:
        return f"{one_decimal(praise, reminders)} : 1"
    return f"{praise} : 0" if praise else "-"
