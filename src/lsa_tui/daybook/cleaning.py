"""After an erasure: no byte of what was erased stays in the database's free pages, its write-ahead file, or a copy."""

from __future__ import annotations

import os
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError
from lsa_tui.paths import Paths, private_folder
from lsa_tui.records import ids, log
from lsa_tui.records.belonging import in_parts
from lsa_tui.records.store import sentences
from lsa_tui.vault import cipher, switching

MARK = "unclean"
"""Among the facts of the database while bytes are to go: which rows', or all."""

_ALL = "all"
_HELD = ".held"
"""How the file ends beside a folder to work in, which is locked while somebody does."""

REPAIRING, CHECKING = "repairing", "checking"
"""The folders in a home in which a repair works, and a check of the shared store; one that was killed leaves them."""


def mark(db: Any, rows: Collection[str] = ()) -> None:
    """Remembers that bytes are to go, until `finish` has done it; in the transaction that erases.

    With `rows` only those copies of the database are replaced that hold one of these; else all.
    """
    before = log.get_meta(db, MARK)
    log.set_meta(db, MARK, " ".join(sorted(rows)) if rows and before != _ALL else _ALL)


def waiting(book: Book) -> bool:
    """Whether bytes of something erased may still be in the files of this home."""
    return log.get_meta(book.db, MARK) is not None


def finish(book: Book) -> bool:
    """Writes the database anew, empties its write-ahead file and replaces its copies, where something was erased.

    Returns False where that could not be done now (somebody reads, no room on the disk); it is tried again then.
    """
    which = log.get_meta(book.db, MARK)
    if which is None:
        return True
    try:
        with sentences(book.store.path):
            book.db.execute_sql("VACUUM")
            _replace_copies(book, which)
            with book.store.writing() as db:
                db.execute_sql("DELETE FROM meta WHERE key = ?", (MARK,))
            emptied = _empty_write_ahead(book)
            if not emptied:
                with book.store.writing() as db:
                    log.set_meta(db, MARK, which)
    except LsaError:
        return False
    return emptied


def _empty_write_ahead(book: Book) -> bool:
    busy = book.db.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy


def _replace_copies(book: Book, which: str) -> None:
    """One fresh copy in the place of those that may hold what was erased."""
    folder = book.paths.backups
    for name in (REPAIRING, CHECKING):
        drop_folder(book.paths.data_folder / name)
    copies = sorted(folder.glob("*.db"), key=lambda one: one.stat().st_mtime)
    gone = copies if which == _ALL else [one for one in copies if _holds(book, one, which.split())]
    if not gone:
        return
    fresh = book.store.backup(folder, f"fresh-{os.getpid()}.db")
    # A single wiped record leaves no trace, not even a copy of another name.
    name = f"records-{book.now():%Y-%m-%d-%H%M%S}.db" if which == _ALL else gone[-1].name
    for one in gone:
        _remove(one)
    fresh.replace(folder / name)


def _holds(book: Book, copy: Path, rows: Collection[str]) -> bool:
    """Whether a copy holds one of these rows; one that cannot be read, or not all of it, may."""
    if copy.name.startswith(switching.KEPT):
        from lsa_tui.daybook import backups  # where something was repaired or restored once

        if backups.look(copy, book.key, book.zone).wrong:
            return True
    path = quote("/" + copy.absolute().as_posix().removeprefix("/"))
    db = cipher.connect(f"file://{path}?mode=ro", book.key, [], uri=True)
    try:
        db.connect()
        return any(
            db.execute_sql(f"SELECT 1 FROM change WHERE row IN ({marks}) LIMIT 1", part).fetchone()
            for part, marks in in_parts(rows)
        )
    except cipher.database_errors():
        return True
    finally:
        db.close()


def _remove(file: Path) -> None:
    """Removes a file; a plain one's bytes are overwritten first, as far as the file system writes in place."""
    plain = file.suffix != ".db" or cipher.is_plain(file) or file.name.startswith(switching.KEPT)
    for one in (file, file.with_name(f"{file.name}-wal")) if plain else ():
        with suppress(OSError), one.open("r+b") as held:
            left = one.stat().st_size
            while left > 0:
                left -= held.write(bytes(min(left, 1 << 20)))
            held.flush()
            os.fsync(held.fileno())
    for ending in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


def drop_folder(folder: Path) -> None:
    """Removes a folder of databases that were only worked on, with all in it. Raises OSError."""
    if folder.is_dir():
        _drop(folder)


@contextmanager
def scratch(paths: Paths, name: str) -> Iterator[Path]:
    """A folder of this home to work in, on the same disk, for this process alone; what others left that were killed
    goes first. `name`: one of those in which an erasure would find it, too."""
    from filelock import FileLock  # 10 ms that a repair and a check of the whole store alone need

    folder = paths.data_folder / name
    drop_left(folder)
    own = private_folder(folder) / uuid.uuid4().hex
    held = own.with_suffix(_HELD)
    try:
        with FileLock(held, mode=0o600):
            try:
                yield private_folder(own)
            finally:
                with suppress(OSError):
                    drop_folder(own)
    finally:
        with suppress(OSError):
            held.unlink(missing_ok=True)
            folder.rmdir()  # where nobody else is at work


def drop_left(folder: Path) -> None:
    """Removes what is in such a folder and nobody is working with any more."""
    if not folder.is_dir():
        return
    for inside in sorted(folder.iterdir()):
        held = inside.with_suffix(_HELD)
        with _taken_over(held) as left:
            if left:
                with suppress(OSError):
                    if inside != held:
                        _drop(inside)
                    held.unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


@contextmanager
def _taken_over(held: Path) -> Iterator[bool]:
    """Whether nobody holds it; and nobody does meanwhile."""
    from filelock import FileLock, Timeout  # as above

    if not held.exists():
        yield True
        return
    lock = FileLock(held, mode=0o600, timeout=0)
    try:
        lock.acquire()
    except (Timeout, OSError):
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def drop_plain_remains(paths: Paths) -> None:
    """Of a plain home that is to be encrypted: what an interrupted repair, restore or check left beside its files."""
    for name in (REPAIRING, CHECKING):
        drop_left(paths.data_folder / name)
    for one in paths.backups.glob("*.part"):
        _remove(one)


# What stands beside the records


def drop_facts(db: Any, pupil: str) -> None:
    """Takes away what this device remembers of a pupil: focus, current target, and what is being typed about them."""
    if log.get_meta(db, "focus") == pupil:
        db.execute_sql("DELETE FROM meta WHERE key LIKE 'draft:%'")
    db.execute_sql("DELETE FROM meta WHERE value = ? OR instr(key, ?)", (pupil, pupil))


def drop_saved(book: Book, pupils: Collection[str]) -> tuple[list[Path], list[Path]]:
    """Removes the documents that were saved of these pupils (ids) in this home.

    Returns which were removed, and which could not be.
    """
    removed, left = [], []
    if pupils and book.paths.saved.is_dir():
        for place in sorted(book.paths.saved.iterdir()):
            if any(ids.natural_id("pupil", "", part) in pupils for part in _parts(place.stem)):
                try:
                    _drop(place)
                    removed.append(place)
                except OSError:
                    left.append(place)
    return removed, left


def _drop(place: Path) -> None:
    """Removes a file, or a folder with all in it. Of what is only linked here, the link alone."""
    if place.is_symlink():
        place.unlink()
    elif place.is_dir():
        for inside in sorted(place.iterdir()):
            _drop(inside)
        place.rmdir()
    else:
        _remove(place)


def _parts(name: str) -> Iterator[str]:
    """Every run of words between hyphens: a pupil's code stands in the name of each document."""
    words = name.split("-")
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            yield "-".join(words[start:end])
