"""A day by keys, by taps and by commands gives the same rows; and what the usual things cost in keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from homes import plan_morning
from journeys.ways import Step, by_commands, on_screen, put, rows, tap
from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book


@pytest.fixture
def furnish() -> Callable[[Book], object]:
    def fill(book: Book) -> None:
        pupils.add(book, "M2")
        pupils.add_item(book, "target", "T2", "Reads CVC words alone")
        plan_morning(book)

    return fill


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
    async with on_screen(home, size) as pilot:
        for keys, _, _ in STEPS:
            await pilot.press(*keys)
        await pilot.press("n", *"Read alone", "space", "#", "T", "1", "enter")


async def by_taps(home: Path, size: tuple[int, int]) -> None:
    async with on_screen(home, size) as pilot:
        await pilot.pause()
        for _, taps, _ in STEPS:
            for action, argument in taps:
                await tap(pilot, action, argument)
        await tap(pilot, "screen.note", "")
        put(pilot.app, "Read alone")
        await tap(pilot, "note.put", "#T1")
        await tap(pilot, "note.save", "")


@pytest.mark.parametrize("size", [(40, 20), (80, 24), (120, 40)])
async def test_keys_taps_and_commands_give_the_same_rows(home: Callable[[str], Path], size: tuple[int, int]) -> None:
    keyed, tapped, typed = home("keys"), home("taps"), home("commands")
    await by_keys(keyed, size)
    await by_taps(tapped, size)
    by_commands(typed, [*STEPS, ([], [], ["note", "Read alone #T1"])])
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
    async with on_screen(where, (40, 20)) as pilot:
        await pilot.press("]")
        await pilot.press(*keys)
    assert len(keys) == cost
    assert [json.loads(row)["type"] for row in rows(where)].count(kind) == 1


async def test_undo_costs_one_key_and_a_lesson_change_one(home: Callable[[str], Path]) -> None:
    where = home("cost")
    async with on_screen(where, (40, 20)) as pilot:
        await pilot.press("]", "h", "u")
        assert "Undone: K7 Asked for help 10:42" in pilot.app.said
        await pilot.press("enter")
    sessions = [json.loads(row) for row in rows(where)]
    assert [(one["type"], one["assumed"], one["status"]) for one in sessions] == [("session", False, "running")]


async def test_a_note_costs_one_key_its_text_and_enter(home: Callable[[str], Path]) -> None:
    where = home("cost")
    async with on_screen(where, (40, 20)) as pilot:
        await pilot.press("n", *"ok", "enter")
    assert [json.loads(row)["text"] for row in rows(where) if json.loads(row)["type"] == "note"] == ["ok"]


async def test_capitals_count_as_lower_case_and_letters_never_log_while_text_is_typed(
    home: Callable[[str], Path],
) -> None:
    where = home("caps")
    async with on_screen(where, (40, 20)) as pilot:
        await pilot.press("]", "C", "H", "N", *"CCC", "escape", "C")
    kinds = [json.loads(row)["type"] for row in rows(where)]
    assert kinds.count("tally") == 3
    assert kinds.count("note") == 0


async def test_six_marks_within_a_second_are_one_step_of_undo(home: Callable[[str], Path]) -> None:
    where = home("lean")
    async with on_screen(where, (40, 20)) as pilot:
        await pilot.press("]", "h")
        pilot.app._marked.clear()
        for _ in range(7):
            pilot.app.press("c", "c")
        await pilot.press("u")
        assert "6 more" in pilot.app.said
    letters = [json.loads(row)["behaviour"] for row in rows(where) if json.loads(row)["type"] == "tally"]
    assert letters == ["h"]
