"""How long: bouts of one behaviour, their total, share of the observed time and mean."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple

from lsa_tui.measures.figures import duration_text, percent_text
from lsa_tui.measures.spans import Span, clip, holds, in_utc, joined, meet, total


class Bout(NamedTuple):
    """One stretch of a behaviour; `end` is None while it runs, and stays None where nobody stopped it."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Durations:
    """The bouts of one behaviour in a window.

    number: bouts that reach into the window; those that overlap are one.
    observed: the time the share refers to.
    total: their length inside the window; None where a bout is unpaired.
    open: a bout is running, `total` and `percent_of_session` are "so far".
    unpaired: a bout was never stopped and its window is closed.
    percent_of_session: 0 to 100; None without a total or without observed time.
    mean, sd (of a sample, n - 1): None while a bout is open or unpaired, whose length nobody knows; mean also
    for no bout, sd also for fewer than two.
    """

    method: ClassVar[str] = "duration"

    number: int
    observed: timedelta
    total: timedelta | None
    open: bool
    unpaired: bool
    percent_of_session: float | None
    mean: timedelta | None
    sd: timedelta | None
    outside: int = 0

    def text(self) -> str:
        """The figures in a line, such as "2 bouts, 14 min, 5 % of 4 h 50 min; mean 7 min".

        Running: "1 bout, 3 min so far". Never stopped: "2 bouts, unpaired: no total". The mean of one bout is
        its total and is left out.
        """
        bouts = "1 bout" if self.number == 1 else f"{self.number} bouts"
        if self.total is None:
            return f"{bouts}, unpaired: no total"
        if self.open:
            return f"{bouts}, {duration_text(self.total)} so far"
        if not self.number:
            return f"{bouts} in {duration_text(self.observed)}" if self.observed else f"{bouts}, no observed time"
        mean = f"; mean {duration_text(self.mean)}" if self.mean is not None and self.number > 1 else ""
        return f"{bouts}, {duration_text(self.total)}, {self._share()}{mean}"

    def _share(self) -> str:
        if self.percent_of_session is None:
            return "no observed time"
        return f"{percent_text(self.percent_of_session)} of {duration_text(self.observed)}"


def durations(
    bouts: Iterable[Bout],
    window: Span,
    now: datetime | None,
    observed: timedelta,
    within: Sequence[Span] | None = None,
) -> Durations:
    """Number, total, share of the `observed` time, mean and sd of one behaviour's bouts in `window`.

    Bouts are clipped to the window; one on its end belongs to the later window. One that ends before it
    starts (a clock put back) has no length but counts. A bout without an end: while `now` is before the end
    of the window, so far and open; with `now` None or later, unpaired in the window it started in, which then
    has no total, while later windows leave it out, since nothing shows that it reached them.
    With `within`, the observed stretches: only what lies in them counts, and bouts outside are counted apart.
    The share is 100 x total / observed, held at 100 where a bout ran on through a pause.
    Raises ValueError for times without a zone or a negative observed time.
    Source: Cooper, Heron and Heward, Applied Behavior Analysis (total duration, duration per occurrence).
    """
    if observed < timedelta(0):
        raise ValueError(f"observed time cannot be negative: {observed}")
    reached = in_utc(now) if now is not None and in_utc(now) < in_utc(window[1]) else None
    counted = [bout for bout in bouts if _reaches(_span(bout, reached), window)]
    running = any(bout.end is None for bout in counted)
    separate = joined((_span(bout, reached) for bout in counted), touching=False)
    outside = 0
    if within is not None:
        seen = [span for span in separate if meet([span], within) or any(holds(one, span[0]) for one in within)]
        separate, outside = seen, len(separate) - len(seen)
    lengths = [total(meet([span], within) if within is not None else clip([span], window)) for span in separate]
    unpaired = running and reached is None
    whole = None if unpaired else sum(lengths, timedelta(0))
    finished = [] if running else lengths
    return Durations(
        number=len(separate),
        observed=observed,
        total=whole,
        open=running and not unpaired,
        unpaired=unpaired,
        percent_of_session=min(100.0, 100 * (whole / observed)) if whole is not None and observed else None,
        mean=_mean(finished),
        sd=_sample_sd(finished),
        outside=outside,
    )


def _span(bout: Bout, reached: datetime | None) -> Span:
    start = in_utc(bout.start)
    end = bout.end if bout.end is not None else reached
    return start, start if end is None else in_utc(end)


def _reaches(span: Span, window: Span) -> bool:
    opens, closes = in_utc(window[0]), in_utc(window[1])
    return span[0] < closes and (span[1] > opens or span[0] >= opens)


def _mean(lengths: Sequence[timedelta]) -> timedelta | None:
    return sum(lengths, timedelta(0)) / len(lengths) if lengths else None


def _sample_sd(lengths: Sequence[timedelta]) -> timedelta | None:
    # By hand: importing `statistics` would cost every command more than these lines do.
    if len(lengths) < 2:
        return None
    seconds = [length.total_seconds() for length in lengths]
    mean = math.fsum(seconds) / len(seconds)
    squares = math.fsum((each - mean) ** 2 for each in seconds)
    return timedelta(seconds=math.sqrt(squares / (len(seconds) - 1)))
