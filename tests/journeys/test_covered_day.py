"""A day that a colleague covers: by keys, by taps and by commands it gives the same rows, signed by who recorded."""

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
from lsa_tui.daybook import exchange, plan
from lsa_tui.daybook.book import Book
from lsa_tui.documents.summary import build

NOW = "2026-11-24T10:42:00+00:00"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    monkeypatch.setenv("LSA_NOW", NOW)
    monkeypatch.delenv("LSA_HOME", raising=False)

    def make(name: str) -> Path:
        book = new_book(tmp_path / name)
        plan.add(book, "Maths", "09:45", "10:45")
        book.close()
        return tmp_path / name

    return make


Step = tuple[list[str], list[tuple[str, str]], list[str]]
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
        ["@", "3", "c", "d", "enter", "2"],
        [
            ("more", ""),
            ("more.do", "cover"),
            ("choose.digit", "3"),
            ("type", "cd"),
            ("ask.enter", ""),
            ("choose.digit", "2"),
        ],
        ["cover", "--initials", "CD", "--role", "teacher"],
    ),
    (["h"], [("tile", "h")], ["tally", "h"]),
    (["k"], [("tile", "k")], ["tally", "k"]),
    (["@", "2"], [("more", ""), ("more.do", "cover"), ("choose.digit", "2")], ["cover", "--end"]),
    (["c"], [("tile", "c")], ["tally", "c"]),
]


def rows(home: Path) -> list[str]:
    """What was recorded, without what differs by nature: ids."""
    book = Book(paths.find(str(home)))
    known: dict[str, str] = {}
    found = []
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


async def by_keys(home: Path, size: tuple[int, int]) -> None:
    book = Book(paths.find(str(home)))
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        for keys, _, _ in COVERS:
            await pilot.press(*keys)
    book.close()


async def by_taps(home: Path, size: tuple[int, int]) -> None:
    book = Book(paths.find(str(home)))
    app = LsaApp(book)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for _, taps, _ in COVERS:
            for action, argument in taps:
                if action == "type":  # words come from a keyboard, on the glass or not
                    app.view.field.put(argument)
                    app.view.typed()
                    app.draw()
                else:
                    await tap(app, pilot, action, argument)
    book.close()


async def tap(app: LsaApp, pilot: Any, action: str, argument: str) -> None:
    """Taps the rectangle of an action: on the screen, or at most a few screens of scrolling further down."""
    for _ in range(8):
        if await _tapped(app, pilot, action, argument):
            return
        if not await _tapped(app, pilot, "page.scroll", "1"):
            break
    raise AssertionError(f"no tap for {action} {argument!r} on {app.view.name}")


async def _tapped(app: LsaApp, pilot: Any, action: str, argument: str) -> bool:
    for board in app.query(Board):
        for one in board.taps if board.display else ():
            row = one.y - board.top + one.height // 2
            if (one.action, one.argument) == (action, argument) and 0 <= row < board.size.height:
                await pilot.click(offset=(board.region.x + one.x + one.width // 2, board.region.y + row))
                await pilot.pause()
                return True
    return False


def by_commands(home: Path) -> None:
    for _, _, words in COVERS:
        if words:
            assert main(["--home", str(home), *words]) == 0, words


@pytest.mark.parametrize("size", [(40, 20), (80, 24)])
async def test_keys_taps_and_commands_give_the_same_rows(home: Callable[[str], Path], size: tuple[int, int]) -> None:
    keyed, tapped, typed = home("keys"), home("taps"), home("commands")
    await by_keys(keyed, size)
    await by_taps(tapped, size)
    by_commands(typed)
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
