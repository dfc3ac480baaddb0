"""A day that a colleague covers: by keys, by taps and by commands it gives the same rows, signed by who recorded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from journeys.ways import Step, by_commands, on_screen, put, rows, tap
from lsa_tui import paths
from lsa_tui.daybook import plan
from lsa_tui.daybook.book import Book
from lsa_tui.documents.summary import build


@pytest.fixture
def furnish() -> Callable[[Book], object]:
    return lambda book: plan.add(book, "Maths", "09:45", "10:45")


COVERS: list[Step] = [
    (["]"], [("screen.tally", "")], []),
    (["c"], [("tile", "c")], ["tally", "c"]),
    (
        ["@", "m", "b", "enter", "1"],
        [("more", ""), ("more.do", "cover"), ("type", "mb"), ("ask.enter", ""), ("choose.digit", "1")],
        ["cover", "--initials", "mb"],
    ),
    (["c"], [("tile", "c")], ["tally", "c"]),
    (["1"], [("level.1", "")], ["trial", "T1", "self"]),
    (["w", "g"], [("more", ""), ("more.do", "check"), ("check.g", "")], ["check", "--zone", "g"]),
    (["h"], [("tile", "h")], ["tally", "h"]),
    (["u"], [("more", ""), ("more.do", "undo")], ["undo"]),
    (
        ["@", "3", "c", "d", "enter", "1"],
        [
            ("more", ""),
            ("more.do", "cover"),
            ("choose.digit", "3"),
            ("type", "cd"),
            ("ask.enter", ""),
            ("choose.digit", "1"),
        ],
        ["cover", "--initials", "CD", "--role", "lsa"],
    ),
    (["h"], [("tile", "h")], ["tally", "h"]),
    (["k"], [("tile", "k")], ["tally", "k"]),
    (["@", "2"], [("more", ""), ("more.do", "cover"), ("choose.digit", "2")], ["cover", "--end"]),
    (["c"], [("tile", "c")], ["tally", "c"]),
]


async def by_keys(home: Path, size: tuple[int, int]) -> None:
    async with on_screen(home, size) as pilot:
        for keys, _, _ in COVERS:
            await pilot.press(*keys)


async def by_taps(home: Path, size: tuple[int, int]) -> None:
    async with on_screen(home, size) as pilot:
        await pilot.pause()
        for _, taps, _ in COVERS:
            for action, argument in taps:
                if action == "type":
                    put(pilot.app, argument)
                else:
                    await tap(pilot, action, argument)


@pytest.mark.parametrize("size", [(40, 20), (80, 24)])
async def test_keys_taps_and_commands_give_the_same_rows(home: Callable[[str], Path], size: tuple[int, int]) -> None:
    keyed, tapped, typed = home("keys"), home("taps"), home("commands")
    await by_keys(keyed, size)
    await by_taps(tapped, size)
    by_commands(typed, COVERS)
    assert rows(keyed) == rows(typed)
    assert rows(tapped) == rows(typed)
    signed = [(one["type"], one["by"]) for one in map(json.loads, rows(typed)) if one["type"] != "session"]
    assert sorted(signed) == sorted(
        [
            ("tally", "JT"),
            ("cover", "MB"),
            ("tally", "MB"),
            ("trial", "MB"),
            ("check", "MB"),
            ("cover", "CD"),
            ("tally", "CD"),
            ("tally", "CD"),
            ("tally", "JT"),
        ]
    )
    book = Book(paths.find(str(typed)))
    assert "LSA JT, covered by MB, CD" in build(book, book.today(), "teacher", "K7").heading
    book.close()
