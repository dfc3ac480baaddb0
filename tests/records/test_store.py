"""Opening a database: versions, migrations with a backup, foreign and damaged files, disks that are full."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from homes import new_book
from lsa_tui.daybook import marks
from lsa_tui.errors import LsaError, NewerDatabase
from lsa_tui.records import read, store


def test_a_database_of_a_newer_program_is_left_untouched(tmp_path: Path) -> None:
    new_book(tmp_path).close()
    path = tmp_path / "records.db"
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version = 99")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(NewerDatabase, match="newer lsa"):
        store.Store(path)
    assert path.read_bytes() == before


def test_a_migration_runs_after_a_backup(tmp_path: Path, monkeypatch: Any) -> None:
    book = new_book(tmp_path)
    marks.tally(book, "c")
    book.close()

    def wider(db: Any) -> None:
        db.execute_sql("ALTER TABLE meta ADD COLUMN note TEXT")

    now = store.VERSION
    monkeypatch.setattr(store, "VERSION", now + 1)
    monkeypatch.setitem(store.MIGRATIONS, now, wider)
    migrated = store.Store(tmp_path / "records.db")
    assert migrated.db.execute_sql("PRAGMA user_version").fetchone()[0] == now + 1
    assert len(read.of_kind(migrated.db, "tally")) == 1
    migrated.close()
    backup = sqlite3.connect(tmp_path / "backups" / f"records-format-{now}.db")
    assert backup.execute("SELECT count(*) FROM record WHERE kind = 'tally'").fetchone()[0] == 1
    backup.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    new_book(tmp_path).close()

    def broken(db: Any) -> None:
        db.execute_sql("ALTER TABLE meta ADD COLUMN note TEXT")
        db.execute_sql("SELECT * FROM no_such_table")

    now = store.VERSION
    monkeypatch.setattr(store, "VERSION", now + 1)
    monkeypatch.setitem(store.MIGRATIONS, now, broken)
    with pytest.raises(LsaError, match="Nothing was changed"):
        store.Store(tmp_path / "records.db")
    raw = sqlite3.connect(tmp_path / "records.db")
    assert raw.execute("PRAGMA user_version").fetchone()[0] == now
    assert "note" not in [row[1] for row in raw.execute("PRAGMA table_info(meta)")]
    raw.close()


@pytest.mark.parametrize("content", [b"this is no database" * 100, bytes(range(1, 251)) * 40], ids=["words", "bytes"])
def test_a_file_that_is_no_database_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(content)
    with pytest.raises(LsaError, match=r"encrypted \(or damaged\)"):
        store.Store(path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE photos (id)")
    raw.commit()
    raw.close()
    with pytest.raises(LsaError, match="another program"):
        store.Store(path)


def test_files_of_a_home_are_the_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    book = new_book(home)
    book.store.backup(home / "backups", "one.db")
    book.close()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    for file in (home / "records.db", home / "config.toml", home / "backups" / "one.db"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_settings_that_make_it_durable(tmp_path: Path) -> None:
    book = new_book(tmp_path)
    assert book.db.execute_sql("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert book.db.execute_sql("PRAGMA synchronous").fetchone()[0] == 2
    book.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk_is_a_sentence_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)], check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        book = new_book(disk / "home")
        marks.tally(book, "c")
        filler = os.open(disk / "filler", os.O_CREAT | os.O_WRONLY)
        with contextlib.suppress(OSError):
            while True:
                os.write(filler, b"x" * 4096)
        os.close(filler)
        done = 0
        with pytest.raises(LsaError, match="disk is full"):
            for _ in range(2000):
                marks.tally(book, "c")
                done += 1
        (disk / "filler").unlink()
        assert len(read.of_kind(book.db, "tally")) == done + 1
        marks.tally(book, "c")
        assert book.store.check() == []
        book.close()
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)
