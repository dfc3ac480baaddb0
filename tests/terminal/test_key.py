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


def test_a_passphrase_that_will_not_do_is_asked_for_once(plain: Path) -> None:
    with Encrypt(plain, (80, 24)) as terminal:
        terminal.wait("characters or more):")
        terminal.send("short\r")
        assert terminal.ended() == 2
        assert "again" not in terminal.wait("at least 8 characters")


def test_a_plain_home_says_so_at_a_terminal_and_in_no_script(plain: Path, run_process) -> None:
    with Log(plain, (80, 24)) as terminal:
        terminal.wait("are not encrypted; `lsa key encrypt`")
        assert terminal.ended() == 0
    assert run_process("log").err == ""
