"""Blank and the lock: what can be seen, what still records, what opens it, and that nothing below is lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import PASSPHRASE
from homes import marked, new_book
from lsa_tui import paths
from lsa_tui.app.app import LsaApp
from lsa_tui.app.board import Board
from lsa_tui.daybook import behaviours, locking, marks, notes, plan, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.records import log, read
from lsa_tui.vault import home as vault_home
from lsa_tui.vault import session
from seen import flat, small_taps, tap, text, typed

SIZES = [(40, 20), (80, 24), (120, 40)]
NOW = "2026-11-24T10:42:00+00:00"
SECRET = ("K7", "Calling", "Asked", "On own", "Maths", "Break", "card", "T1", "undo", "Sat by", "Today", "LSA", "JT")


def filled(home: Path) -> Book:
    made = new_book(home)
    plan.add(made, "Maths", "09:45", "10:45")
    plan.add(made, "Break", "10:45", "11:00")
    marks.tally(made, "c", 7)
    notes.note(made, "Sat by the window")
    return made


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    monkeypatch.setenv("LSA_NOW", NOW)
    made = filled(tmp_path / "home")
    locking.set_pin(made, "4711")
    yield made
    made.close()


@pytest.fixture
def open_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """A plain home without a PIN."""
    monkeypatch.setenv("LSA_NOW", NOW)
    made = filled(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    monkeypatch.setenv("LSA_NOW", NOW)
    found = paths.find(str(tmp_path / "sealed"))
    found.make()
    made = Book(found, key=vault_home.create(found, PASSPHRASE).key)
    made.config.save(person_initials="JT")
    pupils.add(made, "K7")
    behaviours.add_defaults(made)
    yield made
    session.end(found)
    made.close()


def whole(app: LsaApp) -> str:
    """Everything that stands on any board, shown or not."""
    return "\n".join(text(app, str(board.id)) for board in app.query(Board))


def nothing_to_read(app: LsaApp) -> None:
    shown = whole(app)
    for word in SECRET:
        assert word not in shown, (word, shown)
    # Of numbers only the clock's.
    rest = shown.replace("10:42", "").replace("23 November", "").replace("24 November", "")
    assert "7" not in rest, shown


# Blank and locking


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", ["[", "]", "'", "=", "?", ";"])
async def test_blank_and_lock_leave_nothing_to_read(book: Book, size: tuple[int, int], screen: str) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press(screen, "z")
        nothing_to_read(app)
        assert "lock" in text(app, "nav")
        await pilot.press("z")
        nothing_to_read(app)
        assert "Locked 10:42" in text(app, "body")
        assert text(app, "band").split() == ["10:42"]
        assert not small_taps(app)


async def test_one_key_and_taps_lock_too(open_book: Book) -> None:
    app = LsaApp(open_book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("~")
        assert app.view.name == "lock"
        await pilot.press("enter", "z")
        await tap(pilot, "lock")
        assert app.view.name == "lock"
        await tap(pilot, "lock.ask")
        await pilot.press("]", "z")
        await tap(pilot, "back")
        assert app.view.name == "tally"
        await pilot.press(";")
        app.view.do_more_do("lock")  # its tile may be below the window
        assert app.view.name == "lock"


async def test_letters_record_while_it_is_locked_and_say_only_that_they_did(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "c", "H", "c")
        assert marked(book, "c") == 9
        assert marked(book, "h") == 1
        nothing_to_read(app)
        assert "kept" in text(app, "body")
        await tap(pilot, "lock.tile", "s")
        assert marked(book, "s") == 1
        nothing_to_read(app)


async def test_a_tile_keeps_its_place_under_the_thumb(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("]")
        before = {one.argument: (one.x, one.y, one.width) for one in app._boards["body"].taps if one.action == "tile"}
        await pilot.press("z", "z")
        after = {one.argument: (one.x, one.y, one.width) for one in app._boards["body"].taps}
        assert {letter: after[letter] for letter in before} == before


async def test_nothing_else_works_while_it_is_locked(book: Book) -> None:
    app = LsaApp(book)
    changes = "SELECT count(*) FROM change"
    before = book.db.execute_sql(changes).fetchone()[0]
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z")
        for key in (
            "u",
            "n",
            "i",
            "d",
            "w",
            "v",
            "question_mark",
            "colon",
            "ctrl+p",
            "[",
            "q",
            "escape",
            "/",
            "y",
            "r",
        ):
            await pilot.press(key)
            assert app.view.name == "lock", key
            assert len(app.screen_stack) == 1, key
            nothing_to_read(app)
        await app.perform("undo")
        await app.perform("screen.log")
        assert app.view.name == "lock"
        assert app.views[-1].name == "tally"
        assert len(read.of_kind(book.db, "note")) == 1
    assert book.db.execute_sql(changes).fetchone()[0] == before


async def test_with_records_false_nothing_is_recorded_and_the_screen_says_so(book: Book) -> None:
    book.config.save(lock_records=False)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "c", "h")
        await app.perform("lock.tile", "c")
        assert "Nothing is recorded while it is locked" in flat(app)
        assert marked(book, "c") == 7
        nothing_to_read(app)


async def test_a_mark_that_cannot_be_kept_is_said_at_once_and_explained_afterwards(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z")
        book.db.execute_sql(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON change BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        )
        await pilot.press("c")
        assert "NOT be recorded" in flat(app)
        book.db.execute_sql("DROP TRIGGER full")
        await pilot.press("c", "4", "7", "1", "1", "enter")
        assert "disk is full" in flat(app)
        assert marked(book, "c") == 8


# Unlocking


async def test_the_pin_unlocks_and_the_screens_below_are_as_they_were(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "enter")
        assert "PIN" in text(app, "body")
        await typed(pilot, "4711")
        assert "4711" not in whole(app)
        assert "••••" in text(app, "body")
        await pilot.press("enter")
        assert app.view.name == "tally"
        assert "nothing was marked" in flat(app, "foot")


async def test_a_wrong_pin_is_a_sentence_and_discards_nothing(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "c", "enter", "9", "9", "9", "9", "enter")
        assert "That is not the PIN" in flat(app)
        nothing_to_read_at(app, "10:42")
        log.set_meta(book.db, "pin_wrong", f"9 {NOW}")  # as after many more: the next try is a minute away
        await pilot.press("enter", "enter", "4", "7", "1", "1", "enter")
        assert app.view.name == "unlock"
        assert "Wrong too often: wait" in flat(app)
        os.environ["LSA_NOW"] = "2026-11-24T11:42:00+00:00"
        app._tick()
        assert "press Enter" in flat(app)
        await pilot.press("enter")
        assert app.view.name == "marked"  # what was typed during the wait was kept
        assert marked(book, "c") == 8


async def test_a_pin_can_be_tapped(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(38, 18)) as pilot:
        await pilot.press("z", "z")
        await tap(pilot, "lock.ask")
        assert not small_taps(app)
        for digit in "47911":
            await tap(pilot, "unlock.digit", digit)
            if digit == "9":
                await tap(pilot, "unlock.erase")
        await tap(pilot, "unlock.enter")
        assert app.guard.view is None
        await pilot.press("z", "z", "enter")
        await tap(pilot, "back")
        assert app.view.name == "lock"


async def test_a_pin_says_what_opens_too(book: Book, encrypted: Book) -> None:
    locking.set_pin(encrypted, "4711")
    for one, said in ((book, False), (encrypted, True)):  # a plain home has no passphrase
        app = LsaApp(one)
        async with app.run_test(size=(38, 18)) as pilot:
            await pilot.press("z", "z", "enter")
            assert ("The passphrase opens, too" in flat(app)) == said


async def test_a_digit_begins_the_pin_and_an_empty_one_goes_back(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("z", "z", "4", "7", "1", "1", "enter")
        assert app.guard.view is None
        await pilot.press("z", "z", "enter", "enter")
        assert app.view.name == "lock"


async def test_where_nothing_unlocks_enter_does_and_the_screen_says_so(open_book: Book) -> None:
    app = LsaApp(open_book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z")
        assert "no PIN is set" in flat(app)
        await pilot.press("enter")
        assert app.view.name == "tally"


async def test_the_passphrase_unlocks_an_encrypted_home_and_locking_ends_its_session(encrypted: Book) -> None:
    assert encrypted.key is not None
    session.begin(encrypted.paths, encrypted.key, 60)
    app = LsaApp(encrypted)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "c")
        assert session.key_of(encrypted.paths) is None
        await pilot.press("enter")
        await typed(pilot, "three red hats")
        await pilot.press("enter")
        assert "That is not the passphrase" in flat(app)
        await typed(pilot, PASSPHRASE)
        assert PASSPHRASE not in whole(app)
        await pilot.press("enter")
        assert app.view.name == "marked"
    assert not [one for one in encrypted.paths.data_folder.rglob("*") if one.is_file() and b"green" in one.read_bytes()]


async def test_what_is_typed_below_is_still_there(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "n")
        await typed(pilot, "Zig zag half a sent")
        assert app.view.name == "note"  # z is a letter while text is typed
        monkeypatch.setenv("LSA_NOW", "2026-11-24T10:45:00+00:00")
        app._tick()
        assert app.view.name == "lock"
        assert "Zig" not in whole(app)
        await pilot.press("c", "4", "7", "1", "1", "enter")
        assert app.view.name == "marked"
        await pilot.press("enter")
        assert app.view.field is not None
        assert app.view.field.text == "Zig zag half a sent"
        await pilot.press("enter")
    assert [one["text"] for one in read.of_kind(book.db, "note")][-1] == "Zig zag half a sent"


# What was marked meanwhile


async def test_the_list_keeps_by_default(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "c", "c", "o", "4", "7", "1", "1", "enter")
        shown = flat(app)
        assert "Marked while locked: 3" in shown
        assert "nothing was marked" not in whole(app)
        assert "Calling out" in shown
        assert "On own" in shown
        await pilot.press("s", "u")  # no letter records or undoes here
        await pilot.press("enter")
        assert "3 kept" in text(app, "foot")
        assert marked(book, "c") == 9
        assert marked(book, "s") == 0
        assert app.view.name == "tally"


async def test_no_key_drops_what_a_small_terminal_cannot_show(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "c", "c", "c")
        await pilot.resize_terminal(34, 12)
        await pilot.press("4", "7", "1", "1", "enter")
        assert app.view.name == "marked"
        await pilot.press("c", "0", "enter", "q", "escape")
        assert app.view.name == "marked"
        assert "make it larger first" in flat(app)
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert "Marked while locked: 3" in flat(app)
        assert "DROP" not in text(app)
        await pilot.press("c", "q")  # asks
        await pilot.resize_terminal(34, 12)
        await pilot.press("1")
        assert app.view.name == "choose"
        assert "make it larger first" in flat(app)
        await pilot.resize_terminal(40, 20)
        await pilot.press("2")
        assert marked(book, "c") == 10
        await pilot.resize_terminal(34, 12)
        await pilot.press("c")
        assert marked(book, "c") == 11
        assert "letters still record" in flat(app)
        await pilot.press("n", "x")
        assert "what you type is kept; Esc leaves" in flat(app)
        await pilot.press("escape", "'")
        assert "letters" not in flat(app)


async def test_the_recovery_key_is_not_seen_where_there_is_no_room_for_it(book: Book) -> None:
    with book.store.writing() as db:
        log.set_meta(db, "recovery_unseen", "yes")
    app = LsaApp(book, "-".join(["ABCD"] * 8))
    async with app.run_test(size=(34, 12)) as pilot:
        await pilot.press("enter")
        assert log.get_meta(book.db, "recovery_unseen")
        assert "make it larger first" in flat(app)
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert "ABCD-ABCD" in flat(app)
        await pilot.press("enter")
        assert not log.get_meta(book.db, "recovery_unseen")


@pytest.mark.parametrize("by_tap", [False, True])
async def test_what_was_not_meant_is_dropped(book: Book, by_tap: bool) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "h", "c", "c", "4", "7", "1", "1", "enter")
        assert not small_taps(app) or set(small_taps(app)) <= {"pupil", "undo", "window.page"}
        if by_tap:
            await tap(pilot, "marked.turn", "K7|c")
            assert "DROP" in text(app, "body")
            await tap(pilot, "marked.done")
        else:
            await pilot.press("c", "enter")
        assert "1 kept, 2 dropped" in text(app, "foot")
        assert (marked(book, "c"), marked(book, "h")) == (7, 1)
        await pilot.press("z", "z", "c", "s", "4", "7", "1", "1", "enter")
        if by_tap:
            await tap(pilot, "marked.all")
            await tap(pilot, "marked.done")
        else:
            await pilot.press("0", "enter")
        assert "2 dropped" in text(app, "foot")
        assert (marked(book, "c"), marked(book, "s")) == (7, 0)


async def test_leaving_the_list_does_what_is_shown_or_asks_and_says_how_many(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "h", "c", "c", "4", "7", "1", "1", "enter", "q")
        assert app.view.name == "tally"
        assert "3 kept" in text(app, "foot")
        await pilot.press("z", "z", "h", "c", "c", "4", "7", "1", "1", "enter", "c", "escape")
        assert "drop 2, keep 1" in text(app)
        await pilot.press("q")  # back to the list
        assert "DROP" in text(app)
        await pilot.press("q", "1")
        assert "1 kept, 2 dropped" in text(app, "foot")
        assert (marked(book, "c"), marked(book, "h")) == (9, 2)
        await pilot.press("z", "z", "c", "4", "7", "1", "1", "enter", "c", "q", "2")
        assert "1 kept" in text(app, "foot")
        assert (marked(book, "c"), marked(book, "h")) == (10, 2)


async def test_nothing_is_offered_over_the_list_that_would_not_work(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "c", "4", "7", "1", "1", "enter")
        assert "undo" not in text(app, "foot")
        assert not [one for one in app.query_one("#foot", Board).taps if one.action == "undo"]
        await pilot.press("z", "z", "4", "7", "1", "1", "enter")
        assert "Marked while locked: 1" in text(app)
        assert "nothing was marked" not in text(app, "foot")
        await pilot.press("*")
        assert len(read.of_kind(book.db, "intervention")) == 1


async def test_what_a_letter_turns_is_in_sight(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", *"chkps", "4", "7", "1", "1", "enter")
        assert "Sensory" not in text(app)
        await pilot.press("s")
        assert "DROP" in text(app)
        await pilot.press("?")
        assert "letter " in text(app)


async def test_the_stopwatch_starts_while_it_is_locked(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "x")
        nothing_to_read(app)
        (started,) = read.of_kind(book.db, "intervention")
        assert started["ended"] is None
        await tap(pilot, "lock.handson")
        assert book.entry(started.id)["ended"]
        await pilot.press("4", "7", "1", "1", "enter")
        assert app.view.name == "marked"
        assert "x" in text(app, "body")


# When it locks by itself


async def test_it_locks_after_the_minutes_without_key_or_tap(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]")
        monkeypatch.setenv("LSA_NOW", "2026-11-24T10:43:50+00:00")
        app._tick()
        assert app.guard.view is None
        await pilot.press("t")
        monkeypatch.setenv("LSA_NOW", "2026-11-24T10:45:00+00:00")
        app._tick()
        assert app.guard.view is None
        await tap(pilot, "tile", "c")  # a tap counts as a key
        monkeypatch.setenv("LSA_NOW", "2026-11-24T10:46:59+00:00")
        app._tick()
        assert app.guard.view is None
        monkeypatch.setenv("LSA_NOW", "2026-11-24T10:47:00+00:00")
        app._tick()
        assert app.view.name == "lock"


@pytest.mark.parametrize(("minutes", "locks"), [(0, False), (0.5, True), (1440, False)])
async def test_the_minutes_are_a_setting(
    book: Book, minutes: float, locks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.config.save(lock_minutes=minutes)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)):
        monkeypatch.setenv("LSA_NOW", "2026-11-24T11:42:00+00:00")
        app._tick()
        assert (app.guard.view is not None) == locks


async def test_an_open_palette_and_a_blank_do_not_hold_the_lock_up(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("]", ":")
        await pilot.pause()
        assert len(app.screen_stack) == 2
        monkeypatch.setenv("LSA_NOW", "2026-11-24T10:45:00+00:00")
        app._tick()
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert app.view.name == "lock"
        nothing_to_read_at(app, "10:45")
        await pilot.press("4", "7", "1", "1", "enter", "z")
        monkeypatch.setenv("LSA_NOW", "2026-11-24T10:50:00+00:00")
        app._tick()
        assert app.view.name == "lock"
        await pilot.press("4", "7", "1", "1", "enter")
        assert app.view.name == "tally"


def nothing_to_read_at(app: LsaApp, time: str) -> None:
    shown = whole(app).replace(time, "")
    assert not [word for word in SECRET if word in shown]


async def test_asking_that_nobody_answers_goes_back_to_the_tiles(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("z", "z", "enter", "4")
        began = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: began + 31)
        app._tick()
        assert app.view.name == "lock"


async def test_lsa_lock_locks_it_within_a_second(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)):
        locking.ask_to_lock(book.paths)
        app._tick()
        assert app.view.name == "lock"
        assert not locking.is_asked_to_lock(book.paths)


async def test_an_old_question_does_not_lock_the_next_start(book: Book) -> None:
    locking.ask_to_lock(book.paths)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)):
        app._tick()
        assert app.guard.view is None


async def test_a_program_left_while_it_was_locked_begins_locked(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "c", "ctrl+q")
    assert app.return_code == 0
    again = LsaApp(book)
    async with again.run_test(size=(40, 20)) as pilot:
        assert again.view.name == "lock"
        nothing_to_read(again)
        await pilot.press("h", "4", "7", "1", "1", "enter")
        assert "Marked while locked: 2" in flat(again)  # of both runs
        await pilot.press("c", "enter")
        assert again.view.name == "today"
        assert (marked(book, "c"), marked(book, "h")) == (7, 1)
    third = LsaApp(book)
    async with third.run_test(size=(40, 20)):
        assert third.guard.view is None


async def test_leaving_what_locked_by_itself_ends_the_session_of_before(
    encrypted: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    await left_after_it_locked_by_itself(encrypted, monkeypatch)
    assert session.key_of(encrypted.paths) is None


async def test_a_session_begun_since_it_was_locked_stays(encrypted: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    await left_after_it_locked_by_itself(encrypted, monkeypatch, begun_since=True)
    assert session.key_of(encrypted.paths) == encrypted.key


async def left_after_it_locked_by_itself(
    book: Book, monkeypatch: pytest.MonkeyPatch, begun_since: bool = False
) -> None:
    assert book.key is not None
    session.begin(book.paths, book.key, 60)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)):
        monkeypatch.setenv("LSA_NOW", "2026-11-24T10:45:00+00:00")
        app._tick()
        assert app.view.name == "lock"
        assert session.key_of(book.paths) == book.key
        if begun_since:
            session.begin(book.paths, book.key, 60)  # `lsa unlock` in another terminal


@pytest.mark.parametrize("leaving", ["ctrl+q", ""])
async def test_opening_locked_ends_no_session(encrypted: Book, leaving: str) -> None:
    assert encrypted.key is not None
    session.begin(encrypted.paths, encrypted.key, 60)
    locking.keep_locked(encrypted, True)  # killed while it was locked by itself
    app = LsaApp(encrypted)
    async with app.run_test(size=(40, 20)) as pilot:
        assert app.view.name == "lock"
        if leaving:
            await pilot.press(leaving)
    assert session.key_of(encrypted.paths) == encrypted.key
    again = LsaApp(encrypted)
    async with again.run_test(size=(40, 20)):
        assert again.view.name == "lock"
        locking.ask_to_lock(encrypted.paths)  # `lsa lock` is the deed
        again._tick()
    assert session.key_of(encrypted.paths) is None


@pytest.mark.parametrize("by", ["session", "passphrase"])
async def test_opened_with_the_passphrase_since_it_begins_unlocked_and_lists_the_marks(
    encrypted: Book, by: str
) -> None:
    assert encrypted.key is not None
    app = LsaApp(encrypted)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "c", "c", "ctrl+q")
    if by == "session":
        session.begin(encrypted.paths, encrypted.key, 60)
    for keys in ("", "c"):  # left without an answer it asks again
        again = LsaApp(encrypted, given=by == "passphrase")
        async with again.run_test(size=(40, 20)) as pilot:
            assert again.guard.view is None
            assert "Marked while locked: 2" in flat(again)
            if keys:
                await pilot.press(keys, "enter")
                assert again.view.name == "today"
    assert marked(encrypted, "c") == 0
    third = LsaApp(encrypted, given=by == "passphrase")
    async with third.run_test(size=(40, 20)):
        assert third.view.name == "today"
    if by == "session":
        assert session.key_of(encrypted.paths) == encrypted.key


async def test_where_nothing_unlocks_a_kill_does_not_lose_the_question(open_book: Book) -> None:
    app = LsaApp(open_book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "z", "z", "c", "ctrl+q")
    os.environ["LSA_NOW"] = "2026-11-25T08:30:00+00:00"
    again = LsaApp(open_book)
    async with again.run_test(size=(40, 20)) as pilot:
        assert "Marked while locked: 1 since Tue 10:42" in flat(again)
        await pilot.press("q")  # going back keeps
        assert again.view.name == "today"
    assert not locking.marks_left(open_book)
    assert sum(int(str(one["count"])) for one in read.of_kind(open_book.db, "tally")) == 8


@pytest.mark.parametrize("asks", ["pin", "passphrase"])
async def test_the_buttons_words_are_whole_on_a_small_screen(encrypted: Book, asks: str) -> None:
    if asks == "pin":
        locking.set_pin(encrypted, "4711")
    app = LsaApp(encrypted)
    async with app.run_test(size=(38, 18)) as pilot:
        await pilot.press("z", "z")
        assert f"Enter: {'PIN' if asks == 'pin' else 'passphrase'}" in text(app, "nav")
        assert "…" not in text(app, "nav")


# A store that is pulled out


async def test_a_home_that_is_pulled_out_locks_and_comes_back(book: Book) -> None:
    app = LsaApp(book)
    home = book.paths.data_folder
    away = home.with_name("pocket")
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]")
        home.rename(away)
        app._tick()
        assert app.view.name == "lock"
        assert "the records are not there" in flat(app)
        nothing_to_read(app)
        await pilot.press("c", "enter", "4")
        assert app.view.name == "lock"
        away.rename(home)
        app._tick()
        assert "Letters still record" in flat(app)
        await pilot.press("c", "4", "7", "1", "1", "enter")
        assert "came back" in flat(app)
        await pilot.press("enter")
        assert marked(book, "c") == 8


async def test_records_that_were_replaced_stay_locked(book: Book, tmp_path: Path) -> None:
    other = new_book(tmp_path / "other")
    other.close()
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        os.replace(other.paths.database, book.paths.database)
        app._tick()
        app._tick()
        assert "the records were replaced" in flat(app)
        await pilot.press("enter", "c")
        assert app.view.name == "lock"
        await pilot.press("q")
    assert app.return_code == 0


async def test_a_copy_of_the_same_records_in_their_place_opens_and_is_written_to(book: Book) -> None:
    """A stick that comes back may be another device to the system."""
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        database = book.paths.database
        book.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        app._tick()
        copy = database.with_name("copy")
        shutil.copy2(database, copy)
        os.replace(copy, database)
        app._tick()
        app._tick()
        await pilot.press("4", "7", "1", "1", "enter")
        assert app.guard.view is None
        before = marked(book, "c")
        await pilot.press("enter", "c")
        assert marked(book, "c") == before + 1


# What is said at the start


async def test_a_plain_home_says_so_at_every_start_and_a_made_up_one_does_not(open_book: Book) -> None:
    for _ in range(2):
        app = LsaApp(open_book)
        async with app.run_test(size=(40, 20)):
            assert "Unencrypted" in flat(app, "foot")
    with open_book.store.writing():
        log.set_meta(open_book.db, "made_up", "yes")
    app = LsaApp(open_book)
    async with app.run_test(size=(40, 20)):
        assert "Unencrypted" not in flat(app, "foot")
        assert "MADE UP" in text(app, "band")


async def test_an_encrypted_home_does_not(encrypted: Book) -> None:
    app = LsaApp(encrypted)
    async with app.run_test(size=(40, 20)):
        assert "Unencrypted" not in flat(app, "foot")


async def test_a_stopwatch_that_runs_is_seen_while_it_is_locked_and_for_whom_is_not(tmp_path):
    book = new_book(tmp_path / "home")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("x", "q", "z", "z")
        assert app.view.name == "lock"
        assert "x stops: RUN 0:0" in text(app)
        assert "K7" not in text(app)
        await pilot.press("x")
        assert "RUN" not in text(app)
    book.close()
