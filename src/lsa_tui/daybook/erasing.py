"""Erasing: words that go for good, here at once and on every other device at its next sync.

The log keeps that something was written, by whom and when; what it said is in no file any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lsa_tui import text
from lsa_tui.daybook import cleaning, names, rights, spotting
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, NotAllowed
from lsa_tui.records import belonging, erasures, ids, log, read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

BY_ITS_WRITER = "erased by its writer"
"""The reason that stands in the log where a writer wipes what is shared already and says no other: whether it was for
the DSL, about the wrong child or a slip, nobody can tell from it."""


@dataclass(frozen=True)
class Erased:
    """What was erased: records, the changes that made them, documents saved beside the database (`left`: which could
    not be removed).

    `clean` is False where bytes may still stand in the free part of the database; the next sync tries again.
    `everywhere` is False where it never left this device, so that no other one has to erase it.
    """

    records: int
    changes: int
    files: tuple[Path, ...] = ()
    clean: bool = True
    left: tuple[Path, ...] = ()
    everywhere: bool = True


def erase_pupil(book: Book, code: str, reason: str) -> Erased:
    """Erases all that is recorded of a pupil, by anybody, with the pupil's name and plan; other pupils' entries stay.

    Another pupil may be added under the same code afterwards. Raises what `erase_rows` raises, and BadInput for a
    pupil of whom nothing is held.
    """
    rights.require(book, "erase")
    pupil = ids.natural_id("pupil", "", code)
    rows = [*belonging.of_pupil(book.db, pupil), *belonging.own_of_pupil(book.db, pupil)]
    if not rows:
        book.pupil(code)  # says which pupils there are
        raise BadInput(f"nothing is held about {code!r}")
    return erase_rows(book, rows, reason, pupil)


def erasable(book: Book, uid: str) -> Entry:
    """The entry with that id, which this person may erase.

    Raises BadInput for none and for a pupil, NotAllowed for another's entry where the role may erase only its own.
    """
    rights.require(book, "erase")
    entry = book.entry(uid)
    if entry.kind == "pupil":
        raise BadInput(f"that is a pupil and no entry; `lsa erase {entry['code']}` erases all that is recorded of them")
    if not rights.is_own(book, entry) and not rights.may(book.role, "erase another's entry"):
        raise NotAllowed(
            f"this {KINDS[entry.kind].words} is {entry.by}'s own: {rights.WORDS[book.role]} erases no other's entry; "
            "ask them, the class teacher or the SENCo"
        )
    return entry


def erase_entry(book: Book, uid: str, reason: str = "") -> Erased:
    """Erases one entry, as `erase_rows` does. One's own needs no reason: without one it goes as `forget` wipes it.

    Raises what `erasable` and `erase_rows` raise.
    """
    entry = erasable(book, uid)
    if reason or not rights.is_own(book, entry):
        return erase_rows(book, [entry.id], reason)
    return forget(book, entry)


def erase_rows(
    book: Book, rows: Iterable[str], reason: str, pupil: str | None = None, *, answers: bool = True
) -> Erased:
    """Erases records by their ids, with their history and (unless not `answers`) with what repeats or answers them.

    With `pupil` (an id) also what others have recorded of that pupil before they hear of it. Ends undo, as a sync does.
    When this returns the words are in no file of this home: database, write-ahead file, backups. Raises BadInput
    without a reason or with a name in it (it stays in the log), NotAllowed for a role that may not erase.
    """
    rights.require(book, "erase")
    why = _reason(book, reason)
    author = book.author()
    with book.store.writing() as db:
        log.drop_undone(db)
        wanted = belonging.with_answers(db, rows) if answers else list(rows)
        own, shared = _chained(db, wanted, True), _chained(db, wanted, False)
        changes = erasures.cut_out(db, log.OWN, own)
        if shared or pupil is not None:
            changes += erasures.redact(db, author, shared, (), pupil, why)
        if pupil is not None:
            cleaning.drop_facts(db, pupil)
        cleaning.mark(db)
    files, left = cleaning.drop_saved(book, {pupil} if pupil else set())
    book.names = read.Names(book.db)
    return Erased(len(own | shared), changes, tuple(files), cleaning.finish(book), tuple(left))


def forget(book: Book, entry: Entry) -> Erased:
    """Wipes an entry, with its history and what repeats or answers it.

    What never left this device is cut out of the log, and nothing shows that it was there. What was (or may have
    been) shared is erased everywhere, without a telling reason. Ends redo, and in the second case undo. When this
    returns the words are in no file of this home.
    """
    with book.store.writing() as db:
        log.drop_undone(db)
        rows = belonging.with_answers(db, [entry.id])
        own, shared = _chained(db, rows, True), _chained(db, rows, False)
        unseen = erasures.never_shared(db, rows)
        if unseen:
            changes = sum(erasures.cut_out(db, dev, rows) for dev in (log.OWN, log.device(db)))
        else:
            changes = erasures.redact(db, book.author(), shared, (), None, BY_ITS_WRITER)
        cleaning.mark(db, rows)
    book.names = read.Names(book.db)
    return Erased(len(own | shared), changes, clean=cleaning.finish(book), everywhere=not unseen)


def _chained(db: Any, rows: Collection[str], own: bool) -> set[str]:
    """Those of these rows that have changes in the chain that never leaves (`own`), or in the others."""
    found: set[str] = set()
    for part, marks in belonging.in_parts(rows):
        sql = f"SELECT DISTINCT row FROM change WHERE (dev = ?) = ? AND row IN ({marks})"
        found |= {row for (row,) in db.execute_sql(sql, (log.OWN, own, *part))}
    return found


def _reason(book: Book, reason: str) -> str:
    why = text.one_line(text.clean(reason), 300)
    if not why:
        raise BadInput("erasing needs a reason (--reason); it stays in the log")
    if spotting.names_among(names.everybody(book), why):
        raise BadInput("a name stands in the reason, which stays in the log; write it without")
    return why
