"""Commands about keys at a terminal: what is asked, and what a plain home says."""

from __future__ import annotations

from pathlib import Path

import pytest

from homes import new_book
from terminal.terminal import Terminal


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
