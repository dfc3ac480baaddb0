"""The open book: the pupil in focus stays; several pupils; what came by a sync."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from homes import new_book
from lsa_tui.daybook import marks, plan, pupils, sessions
from lsa_tui.errors import LsaError

WEEK = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:phonics@example.org
DTSTART;TZID=Europe/London:20261102T090000
DTEND;TZID=Europe/London:20261102T093000
RRULE:FREQ=WEEKLY;COUNT=6
SUMMARY:Phonics
END:VEVENT
BEGIN:VEVENT
UID:phonics@example.org
RECURRENCE-ID;TZID=Europe/London:20261109T090000
DTSTART;TZID=Europe/London:20261109T100000
DTEND;TZID=Europe/London:20261109T103000
SUMMARY:Phonics later
END:VEVENT
END:VCALENDAR
"""


def test_the_pupil_in_focus_stays_whoever_comes_later(tmp_path: Path) -> None:
    book = new_book(tmp_path, pupil="M3")
    pupils.add(book, "A1")
    assert book.names.pupil(book.focus) == "M3"
    assert book.names.pupil(marks.tally(book, "c").pupil) == "M3"
    pupils.use(book, "A1")
    assert book.names.pupil(marks.tally(book, "c").pupil) == "A1"
    book.close()


def test_a_device_without_a_choice_takes_the_first_pupil_and_keeps_it(tmp_path: Path) -> None:
    from lsa_tui.records import log

    book = new_book(tmp_path, pupil="M3")
    book.db.execute_sql("DELETE FROM meta WHERE key = 'focus'")
    assert book.names.pupil(book.focus) == "M3"
    with book.step():
        book.put("pupil", {"code": "A1"})
    assert book.names.pupil(book.focus) == "M3"
    assert log.get_meta(book.db, "focus") == book.focus
    book.close()


def test_what_could_not_be_read_of_a_calendar_is_not_gone(tmp_path: Path) -> None:
    book = new_book(tmp_path / "home")
    file = tmp_path / "week.ics"
    file.write_text(WEEK.replace("\n", "\r\n"))
    assert plan.import_calendar(book, file).new == 6
    file.write_text(WEEK.replace("FREQ=WEEKLY", "FREQ=SOMETIMES").replace("\n", "\r\n"))
    again = plan.import_calendar(book, file, partial=True)
    assert again.unreadable
    assert again.gone == 0
    assert [one.status for one in plan.day(book, date(2026, 11, 16))] == ["planned"]
    file.write_text(WEEK.replace("COUNT=6", "COUNT=4").replace("\n", "\r\n"))
    assert plan.import_calendar(book, file).gone == 2
    book.close()


def test_a_session_forgotten_yesterday_is_closed_by_a_choice_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LSA_NOW", "2026-11-23T10:00:00+00:00")
    book = new_book(tmp_path)
    sessions.start(book, None)
    marks.tally(book, "o")
    monkeypatch.setenv("LSA_NOW", "2026-11-24T09:00:00+00:00")
    with pytest.raises(LsaError, match="say when it ended"):
        sessions.stop(book)
    assert not marks.tally(book, "o")["until"], "a press today starts a new one"
    assert len(marks.open_bouts(book, book.focus)) == 2
    from lsa_tui.daybook.when import parse_when

    assert sessions.stop(book, parse_when("yesterday 11:00", book.now()))["ended"] == "2026-11-23T11:00:00+00:00"
    book.close()


def test_a_start_for_an_earlier_time_lasts_until_the_next_one_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lsa_tui.daybook.when import parse_when

    monkeypatch.setenv("LSA_NOW", "2026-11-24T15:30:00+00:00")
    book = new_book(tmp_path)
    sessions.start(book, None, parse_when("15:00", book.now()))
    earlier = sessions.start(book, None, parse_when("14:00", book.now()))
    assert (earlier["status"], earlier["ended"]) == ("done", "2026-11-24T15:00:00+00:00")
    assert sessions.running(book).when.hour == 15  # type: ignore[union-attr]
    book.close()
