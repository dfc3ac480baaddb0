"""The three ways through a day: each step by keys, by taps and by a command; and the rows that came of it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsa_tui import paths
from lsa_tui.app.app import LsaApp
from lsa_tui.app.board import Board
from lsa_tui.cli.main import main
from lsa_tui.daybook import exchange
from lsa_tui.daybook.book import Book

Step = tuple[list[str], list[tuple[str, str]], list[str]]
"""What a finger does on the keyboard, on the glass, and what a script types."""


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


@asynccontextmanager
async def on_screen(home: Path, size: tuple[int, int]) -> AsyncIterator[Any]:
    """The application on this home; gives its pilot."""
    book = Book(paths.find(str(home)))
    async with LsaApp(book).run_test(size=size) as pilot:
        yield pilot
    book.close()


def put(app: LsaApp, words: str) -> None:
    """Words come from a keyboard, on the glass or not."""
    app.view.field.put(words)
    app.view.typed()
    app.draw()


async def tap(pilot: Any, action: str, argument: str) -> None:
    """Taps the rectangle of an action: on the screen, or at most a few screens of scrolling further down."""
    for _ in range(8):
        if await _tapped(pilot, action, argument):
            return
        if not await _tapped(pilot, "page.scroll", "1"):
            break
    raise AssertionError(f"no tap for {action} {argument!r} on {pilot.app.view.name}")


async def _tapped(pilot: Any, action: str, argument: str) -> bool:
    for board in pilot.app.query(Board):
        for one in board.taps if board.display else ():
            row = one.y - board.top + one.height // 2
            if (one.action, one.argument) == (action, argument) and 0 <= row < board.size.height:
                await pilot.click(offset=(board.region.x + one.x + one.width // 2, board.region.y + row))
                await pilot.pause()
                return True
    return False


def by_commands(home: Path, steps: list[Step]) -> None:
    for _, _, words in steps:
        if words:
            assert main(["--home", str(home), *words]) == 0, words
