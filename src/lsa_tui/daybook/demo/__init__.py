"""`lsa demo`: a made-up pupil with half a term of lifelike records. All invented, all from a seed.

The last day is today, at the weekend too, and its present is inside a lesson: while school is on (about 09:30 to
14:20) the timetable stands as it is; at any other time the whole of today's timetable is moved, by as little as will
do, so that a session is running, lessons lie behind it and at least one is still to come. The clock is never
invented: nothing is recorded after now. Today's last dozen recordings are not yet shared and can be undone one by
one; everything before counts as shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from lsa_tui import clock
from lsa_tui.daybook import behaviours, problems
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.demo.day import Cast, Day, Slot, plan
from lsa_tui.daybook.demo.diary import SENCO, TEACHER, Diary
from lsa_tui.daybook.demo.lesson import mark, respond
from lsa_tui.daybook.demo.term import Lesson, around, days_after, moment, school_days, timetable
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records import log, read

BATCH = 4000
"""Entries appended at a time."""
UNDOABLE = 12
"""Today's last recordings that are not yet shared."""
LONGEST = 400

ROLES = {TEACHER: "teacher", SENCO: "senco"}

PLAN: tuple[tuple[str, dict[str, object]], ...] = (
    ("outcome", {"code": "E1", "text": "Asks for help and takes turns in a small group without an adult leading"}),
    ("outcome", {"code": "E2", "text": "Reads a page of his book band alone and answers a question about it"}),
    (
        "provision",
        {"code": "F1", "text": "Literacy, small steps", "minutes": 30, "times_per_week": 10, "outcome": "E2"},
    ),
    ("provision", {"code": "F2", "text": "SaLT programme", "minutes": 10, "times_per_week": 3, "outcome": "E1"}),
    ("provision", {"code": "F3", "text": "Lunch group", "minutes": 30, "times_per_week": 3, "outcome": "E1"}),
    ("target", {"code": "T1", "text": "Asks for help with the card", "outcome": "E1", "criterion": "80% over 3"}),
    ("target", {"code": "T2", "text": "Reads CVC words alone", "outcome": "E2", "criterion": "80% over 3"}),
    ("target", {"code": "T3", "text": "Takes turns in a board game", "outcome": "E1", "criterion": "70% over 3"}),
)
MORE: dict[str, dict[str, object]] = {
    "E1": {"area": "communication and interaction"},
    "E2": {"area": "cognition and learning"},
    "F1": {"group_size": 4, "by_whom": "class teacher, LSA"},
    "F2": {"group_size": 1, "by_whom": "LSA, advised by SaLT"},
    "F3": {"group_size": 3, "by_whom": "LSA"},
    "T3": {"ladder": "prompt"},
}


def fill(book: Book, days: int = 35, seed: int = 7) -> None:
    """Fills an empty home with `days` (1 to 400) made-up school days, the last one being today.

    The same seed and the same present give the same records. 35 days are half a term (about 9,000 entries), 190 a
    school year (about 49,000). Raises BadInput for another number of days, LsaError for a home with records.
    """
    if not 1 <= days <= LONGEST:
        raise BadInput(f"a demonstration has 1 to {LONGEST} school days, not {days}")
    if book.db.execute_sql("SELECT 1 FROM change LIMIT 1").fetchone():
        raise LsaError(f"{book.paths.database} holds records already; give the demonstration another --home DIR")
    if not book.config.exists:
        book.config.save(person_name="Jo Taylor", person_initials="JT", person_role="lsa")
    now = book.now().replace(microsecond=0)
    diary = Diary(seed, book.zone, book.initials)
    # One transaction, so that a demonstration that was broken off leaves an empty home and not half a term.
    with book.store.writing():
        tiles = {str(one["key"]): one.id for one in behaviours.add_defaults(book)}
        dates = school_days(now.date(), days)
        cast = _cast(diary, tiles, moment(dates[0] - timedelta(days=1), "15:30", book.zone))
        _term(diary, cast, dates, now)
        _released(diary, moment(now.date(), "00:00", book.zone))
        _write(book, diary, moment(now.date(), "00:00", book.zone))
        log.set_meta(book.db, "made_up", "yes")
        log.set_meta(book.db, "focus", cast.focus)
        book.names = read.Names(book.db)
        # All answers were opened but the two of yesterday.
        problems.mark_seen(book, [book.entry(uid) for uid in diary.answers[:-2]])


def _cast(diary: Diary, tiles: dict[str, str], recorded: datetime) -> Cast:
    """The two pupils and what the focus pupil's plan says, from the SENCo."""

    def put(kind: str, values: dict[str, object], pupil: str | None) -> str:
        return diary.put(kind, values, recorded, pupil=pupil, by=SENCO)

    focus = put("pupil", {"code": "K7", "year": "3", "class": "3P", "plan_type": "EHCP"}, None)
    second = put("pupil", {"code": "M2", "year": "5", "class": "5L", "plan_type": "SEN Support"}, None)
    for kind, values in PLAN:
        put(kind, {**values, **MORE.get(str(values["code"]), {})}, focus)
    put("target", {"code": "T1", "text": "Starts a task within a minute", "criterion": "80% over 3"}, second)
    return Cast(focus, second, tiles)


def _term(diary: Diary, cast: Cast, dates: Sequence[date], now: datetime) -> None:
    """Every day's plan and records, oldest first, and the plan of the next days."""
    rng, last = diary.rng, len(dates) - 1
    # The days before today are ordinary ones: a demonstration shows them most.
    early = range(1, last - 3)
    special = rng.sample(early, min(len(early), 2 * max(1, len(dates) // 35)))
    absent, trips = set(special[::2]), set(special[1::2])
    incident_on, problem_on = rng.randrange(5), rng.randrange(5)
    for number, on in enumerate(dates[:-1]):
        lessons = _excursion(timetable(on, diary.zone), on, diary) if number in trips else timetable(on, diary.zone)
        end = moment(on, "15:20", diary.zone)
        slots = plan(diary, cast.focus, _without_choir(diary, lessons), _planned_on(on, diary, now))
        day = Day(diary, cast, slots, number / last, now=end, limit=end)
        if number in absent:
            day.absent()
            continue
        day.usual()
        if number % 5 == incident_on:
            day.happened()
        if number % 5 == problem_on or number >= last - 2:
            day.raised(_answered(diary, dates, number))
        if diary.chance(0.8):
            day.tomorrow(end - timedelta(minutes=rng.randint(1, 6)))
    _today(diary, cast, now)
    for on in days_after(now.date(), 5):
        plan(diary, cast.focus, timetable(on, diary.zone), _planned_on(on, diary, now))


def _released(diary: Diary, before: datetime) -> None:
    """After school the teacher releases what was suggested for home that day; today's still waits for her."""
    for page in list(diary.pages):
        said = page.draft.values
        if page.draft.kind == "note" and said.get("home") and page.recorded < before:
            at = moment(page.recorded.astimezone(diary.zone).date(), "15:50", diary.zone)
            part = "helped" if said.get("helped") else "achievement"
            values = {"at": at, "note": page.draft.row, "text": said["text"], "part": part}
            diary.put("release", values, at, pupil=str(said["pupil"]), by=TEACHER)


def _planned_on(on: date, diary: Diary, now: datetime) -> datetime:
    """The teacher plans a week on the Friday before it."""
    friday = moment(on - timedelta(days=on.weekday() + 3), "16:40", diary.zone)
    return min(friday, moment(now.date() - timedelta(days=1), "16:40", diary.zone))


def _without_choir(diary: Diary, lessons: list[Lesson]) -> list[Lesson]:
    return [replace(one, cancelled=one.cancelled or (one.subject == "choir" and diary.chance(0.2))) for one in lessons]


def _excursion(lessons: list[Lesson], on: date, diary: Diary) -> list[Lesson]:
    """A trip in the place of the lessons from maths to lunch and after."""
    leaves, back = moment(on, "09:45", diary.zone), moment(on, "14:20", diary.zone)
    kept = [replace(one, cancelled=leaves <= one.starts < back) for one in lessons]
    return sorted([*kept, Lesson("trip", leaves, back)], key=lambda one: one.starts)


def _answered(diary: Diary, dates: Sequence[date], number: int) -> datetime | None:
    """When the teacher answers a problem: that afternoon or the next morning, the last two yesterday afternoon."""
    last = len(dates) - 1
    if number >= last - 2:
        return moment(dates[last - 1], "15:40", diary.zone) + timedelta(minutes=7 * (number - last + 2))
    if diary.chance(0.12):
        return None
    if diary.chance(0.3):
        return moment(dates[number + 1], "08:30", diary.zone)
    return moment(dates[number], "15:35", diary.zone) + timedelta(minutes=diary.rng.randint(0, 40))


def _today(diary: Diary, cast: Cast, now: datetime) -> None:
    present = now.astimezone(UTC)
    lessons = around(now, diary.zone)
    coming = next((one for one in lessons if one.starts > present), None)
    lessons = [replace(one, cancelled=one.subject == "choir" and one is not coming) for one in lessons]
    slots = plan(diary, cast.focus, lessons, _planned_on(now.date(), diary, now))
    # The last minutes are written by hand below; they are fewer where the day has only just begun.
    midnight = moment(now.date(), "00:00", diary.zone)
    span = min(timedelta(minutes=7), present - midnight)
    day = Day(diary, cast, slots, 1.0, now=present, limit=max(midnight, present - span - timedelta(seconds=1)))
    day.usual()
    day.raised(None)
    _last_minutes(day, slots, present, span)


def _last_minutes(day: Day, slots: Sequence[Slot], now: datetime, span: timedelta) -> None:
    """A duration that has just ended, and responses and marks around it."""
    diary, cast = day.diary, day.cast
    running = next(slot for slot in slots if slot.lesson.holds(now))
    target = (*running.lesson.targets, "T1")[0]
    day.limit = now

    def back(seconds: int) -> datetime:
        return now - timedelta(seconds=int(span.total_seconds() * seconds / 420))

    began = day.session_at(back(420))
    values = {"at": back(420), "behaviour": cast.tiles["o"], "session": began.uid if began else None}
    own = diary.put("bout", values, back(420), pupil=cast.focus)
    for seconds, what in ((382, "h"), (338, ""), (301, "p"), (256, ""), (214, "c"), (173, "p"), (149, "")):
        _press(day, what, target, back(seconds))
    diary.revise("bout", own, {"until": diary.text(back(96))}, back(96))
    for seconds, what in ((71, ""), (44, "h")):
        _press(day, what, target, back(seconds))


def _press(day: Day, letter: str, target: str, at: datetime) -> None:
    """A mark, or a response where there is no letter."""
    if letter:
        mark(day.diary, day.session_at(at), letter, day.cast.tiles[letter], at, day.cast.focus)
    else:
        respond(day.diary, day.session_at(at), target, 1.0, at, day.cast.focus)


def _write(book: Book, diary: Diary, midnight: datetime) -> None:
    """All of it into the log: the bulk at once, the end of today one by one so that it can be undone so."""
    pages = diary.in_order()
    todays = [number for number, page in enumerate(pages) if page.recorded >= midnight and not page.draft.own]
    cut = todays[-UNDOABLE:][0]
    for start in range(0, cut, BATCH):
        for by, some in groupby(pages[start : min(start + BATCH, cut)], key=lambda page: page.by):
            log.append(book.db, [page.draft for page in some], _author(book, by))
        log.settle(book.db)
    for page in pages[cut:]:
        log.append(book.db, [page.draft], _author(book, page.by))


def _author(book: Book, by: str) -> log.Author:
    now = book.now()
    return log.Author(by, ROLES.get(by, book.role), book.zone.key, clock.to_text(now), clock.to_ms(now))
