"""Changing the key of a home in which something is damaged, in use, or left over: done as a whole, or not begun."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from commands import RunLsa, refused
from damaging import Home, flip, make
from homes import tampering
from lsa_tui.daybook.opening import open_book
from lsa_tui.paths import find
from lsa_tui.vault import change, cipher
from lsa_tui.vault import home as vault_home
from vault.test_interrupted import CHANGING, run

KEY = ("key.json", "key-copy.json")


@pytest.fixture(params=[True, False], ids=["encrypted", "plain"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with a copy, where `run_lsa` looks for it."""
    monkeypatch.setenv("LSA_PASSPHRASE", "a passphrase of a test")
    return make(tmp_path, request.param, shared=0, copied=60, more=5)


@pytest.fixture
def encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("LSA_PASSPHRASE", "a passphrase of a test")
    return make(tmp_path, True, shared=0, copied=60, more=5)


def words(place: Home) -> tuple[str, str]:
    """What gives this home a new key."""
    return ("key", "rekey" if place.key else "encrypt")


def damaged(file: Path, page: int) -> None:
    data = bytearray(file.read_bytes())
    data[page * 4096 : page * 4096 + 60] = bytes(60)
    file.write_bytes(bytes(data))


def key_files(place: Home) -> list[bytes | None]:
    return [one.read_bytes() if one.exists() else None for one in (place.paths.key, place.paths.key_copy)]


def test_a_damaged_page_in_a_copy_stops_no_change_of_key(place: Home, run_lsa: RunLsa) -> None:
    copy = next(place.paths.backups.glob("*.db"))
    for page in range(2, copy.stat().st_size // 4096, 3):
        damaged(copy, page)
    assert run_lsa(*words(place)).code == 0
    assert run_lsa("log").code == 0
    assert not list(place.paths.backups.glob("*.new"))
    assert not any(cipher.is_plain(one) for one in place.paths.backups.iterdir())


def test_where_the_records_are_damaged_no_change_of_key_is_begun(place: Home, run_lsa: RunLsa) -> None:
    flip(place, 3, 7, first=12)
    before = key_files(place)
    if place.key is None:
        with sqlite3.connect(place.paths.database) as db:
            page = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'change'").fetchone()[0]
        db.close()
        damaged(place.paths.database, page - 1)
    done = run_lsa(*words(place))
    refused(done, "damaged", "`lsa doctor --repair` first", "Nothing was changed", code=1)
    assert key_files(place) == before
    assert run_lsa("doctor", "--repair", "--yes").code == 0
    assert run_lsa(*words(place)).code == 0
    assert run_lsa("doctor").code == 0


def test_while_another_command_reads_no_change_of_key_is_begun(encrypted: Home, run_lsa: RunLsa) -> None:
    reader = encrypted.open()
    reader.db.execute_sql("SELECT count(*) FROM change").fetchone()
    before = key_files(encrypted)
    refused(run_lsa("key", "rekey"), "another program", "The records are whole", code=1)
    reader.close()
    assert key_files(encrypted) == before
    assert run_lsa("key", "rekey").code == 0


@pytest.mark.parametrize("killed_before", [1, 2])
def test_a_repair_after_an_interrupted_change_is_under_the_key_in_force(
    encrypted: Home, run_lsa: RunLsa, killed_before: int
) -> None:
    home = encrypted.paths.data_folder
    with tampering(home) as db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("UPDATE change SET body = replace(body, 'copied 3', 'cOpied 3') WHERE kind = 'note'")
    book = open_book(find(str(home)))
    book.store.put_guards_back()
    book.close()
    assert run(CHANGING, home, killed_before, "key", "rekey") < 0
    done = run_lsa("doctor", "--repair", "--yes")
    assert "made anew" in done.out, done
    assert run_lsa("log").code == 0
    assert run_lsa("doctor").code == 0


def test_where_an_interrupted_change_cannot_be_completed_the_repair_is_under_the_key_from_before(
    encrypted: Home, run_lsa: RunLsa
) -> None:
    assert run(CHANGING, encrypted.paths.data_folder, 1, "key", "rekey") < 0
    damaged(encrypted.paths.database, 8)
    assert "malformed" in run_lsa("log").err
    run_lsa("doctor", "--repair", "--yes")
    assert run_lsa("log").code == 0
    assert run_lsa("doctor").code == 0
    keys = vault_home.read_key_file(encrypted.paths)
    assert not change.pending(keys)


@pytest.mark.parametrize("which", ["key", "key_copy"])
def test_a_damaged_key_file_is_made_anew_of_the_other(encrypted: Home, run_lsa: RunLsa, which: str) -> None:
    place = getattr(encrypted.paths, which)
    before = place.read_bytes()
    place.write_bytes(before[: len(before) // 2])
    assert run_lsa("log").code == 0
    assert place.read_bytes() == before


def test_a_copy_of_the_key_file_that_cannot_be_read_is_said(encrypted: Home, run_lsa: RunLsa) -> None:
    copy = encrypted.paths.key_copy
    copy.unlink()
    copy.mkdir()
    assert run_lsa("log").code == 0
    done = run_lsa("doctor")
    assert done.code == 1
    assert f"the copy {copy} of the key file cannot be read" in done.out


def test_encrypting_leaves_nothing_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_lsa: RunLsa) -> None:
    monkeypatch.setenv("LSA_PASSPHRASE", "a passphrase of a test")
    place = make(tmp_path, False, shared=0, copied=60, more=5)
    folder = place.paths.data_folder
    copy = next(place.paths.backups.glob("*.db"))
    plain = copy.read_bytes()
    damaged(copy, 0)
    for left in ("repairing/records.db", "checking/1-1/shared.db", "backups/kept-2026-11-20-100000.db.part"):
        (folder / left).parent.mkdir(exist_ok=True, parents=True)
        (folder / left).write_bytes(plain)
    another = place.paths.backups / "another-home.db"
    with cipher.copied(place.paths.database, None, another, bytes(range(32))):
        pass
    assert run_lsa("key", "encrypt").code == 0
    holding = [one for one in folder.rglob("*") if one.is_file() and b"sat and read" in one.read_bytes()]
    assert holding == []
    assert cipher.opens(another, bytes(range(32))), "what is encrypted with another key is somebody's"
