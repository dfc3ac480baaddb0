"""`lsa lock` and `lsa key pin`, without an application; with one see tests/terminal/test_lock.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import RunLsa, refused
from lsa_tui import paths
from lsa_tui.daybook import locking
from lsa_tui.daybook.opening import open_book
from lsa_tui.vault import session


def has_pin(home: Path) -> bool:
    book = open_book(paths.find(str(home)))
    try:
        return locking.has_pin(book)
    finally:
        book.close()


def test_lock_says_that_no_application_is_open_and_leaves_nothing_behind(run_lsa: RunLsa, home: Path) -> None:
    run_lsa("init", "--initials", "JT")
    done = run_lsa("lock")
    assert done.code == 0
    assert "No application is open" in done.out
    assert run_lsa("lock", "--json").json == {"application": False, "locked": False, "session_ended": False}
    assert not locking.is_asked_to_lock(paths.find(str(home)))


def test_lock_ends_the_session(run_lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_lsa("init", "--initials", "JT")
    assert run_lsa("unlock").code == 0
    monkeypatch.delenv("LSA_PASSPHRASE")
    assert run_lsa("log").code == 0
    assert run_lsa("lock", "--json").json["session_ended"]
    assert session.key_of(paths.find(str(home))) is None
    refused(run_lsa("log"), code=3)


def test_a_pin_is_set_from_outside_and_taken_away(run_lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_lsa("init", "--initials", "JT")
    monkeypatch.setenv("LSA_PIN", "47")
    refused(run_lsa("key", "pin"), "4 to 12 digits")
    monkeypatch.setenv("LSA_PIN", "4711")
    assert run_lsa("key", "pin", "--json").json == {"pin": True}
    assert has_pin(home)
    monkeypatch.delenv("LSA_PIN")
    refused(run_lsa("key", "pin"), "LSA_PIN", code=3)
    assert "passphrase unlocks" in run_lsa("key", "pin", "--remove").out
    assert not has_pin(home)


def test_a_session_is_not_enough_to_set_a_pin(run_lsa: RunLsa, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_lsa("init", "--initials", "JT")
    run_lsa("unlock")
    monkeypatch.setenv("LSA_PASSPHRASE", "not the passphrase")
    monkeypatch.setenv("LSA_PIN", "4711")
    refused(run_lsa("key", "pin"), "not the passphrase of this home", code=3)
    monkeypatch.delenv("LSA_PASSPHRASE")
    refused(run_lsa("key", "pin"), "passphrase", code=3)
    assert not has_pin(home)  # which the session opens
    run_lsa("lock")


def test_a_plain_home_says_what_its_pin_is_worth(run_lsa: RunLsa, monkeypatch: pytest.MonkeyPatch) -> None:
    run_lsa("init", "--initials", "JT", "--plain")
    monkeypatch.setenv("LSA_PIN", "4711")
    assert "screen alone" in run_lsa("key", "pin").out
    assert "nothing is asked" in run_lsa("key", "pin", "--remove").out
