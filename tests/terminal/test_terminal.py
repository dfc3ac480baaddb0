"""What only a real terminal shows: bursts, rapid taps, signals, kills, small sizes, few colours."""

from __future__ import annotations

import re
import signal
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="needs a pseudo-terminal")

from homes import marked, new_book, plan_around_now
from lsa_tui.daybook import notes
from lsa_tui.daybook.book import Book
from lsa_tui.records import read
from terminal.terminal import Terminal

TALLY = "]"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    book = new_book(tmp_path / "home")
    plan_around_now(book)
    book.close()
    return tmp_path / "home"


def reopened(home: Path) -> Book:
    from lsa_tui import paths

    return Book(paths.find(str(home)))


def count(home: Path, kind: str) -> int:
    book = reopened(home)
    try:
        return len(read.of_kind(book.db, kind))
    finally:
        book.close()


def calling_out(home: Path) -> int:
    book = reopened(home)
    try:
        return marked(book, "c")
    finally:
        book.close()


def test_a_burst_of_keys_is_understood_in_its_order(home: Path) -> None:
    """Everything arrives in one write: open a note, mistype, mend, save, go to the tiles, mark twice."""
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send("nteh\x7f\x7f\x7fthe hat\r" + TALLY + "cc")
        terminal.wait(lambda text: re.search(r"c +2 ", text) is not None)
    book = reopened(home)
    assert [note["text"] for note in read.of_kind(book.db, "note")] == ["the hat"]
    book.close()
    assert calling_out(home) == 2


def test_an_incident_in_one_write_is_one_incident_and_no_response(home: Path) -> None:
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send(TALLY + "i123")
        terminal.wait(lambda text: "left room" in text or "task" in text)
    assert count(home, "incident") == 1
    assert count(home, "trial") == 0


def test_ten_rapid_taps_are_ten_marks(home: Path) -> None:
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send(TALLY)
        terminal.wait("Calling")
        x, y = terminal.find("Calling")
        for _ in range(10):
            terminal.tap(x + 1, y)
        terminal.wait(lambda text: re.search(r"c +10 ", text) is not None)
    assert calling_out(home) == 10


def test_kill_after_a_mark_is_shown_loses_nothing(home: Path) -> None:
    for expected in (1, 2, 3):
        with Terminal(home) as terminal:
            terminal.wait("Today")
            terminal.send(TALLY)
            terminal.wait("Calling")
            terminal.send("c")
            terminal.wait(lambda text, n=expected: re.search(rf"c +{n} ", text) is not None)
            terminal.signal(signal.SIGKILL)
            terminal.ended()
        assert calling_out(home) == expected


def test_undo_survives_a_kill(home: Path) -> None:
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send(TALLY + "cc")
        terminal.wait(lambda text: re.search(r"c +2 ", text) is not None)
        terminal.signal(signal.SIGKILL)
        terminal.ended()
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send(TALLY + "u")
        terminal.wait("Undone: K7 Calling out")
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send(TALLY + "r")
        terminal.wait("Back again: K7 Calling out")
    assert calling_out(home) == 2


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL, signal.SIGTERM])
def test_a_closed_terminal_while_typing_keeps_the_draft(home: Path, number: signal.Signals) -> None:
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send("nHalf a sent")
        terminal.wait("Half a sent")
        terminal.signal(number)
        terminal.ended()
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send("n")
        terminal.wait("Half a sent")
        terminal.send("ence\r")
        terminal.wait("K7 Half a sentence")
    assert count(home, "note") == 1


def test_bytes_that_are_no_text_do_not_end_it(home: Path) -> None:
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send(b"n\xff\xfe caf\xc3\xa9\x80 ok\r")
        terminal.wait("ok")
        terminal.send(TALLY + "c")
        terminal.wait(lambda text: re.search(r"c +1 ", text) is not None)
    book = reopened(home)
    assert "café" in read.of_kind(book.db, "note")[0]["text"]
    book.close()


def test_pasted_text_keeps_its_lines_and_loses_control_characters(home: Path) -> None:
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send("n")
        terminal.wait("Note")
        terminal.send("\x1b[200~one [/] [@click=app.quit]\ntwo\x07 \U0001f44d\U0001f3fd\x1b[201~")
        terminal.wait("two")
        terminal.send("\r")
        terminal.wait("K7 one")
    book = reopened(home)
    assert read.of_kind(book.db, "note")[0]["text"] == "one [/] [@click=app.quit]\ntwo \U0001f44d\U0001f3fd"
    book.close()


def test_text_pasted_where_nothing_is_typed_records_nothing(home: Path) -> None:
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send(TALLY)
        terminal.wait("Calling")
        terminal.send("\x1b[200~cch123\x1b[201~h")
        terminal.wait("K7 Asked for help")
    assert count(home, "tally") == 1
    assert count(home, "trial") == 0


def test_a_terminal_of_20x8_says_what_it_needs_and_loses_nothing(home: Path) -> None:
    with Terminal(home, size=(20, 8)) as terminal:
        terminal.wait("lsa needs")
        terminal.send(TALLY + "c")
        terminal.wait("K7 Calling out")
        terminal.wait("record; q leaves")
        terminal.send("nkept\r")
        terminal.wait(lambda _: count(home, "note") == 1)
    assert calling_out(home) == 1


@pytest.mark.parametrize(
    "env", [{"TERM": "xterm", "COLORTERM": ""}, {"TERM": "linux", "COLORTERM": ""}, {"NO_COLOR": "1"}]
)
def test_it_is_legible_with_few_colours_or_none(home: Path, env: dict[str, str]) -> None:
    with Terminal(home, **env) as terminal:
        terminal.wait("Today")
        terminal.send(TALLY + "o")
        text = terminal.wait("RUN")
        assert "K7" in text
        if "NO_COLOR" not in env:
            assert b"38;2;" not in terminal.output
            for line in range(20):
                for column in range(40):
                    cell = terminal.screen.buffer[line][column]
                    assert cell.data == " " or cell.fg != cell.bg, (line, column, cell)


@pytest.mark.parametrize("term", ["xterm", "linux"])
def test_sixteen_colours_keep_the_meaning_of_the_tiles(home: Path, term: str) -> None:
    """Nobody chose a theme: the four colours of a check-in differ there, and the tiles stand off the ground."""
    with Terminal(home, TERM=term, COLORTERM="") as terminal:
        terminal.wait("Today")
        terminal.send("w")
        terminal.wait("R red")
        line = next(n for n, words in enumerate(terminal.screen.display) if "R red" in words)
        shown = terminal.screen.display[line]
        grounds = {terminal.screen.buffer[line][shown.index(word)].bg for word in ("B blue", "G green", "Y ", "R red")}
        assert len(grounds | {terminal.screen.buffer[line][39].bg, "default", "black"}) >= 6


def test_a_second_application_on_one_home_is_refused_and_commands_work_beside(home: Path) -> None:
    with Terminal(home) as first:
        first.wait("Today")
        with Terminal(home) as second:
            second.wait("open on")
            assert second.ended() == 1
        book = reopened(home)
        notes.note(book, "from beside")
        book.close()
        first.wait("from beside")


def test_idle_it_writes_nothing(home: Path) -> None:
    """Nothing is written while nothing happens, but for the minute."""
    import time

    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send(TALLY)
        terminal.wait("Calling")
        for _ in range(20):
            before = len(terminal.output)
            time.sleep(0.25)
            if len(terminal.output) == before:
                break
        quiet = len(terminal.output)
        time.sleep(2.5)
        minute = bytes(terminal.output[quiet:])
        assert len(minute) < 400, minute


def test_it_leaves_with_exit_0(home: Path) -> None:
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send("q")
        assert terminal.ended() == 0
