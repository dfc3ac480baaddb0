"""Stretches of time: joining, cutting and adding them up, and the observed time of a day.

Every function takes aware datetimes of any zone and gives UTC. Python subtracts and compares two datetimes of
one zone by their wall clock, which is an hour wrong across a clock change; in UTC it is the time that passed.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

Span = tuple[datetime, datetime]
"""From, to: aware datetimes, half-open [from, to). One that ends at or before its start is empty."""


def in_utc(moment: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a datetime without a zone."""
    if moment.utcoffset() is None:
        raise ValueError(f"a time without a zone cannot be measured: {moment.isoformat()}")
    return moment.astimezone(UTC)


def holds(window: Span, moment: datetime) -> bool:
    """Whether `moment` lies in the half-open `window`: on its start yes, on its end no."""
    return in_utc(window[0]) <= in_utc(moment) < in_utc(window[1])


def within(events: Iterable[datetime], window: Span) -> list[datetime]:
    """The events of `window`, as given and in their order; one on a boundary belongs to the later window.

    Source: Cooper, Heron and Heward, Applied Behavior Analysis (frequency).
    """
    return [event for event in events if holds(window, event)]


def joined(spans: Iterable[Span], *, touching: bool) -> list[Span]:
    """Spans that overlap made one, earliest first, in UTC; with `touching` also those that only meet.

    Empty spans are kept where nothing overlaps them.
    """
    result: list[Span] = []
    for start, end in sorted((in_utc(start), in_utc(end)) for start, end in spans):
        if result and (start < result[-1][1] or (touching and start == result[-1][1])):
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result


def union(spans: Iterable[Span]) -> list[Span]:
    """All time covered by any of `spans`: separate spans, earliest first, in UTC; empty ones are dropped."""
    return joined(_real(spans), touching=True)


def clip(spans: Iterable[Span], window: Span) -> list[Span]:
    """Each span cut to `window`, in UTC in the given order (overlaps stay); what lies outside is dropped."""
    opens, closes = in_utc(window[0]), in_utc(window[1])
    return list(_real((max(start, opens), min(end, closes)) for start, end in _real(spans)))


def meet(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """What lies both in `spans` and in `others`, each piece once, oldest first."""
    spans = list(spans)
    return union(piece for other in others for piece in clip(spans, other))


def subtract(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """The time covered by `spans` and by none of `holes`: separate spans, earliest first, in UTC."""
    left = union(spans)
    for hole_start, hole_end in union(holes):
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, hole_start)), (max(start, hole_end), end))
            if piece[0] < piece[1]
        ]
    return left


def total(spans: Iterable[Span]) -> timedelta:
    """The elapsed time of all spans added up; an overlap counts as often as it is there (see `union`)."""
    return sum((end - start for start, end in _real(spans)), timedelta(0))


def observed(sessions: Iterable[Span], pauses: Iterable[Span], absent: Iterable[Span]) -> list[Span]:
    """Observed time: session time less pauses and marked absence, as separate spans in UTC.

    Sessions that overlap count once. A pause or absence outside every session takes nothing away. No session:
    no span, hence no observed time and no rate. A running session is given with "now" as its end.
    Source: Cooper, Heron and Heward, Applied Behavior Analysis (observation time beside every count).
    """
    return subtract(sessions, [*pauses, *absent])


def _real(spans: Iterable[Span]) -> Iterator[Span]:
    for start, end in spans:
        span = (in_utc(start), in_utc(end))
        if span[0] < span[1]:
            yield span
