"""Homes to damage: encrypted or plain, with a copy, some of it shared; and what a repaired one must hold."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lsa_tui.daybook import behaviours, closed, entries, health, marks, notes, pupils
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.records import read
from lsa_tui.sync import pages
from lsa_tui.sync.run import sync
from lsa_tui.vault import home

PASSPHRASE = "a passphrase of a test"


@dataclass
class Home:
    """A home that is closed: its key, and what it and the others hold."""

    paths: Paths
    key: bytes | None
    url: str

    def open(self) -> Book:
        """As the program opens it; it must be possible."""
        home.state(self.paths)
        found = closed.book_of(self.paths, self.key)
        assert isinstance(found, Book), found
        return found

    def wrong(self) -> dict[str, str]:
        """What doctor finds wrong in the records, and which repair it proposes."""
        found = closed.book_of(self.paths, self.key)
        if not isinstance(found, Book):
            return {"database": health.trouble("database", found).does}
        try:
            return {one.name: one.does for one in health.examine(found) if not one.well}
        finally:
            found.close()

    def facts(self) -> tuple[list[str], int]:
        """The words of the notes, and how many records never leave this device."""
        book = self.open()
        try:
            return texts(book), int(book.db.execute_sql("SELECT count(*) FROM record WHERE own").fetchone()[0])
        finally:
            book.close()


def texts(book: Book) -> list[str]:
    return sorted(str(one["text"]) for one in read.of_kind(book.db, "note") if not one.removed)


def make(folder: Path, encrypted: bool, shared: int = 40, copied: int = 20, more: int = 20) -> Home:
    """A home with so many notes shared, so many only in it and in its copy, and so many in it alone."""
    paths = Paths(folder / "home", folder / "home")
    paths.make()
    key = home.create(paths, PASSPHRASE).key if encrypted else None
    (folder / "share").mkdir(exist_ok=True)
    url = f"sqlite:///{folder}/share/school.db"
    book = Book(paths, key=key)
    if encrypted:
        home.made(paths)
    book.config.save(person_initials="JT", person_role="lsa", shared_url=url if shared else "")
    pupils.add(book, "K7")
    behaviours.add(book, "y", "Praise", private=True)
    write(book, shared, "shared")
    if shared:
        sync(book)
    write(book, copied, "copied")
    if copied:
        book.store.backup(paths.backups, "before-sync-2026-11-20-100000-1.db")
    write(book, more, "here alone")
    book.close()
    return Home(paths, key, url)


def write(book: Book, number: int, what: str) -> None:
    with book.step():
        marks.tally(book, "y")
        for n in range(number):
            notes.note(book, f"{what} {n} {'sat and read ' * (n % 7)}{'and so on ' * (n % 5) * 20}")


def one_file(place: Home) -> bytearray:
    """The bytes of the database, its write-ahead file ended."""
    book = place.open()
    book.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    book.close()
    return bytearray(place.paths.database.read_bytes())


def flip(place: Home, pages: int, seed: int, first: int = 2) -> None:
    """Alters a byte in so many pages, from page `first` on."""
    data, chance = one_file(place), random.Random(seed)
    for page in chance.sample(range(first - 1, len(data) // 4096), pages):
        data[page * 4096 + chance.randrange(4096)] ^= 1 << chance.randrange(8)
    place.paths.database.write_bytes(bytes(data))


def share(book: Book) -> None:
    sync(book)


def undone(book: Book, words: str) -> str:
    """A note that is written and taken back; returns its id."""
    note = notes.note(book, words)
    entries.undo(book)
    return note.id


def in_process(script: str, *args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def page_of(content: bytes) -> int:
    """The size of a page of a shared file, as its first one says; that of a new one where nothing can be read there."""
    if not content.startswith(b"SQLite format 3"):
        return pages.BYTES
    said = int.from_bytes(content[16:18], "big")
    return 65_536 if said == 1 else said


def with_a_bad_page(content: bytes) -> bytes:
    """The same with noise for its second page, on which the changes begin."""
    size = page_of(content)
    return content[:size] + os.urandom(size) + content[2 * size :]
