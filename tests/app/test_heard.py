"""Words that sound like a disclosure, or name somebody, in whatever field of the screens they were typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from concern_homes import in_pages, new_key, open_home, trusting
from homes import new_book
from lsa_tui.app.app import LsaApp
from lsa_tui.daybook import concerns, entries, names, notes, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.records import read
from lsa_tui.vault import sealed
from seen import flat, text, typed

TOLD = "She said it is a secret"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    monkeypatch.setenv("LSA_NOW", "2026-11-24T10:42:00+00:00")
    made = open_home(tmp_path / "home", key=new_key())
    made.config.save(person_initials="JT", person_role="lsa", person_name="Jo Tate")
    yield trusting(made, sealed.new_identity())
    made.close()


WAYS = {
    "incident": ["i", "1", "1", "0"],
    "incident words": ["i", "1", "1", "2", "n"],
    "care": ["f", "1", "0"],
    "tomorrow": ["=", "o"],
    "adapted": ["+", "e", "0"],
}


@pytest.mark.parametrize("way", WAYS)
async def test_every_field_asks_once_and_loses_nothing(book: Book, way: str) -> None:
    from lsa_tui.daybook import plan

    plan.add(book, "Maths", "09:45", "10:45")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press(*WAYS[way])
        await typed(pilot, TOLD)
        await pilot.press("enter")
        assert "“secret”: for the DSL?" in text(app), flat(app)
        said = "\n".join(str(one.data) for one in entries.of_days(book, book.today(), book.today()))
        assert TOLD in said, "it is recorded before anything is asked"
        await pilot.press("2")
        assert "for the DSL?" not in text(app)
        assert concerns.to_pass_on(book) == 0


async def test_what_moved_to_the_dsl_is_not_kept_to_compare_with(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("f", "1", "0")
        await typed(pilot, "MAGNOLIA is our secret")
        await pilot.press("enter", "1")
        assert "MAGNOLIA" not in str(vars(app.heard))


async def test_deciding_between_two_edits_asks_nobody_about_their_words(tmp_path: Path) -> None:
    from lsa_tui.app.views.conflicts import Conflicts
    from lsa_tui.sync.run import sync

    book, other = new_book(tmp_path / "one"), new_book(tmp_path / "other", "MB", "teacher", None, tiles=False)
    url = f"sqlite:///{tmp_path / 'school.db'}"
    held = pupils.add_item(book, "target", "T9", "it is a secret place")
    for one in (book, other):
        sync(one, url)
    entries.correct(book, held.id, {"text": "it is a secret den"})
    entries.correct(other, held.id, {"text": "it is a secret hole"})
    for one in (book, other, book):
        sync(one, url)
    other.close()
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        app.open(Conflicts(app))
        await pilot.press("1")
        assert app.view.name == "conflicts"
        assert "for the DSL?" not in text(app)
    assert entries.conflicts(book) == []
    book.close()


async def test_the_first_target_after_a_removed_one_is_another(book: Book) -> None:
    first = pupils.add_item(book, "target", "T1", "Asks for help")
    entries.remove(book, first.id, "achieved")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "t")
        await typed(pilot, "Waits")
        await pilot.press("enter")
    assert [(one["code"], one["text"]) for one in pupils.items(book, "target", book.focused())] == [("T2", "Waits")]
    assert book.entry(first.id)["text"] == "Asks for help"


async def test_an_incident_that_is_for_the_dsl_moves_from_there(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("i", "1", "1", "0")
        await typed(pilot, TOLD)
        await pilot.press("enter", "1")
        assert "999" in text(app)
        await pilot.press("enter")
        assert concerns.load_draft(book).saw.endswith(TOLD)
        await pilot.press("q")
        assert app.view.name == "today", "the incident that is gone is not asked for again"
    assert entries.of_days(book, book.today(), book.today()) == []


async def test_a_correction_is_asked_about_by_what_is_new_in_it(book: Book) -> None:
    notes.note(book, "He said a secret")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("'", "h")
        await typed(pilot, "10:30")
        await pilot.press("enter")
        assert "for the DSL?" not in text(app)
        await pilot.press("c", "1")
        assert app.view.field is not None, flat(app)
        await typed(pilot, " and a bruise")
        await pilot.press("enter")
        assert "for the DSL?" in text(app)


async def test_the_note_asks_before_and_not_again(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n")
        await typed(pilot, TOLD)
        await pilot.press("enter", "2")
        assert app.view.name == "today"
        await pilot.press("u", "r")
        assert app.view.name == "today"
    assert len(read.of_kind(book.db, "note")) == 1


async def test_a_restraint_stays_the_class_s_record(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x", "x", "n")
        await typed(pilot, TOLD)
        await pilot.press("enter")
        assert "a sheet of its own" in flat(app)
        await pilot.press("1")
        assert "999" in text(app)
    assert len(read.of_kind(book.db, "intervention")) == 1


async def test_a_name_is_told_of_wherever_it_was_typed(book: Book) -> None:
    names.add(book, "Ben Lowe", names.CLASSMATE)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        for keys in (["f", "1", "0"], ["i", "1", "1", "0"]):
            await pilot.press(*keys)
            await typed(pilot, "shared it with Ben Lowe")
            await pilot.press("enter")
            assert "A name stands in it (a classmate's name)" in flat(app, "foot")
            await pilot.press("escape")


async def test_nothing_of_it_is_in_the_records_once_it_moved(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("f", "1", "0")
        await typed(pilot, "MAGNOLIA is our secret")
        await pilot.press("enter", "1", "enter")
        await pilot.pause()
    concerns.save(book, concerns.load_draft(book))
    assert in_pages(book, "MAGNOLIA") == []
