"""`lsa undo` and `lsa redo`."""

from __future__ import annotations

from argparse import Namespace

from lsa_tui.cli.answer import Answer
from lsa_tui.cli.table import command
from lsa_tui.daybook import entries
from lsa_tui.daybook.book import Book


@command(
    "undo", "takes back the last recording of this device that is not yet shared", examples=("undo", "undo --json")
)
def undo(book: Book, _args: Namespace) -> Answer:
    """What was taken back."""
    taken = entries.undo(book)
    said = f"Taken back: {taken.done}; `lsa redo` brings it again"
    return Answer({"undone": taken.json, "says": taken.says}, said)


@command("redo", "brings again what was taken back", examples=("redo",))
def redo(book: Book, _args: Namespace) -> Answer:
    """What is there again."""
    taken = entries.redo(book)
    return Answer({"redone": taken.json, "says": taken.says}, f"There again: {taken.done}")
