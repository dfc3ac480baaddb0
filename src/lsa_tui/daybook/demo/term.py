"""The made-up school's calendar and timetable for `lsa demo`.

The calendar counts back from today instead of following a real one, so that a demonstration opened in August has a
yesterday too; now and then a week is free (half-term), twice a year two (the long holidays).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FREE_WEEKS = (4, 11, 12)
"""Weeks back from today's without school, repeated every 15 weeks."""

# Weekdays 0-4: subject, begin, end, targets, provision. Without gaps, so that a school day's present is in a lesson.
_MORNING = (
    ("task", "08:45", "09:00", ("T1",), None),
    ("phonics", "09:00", "09:30", ("T2",), "F1"),
    ("circuit", "09:30", "09:45", (), None),
    ("maths", "09:45", "10:45", ("T1",), None),
    ("break", "10:45", "11:00", (), None),
    ("reading", "11:00", "11:30", ("T2",), "F1"),
    ("writing", "11:30", "12:15", ("T1",), None),
    ("lunch", "12:15", "12:45", (), None),
)
_GROUP = ("group", "12:45", "13:15", ("T3",), "F3")
_QUIET = ("quiet", "12:45", "13:15", ("T2",), None)
_SALT = ("salt", "13:15", "13:25", ("T1",), "F2")
_AFTERNOONS = {
    0: (_GROUP, _SALT, ("afternoon", "13:25", "14:20", ("T1",), None), ("creative", "14:20", "15:15", ("T3",), None)),
    1: (
        _QUIET,
        _SALT,
        ("afternoon", "13:25", "14:20", ("T1",), None),
        ("story", "14:20", "14:45", (), None),
        ("choir", "14:45", "15:15", (), None),
    ),
    2: (_GROUP, ("creative", "13:15", "14:20", ("T3",), None), ("afternoon", "14:20", "15:15", ("T1",), None)),
    3: (_QUIET, _SALT, ("afternoon", "13:25", "14:20", ("T1",), None), ("creative", "14:20", "15:15", (), None)),
    4: (_GROUP, ("afternoon", "13:15", "14:20", ("T1",), None), ("creative", "14:20", "15:15", ("T3",), None)),
}
_ASSEMBLY_DAYS = (0, 4)
_WEEKEND_AS = 1
"""A day at the weekend has Tuesday's timetable."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A slot of one day; moments in UTC, so that adding minutes is right across a clock change."""

    subject: str
    starts: datetime
    ends: datetime
    targets: tuple[str, ...] = ()
    provision: str | None = None
    cancelled: bool = False

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies in it."""
        return self.starts <= at < self.ends


def school_days(today: date, count: int) -> list[date]:
    """The last `count` school days, oldest first; the last one is today, at the weekend too."""
    found, day = [today], today
    monday = today - timedelta(days=today.weekday())
    while len(found) < count:
        day -= timedelta(days=1)
        weeks_back = (monday - (day - timedelta(days=day.weekday()))).days // 7
        if day.weekday() < 5 and weeks_back % 15 not in FREE_WEEKS:
            found.append(day)
    return found[::-1]


def days_after(today: date, count: int) -> list[date]:
    """The next `count` weekdays after today."""
    ahead = (today + timedelta(days=n) for n in range(1, 2 * count + 3))
    return [day for day in ahead if day.weekday() < 5][:count]


def moment(day: date, clock_time: str, zone: ZoneInfo) -> datetime:
    """A time of day in `zone`, as UTC."""
    return datetime.combine(day, time.fromisoformat(clock_time), zone).astimezone(UTC)


def timetable(day: date, zone: ZoneInfo) -> list[Lesson]:
    """The lessons of a day."""
    weekday = day.weekday() if day.weekday() < 5 else _WEEKEND_AS
    return [
        Lesson(
            "assembly" if subject == "circuit" and weekday in _ASSEMBLY_DAYS else subject,
            moment(day, begins, zone),
            moment(day, ends, zone),
            targets,
            provision,
        )
        for subject, begins, ends, targets, provision in (*_MORNING, *_AFTERNOONS[weekday])
    ]


def around(now: datetime, zone: ZoneInfo) -> list[Lesson]:
    """Today's lessons, `now` being inside one that has two before it and one after.

    While school is on that is the timetable as it stands. Outside, the whole day is moved by as little as will do, in
    steps of five minutes; what midnight cuts off is left out.
    """
    today = now.date()
    lessons = timetable(today, zone)
    present = now.astimezone(UTC)
    middle = range(2, len(lessons) - 1)
    if any(lessons[n].holds(present) for n in middle):
        return lessons
    bounds = moment(today, "00:00", zone), moment(today + timedelta(days=1), "00:00", zone)
    shifts = [shift for n in middle if (shift := _shift(lessons[n], present)) is not None]
    moved = {shift: _moved(lessons, shift, *bounds) for shift in shifts}
    lively = [shift for shift in shifts if any(one.holds(present) for one in moved[shift])]
    # Fewest lessons lost to midnight first, then nearest to the real times.
    return moved[min(lively, key=lambda shift: (len(lessons) - len(moved[shift]), abs(shift)))]


def _shift(lesson: Lesson, present: datetime) -> timedelta | None:
    """By how much a day moves so that `present` is well inside `lesson`; None for one that is too short."""
    length = lesson.ends - lesson.starts
    if length < timedelta(minutes=30):
        return None
    least, most = timedelta(minutes=12), length - timedelta(minutes=8)
    into = min(max(present - lesson.starts, least), most)
    exact = present - into - lesson.starts
    step = timedelta(minutes=5)
    return round(exact / step) * step


def _moved(lessons: list[Lesson], shift: timedelta, first: datetime, last: datetime) -> list[Lesson]:
    cut = [replace(one, starts=max(one.starts + shift, first), ends=min(one.ends + shift, last)) for one in lessons]
    return [one for one in cut if one.ends - one.starts >= timedelta(minutes=5)]
