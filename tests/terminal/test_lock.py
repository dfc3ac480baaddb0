"""The lock and a first start in a real terminal: a burst of keys, `lsa lock` beside it, a kill, what is left behind."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pty", reason="needs a pseudo-terminal")

from homes import marked, new_book, plan_around_now
from lsa_tui import paths
from lsa_tui.daybook import behaviours, locking, notes, opening, pupils, recovery
from lsa_tui.daybook.opening import open_book
from lsa_tui.vault import home as vault_home
from lsa_tui.vault import session
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
        return marked(book, "c")
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


# An encrypted home

ASKED = {"LSA_PASSPHRASE": ""}
"""For the environment: nothing is given from outside, so that whatever opens is a session or what is typed."""
WORDS = "three green hats"


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    found = paths.find(str(tmp_path / "sealed"))
    book = opening.open_home(found, new="ask").book
    recovery.seen(book)
    book.config.save(person_initials="JT")
    pupils.add(book, "K7")
    behaviours.add_defaults(book)
    book.close()
    return tmp_path / "sealed"


def lsa(home: Path, *words: str) -> None:
    subprocess.run([sys.executable, "-m", "lsa_tui", "--home", str(home), *words], capture_output=True, check=True)


def test_unlock_after_a_kill_while_it_was_locked(sealed: Path) -> None:
    """What was typed for `lsa unlock` holds: it opens the screens, which ask about the marks, and is still there."""
    found = paths.find(str(sealed))
    lsa(sealed, "unlock")
    with Terminal(sealed, **ASKED) as terminal:
        terminal.wait("Today")
        terminal.send("]zzcc")
        terminal.wait("kept")
        assert session.key_of(found) is None
        terminal.signal(signal.SIGKILL)
        terminal.ended()
    lsa(sealed, "unlock")
    with Terminal(sealed, **ASKED) as terminal:
        assert "nothing was marked" not in terminal.wait("Marked while locked: 2")
        terminal.signal(signal.SIGKILL)
        terminal.ended()
    with Terminal(sealed, **ASKED) as terminal:
        terminal.wait("Marked while locked: 2")
        terminal.send("c\r")
        terminal.wait("0 kept, 2 dropped")
        terminal.send("q")
        assert terminal.ended() == 0
    assert session.key_of(found) is not None
    assert calling_out(sealed) == 0


def test_the_recovery_key_is_shown_again_until_its_page_was_closed(tmp_path: Path) -> None:
    home = tmp_path / "brandnew"
    found = paths.find(str(home))
    shown = []
    for closes in (False, False, True):
        with Terminal(home) as terminal:
            text = terminal.wait("it is written down")
            shown.append("-".join(re.findall(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b", text)))
            if closes:
                terminal.send("\r")
                terminal.wait("Your initials")
            terminal.signal(signal.SIGKILL)
            terminal.ended()
    assert all(len(one) == 39 for one in shown), shown
    with Terminal(home) as terminal:
        assert "written down" not in terminal.wait("Your initials")
    keys = vault_home.read_key_file(found)
    assert [keys.unlock(one, ("recovery",)) is not None for one in shown] == [False, False, True]


def test_a_first_start_breaks_no_word_on_a_small_screen(tmp_path: Path) -> None:
    with Terminal(tmp_path / "new", **ASKED) as terminal:
        text = terminal.wait("characters or more):")
        whole = " ".join(text.split())
        assert "encrypted on this device." in whole
        assert "A passphrase for the records (8 characters or more):" in whole
        assert all(line.endswith(" ") for line in text.split("\n")), text
        terminal.send(f"{WORDS}\n")
        terminal.wait("The same again:")
        terminal.send(f"{WORDS}\n")
        terminal.wait("Recovery key")


def test_the_dsl_is_told_where_the_concerns_are(sealed: Path) -> None:
    book = open_book(paths.find(str(sealed)))
    book.config.save(person_role="dsl")
    book.close()
    with Terminal(sealed, size=(40, 20)) as terminal:
        terminal.ended()
        terminal._reader.join(5)
        said = " ".join(terminal.text().split())
    assert "the screens show the class's records" in said
    assert "`lsa dsl open` lists the concerns" in said
    assert "lsa screens" not in said
