"""The sync in the application where the shared file wants a passphrase: asked for as dots, then it syncs."""

from __future__ import annotations

import pytest

from homes import new_book
from lsa_tui import paths
from lsa_tui.app.app import LsaApp
from lsa_tui.daybook import notes
from lsa_tui.daybook.book import Book
from lsa_tui.sync import joining, keys, rekeying
from lsa_tui.sync.run import sync
from seen import flat, settled, small_taps, tap, typed
from sharing import NEW, PASS

SIZES = [(40, 20), (80, 24)]


@pytest.fixture
def book(tmp_path, shared):
    """An encrypted home that knows where the shared file is."""
    found = paths.find(str(tmp_path / "home"))
    made = Book(found, key=b"k" * 32)
    made.config.save(person_initials="JT", person_role="lsa", shared_url=f"sqlite:///{shared}")
    from lsa_tui.daybook import pupils

    pupils.add(made, "K7")
    yield made
    made.close()


@pytest.fixture
def other(tmp_path, shared):
    """Another device, plain here, on the same file."""
    made = new_book(tmp_path / "other", initials="LP", role="teacher", tiles=False)
    made.config.save(shared_url=f"sqlite:///{shared}")
    yield made
    made.close()


async def begin(pilot) -> None:
    await pilot.press("=")
    await tap(pilot, "end.sync")
    await settled(pilot)


async def enter(pilot, words: str) -> None:
    await typed(pilot, words)
    assert words not in flat(pilot.app)
    assert "•" * len(words) in flat(pilot.app)
    await tap(pilot, "ask.enter")
    await settled(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_a_new_shared_file_gets_its_passphrase_here(book, shared, size):
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await begin(pilot)
        assert "A join passphrase for the shared store" in flat(app)
        assert "ask.enter" not in small_taps(app)
        await enter(pilot, "short")
        assert "at least 8 characters" in flat(app)
        for _ in "short":
            await pilot.press("backspace")
        await enter(pilot, PASS)
        assert "The same again" in flat(app)
        await enter(pilot, PASS + "x")
        assert "not the same" in flat(app)
        await pilot.press("backspace")
        await tap(pilot, "ask.enter")
        await settled(pilot)
        assert not app.syncing.failed
        assert "1 sent" in app.syncing.says
    assert not shared.read_bytes().startswith(b"SQLite format 3")
    assert keys.held(book)


@pytest.mark.parametrize("size", SIZES)
async def test_joining_here_with_the_passphrase(book, other, size):
    sync(other, ask=lambda _: PASS)
    rekeying.rekey(other, lambda: NEW)  # a plain home made it plain; now it is encrypted
    notes.note(other, "Needs the number line")
    sync(other)
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await begin(pilot)
        assert "Join the shared store" in flat(app)
        await enter(pilot, "not this one")
        assert "not the join passphrase" in flat(app)
        assert "Join the shared store" in flat(app)
        await enter(pilot, NEW)
        assert not app.syncing.failed
        assert "3 received" in app.syncing.says or "received" in app.syncing.says
    assert keys.held(book)[0].key == keys.held(other)[0].key


async def test_joining_here_with_an_invitation_and_again_after_a_new_key(book, other):
    sync(other)
    rekeying.rekey(other, lambda: PASS)
    words = joining.invite(other).words
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await begin(pilot)
        await enter(pilot, words)
        assert not app.syncing.failed
        rekeying.rekey(other, lambda: NEW)
        await tap(pilot, "end.sync")
        await settled(pilot)
        assert "was changed" in app.syncing.says
        assert "Join the shared store" in flat(app)
        await enter(pilot, NEW)
        assert not app.syncing.failed


async def test_going_back_asks_nothing_more(book, other):
    sync(other)
    rekeying.rekey(other, lambda: PASS)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await begin(pilot)
        await pilot.press("escape")
        assert app.view.name == "end"
        assert "join passphrase" in flat(app)


async def test_away_from_the_day_s_end_nothing_opens_over_what_is_typed(book, other):
    sync(other)
    rekeying.rekey(other, lambda: PASS)
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("=")
        for letter in "sn":  # before the sync's thread has come back
            app.press(letter, letter)
        await typed(pilot, "Counted on")
        await settled(pilot)
        assert "Counted on" in flat(app)
        assert app.syncing.asks == "join"


async def test_another_group_s_store_is_not_offered_to_be_joined(book, other, shared):
    """The sentence says first to put the right one back; a field for its passphrase would lead past that."""
    files = (shared, keys.beside(shared))
    sync(other)
    rekeying.rekey(other, lambda: NEW)
    for one in files:
        one.rename(one.with_name(f"far-{one.name}"))
    sync(book, ask=lambda _: PASS)
    for one in files:
        one.with_name(f"far-{one.name}").replace(one)
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await begin(pilot)
        assert "is another shared store than the one" in app.syncing.says
        assert (app.view.name, app.syncing.asks) == ("end", "")
