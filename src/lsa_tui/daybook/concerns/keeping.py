"""`concerns.db`: what a home keeps of concerns, apart from its records and under a key of its own.

Of a concern's text it holds only the sealed file, which this home cannot open. No log, so nothing of what is wiped
here stays in one: a rollback journal that is truncated, and freed bytes are overwritten.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from lsa_tui import clock
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError, NewerDatabase
from lsa_tui.paths import private_folder
from lsa_tui.records.store import sentences
from lsa_tui.vault import cipher

VERSION = 1
APPLICATION = 0x4C534143
"""SQLite's application_id of these files ("LSAC")."""

_TABLES = (
    "CREATE TABLE draft (id INTEGER PRIMARY KEY CHECK (id = 1), text TEXT NOT NULL)",
    """CREATE TABLE trusted (fingerprint TEXT PRIMARY KEY, recipient TEXT NOT NULL, verify TEXT NOT NULL,
    at TEXT NOT NULL)""",
    # What its writer keeps. `whom` only where no key was trusted: else that is sealed, too.
    "CREATE TABLE concern (id TEXT PRIMARY KEY, saved_at TEXT NOT NULL)",
    "CREATE TABLE telling (concern TEXT NOT NULL, whom TEXT NOT NULL, at TEXT NOT NULL, in_person INTEGER)",
    """CREATE TABLE piece (id TEXT PRIMARY KEY, concern TEXT NOT NULL, digest TEXT NOT NULL, sealed BLOB,
    delivered_at TEXT, acknowledged_at TEXT)""",
    # What the DSL keeps.
    """CREATE TABLE identity (recipient TEXT PRIMARY KEY, verify TEXT NOT NULL, path TEXT NOT NULL,
    at TEXT NOT NULL)""",
    "CREATE TABLE received (digest TEXT PRIMARY KEY, id TEXT NOT NULL, sealed BLOB NOT NULL, at TEXT NOT NULL)",
    "CREATE TABLE receipt (digest TEXT PRIMARY KEY, id TEXT NOT NULL, line BLOB NOT NULL, at TEXT NOT NULL)",
)

_LATER = """CREATE TABLE IF NOT EXISTS deed (at TEXT NOT NULL, by TEXT NOT NULL, did TEXT NOT NULL, id TEXT NOT NULL,
    about TEXT NOT NULL)"""
"""What a DSL did with what came. Made where it is needed: a program that does not know it works on."""

_PRAGMAS = (
    ("busy_timeout", 10_000),
    ("journal_mode", "truncate"),
    ("synchronous", "full"),
    ("secure_delete", "on"),
    ("trusted_schema", "off"),
    ("cell_size_check", "on"),
)


class Glance(NamedTuple):
    """What is asked while a screen is drawn."""

    ready: bool
    to_pass_on: int


_glances: dict[str, tuple[tuple[int, ...], Glance]] = {}
"""By file, with the file's state it was read in: drawing does not open a database each time."""


@contextmanager
def opened(book: Book) -> Iterator[Any]:
    """The open database, made where there is none. Raises LsaError where it cannot be read."""
    path = book.paths.concerns
    key = cipher.derived(book.key, "concerns") if book.key else None
    with sentences(path):
        if not path.exists():
            private_folder(path.parent)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        db = cipher.connect(str(path), key, _PRAGMAS)
        db.connect()
        try:
            _prepare(db, path.name)
            yield db
        finally:
            db.close()


@contextmanager
def writing(book: Book) -> Iterator[Any]:
    """One transaction on it: all of it is on the disk when this ends, or nothing of it."""
    with opened(book) as db, db.atomic("IMMEDIATE"):
        yield db


def note(book: Book, did: str, uid: str, about: str = "") -> None:
    """Writes down what a DSL did with a concern, here and nowhere else: committed when this returns."""
    with writing(book) as db:
        db.execute_sql(_LATER)
        db.execute_sql(
            "INSERT INTO deed (at, by, did, id, about) VALUES (?, ?, ?, ?, ?)",
            (clock.to_text(book.now()), book.initials, did, uid, about),
        )


def deeds(book: Book) -> list[tuple[str, str, str, str, str]]:
    """What was written down so: when, by whom, what, of which concern, which file; oldest first."""
    if not exists(book):
        return []
    with writing(book) as db:
        db.execute_sql(_LATER)
        return list(db.execute_sql("SELECT at, by, did, id, about FROM deed ORDER BY rowid"))


def exists(book: Book) -> bool:
    """Whether this home ever kept anything of a concern or of a DSL's key."""
    return cipher.is_there(book.paths.concerns)


def check(book: Book) -> list[str]:
    """What is wrong with the file, in sentences; empty when it is well or was never made. Nothing of what it holds."""
    if not exists(book):
        return []
    try:
        with opened(book) as db:
            found = [str(row[0]) for row in db.execute_sql("PRAGMA quick_check(3)")]
            if book.key is not None:
                # Every page against its own seal: the check above reads an altered page as one that is not there.
                found += [str(row[0]) for row in db.execute_sql("PRAGMA cipher_integrity_check")]
    except LsaError as problem:
        return [_damaged(book) if "damaged" in str(problem) else str(problem)]
    return [] if found == ["ok"] else [_damaged(book)]


def _damaged(book: Book) -> str:
    return (
        f"{book.paths.concerns} is damaged, or another key's; what the DSL has not acknowledged may be lost here, so "
        "tell the DSL of it again; then move the file away and confirm the DSL's key anew (`lsa dsl trust`)"
    )


def glance(book: Book) -> Glance:
    """Whether a key is trusted, and how many concerns nobody was told of yet."""
    path = book.paths.concerns
    try:
        facts = path.stat()
    except OSError:
        return Glance(False, 0)
    state = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
    known = _glances.get(str(path))
    if known is None or known[0] != state:
        # The state from before reading: what is written meanwhile is read again next time.
        known = _glances[str(path)] = (state, _read_glance(book))
    return known[1]


def forget_glance(book: Book) -> None:
    """After this process wrote: a file's time may be too coarse to tell two writings apart."""
    _glances.pop(str(book.paths.concerns), None)


def moment(book: Book, kept: str) -> datetime:
    """A kept moment in this home's zone."""
    return clock.from_text(kept).astimezone(book.zone)


def _read_glance(book: Book) -> Glance:
    from lsa_tui.daybook.concerns.sheet import draft_from_text

    with opened(book) as db:
        ready = db.execute_sql("SELECT 1 FROM trusted").fetchone() is not None
        sql = "SELECT count(*) FROM concern WHERE id NOT IN (SELECT concern FROM telling)"
        waiting = int(db.execute_sql(sql).fetchone()[0])
        kept = db.execute_sql("SELECT text FROM draft").fetchone()
    if kept:
        draft = draft_from_text(kept[0])
        waiting += draft.has_text and not draft.told.strip()
    return Glance(ready, waiting)


def _prepare(db: Any, name: str) -> None:
    if _facts(db) == (0, 0):
        with db.atomic("IMMEDIATE"):
            if _facts(db) == (0, 0):  # another process may have come first
                for statement in _TABLES:
                    db.execute_sql(statement)
                db.execute_sql(f"PRAGMA application_id = {APPLICATION}")
                db.execute_sql(f"PRAGMA user_version = {VERSION}")
    application, version = _facts(db)
    if application != APPLICATION:
        raise LsaError(f"{name} is a database of another program; move it out of this home")
    if version > VERSION:
        raise NewerDatabase(f"{name} was written by a newer lsa; update this program, nothing was changed")


def _facts(db: Any) -> tuple[int, int]:
    application = int(db.execute_sql("PRAGMA application_id").fetchone()[0])
    return application, int(db.execute_sql("PRAGMA user_version").fetchone()[0])
