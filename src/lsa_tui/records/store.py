"""Opening the local database: its settings, version, migrations and backups; and writing to it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import peewee

from lsa_tui.errors import LsaError, NewerDatabase
from lsa_tui.paths import private_folder
from lsa_tui.records.models import LOCAL

VERSION = 1
"""Of the local tables. Raised together with a new entry in MIGRATIONS."""

APPLICATION = 0x4C534131
"""SQLite's application_id of our local databases ("LSA1")."""

MIGRATIONS: dict[int, Callable[[Any], None]] = {}
"""From which version to the next: each runs in one transaction, after a backup. The first release has none."""

_BESIDE_THE_TABLES = (
    # Few records ever have one, and every drawing of Today asks.
    "CREATE INDEX record_conflict ON record (uid) WHERE conflict IS NOT NULL",
    # Facts are not overwritten: only the end of a chain that nobody has seen may be cut off (undo).
    """CREATE TRIGGER change_stays BEFORE DELETE ON change
    WHEN OLD.dev <> 'own' AND NOT (
        OLD.dev = (SELECT value FROM meta WHERE key = 'device')
        AND OLD.seq > coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'sealed'), 0))
    BEGIN SELECT RAISE(ABORT, 'a shared change cannot be deleted'); END""",
    """CREATE TRIGGER change_is_immutable BEFORE UPDATE ON change
    BEGIN SELECT RAISE(ABORT, 'a change cannot be altered'); END""",
)


class Store:
    """One open local database. Connections are one per thread; `close` ends this thread's."""

    def __init__(self, path: Path) -> None:
        """Opens or creates the database at `path`.

        Raises NewerDatabase (left untouched) for one of a newer program, LsaError where it cannot be read.
        """
        self.path = path
        self.db = peewee.SqliteDatabase(
            str(path),
            pragmas=[
                ("busy_timeout", 10_000),
                ("synchronous", "full"),
                ("secure_delete", "on"),
                ("trusted_schema", "off"),
                ("cell_size_check", "on"),
            ],
            autoconnect=False,
        )
        with sentences(path):
            new = not path.exists() or path.stat().st_size == 0
            if new:
                private_folder(path.parent)
                # Created by us, for the owner alone, before SQLite would make it with the usual mask.
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
            self.connect()
            try:
                self._prepare(new)
            except BaseException:
                self.db.close()
                raise

    def connect(self) -> None:
        """Opens this thread's connection where it has none."""
        self.db.connect(reuse_if_open=True)

    def close(self) -> None:
        """Closes this thread's connection."""
        if not self.db.is_closed():
            self.db.close()

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """One transaction, locked from its start; committed at its end, or nothing of it happened."""
        with sentences(self.path):
            if self.db.in_transaction():
                yield self.db
            else:
                with self.db.atomic("IMMEDIATE"):
                    yield self.db

    def version_seen(self) -> int:
        """A number that changes when another connection has written (SQLite's data_version)."""
        return int(self.db.execute_sql("PRAGMA data_version").fetchone()[0])

    def check(self) -> list[str]:
        """What SQLite's integrity check finds; empty when all is well."""
        with sentences(self.path):
            found = [row[0] for row in self.db.execute_sql("PRAGMA integrity_check(20)")]
        return [] if found == ["ok"] else found

    def backup(self, folder: Path, name: str) -> Path:
        """A whole copy of the database as of now, checked by opening it."""
        target = private_folder(folder) / name
        with sentences(target):
            target.unlink(missing_ok=True)
            self.db.execute_sql("VACUUM INTO ?", (str(target),))
            target.chmod(0o600)
            copy = sqlite3.connect(target)
            try:
                verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
            finally:
                copy.close()
        if verdict != "ok":
            raise LsaError(f"the backup {target} is not whole ({verdict}); nothing else was changed")
        return target

    def _prepare(self, new: bool) -> None:
        if new:
            self.db.execute_sql("PRAGMA journal_mode = wal")
            with self.db.atomic("IMMEDIATE"):
                if not self.db.table_exists("meta"):  # another process may have come first
                    self._create()
            return
        version = int(self.db.execute_sql("PRAGMA user_version").fetchone()[0])
        application = int(self.db.execute_sql("PRAGMA application_id").fetchone()[0])
        if application != APPLICATION:
            raise LsaError(f"{self.path} is a database of another program; choose another folder with --home DIR")
        if version > VERSION:
            raise NewerDatabase(
                f"{self.path} was written by a newer lsa (format {version}, this one knows {VERSION}); "
                "update this program, nothing was changed"
            )
        if version < VERSION:
            self._migrate(version)

    def _create(self) -> None:
        for model in LOCAL:
            with model.bind_ctx(self.db):  # at creation only: no other thread can be using a new database
                model.create_table(safe=False)
        for statement in _BESIDE_THE_TABLES:
            self.db.execute_sql(statement)
        self.db.execute_sql(f"PRAGMA application_id = {APPLICATION}")
        self.db.execute_sql(f"PRAGMA user_version = {VERSION}")

    def _migrate(self, version: int) -> None:
        self.backup(self.path.parent / "backups", f"records-format-{version}.db")
        while version < VERSION:
            with self.db.atomic("IMMEDIATE"):
                MIGRATIONS[version](self.db)
                version += 1
                self.db.execute_sql(f"PRAGMA user_version = {version}")


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turns what SQLite and the file system say into one sentence; nothing was written when it is raised."""
    try:
        yield
    except (peewee.DatabaseError, peewee.InterfaceError, sqlite3.Error, OSError) as problem:
        raise LsaError(describe(problem, path)) from problem


_REASONS = (
    ("disk is full", "the disk is full; free some space, then do it again"),
    ("no space left", "the disk is full; free some space, then do it again"),
    ("readonly", "the file or its folder is read-only; make it writable for you, then do it again"),
    ("read-only", "the file or its folder is read-only; make it writable for you, then do it again"),
    ("permission denied", "this user may not open it; check who owns it"),
    ("unable to open", "it cannot be opened; check that its folder exists and is yours"),
    ("locked", "another program is holding it; wait a moment, then do it again"),
    ("not a database", "it is not a database, or it is damaged; a copy may be in the folder backups"),
    ("malformed", "it is damaged; run `lsa doctor`, a copy may be in the folder backups"),
    ("disk i/o error", "the disk did not answer as it should; check it, then do it again"),
)


def _probed(path: Path) -> list[str]:
    """What the disk itself says, where SQLite only says that it got no answer."""
    try:
        folder = path if path.is_dir() else path.parent
        system = os.statvfs(folder) if hasattr(os, "statvfs") else None
        if system is not None and system.f_bavail * system.f_frsize < 32_768:
            return ["no space left"]
        if folder.is_dir() and not os.access(folder, os.W_OK):
            return ["read-only"]
    except OSError:
        pass
    return []


def describe(problem: BaseException, path: Path) -> str:
    """The sentence for a database or file error. The reason may be hidden behind a failing rollback."""
    texts = []
    link: BaseException | None = problem
    while link is not None:
        texts.append(str(link).lower())
        link = link.__context__
    texts += _probed(path)
    for sign, sentence in _REASONS:
        if any(sign in text for text in texts):
            return f"{path}: {sentence}. Nothing was changed"
    return f"{path}: {problem}. Nothing was changed"
