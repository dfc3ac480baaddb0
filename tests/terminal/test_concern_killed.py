"""A concern in a real terminal: killed while it is typed it is all still there, and in no file can it be read."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="needs a pseudo-terminal")

from commands import RunLsa
from lsa_tui import paths
from lsa_tui.daybook import concerns, drafts
from lsa_tui.daybook.opening import open_book
from terminal.terminal import Terminal
from trusting import encrypted_book, opened, trusting

CANARY = "Zanzibarcanary"


@pytest.fixture(params=[(40, 20), (80, 24)])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return request.param


def files_with(folder: Path, word: str) -> list[str]:
    """The files that hold a word, in whatever way its letters may be written."""
    forms = [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")]
    found = [one for one in folder.rglob("*") if one.is_file()]
    return [str(one) for one in found if any(form in one.read_bytes() for form in forms)]


def test_kill_while_typing_loses_nothing_and_nothing_can_be_read(
    run_lsa: RunLsa, home: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    book = encrypted_book(run_lsa, home)
    secret = trusting(book)
    book.close()
    typed = ""
    # Everything in one write, the key that opens the sheet and the first words too; then killed, again and again.
    with Terminal(home, size) as terminal:
        terminal.wait("Today")
        terminal.send(f"d\r3{CANARY}")
        terminal.wait(CANARY)
        typed += CANARY
        terminal.signal(signal.SIGKILL)
        terminal.ended()
    assert files_with(tmp_path, CANARY) == []
    for word in (" not", " aloud", " to tell"):
        with Terminal(home, size) as terminal:
            terminal.wait("1 to pass on")
            terminal.send("d\r3")
            terminal.wait(typed)
            terminal.send(word)
            typed += word
            terminal.wait(typed)
            terminal.signal(signal.SIGKILL)
            terminal.ended()
        assert files_with(tmp_path, CANARY) == []
    with Terminal(home, size) as terminal:
        terminal.wait("1 to pass on")
        terminal.send("d\r711s")
        terminal.wait("Passed on")
        terminal.send("z")
        terminal.wait(lambda text: "Passed on" not in text and "pass on" not in text)
    book = open_book(paths.find(str(home)))
    assert [one["words"] for one in opened(book, secret)] == [typed]
    assert concerns.load_draft(book).empty
    book.close()
    assert files_with(tmp_path, CANARY) == []


def test_a_note_that_moves_is_in_no_file_either(run_lsa: RunLsa, home: Path, tmp_path: Path) -> None:
    book = encrypted_book(run_lsa, home)
    trusting(book)
    book.close()
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send(f"n{CANARY} it is a secret\r")
        terminal.wait("for the DSL?")
        terminal.send("1")
        terminal.wait("999")
        terminal.signal(signal.SIGKILL)
        terminal.ended()
    assert files_with(tmp_path, CANARY) == []
    book = open_book(paths.find(str(home)))
    assert concerns.load_draft(book).saw == f"{CANARY} it is a secret"
    # Decrypted, too, the records hold no trace of it.
    tables = [row[0] for row in book.db.execute_sql("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert "change" in tables
    assert CANARY not in str([list(book.db.execute_sql(f"SELECT * FROM {table}")) for table in tables])
    book.close()


def test_without_a_key_a_kill_leaves_the_words_where_they_were_written(run_lsa: RunLsa, home: Path) -> None:
    encrypted_book(run_lsa, home).close()
    said = f"{CANARY} it is a secret"
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send(f"n{said}\r")
        terminal.wait("for the DSL?")
        terminal.send("1")
        terminal.wait("999")
        terminal.send("\r711s")
        terminal.wait("Wipe here?")
        terminal.signal(signal.SIGKILL)
        terminal.ended()
    book = open_book(paths.find(str(home)))
    assert drafts.load(book, "note") == said
    assert concerns.passed_on(book) == []
    book.close()
