"""A device of a proof: its home, what the model knows of it, and a process that ends anywhere."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from lsa_tui import config
from lsa_tui.daybook.book import Book
from lsa_tui.paths import Paths
from lsa_tui.sync import run

PROGRAM = os.path.dirname(os.path.dirname(run.__file__))


class Crash(BaseException):
    """The process ends here."""


class Fuse:
    """Ends the program's work at its n-th call of any function of its own: no point of it is left out."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    def __call__(self, frame: Any, event: str, _arg: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PROGRAM):
            self.left -= 1
            if self.left == 0:
                sys.setprofile(None)
                raise Crash

    @contextmanager
    def burning(self) -> Iterator[None]:
        """Counts inside."""
        hook = sys.unraisablehook
        # A generator that is being thrown away cannot crash; then nothing did.
        sys.unraisablehook = lambda found: None if isinstance(found.exc_value, Crash) else hook(found)
        sys.setprofile(self)
        try:
            yield
        finally:
            sys.setprofile(None)
            sys.unraisablehook = hook


Copy = tuple[bytes, str, set[str], set[str], set[str]]
"""A device's database, whose it is, and what was known of it."""


@dataclass
class Device:
    """One device, and what is known of it.

    `must`: the changes (uids) that were shown as recorded on it or that it is known to have received; `may`: what can
    be on it at most; `private`: what never leaves it.
    """

    number: int
    folder: Path
    initials: str
    key: bytes | None = None
    book: Book = field(init=False)
    must: set[str] = field(default_factory=set)
    may: set[str] = field(default_factory=set)
    private: set[str] = field(default_factory=set)
    skew: timedelta = timedelta()
    saved: Copy | None = None

    def open(self) -> None:
        """Starts the program on it."""
        settings = config.load(Paths(self.folder, self.folder).config)
        settings.values |= {"person.initials": self.initials, "person.role": "lsa"}
        self.book = Book(Paths(self.folder, self.folder), settings, self.key)

    def live(self) -> dict[str, str]:
        """What is on it and not taken back: uid to chain; without what was done (which is no record)."""
        sql = (
            "SELECT c.uid, c.dev FROM change c LEFT JOIN mine m ON m.uid = c.uid "
            "WHERE coalesce(m.undone, 0) = 0 AND c.dev <> 'audit'"
        )
        return dict(self.book.db.execute_sql(sql).fetchall())

    def content(self) -> Copy:
        """A copy of it, made while the program is closed, with what is known of it."""
        self.book.close()
        # SQLite has written its write-ahead file back: nobody else has the home open.
        assert not self.book.paths.database.with_name("records.db-wal").exists()
        database = self.book.paths.database.read_bytes()
        self.book.store.connect()
        return database, self.initials, set(self.must), set(self.may), set(self.private)

    def become(self, copy: Copy) -> None:
        """Its disk is replaced by a copy."""
        if hasattr(self, "book"):
            self.book.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        database, self.initials, must, may, private = copy
        (self.folder / "records.db").write_bytes(database)
        self.must, self.may, self.private = set(must), set(may), set(private)
        self.open()
