"""Sessions: assumed, started, paused, missed; the time that follows from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from homes import new_book, plan_morning
from lsa_tui.daybook import entries, events, marks, plan, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records import read

LONDON = ZoneInfo("Europe/London")


def at(text: str, day: int = 24) -> datetime:
    hour, minute = text.split(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=LONDON)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch):
    def to(text: str, day: int = 24) -> None:
        monkeypatch.setenv("LSA_NOW", at(text, day).isoformat())

    to("08:40")
    return to


@pytest.fixture
def book(tmp_path: Path, clock) -> Iterator[Book]:
    made = new_book(tmp_path)
    plan_morning(made)
    yield made
    made.close()


def held(book: Book) -> list[tuple[str, str, bool, str, str]]:
    found = []
    for one in read.of_kind(book.db, "session"):
        ended = one["ended"][11:16] if one["ended"] else ""
        found.append((book.names.slot(one["slot"]), f"{one.when:%H:%M}", bool(one["assumed"]), ended, one["status"]))
    return found


def test_the_first_mark_in_a_slot_that_nobody_started_starts_it(book: Book, clock) -> None:
    clock("09:52")
    first = marks.tally(book, "c")
    assert held(book) == [("Maths", "09:45", True, "", "running")]
    assert marks.tally(book, "h")["session"] == first["session"]


def test_a_mark_outside_the_plan_belongs_to_no_session(book: Book, clock) -> None:
    clock("12:30")
    assert marks.tally(book, "c")["session"] is None
    assert held(book) == []


def test_an_assumed_session_gives_way_to_the_next_slot(book: Book, clock) -> None:
    clock("09:10")
    marks.tally(book, "c")
    clock("09:50")
    marks.tally(book, "c")
    assert held(book) == [("Phonics", "09:00", True, "09:30", "done"), ("Maths", "09:45", True, "", "running")]
    entries.undo(book)
    assert held(book) == [("Phonics", "09:00", True, "", "running")], "one undo takes the mark and all it brought"


def test_a_session_started_by_hand_stays_until_somebody_ends_it(book: Book, clock) -> None:
    clock("09:44")
    sessions.start(book, sessions.find_slot(book, "Maths", book.now()))
    clock("10:50")
    mark = marks.tally(book, "c")
    assert held(book) == [("Maths", "09:44", False, "", "running")]
    assert mark["session"] == sessions.running(book).id  # type: ignore[union-attr]


def test_a_backdated_mark_finds_its_slot_and_closes_it(book: Book, clock) -> None:
    clock("11:30")
    marks.tally(book, "c", at=at("09:10"))
    assert held(book) == [("Phonics", "09:00", True, "09:30", "done")]


def test_starting_the_next_ends_the_running_one(book: Book, clock) -> None:
    clock("09:46")
    sessions.start(book, sessions.find_slot(book, None, book.now()))
    clock("10:46")
    assert sessions.lesson_change(book, book.now())[0] == "next"
    sessions.start(book, sessions.lesson_change(book, book.now())[1])
    assert held(book) == [("Maths", "09:46", False, "10:46", "done"), ("Break", "10:46", False, "", "running")]


def test_starting_what_was_assumed_confirms_it(book: Book, clock) -> None:
    clock("09:50")
    marks.tally(book, "c")
    sessions.start(book, sessions.find_slot(book, None, book.now()), at("09:48"))
    assert held(book) == [("Maths", "09:48", False, "", "running")]


def test_pauses_are_held_and_closed_with_the_session(book: Book, clock) -> None:
    clock("09:45")
    sessions.start(book, sessions.find_slot(book, None, book.now()))
    clock("10:00")
    sessions.pause(book)
    with pytest.raises(LsaError, match="held already"):
        sessions.pause(book)
    clock("10:10")
    sessions.resume(book)
    clock("10:30")
    sessions.pause(book)
    clock("10:40")
    ended = sessions.stop(book)
    assert [(start[11:16], end[11:16]) for start, end in ended["pauses"]] == [("10:00", "10:10"), ("10:30", "10:40")]
    with pytest.raises(LsaError, match="no session"):
        sessions.stop(book)


def test_missed_with_a_reason_and_adapted(book: Book, clock) -> None:
    clock("09:05")
    missed = sessions.stop(book, missed="event")
    assert (missed["status"], missed["missed_reason"]) == ("missed", "event")
    assert [one.status for one in plan.day(book, book.today())] == ["missed", "planned", "planned"]
    assert marks.tally(book, "c")["session"] is None, "a missed slot is not started by a mark"
    clock("09:50")
    sessions.adapt(book, "smaller steps")
    sessions.adapt(book, "scribed")
    assert sessions.running(book)["adapted"] == "smaller steps; scribed"  # type: ignore[index]


def test_it_cannot_end_before_it_began(book: Book, clock) -> None:
    clock("09:50")
    sessions.start(book, None)
    with pytest.raises(BadInput, match="before it began"):
        sessions.stop(book, at("09:40"))


def test_what_runs_at_the_end_of_a_session_keeps_running_until_somebody_chooses(book: Book, clock) -> None:
    clock("09:50")
    marks.tally(book, "o")
    clock("10:40")
    sessions.stop(book)
    assert [book.names.behaviour(one["behaviour"]) for one in marks.open_bouts(book, book.focus)] == ["On own"]


def test_durations_of_one_group_run_one_at_a_time(book: Book, clock) -> None:
    clock("09:50")
    marks.tally(book, "o")
    clock("09:55")
    marks.tally(book, "l")
    clock("09:58")
    marks.tally(book, "l")
    spans = [
        (book.names.letter(one["behaviour"]), f"{one.when:%H:%M}", one["until"][11:16])
        for one in read.of_kind(book.db, "bout")
    ]
    assert spans == [("o", "09:50", "09:55"), ("l", "09:55", "09:58")]
    with pytest.raises(BadInput, match="leave the number out"):
        marks.tally(book, "o", 3)


def test_a_clock_that_jumps_back_keeps_the_order_of_recording(book: Book, clock) -> None:
    clock("10:00")
    first = marks.tally(book, "c")
    clock("09:50")
    second = marks.tally(book, "h")
    third = marks.tally(book, "h")
    assert first.order < second.order < third.order
    assert entries.undo(book).entry.id == third.id
    entries.correct(book, first.id, {"count": 2})
    assert book.entry(first.id)["count"] == 2, "an edit made after a jump back still wins over what it saw"


def test_a_session_left_open_on_another_day_counts_to_its_planned_end(book: Book, clock) -> None:
    clock("09:45")
    session = sessions.start(book, sessions.find_slot(book, None, book.now()))
    clock("09:00", day=25)
    slot = book.entry(session["slot"])
    assert sessions.ended_at(book.entry(session.id), slot, book.now()) == at("10:45")
    clock("09:10", day=25)
    assert marks.tally(book, "c")["session"] is None, "yesterday's session takes nothing of today"


def test_an_assumed_session_is_never_longer_than_its_slot(book: Book, clock) -> None:
    clock("09:10")
    mark = marks.tally(book, "c")
    clock("12:00")
    session = book.entry(mark["session"])
    assert sessions.ended_at(session, book.entry(session["slot"]), book.now()) == at("09:30")


def test_morning_flags_are_noted_once_a_day(book: Book) -> None:
    one = events.flag(book, "slept badly")
    assert events.flag(book, "Slept badly").id == one.id


def test_cancelled_and_all_day_slots_are_never_started(book: Book, clock) -> None:
    choir = plan.add(book, "Choir", "14:45", "15:15")[0]
    book.revise(choir, {"cancelled": True})
    clock("14:50")
    assert marks.tally(book, "c")["session"] is None
    assert sessions.find_slot(book, None, book.now()) is None
