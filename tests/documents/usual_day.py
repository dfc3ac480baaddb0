"""A usual day, recorded minute by minute, with figures that can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from lsa_tui.daybook import events, marks, notes, plan, problems, pupils, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import parse_when
from lsa_tui.documents.document import Document, Item

TUESDAY = date(2026, 11, 24)
Clock = Callable[..., None]


def record_usual_day(book: Book, now: Clock) -> None:
    """Tuesday to after school. Watched: 30 + 60 - 10 = 80 minutes."""
    _planned(book)
    _days_before(book, now)
    now("08:55")
    events.flag(book, "slept badly")
    now("09:00")
    sessions.start(book, sessions.find_slot(book, "Phonics", book.now()))
    for answer in ["self"] * 6 + ["prompting"] * 2 + ["none", "no"]:
        marks.trial(book, "T1", answer)
    now("09:20")
    notes.note(book, "Read 5 of 6 words alone 8/10 #T1 ^home")
    marks.tally(book, "c", 2)
    marks.tally(book, "h", 3)
    events.check(book, "g", "pupil", 4, 3)
    now("09:30")
    sessions.stop(book)
    now("09:45")
    sessions.start(book, sessions.find_slot(book, "Maths", book.now()))
    marks.tally(book, "o")
    now("10:05")
    marks.tally(book, "o")
    marks.tally(book, "c", 2)
    marks.tally(book, "p", 31)
    marks.tally(book, "k", 6)
    for answer in ("I", "V", "V", "M"):
        marks.trial(book, "T2", answer)
    now("10:10")
    sessions.adapt(book, "concrete resources")
    sessions.pause(book)
    now("10:20")
    sessions.resume(book)
    events.check(book, "y")
    events.incident(
        book, "work hard or unclear", "left place", "space here", minutes=4, free_to_leave="yes", place="corridor"
    )
    now("10:45")
    sessions.stop(book)
    now("11:30")
    events.care(book, "food", "half of lunch")
    notes.note(book, "Sitting near the window ^helped")
    notes.note(book, "Played with two others at break 11:05")
    book.revise(notes.note(book, "I can do it by myself now"), {"own_words": True})
    notes.note(book, "Needs a quieter place for spelling !teacher")
    now("13:30")
    sessions.miss_slot(book, _slot(book, "SaLT"), "LSA moved to cover")
    marks.tally(book, "j", 2, unknown=True)
    now("15:20")
    marks.tally(book, "h", at=parse_when("14:10", book.now()))
    notes.tomorrow(book, "Dienes again; seat by the window")


def _planned(book: Book) -> None:
    pupils.add_item(book, "outcome", "E1", "Socialises with two friends")
    pupils.add_item(book, "target", "T1", None, outcome="E1")
    pupils.add_item(book, "target", "T2", "Column subtraction", ladder="prompt")
    pupils.add_item(book, "target", "T3", "Waits for a turn")
    pupils.add_item(book, "provision", "F2", "Speech programme", group_size=1, by_whom="LSA", outcome="E1")
    plan.add(book, "Phonics", "09:00", "09:30", on=TUESDAY, feedback="how many words alone?", targets=["T1"])
    plan.add(book, "Maths", "09:45", "10:45", on=TUESDAY, feedback="how many with exchange?", targets=["T2"])
    plan.add(book, "SaLT", "13:15", "13:25", on=TUESDAY, provision="F2")
    plan.add(book, "Choir", "14:45", "15:15", on=TUESDAY, cancelled=True)


def _days_before(book: Book, now: Clock) -> None:
    """Six school days with two responses each: one alone, one with a clue."""
    for day in ("16", "17", "18", "19", "20", "23"):
        now("10:00", f"2026-11-{day}")
        marks.trial(book, "T1", "self")
        marks.trial(book, "T1", "clueing")
    problems.raise_problem(book, "The card is missing from the bag")


def _slot(book: Book, title: str) -> Any:
    return sessions.find_slot(book, title, book.now())


def items(document: Document, section: str) -> tuple[Item, ...]:
    """What a section says."""
    return next(one.items for one in document.sections if one.id == section)


def texts(document: Document, section: str) -> list[str]:
    """What a section says, each thing with what belongs under it in one text."""
    return [" | ".join((item.text, *item.lines)) for item in items(document, section)]
