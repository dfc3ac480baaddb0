"""The recovery key on the screens: shown until its page was closed, and what was shown opens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import PASSPHRASE
from homes import new_book
from lsa_tui import paths
from lsa_tui.daybook import audit, opening, recovery
from lsa_tui.daybook.book import Book
from lsa_tui.errors import Locked
from lsa_tui.vault import home as vault_home


@pytest.fixture
def made(tmp_path: Path) -> Iterator[opening.Opened]:
    """A home as the screens make it: the passphrase stands in LSA_PASSPHRASE."""
    found = opening.open_home(paths.find(str(tmp_path / "sealed")), new="ask")
    yield found
    found.book.close()


def opens(book: Book, key: str) -> bool:
    try:
        return vault_home.key_of(book.paths, key) == book.key
    except Locked:
        return False


def test_it_is_shown_until_its_page_was_closed(made: opening.Opened) -> None:
    book = made.book
    assert recovery.to_show(book, made.recovery) == made.recovery
    second = recovery.to_show(book)
    assert second not in ("", made.recovery)
    third = recovery.to_show(book)
    assert third not in ("", second)
    assert opens(book, third)
    assert not opens(book, second)
    assert opens(book, PASSPHRASE)
    assert [one.did for one in audit.entries(book)].count("made a new recovery key") == 2
    recovery.seen(book)
    assert recovery.to_show(book) == ""
    assert opens(book, third)


def test_one_that_a_command_has_shown_since_is_not_replaced(made: opening.Opened) -> None:
    book = made.book
    recovery.to_show(book, made.recovery)
    keys = vault_home.read_key_file(book.paths)
    assert book.key is not None
    later = keys.add_recovery(book.key)  # as `lsa key recovery` does
    vault_home.write_key_file(book.paths, keys)
    assert recovery.to_show(book) == ""
    assert recovery.to_show(book) == ""
    assert opens(book, later)


def test_a_kill_before_the_new_one_is_written_leaves_the_question(
    made: opening.Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = made.book
    recovery.to_show(book, made.recovery)

    def full(*_: object) -> None:
        raise OSError("killed here")

    with monkeypatch.context() as broken:
        broken.setattr(vault_home, "write_key_file", full)
        with pytest.raises(OSError, match="killed"):
            recovery.to_show(book)
    assert opens(book, made.recovery)
    assert opens(book, recovery.to_show(book))


def test_other_homes_have_none_to_show(made: opening.Opened, tmp_path: Path) -> None:
    recovery.seen(made.book)  # as after `lsa init`
    assert recovery.to_show(made.book) == ""
    plain = new_book(tmp_path / "plain")
    assert recovery.to_show(plain) == ""
    plain.close()
