"""The lock in a real terminal: a burst of keys, another terminal's `lsa lock`, a kill, and what is left behind."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="needs a pseudo-terminal")

from homes import new_book, plan_around_now
from lsa_tui import paths
from lsa_tui.daybook import behaviours, locking, marks, notes
from lsa_tui.daybook.opening import open_book
from terminal.terminal import Terminal

SECRET = (b"K7", b"Calling", b"Maths", b"zebra", b"card", b"here", b"JT")
ENTER_ALTERNATE, LEAVE_ALTERNATE = b"\x1b[?1049h", b"\x1b[?1049l"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    book = new_book(tmp_path / "home")
    plan_around_now(book)
    notes.note(book, "Sat by the zebra")
    locking.set_pin(book, "4711")
    book.close()
    return tmp_path / "home"


def calling_out(home: Path) -> int:
    book = open_book(paths.find(str(home)))
    try:
        tile = behaviours.at_letter(book, "c", book.focus)
        assert tile is not None
        return marks.counts(book, book.today().isoformat()).get(tile.id, 0)
    finally:
        book.close()


def test_lock_mark_and_unlock_in_bursts(home: Path) -> None:
    with Terminal(home, size=(40, 20)) as terminal:
        terminal.wait("Today")
        terminal.send("]zzcc")
        locked = terminal.wait(lambda text: "Locked" in text and "kept" in text)
        assert not re.search("K7|Calling|Maths|card|undo", locked)
        assert calling_out(home) == 2
        # The PIN, the key that keeps, and a mark on the tiles below: one write, answered in its order.
        terminal.send("4711\r\rc")
        terminal.wait(lambda text: re.search(r"c +3 ", text) is not None)
    assert calling_out(home) == 3


def test_what_was_not_meant_is_dropped_after_a_burst(home: Path) -> None:
    with Terminal(home, size=(40, 20)) as terminal:
        terminal.wait("Today")
        terminal.send("]czzcch4711\r")
        terminal.wait("Marked while locked: 3")
        terminal.send("c\r")
        terminal.wait("1 kept, 2 dropped")
        terminal.wait(lambda text: re.search(r"c +1 ", text) is not None)
    assert calling_out(home) == 1


def test_lsa_lock_from_another_terminal_locks_it(home: Path) -> None:
    with Terminal(home, size=(40, 20)) as terminal:
        terminal.wait("Today")
        terminal.send("]")
        terminal.wait("Calling")
        done = subprocess.run(
            [sys.executable, "-m", "lsa_tui", "--home", str(home), "lock", "--json"], capture_output=True, check=True
        )
        assert json.loads(done.stdout) == {"application": True, "locked": True, "session_ended": False}
        assert "Calling" not in terminal.wait("Locked")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_a_kill_does_not_open_it(home: Path, number: signal.Signals) -> None:
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send("]zz")
        terminal.wait("Locked")
        terminal.signal(number)
        terminal.ended()
    with Terminal(home) as terminal:
        assert "K7" not in terminal.wait("Locked")
        terminal.send("4711\r")
        terminal.wait("Today")


@pytest.mark.parametrize("leaving", ["q", "zz\x11", "ncrash half a zebra", "SIGTERM"])
def test_nothing_stays_in_the_terminal_and_its_title_tells_nothing(home: Path, leaving: str) -> None:
    """What is drawn is drawn on the alternate screen, which keeps no scrollback and is gone at the end."""
    with Terminal(home) as terminal:
        terminal.wait("Today")
        terminal.send("]c")
        terminal.wait("Calling")
        terminal.send("[")
        terminal.wait(lambda text: "Calling out" not in text or "Today" in text)
        if leaving == "SIGTERM" or leaving.startswith("n"):
            terminal.send(leaving if leaving.startswith("n") else "'")
            terminal.signal(signal.SIGTERM)
        else:
            terminal.send(leaving)
        terminal.ended()
        terminal._reader.join(5)
        output = bytes(terminal.output)
    assert output.count(ENTER_ALTERNATE) == 1
    before, _, rest = output.partition(ENTER_ALTERNATE)
    inside, _, after = rest.rpartition(LEAVE_ALTERNATE)
    assert b"K7" in inside
    for words in SECRET:
        assert words not in before, before
        assert words not in after, after
    titles = re.findall(rb"\x1b\][012];([^\x07\x1b]*)", output)
    assert set(titles) <= {b"lsa"}
