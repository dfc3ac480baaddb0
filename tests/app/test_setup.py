"""The first run: the recovery key, and a few questions by keys or taps, no answer written before the last."""

from __future__ import annotations

import pytest

from homes import new_book
from lsa_tui import config, paths
from lsa_tui.app.app import LsaApp
from lsa_tui.daybook import behaviours, concerns, marks, names, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.records import log
from seen import flat, lines, tap, text, typed

SIZES = [(40, 20), (80, 24)]


@pytest.fixture
def book(tmp_path):
    found = Book(paths.find(str(tmp_path / "home")))
    yield found
    found.close()


async def answer(pilot, *words):
    """Types each answer and presses Enter."""
    for one in words:
        await typed(pilot, one)
        await pilot.press("enter")


@pytest.mark.parametrize("size", SIZES)
async def test_a_first_run_by_keys(book, tmp_path, size):
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        assert "Your initials" in text(app)
        assert "1 of 6" in text(app)
        assert "Answers are kept after the last one" in flat(app, "foot")
        await answer(pilot, "jt", "Jo Taylor")
        await pilot.press("1")
        await answer(pilot, "K7")
        assert "c Calling out" in text(app)
        assert "s Sensory support" in text(app)
        await pilot.press("1")
        await answer(pilot, str(tmp_path / "school.db"))
        assert app.view.name == "today"
        assert "plan import" in text(app)
        assert all(len(line) <= size[0] for line in lines(app))
        held = config.load(book.paths.config)
        assert held["person.initials"] == "JT"
        assert held["person.name"] == "Jo Taylor"
        assert held["person.role"] == "lsa"
        assert held["shared.url"] == f"sqlite:///{tmp_path}/school.db"
        assert book.names.pupil(book.focus) == "K7"
        assert len(behaviours.for_pupil(book, book.focus)) == len(behaviours.DEFAULTS)
        await pilot.press("]", "c")
        assert marks.counts(book, book.today().isoformat())
        assert app.last.by == "JT"


async def test_a_first_run_by_taps(book):
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await typed(pilot, "LP")
        await tap(pilot, "setup.enter")
        await tap(pilot, "setup.enter")
        await tap(pilot, "setup.digit", "2")
        await typed(pilot, "K7")
        await tap(pilot, "setup.enter")
        await tap(pilot, "setup.digit", "2")
        await tap(pilot, "setup.enter")
        assert app.view.name == "today"
        assert book.config["person.role"] == "teacher"
        assert book.config["person.name"] == ""
        assert book.config["shared.url"] == ""
        assert behaviours.for_pupil(book, book.focus) == []


@pytest.mark.parametrize(
    ("before", "wrong", "said"),
    [
        ((), "J-T", "1 to 4 letters"),
        ((), "", "1 to 4 letters"),
        (("JT", "", "#1"), "K 7", "a code has letters"),
        (("JT", "", "#1"), "", "a code is needed"),
        (("JT", "", "#1", "K7", "#2"), "school.db", "not a whole path"),
        (("JT", "", "#1", "K7", "#2"), "/no/such/folder/school.db", "there is no folder /no/such/folder"),
    ],
)
async def test_a_mistake_is_a_sentence_and_what_was_typed_stays(book, before, wrong, said):
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        for one in before:
            if one.startswith("#"):
                await pilot.press(one[1])
            else:
                await answer(pilot, one)
        asked = app.view.question
        await answer(pilot, wrong)
        assert app.view.question == asked
        assert said in flat(app)
        assert app.view.field.text == wrong
        await typed(pilot, "x")
        assert said not in flat(app) or said in asked.hint


async def test_back_keeps_what_was_answered_and_nothing_is_written_before_the_end(book):
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await answer(pilot, "JT", "Jo")
        await pilot.press("q")  # a choice: q goes back
        assert app.view.field.text == "Jo"
        await typed(pilot, "q")  # a field: q is a letter
        assert app.view.field.text == "Joq"
        await pilot.press("escape")
        assert app.view.field.text == "JT"
        await pilot.press("enter")
        assert app.view.field.text == "Joq"
        await pilot.press("enter", "1")
        await answer(pilot, "K7")
        await pilot.press("1")
        assert not book.paths.config.exists()
        assert book.focus is None
        await tap(pilot, "back")
        assert "these tiles" in text(app)
        await pilot.press("7", "n", "i", "u", "z")  # no key of another screen counts here
        assert "these tiles" in text(app)


async def test_leaving_from_the_first_question_writes_nothing(book):
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await typed(pilot, "JT")
        await pilot.press("escape")
        await pilot.pause()
    assert app.return_code == 0
    assert not book.paths.config.exists()


async def test_a_home_without_a_pupil_asks_only_for_that(tmp_path):
    book = new_book(tmp_path / "home", pupil=None, tiles=False)
    book.config.save(shared_url=f"sqlite:///{tmp_path}/school.db")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        assert "1 of 2" in text(app)
        await answer(pilot, "M2")
        await pilot.press("2")
        assert app.view.name == "today"
        assert [one["code"] for one in pupils.all_pupils(book)] == ["M2"]
        assert book.config["person.initials"] == "JT"
    book.close()


async def test_a_known_name_as_a_code_is_doubted_once(tmp_path):
    book = new_book(tmp_path / "home", pupil=None)
    book.config.save(shared_url=f"sqlite:///{tmp_path}/school.db")
    names.add(book, "Oliver Stone", names.CLASSMATE)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await answer(pilot, "Oliver")
        assert "part of a name" in flat(app)
        assert "Enter again keeps it" in flat(app)
        assert pupils.all_pupils(book) == []
        await pilot.press("enter")
        assert [one["code"] for one in pupils.all_pupils(book)] == ["Oliver"]


async def test_settings_that_were_lost_are_asked_again_without_the_pupil(tmp_path):
    first = new_book(tmp_path / "home")
    marks.tally(first, "c")
    first.close()
    first.paths.config.unlink()
    book = Book(first.paths)
    with book.store.writing():
        log.set_meta(book.db, "initials", "JT")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        assert "1 of 4" in text(app)
        assert app.view.field.text == "JT"
        await pilot.press("enter", "enter", "1", "enter")
        assert app.view.name == "today"
        assert len(pupils.all_pupils(book)) == 1
        assert sum(marks.counts(book, book.today().isoformat()).values()) == 1
    book.close()


# The recovery key

KEY = "ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345-6789"


@pytest.mark.parametrize("size", [(38, 18), *SIZES])
async def test_the_recovery_key_stands_in_two_lines_and_stays_until_it_is_closed(book, size):
    with book.store.writing():
        log.set_meta(book.db, "recovery_unseen", "anything")
    app = LsaApp(book, KEY)
    async with app.run_test(size=size) as pilot:
        shown = [line.strip() for line in lines(app)]
        assert "ABCD-EFGH-JKMN-PQRS" in shown
        assert "TVWX-YZ01-2345-6789" in shown
        assert "not shown again" in flat(app)
        await typed(pilot, "jt n[]?")  # typed ahead: it is not taken away unread
        assert "ABCD-EFGH" in text(app)
        await pilot.press("z")
        assert "ABCD" not in text(app)
        await tap(pilot, "back")  # off the blank screen
        assert log.get_meta(book.db, "recovery_unseen")
        await pilot.press("q", "escape")
        assert "ABCD-EFGH" in text(app)
        assert "Enter closes this page" in flat(app, "foot")
        assert log.get_meta(book.db, "recovery_unseen")
        await tap(pilot, "recovery.written")
        assert app.view.name == "setup"
        assert "Answers are kept after the last one" in flat(app, "foot")
    assert log.get_meta(book.db, "recovery_unseen") is None


async def test_leaving_with_the_page_open_is_not_reading_it(book):
    with book.store.writing():
        log.set_meta(book.db, "recovery_unseen", "anything")
    app = LsaApp(book, KEY)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("ctrl+q")
    assert log.get_meta(book.db, "recovery_unseen")


async def test_without_any_pupil_a_concern_is_one_key_or_tap_away(tmp_path):
    book = new_book(tmp_path / "home", pupil=None)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        assert "The pupil's code" in text(app)
        await answer_part(pilot)
        await tap(pilot, "concern")
        assert "999" in text(app)
        await pilot.press("enter", "7", "1", "1", "s")
        assert app.view.name == "setup"
        assert app.view.field.text == "d4", "what was typed is still there"
    assert len(concerns.passed_on(book)) == 1
    book.close()


async def answer_part(pilot):
    await typed(pilot, "d4")
    await pilot.press("ctrl+d", "escape")
