"""What a teacher is told of hand-overs that did not come: on her device, from real syncs, in every place it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from homes import acting, class_teacher, new_book
from lsa_tui.app.app import LsaApp
from lsa_tui.cli.main import main
from lsa_tui.daybook import cover, events, handover, marks, notes, plan, problems, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.documents.summary import build
from lsa_tui.sync.run import sync
from seen import flat, tap, text

MON, TUE = date(2026, 11, 23), date(2026, 11, 24)
At = Callable[[str], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    """Sets the clock: "Mon 15:31" of that week (the days go on to the next one: Sat, Sun, Mon+)."""
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon+")

    def turn(moment: str) -> None:
        day, time = moment.split()
        monkeypatch.setenv("LSA_NOW", f"2026-11-{23 + days.index(day)}T{time}:00+00:00")

    turn("Mon 08:30")
    return turn


@pytest.fixture
def school(tmp_path: Path, at: At) -> Iterator[tuple[Book, Book]]:
    """An LSA and a teacher who share; K7 has lessons from Monday to Friday, 09:00 to 15:00."""
    lsa = new_book(tmp_path / "lsa")
    plan.add(lsa, "Maths", "09:00", "10:00", repeat="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
    plan.add(lsa, "Story", "14:00", "15:00", repeat="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
    teacher = class_teacher(lsa, tmp_path)
    yield lsa, teacher
    lsa.close()
    teacher.close()


def said(book: Book, on: date | None = None) -> str:
    found = handover.missing(book, book.focused(), on)
    return handover.says(book, found) if found else ""


def handed_over(lsa: Book, teacher: Book, at: At, moment: str, later: str = "") -> None:
    """The LSA marks and syncs, then the teacher syncs, perhaps `later`."""
    at(moment)
    marks.tally(lsa, "c")
    sync(lsa)
    at(later or moment)
    sync(teacher)


def test_the_day_after_it_says_which_day_and_when_the_last_came(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    handed_over(lsa, teacher, at, "Mon 15:31")
    assert said(teacher) == ""
    at("Tue 14:59")
    assert said(teacher) == "", "the last lesson is not over"
    at("Tue 15:00")
    assert said(teacher) == "no hand-over for Tue; last received Mon 15:31"
    at("Wed 08:30")
    marks.tally(lsa, "c")  # recorded, not yet synced
    assert said(teacher) == "no hand-over for Tue; last received Mon 15:31"
    sync(teacher)
    assert said(teacher) == "no hand-over for Tue; last received Mon 15:31", "a sync of hers brings nothing new"


def test_what_comes_late_ends_it(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    handed_over(lsa, teacher, at, "Mon 15:31")
    at("Tue 15:10")
    marks.tally(lsa, "c")
    at("Wed 08:30")
    assert said(teacher).startswith("no hand-over for Tue;")
    sync(lsa)
    sync(teacher)
    assert said(teacher) == ""
    assert said(teacher, TUE) == ""


def test_a_problem_that_was_raised_has_come_too(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    at("Mon 14:00")
    problems.raise_problem(lsa, "The card is missing")
    sync(lsa)
    at("Mon 15:31")
    sync(teacher)
    assert said(teacher) == ""


def test_several_days_a_weekend_and_longer(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    at("Mon 15:30")
    assert said(teacher) == "no hand-over for Mon; nothing received yet"
    handed_over(lsa, teacher, at, "Mon 15:31")
    at("Wed 15:31")
    assert said(teacher) == "no hand-over for Tue and Wed; last received Mon 15:31"
    at("Thu 15:31")
    assert said(teacher) == "no hand-over for Tue, Wed and Thu; last received Mon 15:31"
    at("Sun 12:00")
    assert said(teacher) == "no hand-over for 4 days since Tue; last received Mon 23 Nov 15:31"
    at("Mon+ 08:00")
    assert said(teacher) == "no hand-over for 4 days since Tue 24 Nov; last received Mon 23 Nov 15:31"


def test_a_day_before_what_came_stays_said(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    handed_over(lsa, teacher, at, "Mon 15:31")
    handed_over(lsa, teacher, at, "Wed 15:10")
    words = "no hand-over for Tue; last received Wed 15:10"
    assert said(teacher) == said(teacher, TUE) == words
    assert said(teacher, MON) == ""
    at("Thu 15:31")
    assert said(teacher) == "no hand-over for Tue and Thu; last received Wed 15:10"
    handed_over(lsa, teacher, at, "Fri 09:00")  # of Friday, whose lessons are not over
    assert said(teacher) == "no hand-over for Tue and Thu; last received Fri 09:00"
    handed_over(lsa, teacher, at, "Tue 15:10", "Fri 09:10")  # it had only not been shared
    assert said(teacher) == "no hand-over for Thu; last received Fri 09:10"


def test_several_days_with_one_between_them_that_came_are_no_days_since(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    handed_over(lsa, teacher, at, "Tue 15:10")
    at("Mon+ 15:31")
    assert said(teacher) == "no hand-over for 5 days, Mon 23 Nov to Mon; last received Tue 24 Nov 15:10"


def test_what_came_late_is_said_with_the_day_that_it_reaches(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    handed_over(lsa, teacher, at, "Mon 15:00", "Thu 18:25")
    assert said(teacher) == "no hand-over for Tue, Wed and Thu; last received Thu 18:25, up to Mon"


def test_a_day_that_never_comes_is_let_go_after_two_weeks(
    school: tuple[Book, Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    lsa, teacher = school
    for day in (23, 25, 26, 27, 30):
        monkeypatch.setenv("LSA_NOW", f"2026-11-{day}T15:31:00+00:00")
        marks.tally(lsa, "c")
    for day in range(1, 10):
        monkeypatch.setenv("LSA_NOW", f"2026-12-0{day}T15:31:00+00:00")
        if date(2026, 12, day).weekday() < 5:
            marks.tally(lsa, "c")
        sync(lsa)
        sync(teacher)
        lacking = handover.missing(teacher, teacher.focused())
        assert (lacking.days if lacking else ()) == ((TUE,) if day <= 8 else ()), day


def test_no_lesson_no_hand_over(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    handed_over(lsa, teacher, at, "Mon 15:31")
    at("Sat 16:00")
    assert said(teacher, date(2026, 11, 28)) == ""
    for slot in plan.day(teacher, TUE, teacher.focused()):
        teacher.revise(slot.slot, {"cancelled": True})
    at("Tue 16:00")
    assert said(teacher) == "", "a day off"


def test_what_the_teacher_writes_herself_is_no_hand_over(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    handed_over(lsa, teacher, at, "Mon 15:31")
    at("Tue 15:10")
    notes.note(teacher, "Seen in the corridor")
    events.flag(teacher, "late")
    with acting(teacher, "MW"):
        notes.note(teacher, "Seen by the other teacher")
    with acting(teacher, "LP", "lsa"):
        notes.note(teacher, "Seen while she stood in for the LSA")
    assert said(teacher) == "no hand-over for Tue; last received Mon 15:31"


def test_a_colleague_who_covers_on_the_teachers_device_hands_over(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    handed_over(lsa, teacher, at, "Mon 15:31")
    at("Tue 09:10")
    cover.begin(teacher, "MB")
    notes.note(teacher, "Counted on")
    at("Tue 15:10")
    assert said(teacher) == "", "who covers waits for nothing"
    cover.end(teacher)
    assert said(teacher) == ""


def test_an_absence_recorded_by_the_lsa_is_a_hand_over(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    at("Tue 08:40")
    events.flag(lsa, "absent")
    sync(lsa)
    sync(teacher)
    at("Tue 15:10")
    assert said(teacher, TUE) == ""


def test_each_pupil_and_nobody_who_does_not_wait(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    pupils.add(lsa, "B2")
    pupils.use(lsa, "B2")
    plan.add(lsa, "Maths", "09:00", "10:00")
    sync(lsa)
    sync(teacher)
    at("Mon 15:31")
    assert [teacher.names.pupil(one.pupil) for one in handover.every_missing(teacher)] == ["B2", "K7"]
    assert handover.every_missing(lsa) == []
    with acting(teacher, "SC", "senco"):
        assert len(handover.every_missing(teacher)) == 2


@pytest.mark.parametrize("size", [(40, 20), (80, 24)])
async def test_it_stands_on_today_and_in_the_inbox(school: tuple[Book, Book], at: At, size: tuple[int, int]) -> None:
    lsa, teacher = school
    handed_over(lsa, teacher, at, "Mon 15:31")
    at("Tue 15:05")
    app = LsaApp(teacher)
    async with app.run_test(size=size) as pilot:
        assert "K7 no hand-over for Tue; last received Mon 15:31" in flat(app)
        await tap(pilot, "inbox")
        assert app.view.name == "inbox"
        assert "K7 no hand-over for Tue; last received Mon 15:31" in flat(app)
        await pilot.press("q")
        at("Tue 15:06")
        marks.tally(lsa, "c")
        sync(lsa)
        await pilot.press("=", "s")
        await app.workers.wait_for_complete()
        await pilot.press("[")
        assert "hand-over" not in text(app)


def test_it_stands_in_the_summary_and_in_the_commands(
    school: tuple[Book, Book], at: At, capsys: pytest.CaptureFixture[str]
) -> None:
    lsa, teacher = school
    handed_over(lsa, teacher, at, "Mon 15:31")
    at("Tue 15:05")
    document = build(teacher, TUE, "teacher", "K7")
    sections = {section.id: [item.text for item in section.items] for section in document.sections}
    assert sections["needs_you"][0] == "No hand-over for Tue; last received Mon 15:31"
    assert "Last received Mon 15:31" in sections["about"]
    yesterday = build(teacher, MON, "teacher", "K7")
    assert not [one for part in yesterday.sections for one in part.items if "hand-over" in one.text]
    home = str(teacher.paths.data_folder)
    assert main(["--home", home, "inbox"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "K7: no hand-over for Tue; last received Mon 15:31"
    assert main(["--home", home, "summary", "--for", "teacher"]) == 0
    assert "No hand-over for Tue" in capsys.readouterr().out
    # The LSA's own device received nothing, and says nothing of it.
    own = build(lsa, TUE, "teacher", "K7")
    assert not [one for part in own.sections for one in part.items if "eceived" in one.text]


def test_received_is_when_it_came_and_not_when_it_was_written(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    at("Mon 15:00")
    marks.tally(lsa, "c")
    at("Mon 15:31")
    sync(lsa)
    sync(teacher)
    at("Tue 15:10")
    assert said(teacher) == "no hand-over for Tue; last received Mon 15:31"
    teacher.db.execute_sql("DELETE FROM meta WHERE key LIKE 'received:%'")
    assert said(teacher) == "no hand-over for Tue; last entry Mon 15:00", "taken in by an earlier program"


def test_a_clock_that_is_ahead_on_the_other_device_changes_nothing(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    at("Mon 15:34")
    marks.tally(lsa, "c")
    sync(lsa)
    at("Mon 15:31")
    sync(teacher)
    assert handover.received_says(teacher, handover.last_received(teacher, teacher.focused())) == (
        "last received Mon 15:31"
    )


def test_what_was_recorded_here_since_did_not_arrive(school: tuple[Book, Book], at: At) -> None:
    lsa, teacher = school
    at("Tue 09:10")
    cover.begin(teacher, "MB")
    notes.note(teacher, "Counted on")
    cover.end(teacher)
    at("Mon 15:00")
    marks.tally(lsa, "c")
    sync(lsa)
    at("Tue 15:10")
    sync(teacher)
    last = handover.last_received(teacher, teacher.focused())
    assert handover.received_says(teacher, last) == "last entry Tue 09:10"


def test_without_a_plan_a_weekday_of_which_nothing_came_is_said(tmp_path: Path, at: At) -> None:
    lsa = new_book(tmp_path / "lsa")
    teacher = class_teacher(lsa, tmp_path)
    at("Mon 16:00")
    assert said(teacher) == "", "nothing ever came of this pupil"
    handed_over(lsa, teacher, at, "Mon 15:31")
    assert said(teacher) == ""
    at("Tue 15:10")
    assert said(teacher) == "", "the day is not over"
    at("Tue 15:40")
    words = "nothing has arrived of Tue; last received Mon 15:31"
    assert said(teacher) == said(teacher, TUE) == words
    assert said(lsa) == ""
    document = build(teacher, TUE, "teacher", "K7")
    sections = {section.id: [item.text for item in section.items] for section in document.sections}
    assert sections["needs_you"][0] == "Nothing has arrived of Tue; last received Mon 15:31"
    assert document.heading.endswith("nothing has arrived")
    at("Wed 08:30")
    assert said(teacher) == words
    at("Sat 12:00")
    assert said(teacher) == "nothing has arrived of Fri; last received Mon 15:31"
    assert said(teacher, date(2026, 11, 28)) == ""
    handed_over(lsa, teacher, at, "Sun 12:00")
    assert said(teacher) == "", "what is newer came"
    assert said(teacher, TUE).startswith("nothing has arrived of Tue")
    lsa.close()
    teacher.close()
