"""Calendar exports (.ics) as planned lessons; what cannot be read is listed and the rest is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from lsa_tui.daybook.calendar.events import MOST, Event, Problem, Zones, read_event
from lsa_tui.daybook.calendar.series import Occurrence, expand, key_of, last_of
from lsa_tui.daybook.calendar.text import Block, Unreadable, Words, lines_of, parts_of
from lsa_tui.errors import BadInput
from lsa_tui.text import one_line

__all__ = ["Calendar", "Planned", "Unreadable", "read_calendar"]

MOST_IN_FILE = 50_000
"""Occurrences of all series of one file; more than a whole school's calendar of three years."""


@dataclass(frozen=True)
class Planned(Words):
    """One occurrence, with the words of its event; `starts` and `ends` are aware, in the zone asked for.

    `recurrence` names the occurrence within `uid` on every device: its original start, in UTC (ISO 8601), or
    the bare date of an all-day event. It stays when the occurrence is moved or renamed.
    """

    uid: str
    recurrence: str
    starts: datetime
    ends: datetime
    all_day: bool
    cancelled: bool


@dataclass
class Calendar:
    """What a file holds; `endless` are the titles of series that were cut at the horizon."""

    planned: list[Planned] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    endless: list[str] = field(default_factory=list)

    @property
    def first(self) -> date | None:
        """The date of the first occurrence; None without any."""
        return self.planned[0].starts.date() if self.planned else None

    @property
    def last(self) -> date | None:
        """The date of the last occurrence's start; None without any."""
        return self.planned[-1].starts.date() if self.planned else None


def read_calendar(data: bytes, *, source: str, zone: ZoneInfo, horizon_days: int = 400, today: date) -> Calendar:
    """The occurrences in a calendar export, oldest first, past ones included.

    Series without an end go to `today` + `horizon_days`. Times without a zone are taken in `zone`.
    Raises BadInput, naming `source`, where the file is empty, no calendar, or has no events.
    """
    if not data.strip(b"\0\xff\xfe\xef\xbb\xbf \t\r\n"):
        raise BadInput(f"{source} is empty; export the calendar again as an .ics file")
    parts = parts_of(lines_of(data))
    if parts is None:
        raise BadInput(f"{source} is not a calendar (it has no BEGIN:VCALENDAR); export it as an .ics file")
    if not parts.has_events:
        raise BadInput(f"{source} has no events; choose the calendar with the timetable and export it again")
    limit = datetime.combine(today + timedelta(days=horizon_days + 1), time.min)
    reader = _Reader(zone, Zones(zone, parts.zones), limit)
    reader.read(parts.events)
    calendar = reader.calendar
    calendar.planned = sorted(
        {(one.uid, one.recurrence): one for one in calendar.planned}.values(),
        key=lambda one: (one.starts, one.ends, one.title, one.uid, one.recurrence),
    )
    calendar.unreadable = sorted([*parts.unreadable, *calendar.unreadable], key=lambda one: one.line)
    return calendar


class _Reader:
    """Collects the occurrences of a file's events; one event's trouble stays its own."""

    def __init__(self, zone: ZoneInfo, zones: Zones, limit: datetime) -> None:
        self.calendar = Calendar()
        self._zone = zone
        self._zones = zones
        self._limit = limit
        self._left = MOST_IN_FILE

    def read(self, blocks: list[Block]) -> None:
        """Read every event of the file."""
        series: dict[str, list[Event]] = {}
        for block in blocks:
            minor: list[Problem] = []
            try:
                event = read_event(block, self._zones, minor)
                series.setdefault(event.uid, []).append(event)
            except Exception as error:  # the libraries raise whatever comes; the other events are still read
                self._cannot(error, block.line, block.title)
            for problem in minor:
                self._cannot(problem, block.line, block.title)
        for events in series.values():
            self._read_series(events)

    def _cannot(self, error: Exception, line: int, title: str) -> None:
        if isinstance(error, Problem):
            line, sentence = error.line, str(error)
        else:
            sentence = f"the event cannot be read: {one_line(str(error), 80)}"
        self.calendar.unreadable.append(Unreadable(line, sentence + (f" ({title})" if title else "")))

    def _read_series(self, events: list[Event]) -> None:
        """The events of one UID: usually one, and those that replace single occurrences of it."""
        changes: dict[str, Event] = {}
        mains: dict[str, Event] = {}
        newest = max((one.sequence for one in events if one.original is None), default=0)
        for event in sorted(events, key=lambda one: one.sequence):
            if event.original is not None:
                changes[key_of(event.original)] = event
            elif event.sequence == newest:
                mains[key_of(event.start)] = event
        # Where two events share a UID, what changes single occurrences goes with the first that can be read.
        waiting = list(changes.values())
        for event in mains.values():
            try:
                self._add(self._occurrences(event, waiting))
                waiting = []
            except Exception as error:  # as above
                self._cannot(error, event.line, event.words.title)
        self._add([Occurrence(one, one.original or one.start, one.start, one.end) for one in waiting])

    def _occurrences(self, main: Event, changes: list[Event]) -> list[Occurrence]:
        if not (main.rule or main.also or changes):
            return [Occurrence(main, main.start, main.start, main.end)]
        if self._left <= 0:
            raise Problem(main.line, f"the file holds over {MOST_IN_FILE} occurrences; this series is left out")
        local = (main.start.tzinfo if isinstance(main.start, datetime) else None) or self._zone
        try:
            stop, endless = last_of(main, changes, local, self._limit)
        except Problem:
            self._left -= MOST  # a file full of damaged rules must end, too
            raise
        if endless:
            self.calendar.endless.append(main.words.title)
        found = expand(main, changes, local, stop)
        self._left -= len(found)
        return found

    def _add(self, occurrences: list[Occurrence]) -> None:
        for event, original, start, end in occurrences:
            self.calendar.planned.append(
                Planned(
                    uid=event.uid,
                    recurrence=key_of(original),
                    starts=self._here(start),
                    ends=self._here(end),
                    all_day=event.all_day,
                    cancelled=event.cancelled,
                    **vars(event.words),
                )
            )

    def _here(self, moment: date) -> datetime:
        if isinstance(moment, datetime):
            return moment.astimezone(self._zone)
        return datetime.combine(moment, time.min, tzinfo=self._zone)
