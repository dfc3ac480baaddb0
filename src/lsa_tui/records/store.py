"""Opening the local database: its settings, version, migrations and backups; and writing to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from lsa_tui.errors import Locked, LsaError, NewerDatabase
from lsa_tui.paths import private_folder
from lsa_tui.records import catching_up
from lsa_tui.records.models import LOCAL, ONLY_ERASED
from lsa_tui.vault import cipher

VERSION = 2
"""Of the local tables. Raised together with a new entry in MIGRATIONS."""

APPLICATION = 0x4C534131
"""SQLite's application_id of our local databases ("LSA1")."""

# There are few, and every recording asks for the last of them.
_ERASURES = "CREATE INDEX change_erasures ON change (hlc) WHERE op = 'redact'"


def _erasing(db: Any) -> None:
    """Format 1 knew no erasing: its guard let no body go."""
    db.execute_sql("DROP TRIGGER change_is_immutable")
    db.execute_sql(ONLY_ERASED)
    db.execute_sql(_ERASURES)


MIGRATIONS: dict[int, Callable[[Any], None]] = {1: _erasing}
"""From which version to the next: each runs in one transaction, after a backup."""

_BESIDE_THE_TABLES = (
    # Few records ever have one, and every drawing of Today asks.
    "CREATE INDEX record_conflict ON record (uid) WHERE conflict IS NOT NULL",
    # Facts are not overwritten: only the end of a chain that nobody has seen may be cut off (undo).
    """CREATE TRIGGER change_stays BEFORE DELETE ON change
    WHEN OLD.dev <> 'own' AND NOT (
        OLD.dev = (SELECT value FROM meta WHERE key = 'device')
        AND OLD.seq > coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'sealed'), 0))
    BEGIN SELECT RAISE(ABORT, 'a shared change cannot be deleted'); END""",
    ONLY_ERASED,
    _ERASURES,
)

GUARDS = {made.split()[2]: made for made in _BESIDE_THE_TABLES if made.startswith("CREATE TRIGGER")}
"""The triggers that guard the log, by name."""


class Store:
    """One open local database. Connections are one per thread; `close` ends this thread's."""

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        """Opens or creates the database at `path`, encrypted with `key` (32 bytes), plain without one.

        Raises NewerDatabase (left untouched) for one of a newer program, Locked for an encrypted one without a key,
        LsaError where it cannot be read.
        """
        self.path = path
        self.key = key
        self.writes = 0
        """How often something was, or may have been, written through this; so that who shows a count knows when to
        count anew."""
        self._identity: tuple[int, int] | None = None
        if key is None and cipher.is_there(path) and not cipher.is_plain(path):
            raise Locked(f"{path} is encrypted (or damaged) and cannot be opened without its key; nothing was changed")
        self.db = cipher.connect(
            str(path),
            key,
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
            self._identity = self._file()
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
                return
            try:
                with self.db.atomic("IMMEDIATE"):
                    if not self.in_place():
                        # Written to a file that is no longer there, it would be lost without a word.
                        raise LsaError(f"{self.path} was replaced or taken away while it was open; nothing was changed")
                    yield self.db
            finally:
                self.writes += 1

    def in_place(self) -> bool:
        """Whether the file that is open is still the one at its path: not encrypted anew, restored or pulled out."""
        return self._identity is None or self._file() == self._identity

    def accept(self) -> None:
        """The file that was opened anew is the one of before, though the disk may call it another."""
        self._identity = self._file()

    def _file(self) -> tuple[int, int]:
        try:
            facts = os.stat(self.path)
        except OSError:
            return (0, 0)
        return (facts.st_dev, facts.st_ino)

    def version_seen(self) -> int:
        """A number that changes when another connection has written (SQLite's data_version)."""
        return int(self.db.execute_sql("PRAGMA data_version").fetchone()[0])

    def check(self) -> list[str]:
        """What SQLite's integrity check finds; empty when all is well."""
        with sentences(self.path):
            found = [row[0] for row in self.db.execute_sql("PRAGMA integrity_check(20)")]
            if self.key is not None:
                # It reads the file itself, in which what a power cut interrupted may be half: the journal has all.
                self.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                # Every page against its own seal: the check above reads an altered page as one that is not there.
                found += [str(row[0]) for row in self.db.execute_sql("PRAGMA cipher_integrity_check")]
        return [] if found == ["ok"] else [one for one in found if one != "ok"]

    def missing_guards(self) -> list[str]:
        """Which of the triggers that guard the log are gone, or not as this program makes them."""
        sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        there = {name: _in_words(made) for name, made in self.db.execute_sql(sql)}
        return sorted(name for name, made in GUARDS.items() if there.get(name) != _in_words(made))

    def put_guards_back(self) -> None:
        """Makes the triggers that guard the log anew, in one transaction."""
        with self.writing() as db:
            for name in self.missing_guards():
                db.execute_sql(f'DROP TRIGGER IF EXISTS "{name}"')
                db.execute_sql(GUARDS[name])

    def backup(self, folder: Path, name: str) -> Path:
        """A whole copy of the database as of now, checked by opening it. Raises LsaError; then none is left."""
        target = private_folder(folder) / name
        try:
            target.unlink(missing_ok=True)
            # Not page by page, which takes half the time: what was erased may stand in what is free on a page.
            self.db.execute_sql("VACUUM INTO ?", (str(target),))
            target.chmod(0o600)
            cipher.check(target, self.key)
        except BaseException as problem:
            with suppress(OSError):
                target.unlink(missing_ok=True)
            if not isinstance(problem, (OSError, *cipher.database_errors())):
                raise
            # What is damaged is not the new file but what it was to be made of.
            blamed = self.path if "damaged" in reason(problem, target) else target
            raise LsaError(describe(problem, blamed)) from problem
        return target

    def _prepare(self, new: bool) -> None:
        if new or self._is_bare():
            self.db.execute_sql("PRAGMA journal_mode = wal")
            with self.db.atomic("IMMEDIATE"):
                if not self.db.table_exists("meta"):  # another process may have come first
                    self._create()
            return
        # A change of key that was interrupted leaves it with the other journal.
        self.db.execute_sql("PRAGMA journal_mode = wal")
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
        self._catch_up()

    def _is_bare(self) -> bool:
        """Whether nothing was ever made in it: the journal's mode is written before the tables are, and whoever wrote
        it may have been killed between the two."""
        facts = [self.db.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if any(int(one) for one in facts):
            return False
        return not self.db.execute_sql("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()

    def _catch_up(self) -> None:
        """Folds what the program that wrote last understood in another way."""
        # Damaged or full: it opens as it is, and the next opening tries again.
        with suppress(*cipher.database_errors()):
            if catching_up.is_due(self.db):
                with self.db.atomic("IMMEDIATE"):
                    catching_up.catch_up(self.db)

    def _create(self) -> None:
        for model in LOCAL:
            with model.bind_ctx(self.db):  # at creation only: no other thread can be using a new database
                model.create_table(safe=False)
        for statement in _BESIDE_THE_TABLES:
            self.db.execute_sql(statement)
        catching_up.index(self.db)
        self.db.execute_sql(f"PRAGMA application_id = {APPLICATION}")
        self.db.execute_sql(f"PRAGMA user_version = {VERSION}")
        catching_up.note(self.db)

    def _migrate(self, version: int) -> None:
        self.backup(self.path.parent / "backups", f"records-format-{version}.db")
        while version < VERSION:
            with self.db.atomic("IMMEDIATE"):
                MIGRATIONS[version](self.db)
                version += 1
                self.db.execute_sql(f"PRAGMA user_version = {version}")


def _in_words(made: str) -> list[str]:
    return made.split()


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turns what SQLite and the file system say into one sentence; nothing was written when it is raised."""
    try:
        yield
    except OSError as problem:
        raise LsaError(describe(problem, path)) from problem
    except cipher.database_errors() as problem:
        raise LsaError(describe(problem, path)) from problem


_REASONS = (
    ("disk is full", "the disk is full; free some space, then do it again"),
    ("no space left", "the disk is full; free some space, then do it again"),
    ("readonly", "the file or its folder is read-only; make it writable for you, then do it again"),
    ("read-only", "the file or its folder is read-only; make it writable for you, then do it again"),
    ("permission denied", "this user may not open it; check who owns it"),
    ("unable to open", "it cannot be opened; check that its folder exists and is yours"),
    ("locked", "another program is holding it; wait a moment, then do it again"),
    (
        "not a database",
        "it is damaged, no database, or another key's (is key.json this home's own?); run `lsa doctor`, a copy may be "
        "in the folder backups",
    ),
    ("malformed", "it is damaged; run `lsa doctor`, a copy may be in the folder backups"),
    ("can't decode", "it is damaged; run `lsa doctor`, a copy may be in the folder backups"),
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
    """The sentence for a database or file error."""
    return f"{path}: {reason(problem, path) or problem}. Nothing was changed"


def reason(problem: BaseException, path: Path) -> str:
    """What is wrong and what to do, for a database or file error; "" where that is not known.

    The reason may be hidden behind a failing rollback.
    """
    texts = []
    link: BaseException | None = problem
    while link is not None:
        texts.append(str(link).lower())
        link = link.__context__
    texts += _probed(path)
    return next((sentence for sign, sentence in _REASONS if any(sign in text for text in texts)), "")
