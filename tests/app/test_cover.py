"""A colleague covers, in the screens: seen on every one of them, ended by the same key, gone with the day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from homes import new_book
from lsa_tui.app.app import LsaApp
from lsa_tui.cli.main import main
from lsa_tui.daybook import cover, interventions, marks, notes, plan, problems, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.records import read
from seen import flat, lines, small_taps, tap, text, typed

SIZES = [(40, 20), (80, 24), (120, 40)]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    monkeypatch.setenv("LSA_NOW", "2026-11-24T10:42:00+00:00")
    made = new_book(tmp_path / "home")
    plan.add(made, "Maths", "09:45", "10:45")
    yield made
    made.close()


@pytest.mark.parametrize("size", SIZES)
async def test_who_covers_stands_on_every_screen(book: Book, size: tuple[int, int]) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        assert "covers" not in text(app, "band")
        await pilot.press("@")
        await typed(pilot, "mb Mia")
        await pilot.press("enter")
        assert "MB (Mia) covers for JT" in text(app)
        await pilot.press("1")
        assert "MB covers" in text(app, "foot")
        for key in ("[", "]", "'", "=", "!", "&", ";", "?", "n", "w", "i", "f", "@"):
            await pilot.press("escape", key)
            assert "MB covers 10:42" in text(app, "band"), key
            assert len(lines(app, "band")[0]) <= size[0]
            await pilot.press("escape")
        await pilot.press("[", "v")
        assert "MB covers" in text(app, "band"), "initials tell nothing of the pupil"
        sessions.start(book, sessions.find_slot(book, None, book.now()))
        app.draw()
        assert "MB covers 10:42" in text(app, "band")
        assert ", 10:42 " in text(app, "band"), "how the lesson stands is still there"


async def test_blank_and_lock_say_nothing_of_it(book: Book) -> None:
    cover.begin(book, "MB")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("z")
        assert "MB" not in text(app, "band")


async def test_marks_are_signed_and_the_same_key_ends_it(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "c", "@", "M", "B", "enter", "1", "c", "@", "2")
        assert "JT records here again" in text(app, "foot")
        assert "covers" not in text(app, "band")
        await pilot.press("c", "@")
        assert "Who covers?" in text(app)
    assert [one.by for one in read.of_kind(book.db, "tally")] == ["JT", "MB", "JT"]


async def test_taps_are_large_and_what_cannot_be_stays_in_the_field(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("@")
        assert "ask.enter" not in small_taps(app)
        await typed(pilot, "jt")
        await pilot.press("enter")
        assert "whose device this is" in flat(app)
        assert app.view.field.text == "jt"
        await pilot.press("backspace", "backspace")
        await typed(pilot, "M7")
        await tap(pilot, "ask.enter")
        assert "1 to 4 letters" in flat(app)
        await pilot.press("escape")
    assert book.cover is None
    assert read.of_kind(book.db, "cover") == []


async def test_another_day_and_it_is_over_while_the_program_stays_open(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("@", "m", "b", "enter", "1", "]", "c")
        monkeypatch.setenv("LSA_NOW", "2026-11-25T08:30:00+00:00")
        app._tick()
        await pilot.pause()
        assert "covers" not in text(app, "band")
        await pilot.press("c")
    assert [one.by for one in read.of_kind(book.db, "tally")] == ["MB", "JT"]


async def test_a_command_beside_it_is_followed_within_a_tick(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        assert main(["--home", str(book.paths.data_folder), "cover", "--initials", "MB"]) == 0
        app._tick()
        await pilot.pause()
        assert "MB covers" in text(app, "band")
        await pilot.press("]", "c")
        assert main(["--home", str(book.paths.data_folder), "cover", "--end"]) == 0
        app._tick()
        await pilot.pause()
        assert "covers" not in text(app, "band")
    assert [one.by for one in read.of_kind(book.db, "tally")] == ["MB"]


async def test_a_stopwatch_stands_before_it(book: Book) -> None:
    cover.begin(book, "MB")
    interventions.start(book)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)):
        assert "HANDS-ON RUN" in text(app, "band")
        assert "MB covers" in text(app, "band")


async def test_undo_of_another_s_entry_is_not_offered(book: Book) -> None:
    marks.tally(book, "c")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        assert "Calling out" in text(app, "foot")
        await pilot.press("@", "m", "b", "enter", "1")
        assert "MB covers" in lines(app, "foot")[0], "what an undo would take back now"
        await pilot.press("u")
        assert book.cover is None
        assert "covers" not in text(app, "band")
        assert "Calling out" in text(app, "foot")


async def test_a_teacher_who_covers_answers_and_closes(book: Book) -> None:
    problems.raise_problem(book, "Number line is gone")
    book.config.save(person_role="senco")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("@", "m", "b", "enter", "1", "!", "c")
        assert "may not close" in flat(app)
        assert problems.inbox(book)[0].status == "open"
        await pilot.press("q", "q", "@", "3", "l", "p", "enter", "2")
        assert "1 raised by JT, open" in text(app)
        await pilot.press("!", "c")
        assert problems.inbox(book)[0].status == "closed"


async def test_on_an_lsa_s_device_nobody_is_asked_for_a_higher_role(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("@", "l", "p", "enter")
        assert "as LSA" in text(app)
        assert "class teacher" not in text(app)
        await pilot.press("2")
        assert book.cover is None
        await pilot.press("1")
        assert (book.initials, book.role) == ("LP", "lsa")


async def test_a_new_answer_is_new_to_who_covers_too(book: Book) -> None:
    notes.note(book, "Counted on")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await tap(pilot, "pupil")
        await pilot.press("escape", "@", "m", "b", "enter", "1")
        await tap(pilot, "cover")  # the band itself
        assert "MB covers for JT" in text(app)
