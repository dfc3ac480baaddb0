"""A colleague covers: whoever records on this device now signs, until it is ended or the day is over.

That somebody covers is a record like any other, so undo takes it back and the teacher's device hears of it. Only which
of these records is this device's own, and the colleague's name and role, stay here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from lsa_tui import clock
from lsa_tui.errors import BadInput, LsaError, NotAllowed
from lsa_tui.records import checks, ids, log, read
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.daybook.book import Book

KIND = "cover"
ROLES = ("lsa", "teacher", "senco")
"""In which a colleague can cover. The DSL is nobody's cover: what is sealed for her is opened with her own key."""

BY_OWNER = {"lsa": ROLES[:1], "teacher": ROLES, "senco": ROLES}
"""The role of whose device it is to those in which it can be covered: what that person may not do, no cover may."""

_MEMORY = "cover"


@dataclass(frozen=True)
class Cover:
    """Who covers here, and on which day; `id` is the record that says so."""

    id: str
    initials: str
    name: str
    role: str
    day: date


def held(db: Any) -> Cover | None:
    """The cover of this device that nobody has ended, taken back or removed; perhaps of another day. Not for a key."""
    facts, found = _remembered(db)
    if found is None or found.removed or found["until"]:
        return None
    return Cover(found.id, found.by, facts["name"], facts["role"], found.when.date())


def _remembered(db: Any) -> tuple[dict[str, Any], Entry | None]:
    """What is known here of the last cover that nobody took back, and its record; ended or not."""
    facts: dict[str, Any] | None = json.loads(log.get_meta(db, _MEMORY) or "null")
    while facts:
        found = read.get(db, facts["id"])
        if found is not None:
            return facts, found
        facts = facts.get("before")  # this one was taken back, and with it the end of the one before it
    return {}, None


def roles(book: Book) -> tuple[str, ...]:
    """In which roles a colleague can cover here, "lsa" first."""
    return BY_OWNER.get(book.owner_role, ())


def begin(book: Book, initials: str, name: str = "", role: str = "lsa") -> Entry:
    """From now on what is recorded here carries these initials (at most 8 characters), in this role.

    A cover that is in force ends with it. Raises BadInput for initials that will not do, for the owner's own, and for
    one who covers already, NotAllowed where the owner may not record or may do less than that role.
    """
    from lsa_tui.daybook import audit, rights  # audit knows the book, which knows this

    rights.require(book, "record")  # the owner's own role: a DSL's device is not for recording
    who = checked(book, initials, name, role)
    with book.step():
        before, last = _remembered(book.db)
        today = last is not None and last.when.date() == book.today()
        if book.cover is not None:
            _ended(book, book.cover)
        with book.signed_by(who):
            facts = {"id": who.id, "name": who.name, "role": who.role, "before": before if today else None}
            log.set_meta(book.db, _MEMORY, log.canonical(facts))
            of = book.owner if book.owner != "?" else None
            entry = book.record(KIND, {"at": clock.to_text(book.now()), "of": of}, uid=who.id)
    audit.note(book, "covers", f"{who.initials} in the role {who.role}")
    return entry


def name(book: Book, name: str) -> Cover:
    """Says, of whoever covers now, the name (at most 80 characters): it may not have been known when the cover began.

    Raises BadInput for a name that will not do, LsaError where nobody covers.
    """
    who = book.cover
    if who is None:
        raise LsaError("nobody covers here; `lsa cover --initials MB --name NAME` begins it")
    known = _name(name)
    with book.step():
        facts: dict[str, Any] = json.loads(log.get_meta(book.db, _MEMORY) or "{}")
        held = facts
        while held["id"] != who.id:  # one that was taken back since stands before it
            held = held["before"]
        held["name"] = known
        log.set_meta(book.db, _MEMORY, log.canonical(facts))
    book.names = read.Names(book.db)
    return replace(who, name=known)


def end(book: Book) -> Entry:
    """Whose device it is records again. Raises LsaError where nobody covers."""
    who = book.cover
    if who is None:
        raise LsaError("nobody covers here; `lsa cover --initials MB` begins it")
    return _ended(book, who)


def _ended(book: Book, who: Cover) -> Entry:
    return book.revise(book.entry(who.id), {"until": clock.to_text(book.now())})


def checked(book: Book, initials: str, name: str = "", role: str = "lsa") -> Cover:
    """Who would cover from now on. Raises BadInput and NotAllowed as `begin` does."""
    from lsa_tui.daybook import rights  # rights names the book, which knows this

    signed = initials.strip().upper()
    if not (1 <= len(signed) <= 4 and signed.isalpha()):
        raise BadInput("initials are 1 to 4 letters, as in MB")
    if role not in ROLES:
        raise BadInput(f"a colleague covers in one of the roles {', '.join(ROLES)}")
    if role not in roles(book):
        raise NotAllowed(
            f"this is the device of {rights.WORDS.get(book.owner_role, book.owner_role)}, and a cover may do no more; "
            f"{signed} covers here as lsa, and does the rest on a device of their own"
        )
    known = _name(name)
    if signed == book.owner:
        raise BadInput(f"{book.owner} is whose device this is; to end a cover: lsa cover --end")
    if book.cover is not None and book.cover.initials == signed:
        raise BadInput(f"{signed} covers already, until `lsa cover --end` or the end of the day")
    return Cover(ids.new_id(), signed, known, role, book.today())


def _name(typed: str) -> str:
    try:
        return str(checks.line(80)(typed)) if typed.strip() else ""
    except ValueError as problem:
        raise BadInput(f"a name {problem}") from None
