"""Series of a calendar export: which occurrences an event has, and what is known about each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from lsa_tui.daybook.calendar.events import MOST, Event, Problem

_DAY = timedelta(days=1)


class Occurrence(NamedTuple):
    """One occurrence as its event is written; `original` is where the series had put it."""

    event: Event
    original: date
    start: date
    end: date


def key_of(original: date) -> str:
    """The name of an occurrence on every device: its original start in UTC, or its date."""
    return original.astimezone(UTC).isoformat() if isinstance(original, datetime) else original.isoformat()


def last_of(main: Event, changes: Sequence[Event], local: tzinfo, limit: datetime) -> tuple[datetime, bool]:
    """The local time before which a series is planned, and whether that is `limit` for want of a near end.

    Raises Problem where the rule is none, gives no date, or more than MOST.
    """
    if len(main.also) > MOST:
        raise Problem(main.line, f"RDATE gives more than {MOST} dates")
    latest = [_wall(one, local) for one in (main.start, *main.also, *(change.start for change in changes))]
    if main.rule_as_written is None:
        return max(latest) + _DAY, False
    from dateutil.rrule import rrulestr  # heavy, used by imports only

    try:
        moments = iter(rrulestr(main.rule, dtstart=_wall(main.start, local)))
    except Exception:  # dateutil raises whatever comes; it is no rule then
        raise main.rule_as_written.problem("which is not a rule") from None
    ends = "COUNT=" in main.rule or "UNTIL=" in main.rule
    count = 0
    for moment in moments:
        if moment >= limit and (not ends or count >= MOST):
            return limit, True
        if count >= MOST:
            raise main.rule_as_written.problem(f"which gives more than {MOST} dates")
        count += 1
        latest.append(moment)
    if not count:
        raise main.rule_as_written.problem("which gives no date at all")
    return max(latest) + _DAY, False


def expand(main: Event, changes: Sequence[Event], local: tzinfo, stop: datetime) -> list[Occurrence]:
    """The occurrences before `stop`.

    The library is given local times without a zone: what repeats at nine repeats at nine by the classroom's
    clock, and two ways to write one moment (UTC here, local there) cannot be taken for two.
    """
    import icalendar  # heavy, used by imports only
    import recurring_ical_events  # heavy, used by imports only

    events = [main, *changes]
    calendar = icalendar.Calendar()
    for number, event in enumerate(events):
        calendar.add_component(_component(number, event, main, local))
    first = min(_wall(one, local) for one in (*(event.start for event in events), *main.also)) - _DAY
    found = []
    for component in recurring_ical_events.of(calendar).between(first, stop):
        event = events[int(component["X-NUMBER"])]
        start, end = component["DTSTART"].dt, component["DTEND"].dt
        original: date = start
        if event.original is not None:
            planned = _like(main, event.original)
            if not event.onwards:
                found.append(Occurrence(event, _zoned(planned, local), event.start, event.end))
                continue
            original = start - (_wall(event.start, local) - _wall(planned, local))
        found.append(Occurrence(event, *(_zoned(one, local) for one in (original, start, end))))
    return found


def _component(number: int, event: Event, main: Event, local: tzinfo) -> Any:
    import icalendar  # heavy, used by imports only

    component = icalendar.Event()
    component.add("UID", main.uid)
    component.add("X-NUMBER", str(number))
    component.add("DTSTART", _bare(event.start, local))
    component.add("DTEND", _bare(event.end, local))
    if event.original is not None:
        onwards = {"RANGE": "THISANDFUTURE"} if event.onwards else {}
        component.add("RECURRENCE-ID", _bare(_like(main, event.original), local), onwards)
        return component
    if event.rule:
        component.add("RRULE", icalendar.vRecur.from_ical(event.rule))
    if event.also:
        component.add("RDATE", [_bare(_like(main, one), local) for one in event.also])
    if event.without:  # a bare date takes out whatever is on that day
        dates = [_like(main, one) if event.all_day else one for one in event.without]
        component.add("EXDATE", [_bare(one, local) for one in dates])
    return component


def _like(main: Event, moment: date) -> date:
    """A date of the series as the series writes them: a day, or that day at the time of the series."""
    if isinstance(main.start, datetime) and not isinstance(moment, datetime):
        return datetime.combine(moment, main.start.timetz())
    return moment.date() if main.all_day and isinstance(moment, datetime) else moment


def _bare(moment: date, local: tzinfo) -> date:
    """A date as it is; a time in the series' zone, without the zone."""
    if isinstance(moment, datetime) and moment.tzinfo is not None:
        return moment.astimezone(local).replace(tzinfo=None)
    return moment


def _wall(moment: date, local: tzinfo) -> datetime:
    bare = _bare(moment, local)
    return bare if isinstance(bare, datetime) else datetime.combine(bare, time.min)


def _zoned(moment: date, local: tzinfo) -> date:
    """The opposite of `_bare`."""
    if isinstance(moment, datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=local)
    return moment
