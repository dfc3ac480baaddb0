"""Help and More: made from the registry, so that they say what the keys really do on the view below."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

import seen
from homes import new_book
from lsa_tui.actions import ACTIONS, SCOPES, keymap
from lsa_tui.app.app import LsaApp
from lsa_tui.app.board import Board
from lsa_tui.app.views.base import View
from lsa_tui.app.views.help import keys_of
from lsa_tui.daybook.book import Book
from lsa_tui.records import read

SIZES = [(38, 18), (40, 20), (80, 24)]
IN_MORE = {"pupil", "undo"}
"""Small in the band and the foot; tiles here."""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LSA_NOW", "2026-11-24T10:42:00+00:00")
    book = new_book(tmp_path)
    yield book
    book.close()


def body(pilot: Pilot) -> Board:
    return pilot.app.query_one("#body", Board)


def lines(pilot: Pilot) -> list[str]:
    return seen.lines(pilot.app)  # type: ignore[arg-type]


def names(pilot: Pilot) -> list[str]:
    return [view.name for view in pilot.app.views]  # type: ignore[attr-defined]


async def all_lines(pilot: Pilot) -> list[str]:
    """Everything that a page shows from its top to its end."""
    await pilot.press("home")
    found = lines(pilot)
    for _ in range(30):
        before = lines(pilot)
        await pilot.press("pagedown")
        if lines(pilot) == before:
            return found
        found += [line for line in lines(pilot) if line not in found]
    raise AssertionError("it never ends")


async def tap_words(pilot: Pilot, words: str, board: str = "body") -> None:
    """Taps where these words stand; what takes the tap must be big enough for a finger."""
    await pilot.pause()
    where = pilot.app.query_one(f"#{board}", Board)
    for y, line in enumerate("".join(text for text, _ in line) for line in where.lines):
        if words in line:
            hit = where.tap_at(line.index(words), y)
            assert hit is not None, words
            assert hit.height >= 2, "a tile cut by the window's edge shows at least its words"
            assert hit.width >= 5
            await pilot.click(f"#{board}", offset=(line.index(words), y))
            await pilot.pause()
            return
    raise AssertionError(f"{words!r} is not in sight")


@pytest.mark.parametrize("size", SIZES)
async def test_help_shows_this_screens_keys_first_then_everywhere(book: Book, size) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("]", "?")
        text = "\n".join(await all_lines(pilot))
        for words in ("One mark of Calling out", "Starts or stops On own", "1-6 ", "Incident", "q Esc", "t Tab"):
            assert words in text
        assert text.index("Tiles") < text.index("Target and lesson") < text.index("Everywhere")
        assert all(len(line) <= size[0] for line in lines(pilot))
        assert lines(pilot)[0].endswith("▲")
        assert set(seen.small_taps(app)) <= IN_MORE


@pytest.mark.parametrize("screen", ["today", "tally", "log", "end", "check", "incident"])
def test_every_key_that_help_names_does_what_it_says_and_none_is_left_out(book: Book, screen: str) -> None:
    app = LsaApp(book)
    view = View(app)
    view.name = screen
    told = {}
    for _, rows in keys_of(app, view):
        for keys, label, _words in rows:
            if keys == "1-6":
                told.update({str(n): f"level.{n}" for n in range(1, 7)})
                continue
            action = next((one.id for one in ACTIONS if one.label == label and one.screen in SCOPES[screen]), None)
            for key in keys.split():
                told[{"Enter": "enter", "Esc": "escape", "Tab": "tab", "^p": "ctrl+p"}.get(key, key)] = action
    tiles = {key for key, action in told.items() if action is None}
    assert {key: action for key, action in told.items() if key not in tiles} == keymap({}).on(screen)


async def test_help_of_a_choice_shows_its_digits(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("e", "?")
        assert names(pilot) == ["today", "choose", "help"]
        text = "\n".join(lines(pilot))
        assert "1       smaller steps" in text
        assert "5       scribed" in text
        await pilot.press("5")
        assert names(pilot) == ["today", "choose", "help"]
        await pilot.press("?")
        assert names(pilot) == ["today", "choose"]


async def test_help_of_an_incident_and_of_a_check_in(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "1", "?")
        text = "\n".join(await all_lines(pilot))
        assert "left place" in text
        assert "Own words" in text
        assert "Minutes" in text
        await pilot.press("enter", "q", "q", "w", "?")
        text = "\n".join(await all_lines(pilot))
        assert "1-5" in text
        assert "Blue, and the check-in is saved" in text
        assert "Brings it again" not in text  # r is red here


async def test_keys_of_ones_own_are_shown(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[person]\ninitials = "JT"\n[keys]\nundo = "backspace"\n', encoding="utf-8")
    book = new_book(tmp_path)
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("?")
        text = "\n".join(await all_lines(pilot))
        assert "Bksp u  Undo" in text
    book.close()


async def test_help_scrolls_by_keys_wheel_and_buttons_and_its_keys_log_nothing(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "?")
        first = lines(pilot)
        await pilot.press("down")
        assert lines(pilot)[2] == first[3]
        await pilot.press("up")
        assert lines(pilot) == first
        assert app.wheel(3)
        assert lines(pilot)[2] == first[5]
        app.wheel(-3)
        await tap_words(pilot, "Down", "nav")
        below = lines(pilot)
        assert below != first
        await tap_words(pilot, "Up", "nav")
        assert lines(pilot) == first
        await pilot.press("pagedown")
        assert lines(pilot) == below
        await pilot.press("c", "1", "w", "i")
        assert names(pilot) == ["tally", "help"]
        assert not read.of_kind(book.db, "tally")
        await tap_words(pilot, "close", "nav")
        assert names(pilot) == ["tally"]


@pytest.mark.parametrize("size", SIZES)
async def test_more_holds_every_action_of_the_view_below(book: Book, size) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("]", ";")
        assert names(pilot) == ["tally", "more"]
        text = "\n".join(await all_lines(pilot))
        for action in ACTIONS:
            if action.screen in SCOPES["tally"] and action.id != "more":
                assert action.label in text, action.label
        assert set(seen.small_taps(app)) <= IN_MORE


@pytest.mark.parametrize("size", SIZES)
async def test_a_tap_in_more_does_it_on_the_view_below(book: Book, size) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("]", "c")
        await tap_words(pilot, "More", "nav")
        await tap_words(pilot, "Undo")
        assert names(pilot) == ["tally"]
        assert not read.of_kind(book.db, "tally")
        await pilot.press(";")
        await tap_words(pilot, "Wellbeing")
        assert names(pilot) == ["tally", "check"]
        await pilot.press("g", ";", "end")
        if size[0] < 80:
            await tap_words(pilot, "Up", "nav")
            await tap_words(pilot, "Down", "nav")
        await tap_words(pilot, "Today")
        assert names(pilot) == ["today"]
        assert len(read.of_kind(book.db, "check")) == 1


async def test_a_key_in_more_does_it_on_the_view_below(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", ";", "c", ";", "i", "1", "2", "3", "enter")
        assert names(pilot) == ["tally"]
        assert [one.kind for one in (*read.of_kind(book.db, "tally"), *read.of_kind(book.db, "incident"))] == [
            "tally",
            "incident",
        ]
        await pilot.press(";", "u")
        assert not read.of_kind(book.db, "incident")
        await pilot.press(";", "3")
        assert [one["level"] for one in read.of_kind(book.db, "trial")] == ["clueing"]
        for closing in ("q", "escape", ";"):
            await pilot.press(";", closing)
            assert names(pilot) == ["tally"]
        await pilot.press(";", "?")
        assert names(pilot) == ["tally", "help"]


async def test_more_scrolls_by_whole_tiles(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", ";")
        for key in ("down", "pagedown", "end", "up", "pageup"):
            await pilot.press(key)
            assert app.view.top % 3 == 0
            first = "".join(text for text, _ in body(pilot).lines[0])
            assert len(first.replace("▲", "").split()) in (1, 2, 3), "the first line has keys, not labels cut off"
            assert all(len(word) <= 5 for word in first.split())
        await pilot.press("home")
        assert app.view.top == 0
        assert len(body(pilot).lines) == body(pilot).size.height


@pytest.mark.parametrize(
    ("keys", "shown", "not_shown"),
    [
        (["]"], ["? help", ": commands", "u undo"], []),
        (["n"], ["help", "commands"], ["? help", ": commands", "u undo"]),
        (["d"], ["help"], ["? help", "u undo"]),
        (["?"], ["? help"], ["u undo"]),
    ],
)
async def test_the_foot_names_a_key_only_where_it_works_and_takes_taps_everywhere(
    book: Book, keys: list[str], shown: list[str], not_shown: list[str]
) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("]", "c", *keys)
        foot = seen.text(app, "foot")
        assert all(words in foot for words in shown)
        assert not any(words in foot for words in not_shown)
        before = names(pilot)
        await seen.tap(pilot, "help")
        assert names(pilot) == (before[:-1] if before[-1] == "help" else [*before, "help"])


async def test_help_of_a_field_says_how_to_reach_blank_and_lock(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n", "h", "i")
        await seen.tap(pilot, "help")
        assert "blank the screen, lock it" in seen.flat(app)
        await pilot.press("enter")
        assert app.view.field.text == "hi"
