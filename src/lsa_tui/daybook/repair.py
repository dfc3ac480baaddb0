"""Making a home's records whole again, of everything that still holds a part of them. Nothing is thrown away.

A new database is filled in a folder of its own, checked as a whole, and only then put in the place of the damaged one,
which is kept among the copies. Killed anywhere, the home is as before or repaired.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lsa_tui import config
from lsa_tui.daybook import audit, backups, chains, cleaning, salvage
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.linking import Linked, Linking
from lsa_tui.errors import LsaError, NewerDatabase
from lsa_tui.paths import Paths, private_folder
from lsa_tui.records import erasures, fold, ids, log, store
from lsa_tui.vault import change, cipher, home, switching

Share = Callable[[Book], None]
"""Brings what a shared store holds into a book. Raises LsaError where it cannot be reached."""

REMAKE_NAME = "remake"

UNPLACED = "unplaced"
"""Among the facts of a database: how many changes of a kept file wait for those before them."""


@dataclass
class Remade:
    """What a repair came to: the changes that the records are made of now, where the damaged file is kept, what of it
    waits for a sync (`behind`), what could be read nowhere (`lost`), what was not believed (`unsure`), and why the
    shared store was not asked ("": it was)."""

    changes: int
    kept: Path | None
    behind: int
    lost: list[str]
    unsure: int
    not_shared: str = ""
    copies: list[Path] = field(default_factory=list)

    @property
    def says(self) -> str:
        """One sentence."""
        parts = [f"the records were made anew: {self.changes} changes"]
        if self.kept is not None:
            parts.append(f"the file from before is kept as {self.kept}")
        if self.behind:
            parts.append(f"{self.behind} more wait in it until those before them come by a sync, then do this again")
        elif self.lost:
            parts.append(f"changes that could be read nowhere: {', '.join(self.lost[:5])}")
        if self.unsure:
            parts.append(f"{self.unsure} could not be believed and stay in it")
        if self.not_shared:
            parts.append(f"the shared store was not asked ({self.not_shared})")
        return "; ".join(parts)


def remake(paths: Paths, key: bytes | None, share: Share | None = None) -> Remade:
    """Fills a new database from the damaged one, its copies and the shared store, and puts it in place.

    Raises LsaError where that could not be done; then nothing was changed.
    """
    with alone(paths), cleaning.scratch(paths, cleaning.REPAIRING) as place, store.sentences(paths.database):
        home.require_named(paths, key)
        return _remade(paths, key, share, place)


def _remade(paths: Paths, key: bytes | None, share: Share | None, place: Path) -> Remade:
    with ExitStack() as stack:
        settings = config.load(paths.config)
        there = cipher.is_there(paths.database) or cipher.is_there(paths.database.with_name("records.db-wal"))
        sources = [stack.enter_context(one) for one in _sources(paths, key, place, there, settings.zone)]
        newest = max((one.version for one in sources), default=0)
        if newest > store.VERSION:
            raise NewerDatabase(
                f"{paths.database} was written by a newer lsa (format {newest}, this one knows {store.VERSION}); "
                "update this program, nothing was changed"
            )
        book = Book(Paths(paths.config_folder, place), settings, key)
        try:
            done, not_shared = _filled(book, sources, there, share, paths.backups)
            moment = book.now()
        finally:
            book.close()
    made = book.paths.database
    close_as_one_file(made, key)
    switching.prepare(paths, made, moment)
    kept = switching.complete(paths)
    return Remade(done.changes, kept, done.behind, done.lost, done.unsure, not_shared, [one.place for one in sources])


def _sources(paths: Paths, key: bytes | None, folder: Path, there: bool, zone: ZoneInfo) -> Iterator[Any]:
    """The home's own database first, then the copies and what was kept, the newest first."""
    copies = list(backups.examine(paths, key, zone))
    like = [one.place for one in copies]
    if there:
        yield salvage.gathered(paths.database, key, folder, like)
    for one in copies:
        yield salvage.gathered(one.place, key, folder, like) if one.wrong else salvage.opened(one.place, key)


def _filled(
    book: Book, sources: Sequence[salvage.Remains], there: bool, share: Share | None, backups_of: Path
) -> tuple[Linked, str]:
    """The whole log of all sources in a new book, with its records; and why the shared store was not asked."""
    readable = [one for one in sources if one.ours]
    with book.store.writing() as db:
        current = _current(readable, there and sources[0].ours)
        linking = Linking(db, readable, current=current, sealed=book.key is not None)
        for name, value in linking.meta.items():
            if name != UNPLACED:
                log.set_meta(db, name, value)
        linking.link()
        linking.behind_gaps(take=False)
        # What is written from here on must not continue a chain whose end may be missing.
        log.new_device(db)
        _settle(book, db)
        erasures.obey_again(db, book.author())
    not_shared = ""
    if share is not None:
        try:
            share(book)
        except LsaError as problem:
            not_shared = str(problem)
    with book.store.writing() as db:
        linking.link()
        linking.behind_gaps(take=not not_shared)
        if not db.execute_sql("SELECT 1 FROM change").fetchone():
            raise LsaError(
                f"nothing is left to make the records of: no copy in {backups_of}, nothing that can be read, and "
                f"nothing shared{f' ({not_shared})' if not_shared else ''}. Nothing was changed"
            )
        if not_shared and linking.done.behind:
            log.set_meta(db, UNPLACED, str(linking.done.behind))
        if not not_shared:
            linking.done.behind = 0
        _settle(book, db)
        erasures.obey_again(db, book.author())
    audit.note(book, "repaired the records", f"{linking.done.changes} changes")
    _check(book)
    linking.done.changes = int(book.db.execute_sql("SELECT count(*) FROM change").fetchone()[0])
    return linking.done, not_shared


def _current(sources: Sequence[salvage.Remains], there: bool) -> list[salvage.Remains]:
    """Which of the sources know where the chains of this home end."""
    found = [sources[0]] if there and sources else []
    if found and UNPLACED in found[0].meta():
        found += [one for one in sources[1:] if one.place.name.startswith(switching.KEPT)][:1]
    return found


def _settle(book: Book, db: Any) -> None:
    """Tables, clock and the audit's end as the new log says."""
    fold.rebuild(db)
    believed = (book.author().now_ms + log.A_DAY_MS) << 16
    last = db.execute_sql("SELECT coalesce(max(hlc), 0) FROM change WHERE hlc < ?", (believed,)).fetchone()[0]
    log.set_meta(db, "hlc", str(max(int(last), ids.next_hlc(0, book.author().now_ms))))
    log.set_meta(db, audit.HEAD, audit.head(db))


def _check(book: Book) -> None:
    wrong = book.store.check() + [one.whose for one in chains.read(book.db) if one.broken or one.head_is_off]
    if wrong:
        raise LsaError(f"the repaired records are not whole ({'; '.join(wrong[:3])}); nothing was changed")


def close_as_one_file(made: Path, key: bytes | None) -> None:
    """Ends a database's write-ahead file, so that it can be moved; what it holds is on the disk then."""
    db = cipher.connect(str(made), key, [("synchronous", "full")])
    db.connect()
    try:
        if db.execute_sql("PRAGMA journal_mode = delete").fetchone()[0] != "delete":
            raise sqlite3.OperationalError("database is locked")
    finally:
        db.close()


@contextmanager
def alone(paths: Paths) -> Iterator[None]:
    """As `home.alone`; where the folder is gone, it is made for what is put back."""
    private_folder(paths.data_folder)
    with home.alone(paths):
        yield


# Small repairs, in the database itself


def tables(book: Book) -> int:
    """Makes the tables anew from the log. Returns how many records there are then."""
    with book.store.writing() as db:
        return fold.rebuild(db)


def guards(book: Book) -> None:
    """Puts the rules back that keep the log as it was written."""
    book.store.put_guards_back()


def heads(book: Book) -> int:
    """Sets each head to where its chain ends, where all its changes are whole. Returns how many were put right."""
    with book.store.writing() as db:
        off = [one for one in chains.read(db) if one.head_is_off]
        for one in off:
            log.set_head(db, one.dev, one.seq, one.link)
        if any(one.dev == log.AUDIT for one in off):
            log.set_meta(db, audit.HEAD, audit.head(db))
    return len(off)


def keys(book: Book) -> None:
    """Makes the copy of the key file anew; one of another key is kept. Raises LsaError."""
    assert book.key is not None
    with home.changing(book.paths, book.key):
        pass


def copy(book: Book) -> Path:
    """A fresh copy of the records, checked; copies that are damaged get a name that says that they are only kept."""
    under_way = book.plain and change.begun(book.paths) is not None
    for one in list(backups.examine(book.paths, book.key, book.zone)):
        if one.wrong and not one.kept and (not under_way or cipher.is_plain(one.place)):
            one.place.rename(one.place.with_name(f"{backups.KEPT}{one.place.name}"))
    return book.store.backup(book.paths.backups, f"records-{book.now():%Y-%m-%d-%H%M%S}.db")
