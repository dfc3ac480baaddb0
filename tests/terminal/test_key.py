"""Commands about keys at a terminal: what is asked, and what a plain home says."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from commands import RunLsa
from conftest import PASSPHRASE
from homes import new_book
from terminal.terminal import Terminal
from vault.test_interrupted import CHANGING, run


class Encrypt(Terminal):
    COMMAND = ("-m", "lsa_tui", "key", "encrypt", "--home")


class Log(Terminal):
    COMMAND = ("-m", "lsa_tui", "log", "--home")


@pytest.fixture
def plain(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("LSA_PASSPHRASE")
    new_book(home).close()
    return home


def test_a_passphrase_that_will_not_do_is_asked_for_anew_and_not_forever(plain: Path) -> None:
    with Encrypt(plain, (80, 24)) as terminal:
        for n in (1, 2, 3):
            terminal.wait(lambda text, n=n: text.count("characters or more):") == n)
            terminal.send("short\r")
        assert terminal.ended() == 2
        assert terminal.text().count("at least 8 characters") == 3
        assert "The same again" not in terminal.text()


def test_two_that_differ_are_asked_for_anew(plain: Path) -> None:
    with Encrypt(plain, (80, 24)) as terminal:
        terminal.wait("characters or more):")
        terminal.send("three green hats\r")
        terminal.wait("The same again")
        terminal.send("three green bats\r")
        terminal.wait("the two were not the same; nothing was changed; again")
        terminal.send("three green hats\r")
        terminal.wait(lambda text: text.count("The same again") == 2)
        terminal.send("three green hats\r")
        assert terminal.ended() == 0
    with Log(plain, (80, 24)) as terminal:
        terminal.wait("The passphrase:")
        terminal.send("three green bats\r")
        terminal.wait("that is not the passphrase of this home")
        terminal.wait(lambda text: text.count("The passphrase:") == 2)
        terminal.send("three green hats\r")
        assert terminal.ended() == 0


def test_a_plain_home_says_so_at_a_terminal_and_in_no_script(plain: Path, run_process) -> None:
    with Log(plain, (80, 24)) as terminal:
        terminal.wait("are not encrypted; `lsa key encrypt`")
        assert terminal.ended() == 0
    assert run_process("log").err == ""


@pytest.mark.parametrize("columns", [40, 80])
def test_a_sentence_breaks_at_words_where_it_is_narrow_alone(plain: Path, columns: int) -> None:
    with Log(plain, (columns, 20)) as terminal:
        assert terminal.ended() == 0
        lines = [line.rstrip() for line in terminal.text().split("\n")]
    said = " ".join(lines) if columns == 40 else "".join(lines)
    assert "are not encrypted; `lsa key encrypt`" in said


class Rekey(Terminal):
    COMMAND = ("-m", "lsa_tui", "key", "rekey", "--home")


def mistyped_first(terminal: Terminal, question: str) -> None:
    """Answers a question for the passphrase wrongly, and when it is asked again rightly."""
    terminal.wait(question)
    terminal.send("three green bats\r")
    terminal.wait(lambda text: text.count(question) == 2)
    terminal.send(f"{PASSPHRASE}\r")


def test_a_mistyped_passphrase_is_asked_for_again_before_a_new_key_is_made(
    home: Path, run_process: RunLsa, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_process("init", "--initials", "JT").code == 0
    monkeypatch.delenv("LSA_PASSPHRASE")
    with Rekey(home, (80, 24)) as terminal:
        mistyped_first(terminal, "The passphrase:")
        assert terminal.ended() == 0
        assert "Everything is under a new key" in terminal.text()


def test_an_encrypting_that_was_interrupted_asks_again_for_the_passphrase_it_was_begun_with(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as given:
        given.setenv("LSA_PASSPHRASE", PASSPHRASE)
        assert run(CHANGING, plain, 1, "key", "encrypt") < 0
    with Encrypt(plain, (80, 24)) as terminal:
        mistyped_first(terminal, "was begun:")
        assert terminal.ended() == 0


@pytest.mark.parametrize("columns", [0, 1, 5])
def test_a_terminal_that_tells_no_width_gets_the_sentence_as_it_is(plain: Path, columns: int) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 0, columns, 0, 0))
    command = [sys.executable, "-m", "lsa_tui", "--home", str(plain), "log"]
    done = subprocess.run(command, stdin=theirs, stdout=theirs, stderr=theirs, timeout=60, check=False)
    os.close(theirs)
    said = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "the records in this home are not encrypted; `lsa key encrypt` does it" in said
