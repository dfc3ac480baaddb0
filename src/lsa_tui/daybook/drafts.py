"""Text that is still being typed: kept in the home's database, so that it is as encrypted as what it will become."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from lsa_tui.daybook.book import Book
from lsa_tui.records import log

_PREFIX = "draft:"


def load(book: Book, name: str) -> str:
    """The draft of that name, empty where there is none.

    A file `drafts/<name>.txt`, as programs before encryption kept it, is read once and removed.
    """
    held = log.get_meta(book.db, _PREFIX + name) or ""
    file = book.paths.drafts / f"{name}.txt"
    try:
        found = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return held
    if not held:
        keep(book, name, found)
    # Only now, and with its bytes overwritten: the text is in the database.
    for one in (file, *book.paths.drafts.glob(f".{name}.txt.*.tmp")):
        _wipe_file(one)
    return held or found


def keep(book: Book, name: str, text: str) -> None:
    """Keeps the text as typed: on the disk when this returns. An empty one drops the draft."""
    if not text:
        drop(book, name)
        return
    with book.store.writing():
        log.set_meta(book.db, _PREFIX + name, text)


def drop(book: Book, name: str) -> None:
    """Takes the draft away. (Bytes in the write-ahead file are another matter: see `cleaning`.)"""
    with book.store.writing():
        book.db.execute_sql("DELETE FROM meta WHERE key = ?", (_PREFIX + name,))


def _wipe_file(file: Path) -> None:
    """Removes a file with its bytes overwritten, as far as the file system writes in place."""
    with suppress(OSError), file.open("r+b") as held:
        held.write(bytes(file.stat().st_size))
        held.flush()
        os.fsync(held.fileno())
    file.unlink(missing_ok=True)
    with suppress(OSError):
        file.parent.rmdir()  # only where nothing else is in it
