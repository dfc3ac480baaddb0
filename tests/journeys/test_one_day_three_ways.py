"""A day by keys, by taps and by commands gives the same rows; and what the usual things cost in keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from homes import new_book
from lsa_tui import paths
from lsa_tui.app.app import LsaApp
from lsa_tui.app.board import Board
from lsa_tui.cli.main import main
from lsa_tui.daybook import exchange, plan, pupils
from lsa_tui.daybook.book import Book

NOW = "2026-11-24T10:42:00+00:00"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    monkeypatch.setenv("LSA_NOW", NOW)
    monkeypatch.delenv("LSA_HOME", raising=False)

    def make(name: str) -> Path:
        book = new_book(tmp_path / name)
        pupils.add(book, "M2")
        pupils.add_item(book, "target", "T2", "Reads CVC words alone")
        plan.add(book, "Phonics", "09:00", "09:30")
        plan.add(book, "Maths", "09:45", "10:45")
        plan.add(book, "Break", "10:45", "11:00")
        book.close()
        return tmp_path / name

    return make


def rows(home: Path) -> list[str]:
    """What was recorded, without what differs by nature: ids."""
    book = Book(paths.find(str(home)))
    found = []
    known: dict[str, str] = {}
    for raw in exchange.export(book, private=True):
        line = json.loads(raw)
        known[line["id"]] = f"{line['type']} {len(known)}" if line["type"] == "session" else line["id"]
        if line["type"] in ("pupil", "target", "behaviour", "slot"):
            continue
        line.pop("id")
        line = {key: known.get(value, value) if isinstance(value, str) else value for key, value in line.items()}
        found.append(json.dumps(line, sort_keys=True))
    book.close()
    return found


# Each step: what a finger does on the keyboard, on the glass, and what a script types.
Step = tuple[list[str], list[tuple[str, str]], list[str]]
STEPS: list[Step] = [
    (["]"], [("screen.tally", "")], []),
    (["c"], [("tile", "c")], ["tally", "c"]),
    (["c"], [("tile", "c")], ["tally", "c"]),
    (["p"], [("tile", "p")], ["tally", "p"]),
    (["o"], [("tile", "o")], ["tally", "o"]),
    (["l"], [("tile", "l")], ["tally", "l"]),
    (["1"], [("level.1", "")], ["trial", "T1", "self"]),
    (["9"], [("level.no", "")], ["trial", "T1", "no"]),
    (["0"], [("level.none", "")], ["trial", "T1", "none"]),
    (["w", "g"], [("more", ""), ("more.do", "check"), ("check.g", "")], ["check", "--zone", "g"]),
    (
        ["i", "1", "3", "2"],
        [
            ("more", ""),
            ("more.do", "incident"),
            ("incident.digit", "1"),
            ("incident.digit", "3"),
            ("incident.digit", "2"),
        ],
        ["abc", "--before", "asked to do something", "--seen", "left room", "--next", "task eased"],
    ),
    (["enter"], [("incident.done", "")], []),
    (["e", "2"], [("more", ""), ("more.do", "adapted"), ("choose.digit", "2")], ["adapted", "2"]),
    (
        ["f", "1", "3"],
        [("more", ""), ("more.do", "care"), ("choose.digit", "1"), ("choose.digit", "3")],
        ["care", "food", "half"],
    ),
    (["h"], [("tile", "h")], ["tally", "h"]),
    (["u"], [("more", ""), ("more.do", "undo")], ["undo"]),
    (["k"], [("tile", "k")], ["tally", "k"]),
    (["u"], [("more", ""), ("more.do", "undo")], ["undo"]),
    (["r"], [("more", ""), ("more.do", "redo")], ["redo"]),
    (["l"], [("tile", "l")], ["tally", "l"]),
    (["g"], [("more", ""), ("more.do", "watch")], ["pause"]),
    (["g"], [("more", ""), ("more.do", "watch")], ["resume"]),
]


async def by_keys(home: Path, size: tuple[int, int]) -> None:
    book = Book(paths.find(str(home)))
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        for keys, _, _ in STEPS:
            await pilot.press(*keys)
        await pilot.press("n", *"Read alone", "space", "#", "T", "1", "enter")
    book.close()


async def by_taps(home: Path, size: tuple[int, int]) -> None:
    book = Book(paths.find(str(home)))
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for _, taps, _ in STEPS:
            for action, argument in taps:
                await tap(app, pilot, action, argument)
        await tap(app, pilot, "screen.note", "")
        app.view.field.put("Read alone")  # the words themselves come from a keyboard, on the glass or not
        app.view.typed()
        app.draw()
        await tap(app, pilot, "note.put", "#T1")
        await tap(app, pilot, "note.save", "")
    book.close()


async def tap(app: LsaApp, pilot: Any, action: str, argument: str) -> None:
    """Taps the rectangle of an action; it must be on the screen, after at most a few screens of scrolling down."""
    for _ in range(8):
        for board in app.query(Board):
            if not board.display:
                continue
            for one in board.taps:
                row = one.y - board.top + one.height // 2
                if (one.action, one.argument) == (action, argument) and 0 <= row < board.size.height:
                    offset = (board.region.x + one.x + one.width // 2, board.region.y + row)
                    await pilot.click(offset=offset)
                    await pilot.pause()
                    return
        if not await _scrolled(app, pilot):
            break
    raise AssertionError(f"no tap for {action} {argument!r} on {app.view.name}")


async def _scrolled(app: LsaApp, pilot: Any) -> bool:
    for board in app.query(Board):
        for one in board.taps:
            if (one.action, one.argument) == ("page.scroll", "1"):
                await pilot.click(offset=(board.region.x + one.x + 1, board.region.y + one.y + 1))
                await pilot.pause()
                return True
    return False


def by_commands(home: Path) -> None:
    for _, _, words in STEPS:
        if words:
            assert main(["--home", str(home), *words]) == 0, words
    assert main(["--home", str(home), "note", "Read alone #T1"]) == 0


@pytest.mark.parametrize("size", [(40, 20), (80, 24), (120, 40)])
async def test_keys_taps_and_commands_give_the_same_rows(home: Callable[[str], Path], size: tuple[int, int]) -> None:
    keyed, tapped, typed = home("keys"), home("taps"), home("commands")
    await by_keys(keyed, size)
    await by_taps(tapped, size)
    by_commands(typed)
    assert rows(keyed) == rows(typed)
    assert rows(tapped) == rows(typed)
    assert len(rows(typed)) >= 13


@pytest.mark.parametrize(
    ("keys", "kind", "cost"),
    [
        ("c", "tally", 1),
        ("1", "trial", 1),
        ("wg", "check", 2),
        ("i123", "incident", 4),
    ],
)
async def test_what_the_usual_things_cost_in_keys(home: Callable[[str], Path], keys: str, kind: str, cost: int) -> None:
    where = home("cost")
    book = Book(paths.find(str(where)))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]")
        await pilot.press(*keys)
    assert len(keys) == cost
    assert [json.loads(row)["type"] for row in rows(where)].count(kind) == 1
    book.close()


async def test_undo_costs_one_key_and_a_lesson_change_one(home: Callable[[str], Path]) -> None:
    where = home("cost")
    book = Book(paths.find(str(where)))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "h", "u")
        assert "Undone: K7 Asked for help 10:42" in app.said
        await pilot.press("enter")
    book.close()
    sessions = [json.loads(row) for row in rows(where)]
    assert [(one["type"], one["assumed"], one["status"]) for one in sessions] == [("session", False, "running")]


async def test_a_note_costs_one_key_its_text_and_enter(home: Callable[[str], Path]) -> None:
    where = home("cost")
    book = Book(paths.find(str(where)))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("n", *"ok", "enter")
    book.close()
    assert [json.loads(row)["text"] for row in rows(where) if json.loads(row)["type"] == "note"] == ["ok"]


async def test_capitals_count_as_lower_case_and_letters_never_log_while_text_is_typed(
    home: Callable[[str], Path],
) -> None:
    where = home("caps")
    book = Book(paths.find(str(where)))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "C", "H", "N", *"CCC", "escape", "C")
    book.close()
    kinds = [json.loads(row)["type"] for row in rows(where)]
    assert kinds.count("tally") == 3
    assert kinds.count("note") == 0


async def test_six_marks_within_a_second_are_one_step_of_undo(home: Callable[[str], Path]) -> None:
    where = home("lean")
    book = Book(paths.find(str(where)))
    app = LsaApp(book)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("]", "h")
        app._marked.clear()
        for _ in range(7):
            app.press("c", "c")
        await pilot.press("u")
        assert "6 more" in app.said
    book.close()
    letters = [json.loads(row)["behaviour"] for row in rows(where) if json.loads(row)["type"] == "tally"]
    assert letters == ["h"]
