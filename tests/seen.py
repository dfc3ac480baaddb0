"""What a test sees of the application, and its finger."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from textual.worker import WorkerCancelled

from lsa_tui.app.app import LsaApp
from lsa_tui.app.board import Board


def lines(app: LsaApp, board: str = "body") -> list[str]:
    """The lines of a board, as text."""
    return ["".join(text for text, _ in line).rstrip() for line in app.query_one(f"#{board}", Board).lines]


def text(app: LsaApp, board: str = "body") -> str:
    """A board as text."""
    return "\n".join(lines(app, board))


def flat(app: LsaApp, board: str = "body") -> str:
    """A board as one line: for sentences that are broken into lines."""
    return " ".join(text(app, board).split())


async def tap(pilot: Any, action: str, argument: str | None = None) -> None:
    """Taps the middle of what does this."""
    for board in pilot.app.query(Board):
        for one in board.taps:
            if one.action == action and argument in (None, one.argument):
                x, y = one.x + one.width // 2, one.y + one.height // 2 - board.top
                assert board.tap_at(x, y) == one, f"{action} lies under another tap"
                await pilot.click(board, offset=(x, y))
                return
    raise AssertionError(f"nothing on the screen does {action} {argument or ''}")


async def typed(pilot: Any, words: str) -> None:
    """Types; a key name for what is no letter is not needed here."""
    for letter in words:
        pilot.app.press(letter, letter)
    await pilot.pause()


async def settled(pilot: Any) -> None:
    """Waits for the sync, not for a time. One that ends the program is cancelled with it."""
    with suppress(WorkerCancelled):
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def small_taps(app: LsaApp) -> list[str]:
    """The actions whose every tap is smaller than 3 rows of 5 columns; those of the foot have tiles in More."""
    best: dict[str, bool] = {}
    for board in app.query(Board):
        for one in board.taps:
            best[one.action] = best.get(one.action, False) or (one.height >= 3 and one.width >= 5)
    return [action for action, fits in best.items() if not fits and action not in ("help", "palette")]
