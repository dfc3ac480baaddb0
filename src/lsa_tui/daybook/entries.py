"""Entries after they were made: undo and redo, the day's log, correcting, removing, moving, deciding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from lsa_tui import clock, text
from lsa_tui.daybook import cover as covering
from lsa_tui.daybook import rights, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import is_clock, parse_when
from lsa_tui.errors import BadInput, NotAllowed, NothingToUndo
from lsa_tui.records import log, past, read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

TIMES = ("at", "until", "started", "ended", "starts", "ends", "told_at", "school_form_done")


@dataclass(frozen=True)
class Taken:
    """What undo took back or redo brought again: the entry, what it says, and how many records went with it.

    `json` is the entry while it was there: afterwards its words can no longer be looked up. `signs`: who records here
    since, where that has changed by it.
    """

    entry: Entry
    says: str
    rows: int
    json: dict[str, Any]
    signs: str = ""

    @property
    def done(self) -> str:
        """What it says, and who records here since."""
        return f"{self.says}; {self.signs} records here now" if self.signs else self.says


def undo(book: Book) -> Taken:
    """Takes back the last step of this device that is not yet shared. Raises NothingToUndo, NotAllowed."""
    return _turn(book, undone=True)


def redo(book: Book) -> Taken:
    """Brings the last undone step again. Raises NothingToUndo, NotAllowed."""
    return _turn(book, undone=False)


def _turn(book: Book, undone: bool) -> Taken:
    try:
        with book.store.writing():
            step = log.last_step(book.db, undone=not undone)
            if step is None:
                raise NothingToUndo(
                    "nothing left to undo here; what is shared already is corrected in the log"
                    if undone
                    else "nothing to bring back; redo ends with the next recording and with a sync"
                )
            _require_own_step(book, step, undone)
            before = book.cover
            taken = _taken(book, step) if undone else None
            log.set_undone(book.db, step, undone)
            book.names = read.Names(book.db)
            taken = taken or _taken(book, step)
            if book.cover == before:
                return taken
            return replace(taken, signs=book.initials)
    finally:
        book.names = read.Names(book.db)


def _require_own_step(book: Book, step: int, undone: bool) -> None:
    """On a device that two people use, neither takes back what the other one recorded, nor brings it again. Raises
    NotAllowed."""
    others = _others_of(book, step)
    if not others or rights.may(book.role, "change another's entry"):
        return
    who = ", ".join(sorted(others))
    if not undone:
        raise NotAllowed(f"what was taken back last is {who}'s own; nobody else brings it again")
    raise NotAllowed(
        f"the last step here is {who}'s own ({_taken(book, step).says}); nobody else takes it back. "
        "One of your own before it: `lsa log`, then `lsa remove ID --reason`"
    )


def _others_of(book: Book, step: int) -> set[str]:
    """Who else recorded something of a step. That somebody covers here is between the two of them: either's."""
    sql = "SELECT DISTINCT c.actor FROM mine m JOIN change c ON c.uid = m.uid WHERE m.step = ? AND c.kind != ?"
    found = {str(one) for (one,) in book.db.execute_sql(sql, (step, covering.KIND))}
    return found - {book.initials, rights.UNSIGNED}


def _taken(book: Book, step: int) -> Taken:
    written = log.step_rows(book.db, step)
    rows = list(dict.fromkeys(written))
    found = [entry for row in rows if (entry := read.get(book.db, row)) is not None]
    # A mark that started its session is one step; people took back the mark.
    entry = next((one for one in found if one.kind != "session"), found[0])
    # What was taken back is said on screens and in scripts' logs; a name is shown by `lsa names list` alone.
    hidden = {"name": None} if entry.kind in log.TOLD else {}
    return Taken(entry, _says(book, entry, found, written), len(rows), {**book.json(entry), **hidden})


def _says(book: Book, entry: Entry, found: list[Entry], written: list[str]) -> str:
    kinds = Counter(KINDS[one.kind].words for one in found)
    if len(kinds) > 1 and len(found) > 3:
        # An import: the first of it says nothing of the rest.
        most = [f"{name} {number}" for name, number in kinds.most_common(3)]
        return f"{len(found)} records: {', '.join(most)}{' and others' if len(kinds) > 3 else ''}"
    count = sum(one["count"] for one in found if one.kind == "tally")
    kind = KINDS[entry.kind]
    code, line = book.names.pupil(entry.pupil), book.line(entry)
    says = book.says(entry) if kind.listed else line if code in line.split() else f"{code} {line}".strip()
    if not kind.listed and kinds[kind.words] > 1:
        # The number first: it is what matters of a whole timetable, and the end of a line may be cut off.
        says = f"{kinds[kind.words]} {kind.words}s, {says}"
    elif len(found) > 1 and count > 1:
        says = f"{says} and {count - 1} more"
    elif len(found) > 2:
        says = f"{says} and {len(found) - 1} more"
    if entry.revisions + 1 > written.count(entry.id):
        # It was there before the step: what the step did to it is taken back, not the entry.
        says = f"{'removal' if entry.removed else 'change'} of {says}"
    return says


def can_undo(book: Book) -> Taken | None:
    """What undo would take back, None where nothing of one's own is left."""
    step = log.last_step(book.db, undone=False)
    return None if step is None or _others_of(book, step) else _taken(book, step)


def one_step(book: Book, first: int) -> None:
    """Makes everything recorded since step `first` one step (a child leaning on the keys)."""
    with book.store.writing():
        log.join_steps(book.db, first)


def of_days(book: Book, first: date, last: date, pupil: str | None = None, removed: bool = False) -> list[Entry]:
    """The log of these days in order of time; of one pupil (and what belongs to nobody) where named."""
    rights.require(book, "read the class's records")
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
                f"a {kind.words} has no field {name!r}{text.nearest(name, known)}; it has: {', '.join(known)}"
            )
        if name == "code" and str(values[name]).casefold() != str(entry["code"]).casefold():
            raise BadInput(f"the code of a {kind.words} is its name in other records and stays; add a new one instead")
    _check_end(entry, values)
    return book.revise(entry, {**values, **_named(book, entry, values)})


def _named(book: Book, entry: Entry, values: Mapping[str, Any]) -> dict[str, bool]:
    """Whether a known name stands in a note as it will be after a correction; nothing where it is to stay as it is.

    The program finds that, no person says it. A device that was told no name cannot tell that one is gone.
    """
    if entry.kind != "note":
        return {}
    if "named" in values:
        raise BadInput("whether a name stands in a note is found by the program; correct its text instead")
    found = _name_in(book, values.get("text", entry["text"]))
    if found is None or not (found or "text" in values):
        return {}
    return {"named": found} if found != bool(entry["named"]) else {}


def _name_in(book: Book, words: Any) -> bool | None:
    from lsa_tui.daybook import names  # not needed by the command that must be quickest, a mark

    return names.stands_in(book, text.clean(str(words)))


def _check_end(entry: Entry, values: Mapping[str, Any]) -> None:
    kind = KINDS[entry.kind]
    ends = "ends" if entry.kind == "slot" else kind.ends
    if not ends or not kind.time:
        return
    changed = kind.check({name: values[name] for name in (kind.time, ends) if name in values})
    start, end = changed.get(kind.time) or clock.to_text(entry.when), changed.get(ends, entry[ends])
    if end and clock.from_text(end) < clock.from_text(start):
        raise BadInput(f"it would end at {end[11:16]}, before its start at {start[11:16]}; nothing was changed")


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
    rights.require_write(book, entry.kind, entry)  # also where the pupil is the same and nothing will be written
    with book.step():
        values: dict[str, Any] = {"pupil": pupil}
        if KINDS[entry.kind].field("session"):
            values["session"] = sessions.for_mark(book, pupil, entry.when)
        return book.revise(entry, values)


def move_since(book: Book, uid: str, pupil: str) -> list[Entry]:
    """Moves this entry, and all that the same person recorded for the same pupil since, to another pupil."""
    entry = _present(book, uid)
    with book.step():
        later = [
            one
            for one in of_days(book, entry.when.date(), book.today(), entry.pupil)
            if one.pupil == entry.pupil and one.order >= entry.order and one.kind != "session" and one.by == entry.by
        ]
        return [move(book, one.id, pupil) for one in later]


def history(book: Book, uid: str) -> list[dict[str, Any]]:
    """Every change of an entry, oldest first: when, by whom, which fields."""
    rights.require(book, "read the class's records")
    return past.history(book.db, book.entry(uid).id)


def conflicts(book: Book) -> list[Entry]:
    """Records with edits that did not see each other: both values are kept until whoever may decide does."""
    return [entry for entry in read.conflicts(book.db) if rights.may_decide(book, entry)]


def undecided(book: Book, entry: Entry) -> str:
    """How a list calls an entry with edits that did not see each other, to whoever may decide and to others."""
    return "to decide" if rights.may_decide(book, entry) else "two versions"


def about(book: Book, entry: Entry) -> str:
    """Which entry it is, without what it says: "K7 target T1", "K7 note Tue 24 Nov 15:31"."""
    kind = KINDS[entry.kind]
    name = next((entry[one] for one in _CALLED if kind.field(one) is not None), None)
    when = f"{entry.when:%a %d %b %H:%M}" if kind.time else ""
    return " ".join(part for part in (book.names.pupil(entry.pupil), kind.words, name, when) if part)


_CALLED = ("code", "label", "title")
"""The fields by which people call what is not called by its time alone."""


def decide(book: Book, uid: str, field: str, value: Any) -> Entry:
    """Decides a conflict by an ordinary edit that names all the values it has seen. Raises BadInput, NotAllowed."""
    entry = book.entry(uid)
    if not entry.conflict or field not in entry.conflict:
        raise BadInput(f"{KINDS[entry.kind].words} {uid!r} has nothing to decide in {field!r}")
    if field not in ("pupil", "removed"):
        value = KINDS[entry.kind].check({field: value})[field]
    rights.require_decide(book, entry, field, value)
    # Written even where the value is the one shown: the decision itself is what ends the conflict.
    values = {field: value}
    if entry.kind == "note" and field in ("text", "named"):
        found = _name_in(book, value if field == "text" else entry["text"])
        values |= {} if found is None else {"named": found}
    book.write([log.Draft(entry.kind, entry.id, values, own=entry.own)])
    return book.entry(entry.id)


def _present(book: Book, uid: str) -> Entry:
    entry = book.entry(uid)
    if entry.removed:
        raise BadInput(f"this entry was removed: {entry.removed}")
    return entry


def parse_value(entry: Entry, name: str, typed: str, now: datetime) -> Any:
    """The value that a person typed for a field: numbers, yes/no, lists and times as people write them.

    A bare time of day is one of the entry's own day. What fits nothing is returned as typed, for the field's own
    check to refuse. Raises BadInput for a time that is none.
    """
    words = typed.strip()
    field = KINDS[entry.kind].field(name)
    if words.lower() in ("", "-", "none") and not (field and field.required):
        return None
    if name in TIMES:
        own_day = entry.when.astimezone(now.tzinfo) if is_clock(words) else now
        return clock.to_text(parse_when(words, own_day))
    if field is None:
        return words
    for candidate in _readings(words):
        try:
            return field.check(candidate)
        except ValueError:
            continue
    return words


def _readings(words: str) -> Iterator[Any]:
    yield words
    for convert in (int, float):
        with suppress(ValueError):
            yield convert(words)
    if words.lower() in ("yes", "true", "y", "no", "false", "n"):
        yield words.lower() in ("yes", "true", "y")
    yield words.replace(",", " ").split()
