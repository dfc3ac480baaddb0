"""Check-ins and incidents: keys and taps give the same rows, in as few keys as promised."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events as textual_events
from textual.pilot import Pilot

from homes import new_book
from lsa_tui.app.app import LsaApp
from lsa_tui.app.board import Board
from lsa_tui.app.views.base import View
from lsa_tui.daybook.book import Book
from lsa_tui.records import read
from seen import flat, small_taps, tap, text, typed

SIZES = [(40, 20), (80, 24)]
LEAST = (38, 18)
IN_MORE = {"pupil", "undo"}
"""Small in the band and the foot; tiles in More."""
NOW = "2026-11-24T10:42:00+00:00"
FIELDS = {
    "check": ("zone", "said_by", "wellbeing", "involvement"),
    "incident": ("before", "seen", "next", "minutes", "place", "communicating", "free_to_leave", "hurt", "text"),
}


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LSA_NOW", NOW)
    book = new_book(tmp_path)
    yield book
    book.close()


def rows(book: Book, kind: str) -> list[dict[str, Any]]:
    """The records of a kind: their fields that were set."""
    found = read.of_kind(book.db, kind)
    return [{name: one[name] for name in FIELDS[kind] if one[name] is not None} for one in found]


def everything(book: Book) -> list[str]:
    """Every change that was ever written here."""
    return [str(row) for row in book.db.execute_sql("SELECT kind, row, body FROM change ORDER BY seq").fetchall()]


def top(pilot: Pilot) -> View:
    return pilot.app.view  # type: ignore[attr-defined, no-any-return]


# --- check-in -------------------------------------------------------------------------------------------------

CHECKS = [
    pytest.param("w g", [("check", ""), ("check.g", "")], {"zone": "g", "said_by": "adult"}, id="2 keys"),
    pytest.param(
        "w 4 2 y",
        [("check", ""), ("check.digit", "wellbeing 4"), ("check.digit", "involvement 2"), ("check.y", "")],
        {"zone": "y", "said_by": "adult", "wellbeing": 4, "involvement": 2},
        id="digits and a colour",
    ),
    pytest.param(
        "w 5 p enter",
        [("check", ""), ("check.digit", "wellbeing 5"), ("check.pupil", ""), ("check.save", "")],
        {"said_by": "pupil", "wellbeing": 5},
        id="no colour, said by the pupil",
    ),
    pytest.param(
        "w 3 5 backspace 1 r",
        [
            ("check", ""),
            ("check.digit", "wellbeing 3"),
            ("check.digit", "involvement 5"),
            ("check.digit", "involvement 5"),
            ("check.digit", "involvement 1"),
            ("check.r", ""),
        ],
        {"zone": "r", "said_by": "adult", "wellbeing": 3, "involvement": 1},
        id="a digit changed",
    ),
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("keys", "taps", "expected"), CHECKS)
async def test_a_check_in_by_keys_and_by_taps(book: Book, size, keys: str, taps, expected) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("]", "w")
        assert set(small_taps(app)) <= IN_MORE
        await pilot.press(*keys.split()[1:])
        assert top(pilot).name == "tally"
        for action, argument in taps:
            if action == "check":
                await pilot.press("w")
            else:
                await tap(pilot, action, argument)
        assert top(pilot).name == "tally"
        assert rows(book, "check") == [expected, expected]
        assert text(app, "foot").startswith(" K7 ")
        assert app.last is not None
        assert app.last.kind == "check"


async def test_a_check_in_needs_a_digit_or_a_colour_and_leaving_records_nothing(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        before = everything(book)
        await pilot.press("w", "enter")
        assert top(pilot).name == "check"
        assert "A colour saves it" in app.said
        await pilot.press("6")
        assert "1 to 5" in app.said
        await pilot.press("2", "3", "4")
        assert "Both digits" in app.said
        await pilot.press("q")
        assert top(pilot).name == "today"
        await pilot.press("w", "1", "escape")
        assert top(pilot).name == "today"
        assert everything(book) == before


async def test_a_second_tap_on_a_digit_takes_it_away(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("w")
        await tap(pilot, "check.digit", "wellbeing 4")
        assert "[4]" in text(app)
        await tap(pilot, "check.digit", "wellbeing 4")
        assert "[4]" not in text(app)
        await pilot.press("g")
        assert rows(book, "check") == [{"zone": "g", "said_by": "adult"}]


async def test_a_check_in_shows_letters_words_and_the_chosen_digit(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=LEAST) as pilot:
        await pilot.press("w", "4")
        found = text(app)
        for words in ("B blue", "G green", "Y yellow", "R red", "[4]", "said by: adult", ">Involvement"):
            assert words in found
        board = app.query_one("#body", Board)
        assert len(board.lines) <= board.size.height
        zones = sorted((one for one in board.taps if one.action in ("check.b", "check.g")), key=lambda one: one.x)
        assert zones[0].x + zones[0].width < zones[1].x
        await pilot.press("p")
        assert "said by: pupil" in text(app)
        assert "said: pupil" in text(app, "nav")


# --- incident -------------------------------------------------------------------------------------------------

THREE = {"before": "asked to do something", "seen": "left place", "next": "task stopped"}


@pytest.mark.parametrize("size", [*SIZES, LEAST])
async def test_an_incident_is_four_keys_or_four_taps(book: Book, size) -> None:
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.press("i", "1", "2", "3")
        assert rows(book, "incident") == [THREE]
        assert set(small_taps(app)) <= IN_MORE
        await pilot.press("enter", "i")
        for digit in "123":
            assert set(small_taps(app)) <= IN_MORE
            await tap(pilot, "incident.digit", digit)
        assert rows(book, "incident") == [THREE, THREE]
        assert "asked to do something" in text(app, "foot")
        await tap(pilot, "incident.done")
        assert top(pilot).name == "today"


async def test_a_burst_is_one_incident_and_no_marks(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]")
        for key in "i123":
            app.post_message(textual_events.Key(key, key))
        await pilot.pause()
        assert rows(book, "incident") == [THREE]
        await pilot.press("enter", "i", "1", "2", "3", "4", "5")
        assert len(rows(book, "incident")) == 2
        assert not read.of_kind(book.db, "trial")
        assert not read.of_kind(book.db, "tally")


async def test_one_undo_takes_it_back_to_the_third_question_and_redo_brings_it(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("i", "1", "2", "3", "u")
        assert not rows(book, "incident")
        assert "What happened next?" in text(app)
        await pilot.press("r")
        assert rows(book, "incident") == [THREE]
        assert "Saved for K7" in text(app)
        await pilot.press("u", "2", "enter")
        assert rows(book, "incident") == [THREE | {"next": "task eased"}]
        assert top(pilot).name == "today"


async def test_steps_go_back_and_leaving_records_nothing(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        before = everything(book)
        await pilot.press("i", "m")
        assert "First the three digits" in app.said
        await pilot.press("4", "2", "backspace")
        assert "What was seen?" in text(app)
        assert "favourite thing ended" in text(app)
        await pilot.press("q")
        assert "What came before?" in text(app)
        await pilot.press("backspace", "q")
        assert top(pilot).name == "today"
        assert everything(book) == before


async def test_own_words_in_each_step(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        for n, words in enumerate(("fire bell", "ran [out]", "held* his card")):
            if n == 0:
                await pilot.press("i", "0", "enter")
                assert "A few words are needed" in text(app)
            else:
                await tap(pilot, "incident.digit", "0")
            await typed(pilot, words)
            await pilot.press("enter")
        assert rows(book, "incident") == [{"before": "fire bell", "seen": "ran [out]", "next": "held* his card"}]
        assert "Saved for K7" in text(app)


@pytest.mark.parametrize("size", [*SIZES, LEAST])
async def test_what_else_is_known_by_keys_and_by_taps(book: Book, size) -> None:
    app = LsaApp(book)
    extras = [
        ("incident.began", "-", "10:30"),
        ("incident.minutes", "m", "12"),
        ("incident.place", "p", "hall"),
        ("incident.communicating", "c", "too loud"),
        ("incident.free", "f", "1"),
        ("incident.hurt", "h", "2"),
        ("incident.words", "n", "He said: stop"),
    ]
    async with app.run_test(size=size) as pilot:
        for by_tap in (False, True):
            await pilot.press("i", "1", "2", "3")
            for action, key, answer in extras:
                if by_tap:
                    await tap(pilot, action)
                else:
                    await pilot.press(key)
                if by_tap and action in ("incident.free", "incident.hurt"):
                    await tap(pilot, "choose.digit", answer)
                elif action in ("incident.free", "incident.hurt"):
                    await pilot.press(answer)
                else:
                    await typed(pilot, answer)
                    await pilot.press("enter")
                assert top(pilot).name == "incident"
            found = text(app)
            for words in ("10:30", "12 min", "hall", "too loud", "yes", "the pupil", "He said: stop"):
                assert words in found
            await pilot.press("enter")
        full = THREE | {
            "minutes": 12,
            "place": "hall",
            "communicating": "too loud",
            "free_to_leave": "yes",
            "hurt": "the pupil",
            "text": "He said: stop",
        }
        assert rows(book, "incident") == [full, full]
        first, second = read.of_kind(book.db, "incident")
        assert f"{first.when:%H:%M}" == f"{second.when:%H:%M}" == "10:30"
        assert first.revisions == len(extras)


async def test_an_extra_that_cannot_be_used_stays_typed_and_an_undo_takes_only_the_extra(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("i", "1", "2", "3", "m")
        await typed(pilot, "some")
        await pilot.press("enter")
        assert "it is a number" in flat(app)
        assert top(pilot).field.text == "some"
        await pilot.press("ctrl+u", "7", "enter")
        assert rows(book, "incident") == [THREE | {"minutes": 7}]
        await pilot.press("-", "-", "5", "enter", "-", "enter")
        entry = read.of_kind(book.db, "incident")[0]
        assert f"{entry.when:%H:%M}" == "10:37"
        assert entry.revisions == 2
        await pilot.press("u")
        await pilot.press("u")
        assert rows(book, "incident") == [THREE]
        assert "Saved for K7" in text(app)


@pytest.mark.parametrize(("answer", "stored"), [("1", "yes"), ("2", "no")])
async def test_a_calm_space_asks_at_once_whether_the_pupil_was_free_to_leave(book: Book, answer, stored) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("i", "2", "3", "5")
        assert "Free to leave?" in text(app)
        assert rows(book, "incident") == [{"before": "transition", "seen": "left room", "next": "calm space"}]
        await pilot.press(answer)
        assert rows(book, "incident")[0]["free_to_leave"] == stored
        assert "*" not in text(app)


async def test_fewer_presets_of_ones_own(book: Book) -> None:
    book.config.save(presets_before=["bell", "rain"])
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("i", "3")
        assert "There is no 3 here" in app.said
        await pilot.press("²", "2")
        assert "rain" in text(app)


async def test_no_word_of_its_fields_is_broken_in_a_correction(book: Book) -> None:
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("i", "1", "2", "3", "enter", "'", "enter")
        assert "saying: -" in flat(app)
