"""The log as a command in a terminal: each entry with its words and a whole id, however narrow it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from homes import new_book
from lsa_tui.daybook import notes
from terminal.terminal import Terminal

WORDS = "Asked for help with the word card and then read six of them alone"


class Log(Terminal):
    COMMAND = ("-m", "lsa_tui", "log", "--home")


@pytest.fixture
def entry(tmp_path: Path) -> str:
    """The id of the one note of a home, as people type it."""
    book = new_book(tmp_path / "home", tiles=False)
    made = notes.note(book, WORDS)
    book.close()
    return made.id[:13]


@pytest.mark.parametrize(
    ("columns", "first", "last"),
    [
        (120, f"K7  {WORDS}  JT  ", ""),
        (80, "K7  Asked for help with the word card and then read s…  JT  ", ""),
        (40, "K7  Asked for help with the word…", "           JT "),
        (20, "K7  Ask", "           JT "),
    ],
)
def test_an_entry_has_its_words_and_a_whole_id(tmp_path: Path, entry: str, columns: int, first: str, last: str) -> None:
    with Log(tmp_path / "home", (columns, 20)) as terminal:
        assert terminal.ended() == 0
        rows = [line for line in terminal.text().splitlines() if line.strip()]
    assert any(first in row for row in rows), rows
    assert f"{last or first}{entry}" in "\n".join(rows) or columns == 20, rows
