"""Another pupil: a digit, or a code; a new one only after a question."""

from __future__ import annotations

import pytest

from homes import new_book
from lsa_tui.app.app import LsaApp
from lsa_tui.daybook import names, pupils
from seen import flat, lines, tap, text, typed


@pytest.fixture
def book(tmp_path):
    made = new_book(tmp_path / "home")
    names.add(made, "Oliver Stone", names.CLASSMATE)
    yield made
    made.close()


def codes(book):
    return [one["code"] for one in pupils.all_pupils(book)]


async def ask_for(pilot, code):
    await pilot.press("a", "0")
    await typed(pilot, code)
    await pilot.press("enter")


@pytest.mark.parametrize("size", [(40, 20), (80, 24)])
@pytest.mark.parametrize("code", ["Oliver", "oliver"])
async def test_a_known_name_is_doubted_before_it_is_a_code(book, size, code):
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await ask_for(pilot, code)
        assert f"New pupil {code}?" in text(app)
        assert "part of a name" in flat(app)
        assert "…" not in text(app)
        assert all(len(line) <= size[0] for line in lines(app))
        await pilot.press("2")
        assert app.view.field.text == code
        assert "never the full name" in flat(app)
        assert codes(book) == ["K7"]
        await pilot.press("ctrl+u")
        await typed(pilot, "OL")
        await pilot.press("enter")
        assert "part of a name" not in flat(app)
        await tap(pilot, "choose.digit", "1")
        assert codes(book) == ["K7", "OL"]
        assert "Now OL" in text(app, "foot")
        assert [view.name for view in app.views] == ["today"]


async def test_a_code_there_is_asks_nothing_and_a_slip_makes_no_pupil(book):
    pupils.add(book, "M2")
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await ask_for(pilot, "m2")
        assert book.names.pupil(book.focus) == "M2"
        await ask_for(pilot, "K 7")
        assert "a code has letters" in flat(app)
        await pilot.press("escape")
        await ask_for(pilot, "K77")
        await pilot.press("escape")
        assert codes(book) == ["K7", "M2"]
        assert book.names.pupil(book.focus) == "M2"
