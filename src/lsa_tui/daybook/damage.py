"""An error that nobody foresaw: is the program wrong, or are the records that it read?

Reads are not each guarded: damage may come out of any of them, as an error of the database or of whoever made
something of what was read. It is asked for once, where such an error would leave.
"""

from __future__ import annotations

from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError
from lsa_tui.paths import Paths
from lsa_tui.records import store
from lsa_tui.vault import cipher

DAMAGED = "it is damaged; run `lsa doctor`, a copy may be in the folder backups"


def said(book: Book, problem: BaseException, writes: int | None = None) -> LsaError | None:
    """The sentence for an error that comes of the state of the records; None where they are well.

    `writes`: how often had been written when that began which met it (`Store.writes`), where that is known. Reads all
    of the records where the error itself does not tell: some seconds for 100,000 changes.
    """
    reason = _of_the_database(problem, book.paths)
    if not reason:
        from lsa_tui.daybook import health  # wanted here alone

        reason = DAMAGED if health.is_damaged(book) else ""
    return _sentence(book.paths, reason, written=writes != book.store.writes) if reason else None


def said_unopened(paths: Paths, problem: BaseException) -> LsaError | None:
    """As `said`, where the home could not be opened."""
    reason = _of_the_database(problem, paths)
    return _sentence(paths, reason, written=False) if reason else None


def is_of(book: Book, problem: LsaError) -> bool:
    """Whether a sentence is about this home's database file."""
    return str(problem).startswith(f"{book.paths.database}: ")


def _of_the_database(problem: BaseException, paths: Paths) -> str:
    # What could not be decoded may have been any file.
    if isinstance(problem, cipher.database_errors()) and not isinstance(problem, UnicodeDecodeError):
        return store.reason(problem, paths.database)
    return ""


def _sentence(paths: Paths, reason: str, *, written: bool) -> LsaError:
    after = "Nothing was changed"
    if written:
        after = "Whether this last step was recorded, `lsa log` shows once that is put right"
    return LsaError(f"{paths.database}: {reason}. {after}")
