"""Entries after they were made: undo and redo, the day's log, correcting, removing, moving, deciding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from lsa_tui import clock, text
from lsa_tui.daybook import sessions
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, NothingToUndo
from lsa_tui.records import log, read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS


@dataclass(frozen=True)
class Taken:
    """What undo took back or redo brought again: the entry, what it says, and how many changes went with it."""

    entry: Entry
    says: str
    rows: int


def undo(book: Book) -> Taken:
    """Takes back the last step of this device that is not yet shared. Raises NothingToUndo."""
    with book.store.writing():
        step = log.last_step(book.db, undone=False)
        if step is None:
            raise NothingToUndo("nothing left to undo here; what is shared already is corrected in the log")
        taken = _taken(book, step)
        log.set_undone(book.db, step, True)
    book.names = read.Names(book.db)
    return taken


def redo(book: Book) -> Taken:
    """Brings the last undone step again. Raises NothingToUndo."""
    with book.store.writing():
        step = log.last_step(book.db, undone=True)
        if step is None:
            raise NothingToUndo("nothing to bring back; redo ends with the next recording and with a sync")
        log.set_undone(book.db, step, False)
        book.names = read.Names(book.db)
        return _taken(book, step)


def _taken(book: Book, step: int) -> Taken:
    rows = list(dict.fromkeys(log.step_rows(book.db, step)))
    found = [entry for row in rows if (entry := read.get(book.db, row)) is not None]
    # A mark that started its session is one step; people took back the mark.
    entry = next((one for one in found if one.kind != "session"), found[0])
    count = sum(one["count"] for one in found if one.kind == "tally")
    says = book.says(entry)
    if len(found) > 1 and count > 1:
        says = f"{says} and {count - 1} more"
    elif len(found) > 2:
        says = f"{says} and {len(found) - 1} more"
    return Taken(entry, says, len(rows))


def can_undo(book: Book) -> Entry | None:
    """What undo would take back, None where nothing is left."""
    step = log.last_step(book.db, undone=False)
    return None if step is None else _taken(book, step).entry


def one_step(book: Book, first: int) -> None:
    """Makes everything recorded since step `first` one step (a child leaning on the keys)."""
    with book.store.writing():
        log.join_steps(book.db, first)


def of_days(book: Book, first: date, last: date, pupil: str | None = None, removed: bool = False) -> list[Entry]:
    """The log of these days in order of time; of one pupil (and what belongs to nobody) where named."""
    return read.listed(book.db, first.isoformat(), last.isoformat(), pupil, removed)


def correct(book: Book, uid: str, values: Mapping[str, Any]) -> Entry:
    """Sets fields of an entry; the old values stay in its history. Raises BadInput."""
    entry = _present(book, uid)
    if not values:
        raise BadInput("nothing to correct was given; name a field, as in: lsa correct ID text='...'")
    kind = KINDS[entry.kind]
    known = [field.name for field in kind.fields if not field.derived]
    for name in values:
        if name not in known:
            raise BadInput(
                f"a {kind.words} has no field {name!r}{text.nearest(name, known)} It has: {', '.join(known)}"
            )
    return book.revise(entry, values)


def remove(book: Book, uid: str, reason: str) -> Entry:
    """Removes an entry, with a reason; it stays in the history. Raises BadInput."""
    entry = _present(book, uid)
    why = text.one_line(text.clean(reason), 500)
    if not why:
        raise BadInput("a removal needs a reason (--reason)")
    return book.revise(entry, {"removed": why})


def move(book: Book, uid: str, pupil: str) -> Entry:
    """Moves an entry to another pupil. Raises BadInput for what belongs to nobody."""
    entry = _present(book, uid)
    if entry.pupil is None:
        raise BadInput(f"a private {KINDS[entry.kind].words} belongs to no pupil; there is nothing to move")
    with book.step():
        values: dict[str, Any] = {"pupil": pupil}
        if KINDS[entry.kind].field("session"):
            values["session"] = sessions.for_mark(book, pupil, entry.when)
        return book.revise(entry, values)


def move_since(book: Book, uid: str, pupil: str) -> list[Entry]:
    """Moves this entry, and all that was recorded for the same pupil since, to another pupil."""
    entry = _present(book, uid)
    with book.step():
        later = [
            one
            for one in of_days(book, entry.when.date(), book.today(), entry.pupil)
            if one.pupil == entry.pupil and one.order >= entry.order and one.kind != "session"
        ]
        return [move(book, one.id, pupil) for one in later]


def history(book: Book, uid: str) -> list[dict[str, Any]]:
    """Every change of an entry, oldest first: when, by whom, which fields."""
    return log.history(book.db, book.entry(uid).id)


def conflicts(book: Book) -> list[Entry]:
    """Records with edits that did not see each other: both values are kept until somebody decides."""
    return read.conflicts(book.db)


def decide(book: Book, uid: str, field: str, value: Any) -> Entry:
    """Decides a conflict by an ordinary edit that names all the values it has seen. Raises BadInput."""
    entry = book.entry(uid)
    if not entry.conflict or field not in entry.conflict:
        raise BadInput(f"{KINDS[entry.kind].words} {uid!r} has nothing to decide in {field!r}")
    # Written even where the value is the one shown: the decision itself is what ends the conflict.
    book.write([log.Draft(entry.kind, entry.id, {field: value}, own=entry.own)])
    return book.entry(entry.id)


def _present(book: Book, uid: str) -> Entry:
    entry = book.entry(uid)
    if entry.removed:
        raise BadInput(f"this entry was removed: {entry.removed}")
    return entry


def parse_value(entry: Entry, name: str, typed: str, now: Any) -> Any:
    """The value that a person typed for a field: numbers, yes/no and times as people write them."""
    from lsa_tui.daybook.when import parse_when

    words = typed.strip()
    if words.lower() in ("", "-", "none"):
        return None
    held = entry[name]
    if name in ("at", "until", "started", "ended", "starts", "ends"):
        return clock.to_text(parse_when(words, now))
    if isinstance(held, bool) or words.lower() in ("true", "false"):
        return words.lower() in ("yes", "true", "y", "1")
    field = KINDS[entry.kind].field(name)
    for convert in (int, float):
        try:
            number = convert(words)
        except ValueError:
            continue
        try:
            return field.check(number) if field else number
        except ValueError:
            break
    return words
