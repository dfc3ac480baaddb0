"""Restrictive interventions: the stopwatch, its facts, the school's form, and whose each of them is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from homes import new_book
from lsa_tui.daybook import entries, exchange, interventions, plan, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, LsaError, NotAllowed
from lsa_tui.records import read

Clock = Callable[..., None]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Clock:
    def set_to(time: str, day: str = "2026-11-24") -> None:
        monkeypatch.setenv("LSA_NOW", f"{day}T{time}+00:00")

    return set_to


@pytest.fixture
def book(tmp_path: Path, now: Clock) -> Iterator[Book]:
    now("10:42:05")
    opened = new_book(tmp_path)
    yield opened
    opened.close()


def write_as(book: Book, initials: str, role: str) -> None:
    """The next who uses this device."""
    book.config.save(person_initials=initials, person_role=role)


def test_the_key_starts_and_ends_and_every_second_is_kept(book: Book, now: Clock) -> None:
    entry = interventions.toggle(book)
    assert interventions.running(book) == entry
    assert book.line(entry) == "hands-on, running"
    now("10:44:15")
    ended = interventions.toggle(book)
    assert ended.id == entry.id
    assert interventions.running(book) is None
    assert interventions.lasted(ended, book.now()).total_seconds() == 130
    assert book.line(ended) == "hands-on 2 min 10 s, school's form NOT DONE"


def test_starting_starts_the_planned_lesson_too_and_one_undo_takes_both_back(book: Book) -> None:
    plan.add(book, "Maths", "10:30", "11:00")
    entry = interventions.start(book)
    session = read.of_kind(book.db, "session")[0]
    assert entry["session"] == session.id
    assert session["assumed"]
    assert "hands-on" in entries.undo(book).says
    assert not read.of_kind(book.db, "session")
    assert interventions.running(book) is None
    entries.redo(book)
    assert interventions.running(book) is not None


def test_two_of_ones_own_do_not_run_at_once(book: Book) -> None:
    interventions.start(book)
    with pytest.raises(LsaError, match="runs already since 10:42:05"):
        interventions.start(book)
    assert len(interventions.all_of(book)) == 1


def test_it_runs_on_while_another_pupil_is_in_focus_and_the_key_ends_it(book: Book) -> None:
    entry = interventions.start(book)
    pupils.add(book, "M2")
    pupils.use(book, "M2")
    assert interventions.running(book) == entry
    assert interventions.toggle(book).pupil == entry.pupil


def test_one_left_open_on_another_day_is_ended_by_a_time_and_a_press_starts_a_new_one(book: Book, now: Clock) -> None:
    old = interventions.start(book)
    now("09:00:00", "2026-11-25")
    assert interventions.running(book) == old
    new = interventions.toggle(book)
    assert new.id != old.id
    assert interventions.running(book) == new
    ended = interventions.move(book, old, old.when, old.when.replace(minute=44))
    assert interventions.lasted(ended, book.now()).total_seconds() == 120


def test_an_end_before_the_start_and_a_second_end_are_refused(book: Book, now: Clock) -> None:
    entry = interventions.start(book)
    with pytest.raises(BadInput, match="before it began"):
        interventions.stop(book, at=entry.when.replace(minute=41))
    done = interventions.stop(book)
    with pytest.raises(BadInput, match="ended at 10:42:05 already"):
        interventions.stop(book, done)
    with pytest.raises(LsaError, match="no hands-on stopwatch"):
        interventions.stop(book)
    with pytest.raises(BadInput, match="before it began"):
        interventions.move(book, done, done.when, done.when.replace(hour=9))


def test_one_that_is_over_is_recorded_by_its_minutes(book: Book) -> None:
    entry = interventions.record(book, 2.5, held="held seated", told="headteacher")
    assert f"{entry.when:%H:%M:%S}" == "10:39:35"
    assert entry["ended"] == "2026-11-24T10:42:05+00:00"
    assert entry["told_at"] == "2026-11-24T10:42:05+00:00"
    with pytest.raises(BadInput, match="still to come"):
        interventions.record(book, 10, at=entry.when)
    for minutes in (-1, 1441):
        with pytest.raises(BadInput, match="0 to 1440"):
            interventions.record(book, minutes)
    assert len(interventions.all_of(book)) == 1


def test_when_somebody_was_told_is_kept_with_whom(book: Book, now: Clock) -> None:
    entry = interventions.record(book, 1)
    now("10:50:00")
    entry = interventions.add(book, entry, told="headteacher")
    now("11:00:00")
    assert interventions.add(book, entry, told="headteacher")["told_at"].startswith("2026-11-24T10:50")
    entry = interventions.add(book, entry, told="deputy head")
    assert entry["told_at"].startswith("2026-11-24T11:00")
    entry = interventions.add(book, entry, told=None)
    assert entry["told"] is None
    assert entry["told_at"] is None
    with pytest.raises(BadInput, match="no fact 'school_form_done'"):
        interventions.add(book, entry, school_form_done=True)


def test_the_form_stays_due_over_days_until_it_is_done(book: Book, now: Clock) -> None:
    entry = interventions.start(book)
    with pytest.raises(LsaError, match="still running"):
        interventions.form_done(book, entry)
    entry = interventions.stop(book)
    with pytest.raises(BadInput, match="before it ended"):
        interventions.form_done(book, entry, entry.when.replace(hour=9))
    now("09:00:00", "2026-11-26")
    assert [one.id for one in interventions.due(book)] == [entry.id]
    assert interventions.latest(book) is not None
    entry = interventions.form_done(book, entry)
    assert not interventions.due(book)
    assert interventions.latest(book) is None
    assert not interventions.form_done(book, entry, done=False)["school_form_done"]
    assert len(interventions.due(book)) == 1
    entries.undo(book)
    assert not interventions.due(book)


def test_the_teacher_ticks_the_form_but_changes_no_fact_and_ends_no_stopwatch_of_another(book: Book) -> None:
    entry = interventions.record(book, 1)
    running = interventions.start(book)
    write_as(book, "LP", "teacher")
    assert interventions.form_done(book, entry)["school_form_done"]
    for work in (
        lambda: interventions.add(book, entry, held="guided"),
        lambda: interventions.stop(book),
        lambda: interventions.move(book, entry, entry.when, None),
        lambda: entries.remove(book, entry.id, "by mistake"),
    ):
        with pytest.raises(NotAllowed):
            work()
    assert book.entry(running.id)["ended"] is None
    assert book.entry(entry.id)["held"] is None
    # Her own key starts her own, beside it.
    assert interventions.toggle(book).by == "LP"
    assert book.entry(running.id)["ended"] is None


def test_the_dsl_records_none_but_may_know_of_it(book: Book) -> None:
    entry = interventions.record(book, 1)
    write_as(book, "DS", "dsl")
    assert interventions.listed(book) == [entry]
    for work in (
        lambda: interventions.start(book),
        lambda: interventions.record(book, 1),
        lambda: interventions.form_done(book, entry),
    ):
        with pytest.raises(NotAllowed):
            work()


def test_an_export_brings_all_of_it_into_an_empty_home_and_out_again(book: Book, tmp_path: Path) -> None:
    facts = {
        "persons": "JT, LP",
        "tried_before": "calm words; time and space",
        "held": "held seated",
        "place": "hall",
        "injury": "nobody seen hurt",
        "free_to_leave": "no",
        "told": "headteacher",
        "text": "Bit [sleeve]\nlet go at once",
    }
    entry = interventions.form_done(book, interventions.record(book, 2, **facts))
    running = interventions.start(book)
    lines = list(exchange.export(book))
    other = new_book(tmp_path / "other", pupil=None, tiles=False)
    exchange.take(other, lines, "a test")
    assert list(exchange.export(other)) == lines
    assert dict(other.entry(entry.id).data) == dict(entry.data)
    assert [one.id for one in read.open_of_anybody(other.db, "intervention")] == [running.id]
    other.close()


def test_a_removed_one_is_neither_running_nor_due(book: Book) -> None:
    entry = interventions.start(book)
    entries.remove(book, entry.id, "by mistake")
    assert interventions.running(book) is None
    assert not interventions.due(book)
    with pytest.raises(BadInput, match="was removed"):
        interventions.of_id(book, entry.id)
