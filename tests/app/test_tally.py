"""Tally: no word is cut, everything on it takes a tap, and an empty one says how to begin."""

from __future__ import annotations

import pytest

from homes import new_book
from lsa_tui.app.app import LsaApp
from lsa_tui.app.board import Board
from lsa_tui.app.views.base import widths
from lsa_tui.daybook import behaviours, marks, pupils
from seen import lines, small_taps, tap, text, typed


@pytest.fixture
def book(tmp_path, morning):
    made = new_book(tmp_path / "home")
    yield made
    made.close()


@pytest.mark.parametrize("size", [(38, 18), (40, 20), (80, 24), (120, 40)])
async def test_no_word_of_tiles_and_levels_is_cut(book, size):
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("]", "b")
        words = text(app).split()
        for word in ("Self", "Prompt", "Clue", "Model", "Told", "Not", "None", "Specific", "Movement", "RUN"):
            assert word in words
        assert not [line for line in lines(app) if "…" in line and "t next" not in line]
        assert all(len(line) <= size[0] for line in lines(app))
        levels = [one for one in app.query_one("#body", Board).taps if one.action.startswith("level.")]
        assert len(levels) == 7
        assert all(one.width >= 5 for one in levels[:-1])


@pytest.mark.parametrize("size", [(40, 20), (80, 24), (120, 40)])
async def test_every_word_of_it_takes_a_tap(book, size):
    pupils.add_item(book, "target", "T2", "Begins alone")
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("]")
        await tap(pilot, "target")
        assert "T2" in text(app)
        for action in ("check", "incident", "screen.note"):
            await tap(pilot, action)
            assert app.view.name == action.removeprefix("screen.")
            await pilot.press("escape")
        await pilot.press("j")
        assert "1 unknown to name" in text(app)
        if size[0] >= 80:
            assert set(small_taps(app)) <= {"pupil", "undo", "target"}
        await tap(pilot, "screen.log")
        assert app.view.name == "log"


async def test_nine_tiles_show_where_each_begins(book):
    behaviours.add(book, "y", "Yelled out", measure="count")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]")
        body = app.query_one("#body", Board)
        keys = [words.strip() for line in body.lines for words, style in line if style == "nav-current"]
        assert sorted(keys) == sorted("chopklbsy")
        await pilot.press("v")
        under = [body.lines[y] for y in (2, 5, 8)]
        assert all(style == "text" for line in under for _, style in line), "an empty line parts the rows"


async def test_without_a_target_one_key_takes_the_first(tmp_path, morning):
    book = new_book(tmp_path / "home", pupil=None)
    pupils.add(book, "K7")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "1")
        assert "t takes the first" in text(app, "foot")
        await tap(pilot, "target")
        await typed(pilot, "Asks for help")
        await pilot.press("enter", "1")
        assert "T1 Asks for help" in text(app)
        assert marks.trial_counts(book, "T1", book.today().isoformat(), book.focus) == {"self": 1}
    book.close()


def test_what_is_left_over_goes_to_the_narrowest():
    assert widths([4, 6, 4], 17) == [6, 6, 5]
    with pytest.raises(ValueError, match="more than 10"):
        widths([4, 6, 4], 10)
