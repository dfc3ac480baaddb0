"""What holds on every screen: the frame, Blank, letters only, Back, other people's lessons, set-up and undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homes import new_book, plan_morning
from lsa_tui.app.app import LsaApp
from lsa_tui.daybook import marks, notes, plan, problems, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.records import read
from seen import text

SIZES = [(40, 20), (80, 24), (120, 40)]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    monkeypatch.setenv("LSA_NOW", "2026-11-24T10:42:00+00:00")
    made = new_book(tmp_path)
    plan_morning(made)
    yield made
    made.close()


def whole(app: LsaApp) -> str:
    """Everything that can be read on the screen."""
    return "\n".join(text(app, name) for name in ("band", "body", "beside", "plan", "foot", "nav"))


@pytest.mark.parametrize("size", SIZES)
async def test_blank_hides_everything_and_any_key_comes_back_without_a_mark(book: Book, size: tuple[int, int]) -> None:
    marks.tally(book, "c")
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("]", "z")
        shown = "\n".join(text(app, name) for name in ("band", "body", "foot", "nav"))
        for word in ("K7", "Calling", "Maths", "undo", "Tally"):
            assert word not in shown
        await pilot.press("c")
        assert "Calling" in text(app, "body")
    assert len(read.of_kind(book.db, "tally")) == 1


@pytest.mark.parametrize("size", SIZES)
async def test_letters_only_shows_no_word_of_what_was_recorded(book: Book, size: tuple[int, int]) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("]", "c", "v", "h")
        assert "Asked" not in whole(app)
        assert "Calling" not in whole(app)
        assert "recorded 10:42" in text(app, "foot")
    assert len(read.of_kind(book.db, "tally")) == 2


async def test_escape_on_today_says_how_to_leave_and_stays(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("escape", "escape")
        assert "q leaves" in text(app, "foot")
        await pilot.press("]", "escape")
        assert app.view.name == "today"
        await pilot.press("q")
    assert app.return_code == 0


async def test_enter_acts_on_the_chosen_slot(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("enter")
        assert book.names.slot(sessions.running(book)["slot"]) == "Maths"  # type: ignore[index]
        await pilot.press("up", "enter")
        assert book.names.slot(sessions.running(book)["slot"]) == "Phonics"  # type: ignore[index]
        await pilot.press("down", "enter")
        assert "Maths is done" in text(app, "foot")
        assert book.names.slot(sessions.running(book)["slot"]) == "Phonics"  # type: ignore[index]


async def test_somebody_elses_lesson_is_not_ended_by_one_key(book: Book) -> None:
    sessions.start(book, sessions.find_slot(book, None, book.now()))
    book.config.save(person_initials="LP", person_role="teacher")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("enter")
        assert "was started by JT" in text(app, "body")
        await pilot.press("1")
        assert sessions.running(book) is not None
        await pilot.press("enter", "2")
        assert book.names.slot(sessions.running(book)["slot"]) == "Break"  # type: ignore[index]


async def test_the_teacher_sees_what_was_raised(book: Book) -> None:
    problems.raise_problem(book, "Six spellings are too many")
    book.config.save(person_initials="LP", person_role="teacher")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        assert "1 raised by JT, open" in text(app, "body")
        await pilot.press("enter")
        assert "Six spellings" in text(app, "body")


async def test_undo_asks_before_it_takes_back_a_set_up(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("u")
        assert "Take back" in text(app, "body")
        await pilot.press("1")
        assert len(plan.day(book, book.today())) == 3
        await pilot.press("u", "2")
        assert len(plan.day(book, book.today())) == 2


async def test_a_word_that_looks_like_a_mark_and_is_none_is_said_while_typing(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n", *"for @K9", "space", *"hello")
        assert "not known, stays as text: @K9" in text(app, "body")
        await pilot.press("escape", "n")
        assert "your draft" in text(app, "body")
        await pilot.press("enter")
    assert read.of_kind(book.db, "note")[0]["text"] == "for @K9 hello"


async def test_a_command_beside_it_shows_within_a_tick(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        other = Book(book.paths)
        notes.note(other, "from beside")
        other.close()
        app._tick()
        await pilot.pause()
        assert "from beside" in text(app, "beside")
