"""The note while it is typed: its draft in the database, names warned of, what sounds like a disclosure asked once."""

from __future__ import annotations

from typing import Any

import pytest

from lsa_tui.app.app import LsaApp
from lsa_tui.daybook import concerns, drafts, names, notes, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.records import log, read
from seen import flat, lines, tap, text, typed
from trusting import opened, trusting

SIZES = [(38, 18), (40, 20), (80, 24)]


@pytest.fixture
def book(encrypted: Book) -> Book:
    return encrypted


def texts(book: Book) -> list[str]:
    return [str(one["text"]) for one in read.of_kind(book.db, "note")]


def bytes_of(book: Book) -> bytes:
    return b"".join(one.read_bytes() for one in book.paths.data_folder.rglob("*") if one.is_file())


def top(pilot: Any) -> str:
    return str(pilot.app.view.name)


# The draft


async def test_the_draft_is_in_the_database_and_goes_with_the_note(plain: Book) -> None:
    app = LsaApp(plain)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n")
        await typed(pilot, "Read five wor")
        assert log.get_meta(plain.db, "draft:note") == "Read five wor"
        assert not plain.paths.drafts.exists()
        await pilot.press("escape", "n")
        assert "your draft" in flat(app)
        await typed(pilot, "ds")
        await pilot.press("enter")
        assert texts(plain) == ["Read five words"]
        assert log.get_meta(plain.db, "draft:note") is None
        await pilot.press("n")
        assert "your draft" not in flat(app)


async def test_an_old_draft_file_is_read_once_and_removed(plain: Book) -> None:
    plain.paths.drafts.mkdir()
    (plain.paths.drafts / "note.txt").write_text("half a sentence", encoding="utf-8")
    (plain.paths.drafts / ".note.txt.77.tmp").write_text("half a sen", encoding="utf-8")
    app = LsaApp(plain)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n")
        assert "half a sentence" in flat(app)
        assert not plain.paths.drafts.exists()
        await pilot.press("escape", "n")
        assert "half a sentence" in flat(app)


async def test_a_newer_draft_is_not_replaced_by_an_old_file(plain: Book) -> None:
    drafts.keep(plain, "note", "the newer one")
    plain.paths.drafts.mkdir()
    (plain.paths.drafts / "note.txt").write_text("old", encoding="utf-8")
    for _ in range(2):
        assert drafts.load(plain, "note") == "the newer one"
        assert not plain.paths.drafts.exists()


# Names


@pytest.mark.parametrize("size", SIZES)
async def test_a_name_is_warned_of_and_a_chip_puts_the_alias(plain: Book, size: tuple[int, int]) -> None:
    pupils.add(plain, "M2", name="Amira Khan")
    pupils.add(plain, "K7", name="Kai Okafor")
    pupils.use(plain, "K7")
    names.add(plain, "Sam Field", names.CLASSMATE)
    app = LsaApp(plain)
    async with app.run_test(size=size) as pilot:
        await pilot.press("n")
        await typed(pilot, "Sat with ")
        assert "a name" not in flat(app)
        await typed(pilot, "Sam and Amira, Kai")
        assert "a name: Sam, Amira, Kai" in flat(app)
        assert all(len(line) <= size[0] for line in lines(app))
        await tap(pilot, "note.alias")
        assert app.view.field.text == "Sat with Peer A and Peer B, K7"
        assert "a name" not in flat(app)
        await typed(pilot, " @K7")
        await pilot.press("enter", "n")
        await typed(pilot, "Amira and Sam again")
        await tap(pilot, "note.alias")
        assert app.view.field.text == "Peer B and Peer A again"  # the letters of the day
    assert texts(plain) == ["Sat with Peer A and Peer B, K7"]


async def test_a_typed_peer_is_nobody_else_of_that_day(plain: Book) -> None:
    names.add(plain, "Sam Field", names.CLASSMATE)
    names.add(plain, "Ben Lowe", names.CLASSMATE)
    notes.note(plain, "Peer A lent a pencil")  # typed on another device, perhaps
    about = plain.focused()
    assert names.with_aliases(plain, "Ben came", plain.today(), about) == "Peer B came"


async def test_letters_reset_on_the_next_day(plain: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    names.add(plain, "Sam Field", names.CLASSMATE)
    names.add(plain, "Ben Lowe", names.CLASSMATE)
    app = LsaApp(plain)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n")
        await typed(pilot, "Sam, Ben")
        await tap(pilot, "note.alias")
        assert app.view.field.text == "Peer A, Peer B"
        await pilot.press("enter")
        monkeypatch.setenv("LSA_NOW", "2026-11-25T10:42:00+00:00")
        await pilot.press("n")
        await typed(pilot, "Ben")
        await tap(pilot, "note.alias")
        assert app.view.field.text == "Peer A"
    assert plain.db.execute_sql("SELECT count(*) FROM meta WHERE key LIKE 'peers:%'").fetchone()[0] == 1


async def test_a_name_of_staff_is_warned_of_without_an_alias(plain: Book) -> None:
    names.add(plain, "Ms Patel", names.STAFF)
    app = LsaApp(plain)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n")
        await typed(pilot, "Asked Ms Patel")
        assert "a name: Ms Patel" in flat(app) or "a name: Patel" in flat(app)
        assert not any(one.action == "note.alias" for one in app.query_one("#body").taps)
        await pilot.press("enter")
    assert texts(plain) == ["Asked Ms Patel"]  # it warns, and never decides


# For the DSL


@pytest.mark.parametrize("size", SIZES)
async def test_the_chip_moves_the_text_and_wipes_note_and_draft(book: Book, size: tuple[int, int]) -> None:
    secret = trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        before = book.db.execute_sql("SELECT count(*) FROM change").fetchone()[0]
        await pilot.press("n")
        await typed(pilot, "Canarywords he told me @M2 9:50")
        await tap(pilot, "note.concern")
        assert "999" in flat(app)
        await pilot.press("enter")
        assert top(pilot) == "concern"
        assert "Moved here" in flat(app) or size == (38, 18)
        draft = concerns.load_draft(book)
        assert (draft.saw, draft.pupil) == ("Canarywords he told me @M2 9:50", book.pupil("M2"))
        assert f"{draft.at:%H:%M}" == "09:50"
        assert log.get_meta(book.db, "draft:note") is None
        await pilot.press("7", "1", "1", "s")
        assert top(pilot) == "today"
        await pilot.press("n")
        assert "Canarywords" not in flat(app)
        assert book.db.execute_sql("SELECT count(*) FROM change").fetchone()[0] == before
    assert opened(book, secret)[0]["saw"].startswith("Canarywords")


async def test_in_a_plain_home_no_byte_of_a_moved_note_stays(plain: Book) -> None:
    trusting(plain)
    app = LsaApp(plain)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n")
        await typed(pilot, "Canarywords he told me")
        assert b"Canarywords" in bytes_of(plain)
        await tap(pilot, "note.concern")
        await pilot.press("enter")
        assert "Save wipes it" in flat(app)
        assert drafts.load(plain, "note")  # nothing outlives a kill here but this
        await pilot.press("7", "1", "1", "s")
    assert drafts.load(plain, "note") == ""
    assert b"Canarywords" not in bytes_of(plain)


@pytest.mark.parametrize("way", ["kill", "escape", "keep", "wipe"])
@pytest.mark.parametrize("size", SIZES)
async def test_without_a_key_the_chip_shows_the_text_and_only_an_answer_wipes_it(
    book: Book, size: tuple[int, int], way: str
) -> None:
    said = "Canarywords it is a secret"
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("n")
        await typed(pilot, said)
        if way == "keep":
            await pilot.press("enter")
            assert "the sheet shows it to copy out" in flat(app)
            await pilot.press("1", "enter")
        else:
            await tap(pilot, "note.concern")
            await pilot.press("enter")
        assert top(pilot) == "concern"
        assert said in flat(app)
        assert drafts.load(book, "note") == said
        if way == "escape":
            await pilot.press("escape", "n")
            assert app.view.field.text == said
        elif way in ("keep", "wipe"):
            await pilot.press("7", "1", "1", "s")
            assert f"Wipe here? “{said}"[:30] in flat(app)
            assert drafts.load(book, "note") == said
            await pilot.press("1" if way == "keep" else "2")
            await pilot.press("n")
            assert app.view.field.text == (said if way == "keep" else "")
    assert log.get_meta(book.db, "draft:note") == (said if way != "wipe" else None)
    assert texts(book) == []
    concerns.drop_draft(book)


@pytest.mark.parametrize("by_tap", [False, True])
async def test_what_sounds_like_a_disclosure_asks_once(book: Book, by_tap: bool) -> None:
    trusting(book)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n")
        await typed(pilot, "It is a secret that he hurt me")
        await pilot.press("enter")
        assert "for the DSL?" in flat(app)
        assert texts(book) == []
        await pilot.press("escape")
        assert top(pilot) == "note"
        assert app.view.field.text == "It is a secret that he hurt me"
        await pilot.press("enter")
        if by_tap:
            await tap(pilot, "choose.digit", "2")
        else:
            await pilot.press("2")
        assert texts(book) == ["It is a secret that he hurt me"]
        assert top(pilot) == "today"
        await pilot.press("n")
        await typed(pilot, "It is a secret that he hurt me again")
        await pilot.press("enter", "1", "enter")
        assert top(pilot) == "concern"
    assert len(texts(book)) == 1
    assert concerns.load_draft(book).saw.endswith("again")


async def test_an_ordinary_note_is_not_asked_about(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n")
        await typed(pilot, "Read 5 of 6 words alone")
        await pilot.press("enter")
        assert texts(book) == ["Read 5 of 6 words alone"]


async def test_a_note_about_another_pupil_does_not_run_into_an_open_sheet(book: Book) -> None:
    trusting(book)
    concerns.keep_draft(book, concerns.Draft(words="open", pupil=book.pupil("K7")))
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        await typed(pilot, "Something else @M2")
        await tap(pilot, "note.concern")
        assert "A sheet about K7 is not saved yet" in text(app, "foot") + flat(app)
        assert top(pilot) in ("note", "notice")
    assert concerns.load_draft(book).words == "open"
    assert drafts.load(book, "note") == "Something else @M2"


async def test_a_draft_is_cleared_and_brought_back_by_a_chip(plain: Book) -> None:
    app = LsaApp(plain)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n")
        await typed(pilot, "Half a sentence")
        await pilot.press("escape", "n")
        assert "your draft" in text(app)
        assert "…" not in text(app)
        await tap(pilot, "note.clear")
        assert app.view.field is not None
        assert app.view.field.text == ""
        assert drafts.load(plain, "note") == ""
        await tap(pilot, "note.clear")
        assert app.view.field.text == "Half a sentence"
        assert drafts.load(plain, "note") == "Half a sentence"


async def test_phrases_written_before_tell_nothing_of_a_child(plain: Book) -> None:
    names.add(plain, "Ben Lowe", names.CLASSMATE)
    for words in ("Read alone", "He has a bruise", "Sat beside Ben", "She said it is a secret"):
        notes.note(plain, words)
    assert notes.recent_phrases(plain) == ["Read alone"]
