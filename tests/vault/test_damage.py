"""Damage to an encrypted home: no altered page is ever believed, and a wrong or swapped key opens nothing."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from commands import RunLsa, refused
from conftest import PASSPHRASE
from lsa_tui.daybook import exchange
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError
from lsa_tui.paths import find
from lsa_tui.vault import cipher
from lsa_tui.vault import home as vault_home

SEED = 20261124
ROUNDS = 200


@pytest.fixture
def recorded(run_lsa: RunLsa, home: Path) -> tuple[Path, bytes, list[str]]:
    """A home with some hundred records: where it is, its key, and what it holds."""
    run_lsa("init", "--initials", "JT", "--defaults")
    run_lsa("pupil", "add", "K7")
    book = Book(find(str(home)), key=vault_home.key_of(find(str(home)), PASSPHRASE))
    from lsa_tui.daybook import marks, notes

    with book.step():
        for n in range(120):
            marks.tally(book, "c")
            notes.note(book, f"Note number {n}, of some length so that pages fill up")
    assert book.key is not None
    key, said = book.key, list(exchange.export(book, private=True))
    book.close()
    return home, key, said


def believed(home: Path, key: bytes) -> list[str] | None:
    """What the home says now; None where it is refused with a sentence."""
    try:
        book = Book(find(str(home)), key=key)
    except LsaError:
        return None
    try:
        return list(exchange.export(book, private=True))
    except (LsaError, *cipher.database_errors()):
        return None
    finally:
        book.close()


def whole(home: Path, key: bytes) -> bool:
    """Whether the check of every page finds nothing."""
    try:
        book = Book(find(str(home)), key=key)
    except LsaError:
        return False
    try:
        return book.store.check() == []
    except LsaError:
        return False
    finally:
        book.close()


@pytest.mark.parametrize("kind", ["flip", "cut"])
def test_no_altered_page_is_believed(recorded: tuple[Path, bytes, list[str]], kind: str) -> None:
    home, key, said = recorded
    file = home / "records.db"
    data = file.read_bytes()
    chance = random.Random(SEED)
    refusals = 0
    for _ in range(ROUNDS):
        damaged = bytearray(data)
        if kind == "flip":
            damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        else:
            del damaged[chance.randrange(1, len(data)) :]
        for ending in ("-wal", "-shm"):
            file.with_name(file.name + ending).unlink(missing_ok=True)
        file.write_bytes(damaged)
        found = believed(home, key)
        assert found is None or found == said, "what is read is what was written, or a sentence"
        refusals += found is None
        assert not whole(home, key), "a check of every page finds all of them"
    assert refusals > ROUNDS / 4


def test_a_wrong_key_reads_nothing_and_changes_nothing(recorded: tuple[Path, bytes, list[str]]) -> None:
    home, _, _ = recorded
    before = (home / "records.db").read_bytes()
    for wrong in (bytes(32), cipher.new_key()):
        assert believed(home, wrong) is None
    with pytest.raises(LsaError, match="encrypted"):
        Book(find(str(home)))
    assert (home / "records.db").read_bytes() == before


def test_swapped_key_files_open_neither_home(run_lsa: RunLsa, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for home in (one, other):
        run_lsa("--home", str(home), "init", "--initials", "JT")
        run_lsa("--home", str(home), "pupil", "add", "K7")
    before = (one / "records.db").read_bytes()
    for place in ("key.json", "backups/key.json"):
        shutil.copy(other / place, one / place)
    refused(run_lsa("--home", str(one), "log"), "another key", code=1)
    assert (one / "records.db").read_bytes() == before
    assert run_lsa("--home", str(other), "log").code == 0
