"""Stopping a sync, what it says then, addresses as people type them, who may join, and the backlog on every screen."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsa_tui import paths
from lsa_tui.app.app import LsaApp
from lsa_tui.app.views import sharing, syncing
from lsa_tui.app.views.syncing import Syncing
from lsa_tui.daybook import marks, notes, plan, pupils, sessions, setup
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import log
from lsa_tui.sync import joining, run
from lsa_tui.sync.run import sync
from seen import flat, lines, settled, small_taps, tap, text, typed
from sharing import NEW, PASS, holding, let_go

pytestmark = pytest.mark.usefixtures("after_school")
SIZES = [(40, 20), (80, 24)]


@pytest.fixture
def book(book: Book, shared: Path) -> Book:
    book.config.save(shared_url=f"sqlite:///{shared}")
    return book


def many(book: Book, number: int) -> None:
    with book.step():
        for _ in range(number):
            marks.tally(book, "c")


# Stopping


def stopping(app: LsaApp, how: str) -> None:
    """Stops the sync as soon as one chunk was sent, from whatever draws it then."""
    draw = app.draw

    def drawn() -> None:
        draw()
        sync = app.syncing
        sent = sync.done if sync is not None and sync.running and sync.phase == "sending" else 0
        if sent >= run.PAGE and sync is not None and not sync.stopping:
            if how == "tap":
                app._perform("end.stop", "")
            else:
                app.press(how, how if len(how) == 1 else None)

    app.draw = drawn  # type: ignore[method-assign]


@pytest.mark.parametrize("how", ["escape", "c", "tap"])
async def test_a_sync_stops_between_two_chunks_and_says_what_was_sent(book: Book, how: str) -> None:
    many(book, 3 * run.PAGE)
    before = log.backlog(book.db)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=")
        stopping(app, how)
        await pilot.press("s")
        await settled(pilot)
        assert app.syncing is not None
        assert app.syncing.failed
        assert app.view.name == "end", "Escape stops, and leads nowhere else"
        sent, of = app.syncing.counts["sending"]
        assert run.PAGE <= sent < of
        assert f"{sent} of {of} were sent and not checked yet; {before} changes are still here" in flat(app)
        assert f"{before} here" in text(app, "foot")
    assert sync(book).sent == of - sent, "the next one goes on from there"
    assert log.backlog(book.db) == 0


async def test_while_it_runs_the_box_stops_it_and_afterwards_it_syncs(book: Book, shared: Path) -> None:
    sync(book)
    marks.tally(book, "c")
    holder = holding(shared)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=")
        await tap(pilot, "end.sync")
        assert "end.sync" not in {one.action for board in app.query("Board") for one in board.taps}
        assert "end.stop" not in small_taps(app)
        assert "c stops it" in flat(app)
        while app.syncing.phase == "connecting":
            await pilot.pause(0.05)
        assert "somebody else is using it" in flat(app)
        began = time.monotonic()
        await tap(pilot, "end.stop")
        await settled(pilot)
        assert time.monotonic() - began < 5, "it does not wait for the others' end"
        let_go(holder)
        assert "The sync was stopped; 1 change is still here" in flat(app)
        await tap(pilot, "end.sync")
        await settled(pilot)
        assert not app.syncing.failed
        await pilot.press("c")
        assert "no sync is running" in text(app, "foot")
        await pilot.press("escape")
        assert app.view.name == "today", "without a sync Escape goes back"


async def test_the_bar_fills_and_its_phase_is_counted(book: Book) -> None:
    many(book, 2 * run.PAGE)
    seen: list[list[str]] = []
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=")
        draw = app.draw
        app.draw = lambda: (draw(), seen.append(lines(app)))  # type: ignore[method-assign,func-returns-value,assignment]
        await pilot.press("s")
        await settled(pilot)
    bars = [line.count("█") for one in seen for line in one if line and set(line) <= {"█", "░"}]
    assert bars == sorted(bars) or len(set(bars)) > 2, "it moves"
    assert max(bars) == 40
    words = " ".join(" ".join(one) for one in seen)
    for phase in ("sending", "checking"):
        assert phase in words
    assert "1,0" in words, "counts are known before they are done"


# Addresses


def test_a_path_is_a_file_and_a_folder_a_folder(tmp_path: Path) -> None:
    assert syncing.url_of("") == ""
    assert syncing.url_of(f" {tmp_path}/school.db ") == f"sqlite:///{tmp_path}/school.db"
    assert syncing.url_of(str(tmp_path)) == f"folder:///{tmp_path}"
    assert syncing.url_of(f"{tmp_path}/") == f"folder:///{tmp_path}"
    assert syncing.url_of(f"folder:///{tmp_path}") == f"folder:///{tmp_path}"
    assert syncing.url_of("postgresql://db.example/school") == "postgresql://db.example/school"
    (tmp_path / "school").touch()
    assert syncing.url_of(f"{tmp_path}/school") == f"sqlite:///{tmp_path}/school"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("{}/nowhere/school.db", "there is no folder"),
        ("{}/lsa", "a folder must be there already, and a file's name ends in .db"),
        ("sqlite:///school.db", "relative path"),
        ("mysql://db.example/school", "not a kind of shared database"),
        ("school.db", "not a whole path"),
        ("~nosuchuser/school.db", "no such user is known here"),
        ("/srv/" + "a" * 300, "File name too long"),
        ("sqlite:////srv/" + "a" * 300 + "/school.db", "File name too long"),
    ],
)
def test_what_leads_nowhere_is_said_at_once(tmp_path: Path, typed: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        syncing.url_of(typed.format(tmp_path))


def test_a_password_is_in_no_refusal() -> None:
    for words in ("//jt:zebra7@db.example", "//jt:zebra7@db.example:no/school", "zebra7"):
        with pytest.raises(BadInput) as problem:
            syncing.url_of(f"postgresql:{words}")
        assert "zebra7" not in str(problem.value)


async def test_the_first_sync_into_a_folder(book: Book, tmp_path: Path) -> None:
    pytest.importorskip("lsa_tui.sync.folder")
    book.config.save(shared_url="")
    (tmp_path / "drive").mkdir()
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "s")
        assert "Where do you share?" in text(app)
        assert "a cloud client copies" in flat(app)
        await typed(pilot, str(tmp_path / "drive"))
        await pilot.press("enter")
        await settled(pilot)
        assert not app.syncing.failed, app.syncing.says
    assert book.config["shared.url"] == f"folder:///{tmp_path}/drive"
    assert log.backlog(book.db) == 0


# Who may join


@pytest.fixture
def sealed(tmp_path: Path, shared: Path) -> Iterator[Book]:
    """An encrypted home whose shared file is there."""
    made = Book(paths.find(str(tmp_path / "sealed")), key=b"k" * 32)
    made.config.save(person_initials="JT", person_role="lsa", shared_url=f"sqlite:///{shared}")
    pupils.add(made, "K7")
    sync(made, ask=lambda _: PASS)
    yield made
    made.close()


@pytest.mark.parametrize("size", SIZES)
async def test_inviting_from_the_screens_lets_a_device_in(sealed: Book, tmp_path: Path, size: tuple[int, int]) -> None:
    app = LsaApp(sealed)
    async with app.run_test(size=size) as pilot:
        await pilot.press("=", "k")
        await tap(pilot, "choose.digit", "2")
        await settled(pilot)
        assert "Invite a device" in text(app)
        words = lines(app)[2].strip()
        assert len(words.split()) == 6
        assert "once" in flat(app)
        await pilot.press("enter")
        assert words not in flat(app)
    other = Book(paths.find(str(tmp_path / "other")), key=b"o" * 32)
    other.config.save(person_initials="LP", person_role="teacher")
    joining.join(other, lambda _: words, sealed.config["shared.url"])
    sync(other)
    other.close()


async def test_how_it_stands_and_a_new_key(sealed: Book, tmp_path: Path) -> None:
    app = LsaApp(sealed)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=")
        for _ in "once more":
            if "more.do" in {one.action for board in app.query("Board") for one in board.taps}:
                break
            await tap(pilot, "more")
        await tap(pilot, "more.do", "end.shared")
        await tap(pilot, "choose.digit", "1")
        await settled(pilot)
        assert "encrypted, key" in flat(app)
        assert "This device has joined" in flat(app)
        before = joining.standing(sealed).key_id
        await pilot.press("q", "k", "3", "1")
        assert app.view.name == "end"
        assert joining.standing(sealed).key_id == before, "no is the first answer"
        await pilot.press("k", "3", "2")
        await typed(pilot, PASS)
        await pilot.press("enter")
        await typed(pilot, PASS)
        await pilot.press("enter")
        await settled(pilot)
        assert "it has already, or had" in flat(app)
        await pilot.press("q", "k", "3", "2")
        await typed(pilot, NEW)
        await pilot.press("enter")
        await typed(pilot, NEW)
        await pilot.press("enter")
        await settled(pilot)
        assert "It has a new key" in flat(app)
    assert joining.standing(sealed).key_id != before


async def test_a_store_that_is_not_there_is_asked_about_with_one_mark(book: Book, shared: Path) -> None:
    sync(book)
    shared.parent.rename(shared.parent.with_name("away"))
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("=")
        app._perform("end.shared", "")
        await pilot.press("1")
        await settled(pilot)
        assert "share connected?" in flat(app)
        assert "?." not in flat(app)
        app.syncing = Syncing(app, PASS)  # joins first
        await settled(pilot)
        assert app.syncing.says.endswith(("connected?", "on this device."))
        assert "?." not in app.syncing.says


async def test_damaged_records_are_no_fault_of_the_program(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        page = book.db.execute_sql("SELECT rootpage FROM sqlite_master WHERE name = 'meta'").fetchone()[0]
        size = book.db.execute_sql("PRAGMA page_size").fetchone()[0]
        book.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        whole = book.paths.database.read_bytes()
        asking = sharing.Asking(app, lambda: damaged(book, page, size))
        app.open(asking)
        await settled(pilot)
        book.paths.database.write_bytes(whole)
        assert "it is damaged; run `lsa doctor`" in asking.paragraphs[0]


def damaged(book: Book, page: int, size: int) -> sharing.Said:
    """The records go bad while the shared store is asked."""
    with book.paths.database.open("rb+") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    book.store.close()
    book.store.connect()
    return "The shared store", [str(joining.standing(book))]


async def test_what_the_store_says_late_opens_over_nothing_that_is_typed(sealed: Book, shared: Path) -> None:
    holder = sqlite3.connect(shared)
    app = LsaApp(sealed)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=")
        for key in "k2qn":  # before the thread has come back
            app.press(key, key)
        await typed(pilot, "Counted on")
        await settled(pilot)
        assert app.view.field.text == "Counted on"
        await pilot.press("enter")
        assert "Invite a device" in text(app), "told as soon as nobody types"
    holder.close()


# The backlog


@pytest.mark.parametrize("size", SIZES)
async def test_how_much_is_here_stands_on_every_screen_whatever_was_said(book: Book, size: tuple[int, int]) -> None:
    marks.tally(book, "c")
    app = LsaApp(book)
    here = f"{log.backlog(book.db)} here"
    async with app.run_test(size=size) as pilot:
        for keys in ("[", "]", "'", "=", "!", "&", "?", "/", ";", "f", "w", "@"):
            await pilot.press("[", keys)
            assert here in text(app, "foot"), keys
            await pilot.press("escape")
        app.say("A sentence that is longer than one line of this screen is, and wraps")
        app.draw()
        assert here in text(app, "foot") or app.view.name == "notice"
        await pilot.press("escape", "n")
        assert here in text(app, "foot")


async def test_a_key_that_writes_nothing_asks_the_database_nothing_for_it(book: Book) -> None:
    marks.tally(book, "c")
    app = LsaApp(book)
    asked: list[str] = []
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]")
        book.db.connection().set_trace_callback(asked.append)
        for _ in range(5):
            await pilot.press("v")
        assert not [one for one in asked if "mine" in one], asked
        asked.clear()
        await pilot.press("h")
        book.db.connection().set_trace_callback(None)
        assert [one for one in asked if "mine" in one]
        assert f"{log.backlog(book.db)} here" in text(app, "foot")


async def test_what_a_command_records_beside_it_is_counted(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "[")
        before = app.backlog()
        other = Book(book.paths)
        notes.note(other, "from beside")
        other.close()
        app._tick()
        await pilot.pause()
        assert app.backlog() == before + 1
        other = Book(book.paths)
        sync(other)
        other.close()
        app._tick()
        await pilot.pause()
        assert "all shared" in text(app, "foot")


def test_the_first_screen_loads_nothing_of_the_sync(book: Book) -> None:
    marks.tally(book, "c")
    program = (
        "import asyncio, sys\n"
        "from lsa_tui import paths\nfrom lsa_tui.app.app import LsaApp\nfrom lsa_tui.daybook.book import Book\n"
        "async def main():\n"
        "    app = LsaApp(Book(paths.find(sys.argv[1])))\n"
        "    async with app.run_test(size=(40, 20)) as pilot:\n"
        "        await pilot.press(']', 'c', '[')\n"
        "asyncio.run(main())\n"
        "heavy = ('psycopg', 'cryptography', 'argon2')\n"
        "print(sorted(one for one, module in sys.modules.items() if module is not None\n"
        "             and (one.startswith('lsa_tui.sync') or one in heavy)))\n"
    )
    home = str(book.paths.data_folder)
    done = subprocess.run([sys.executable, "-c", program, home], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr[-500:]


# Offered when the day is done, never in a lesson


async def test_it_is_offered_after_the_last_lesson_and_not_before(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LSA_NOW", "2026-11-24T14:50:00+00:00")
    plan.add(book, "Maths", "13:00", "14:00")
    plan.add(book, "Story", "14:45", "15:30")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        assert "not shared" not in text(app)
        await pilot.press("enter")
        assert sessions.running(book) is not None
        assert "not shared" not in text(app)
        monkeypatch.setenv("LSA_NOW", "2026-11-24T15:31:00+00:00")
        await pilot.press("v", "v")
        assert "not shared" not in text(app), "the last lesson still runs"
        await pilot.press("enter")
        assert app.syncing is None, "offered, not begun"
        assert "not shared" in text(app)
        await tap(pilot, "today.share")
        await settled(pilot)
        assert app.view.name == "end"
        assert not app.syncing.failed
        await pilot.press("[")
        assert "not shared" not in text(app)


# Another store


async def test_what_is_shared_elsewhere_counts_as_here_until_a_sync_has_looked(book: Book, tmp_path: Path) -> None:
    marks.tally(book, "c")
    held = log.backlog(book.db)
    sync(book)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("=", "k", "4")
        assert "Where do you share from now on?" in flat(app)
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "school.db").mkdir()  # nothing that could be opened
        await typed(pilot, f"sqlite:///{tmp_path}/other/school.db")
        await pilot.press("enter")
        await settled(pilot)
        assert app.syncing.failed
        assert f"{held} here" in text(app, "foot")
        (tmp_path / "other" / "school.db").rmdir()
        await pilot.press("s")
        await settled(pilot)
        assert not app.syncing.failed
        assert f"{held} sent" in app.syncing.says
        assert "all shared" in text(app, "foot")
    # Back to the first one: everything is there, and a sync says so without sending it again.
    joining_back = f"sqlite:///{tmp_path}/share/school.db"
    setup.share_with(book, joining_back)
    assert log.backlog(book.db) == held
    assert sync(book).sent == 0
    assert log.backlog(book.db) == 0


@pytest.mark.parametrize("size", SIZES)
async def test_who_shares_elsewhere_is_told_that_the_others_do_not(book: Book, size: tuple[int, int]) -> None:
    """It parts a school in two; and nothing of that is cut."""
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("=", "k", "4")
        assert "not told" not in flat(app), "nothing is there yet that could be parted"
        await pilot.press("escape", "s")
        await settled(pilot)
        await pilot.press("k", "4")
        assert f"{sharing.LEFT} {syncing.HINT}" in flat(app)
