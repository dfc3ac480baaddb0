"""What devices write and read in the tests of a sync, what they are asked, and what other hands do to a shared file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

from lsa_tui import clock
from lsa_tui.daybook.book import Book
from lsa_tui.records import log, read
from lsa_tui.records.fold import rebuild
from lsa_tui.records.kinds import Entry
from lsa_tui.sync import keys

PASS, NEW = "two red buckets", "a yellow spade"
"""A join passphrase, and the one after a change of the key."""

CANARY = "Zanzibar"
"""Stands in what the devices of an encrypted store wrote; see the fixtures `one` and `two`."""


def note(book: Book, words: str, pupil: str | None = None) -> Entry:
    return book.record("note", {"at": clock.to_text(book.now()), "text": words}, pupil=pupil)


def note_each(book: Book, *texts: str) -> None:
    for text in texts:
        note(book, text)


def texts(book: Book) -> set[str]:
    return {one["text"] for one in read.of_kind(book.db, "note")}


def records(book: Book) -> list[tuple]:
    """All that is shared of the records, row by row."""
    return book.db.execute_sql("SELECT * FROM record WHERE own = 0 ORDER BY uid").fetchall()


def everything_recorded(book: Book) -> list[tuple]:
    return book.db.execute_sql("SELECT * FROM record ORDER BY uid").fetchall()


def agree(*books: Book) -> None:
    """Asserts that these homes hold the same shared log and the same records, and that records are their log."""
    first = books[0]
    for book in books:
        assert log.shareable_heads(book.db) == log.shareable_heads(first.db)
        assert records(book) == records(first)
        held = everything_recorded(book)
        with book.store.writing() as db:
            rebuild(db)
        assert everything_recorded(book) == held


def asked(typed: str) -> keys.Ask:
    """Somebody who types this when a passphrase is asked for."""
    return lambda _: typed


def tree(share: Path) -> dict[str, bytes]:
    """Every file of a shared folder."""
    return {one.relative_to(share).as_posix(): one.read_bytes() for one in share.rglob("*") if one.is_file()}


def harmed(content: bytes, chance: Random, flip: bool) -> bytes:
    """A file's bytes with one bit flipped, or else cut off behind its first."""
    bent = bytearray(content)
    if flip:
        bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
    else:
        del bent[chance.randrange(1, len(bent)) :]
    return bytes(bent)


def holding(path: Path) -> sqlite3.Connection:
    """Somebody else in the middle of writing: until its ROLLBACK every sync waits."""
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    return holder


def let_go(holder: sqlite3.Connection) -> None:
    holder.execute("ROLLBACK")
    holder.close()


def alter(path: Path, *statements: str) -> None:
    """What other hands do to a file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
