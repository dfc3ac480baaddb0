"""The screens offer what a person may do: their own entries, and for home what the teacher releases."""

from __future__ import annotations

import pytest

from homes import acting, plan_around_now
from lsa_tui.app.app import LsaApp
from lsa_tui.daybook import marks, notes, problems, releasing, sessions
from lsa_tui.records import read
from seen import flat, lines, small_taps, tap

pytestmark = pytest.mark.usefixtures("morning")
SIZES = [(40, 20), (80, 24)]


def buttons(app):
    return " ".join(lines(app)[-3:])


@pytest.mark.parametrize("size", SIZES)
async def test_the_teacher_releases_in_the_log_and_changes_nothing_there(book, size):
    note = notes.note(book, "Read five words ^home")
    with acting(book):
        app = LsaApp(book)
        async with app.run_test(size=size) as pilot:
            await pilot.press("'")
            assert "Home" in buttons(app)
            assert "Remove" not in buttons(app)
            for key in ("enter", "x", "h", "a"):
                await pilot.press(key)
                assert app.view.name in ("log", "notice"), "nothing is asked that would be refused in the end"
                assert "JT's own" in flat(app) + flat(app, "foot")
                if app.view.name == "notice":
                    await pilot.press("q")
            await tap(pilot, "log.release")
            assert releasing.how_stands(book, note).status == "released"
            assert "Recall" in buttons(app)
            assert "log.release" not in small_taps(app)
            await pilot.press("s")
            assert releasing.how_stands(book, note).status == "waiting"
            assert app.taken.startswith("removal of K7 released")
            await pilot.press("-", "-", "o", "s")
            assert releasing.how_stands(book, note).status == "released"
    assert book.entry(note.id) == note


@pytest.mark.parametrize("size", SIZES)
async def test_an_lsa_is_not_offered_what_the_teacher_decides(book, size):
    note = notes.note(book, "Read five words ^home !teacher")
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("'", "-")
        assert "Home" not in buttons(app)
        await pilot.press("s")
        assert "an LSA may not release for home" in flat(app, "foot") + flat(app)
        assert releasing.how_stands(book, note).status == "waiting"


async def test_an_lsa_does_not_close_in_the_inbox(book):
    from lsa_tui.app.views.inbox import Inbox

    problems.raise_problem(book, "Too hard")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        app.open(Inbox(app))
        app.draw()
        await pilot.pause()
        assert "Answer" in flat(app)
        assert "Close it" not in flat(app)
        await pilot.press("c")
        assert problems.inbox(book)[0].status == "open"
    with acting(book):
        app = LsaApp(book)
        async with app.run_test(size=(40, 20)) as pilot:
            app.open(Inbox(app))
            app.draw()
            await pilot.pause()
            assert "Close it" in flat(app)
            await pilot.press("c")
            assert problems.inbox(book)[0].status == "closed"


async def test_anothers_session_goes_on_and_one_of_ones_own_is_begun_beside_it(book):
    plan_around_now(book)
    theirs = sessions.start(book, sessions.find_slot(book, "Maths", book.now()))
    marks.tally(book, "o")
    with acting(book, "MB", "lsa"):
        app = LsaApp(book)
        async with app.run_test(size=(40, 20)) as pilot:
            await pilot.press("]", "enter")
            assert "started by JT, who ends it" in flat(app)
            await pilot.press("1")
            assert len(read.of_kind(book.db, "session")) == 1
            await pilot.press("enter", "2")
            assert len(read.of_kind(book.db, "session")) == 2
            assert sessions.running(book).by == "MB"
    assert book.entry(theirs.id) == theirs
