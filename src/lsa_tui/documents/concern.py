"""One concern as a document for the DSL: everything that was sealed, with the pupil's full name."""

from __future__ import annotations

from datetime import datetime

from lsa_tui.daybook import pupils
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.dsl import Concern, Piece
from lsa_tui.documents.document import Document, Item, Section

_MOVED = {
    "moved": "It was typed as a note first and moved here; the note was wiped and had not been shared.",
    "was shared": "It was a shared entry first and moved here: other devices held it until their next sync.",
}


def document(book: Book, concern: Concern, name: str | None = None) -> Document:
    """The concern with all that was added to it. `name`: the pupil's full name, where its writer's device knew none."""
    first = concern.first
    code = first.said("pupil")
    full = name or first.said("pupil_name") or _name_here(book, code)
    happened = first.when("at") or first.came_at
    sections = [
        Section("pupil", "PUPIL", tuple(_pupil(full, code))),
        *_sheet(first, ""),
        *(section for n, one in enumerate(concern.pieces, 1) if one is not first for section in _sheet(one, str(n))),
        Section("about", "ABOUT THIS RECORD", tuple(_about(book, concern))),
    ]
    return Document(
        date=happened.astimezone(book.zone).date(),
        pupil=code or "-",
        audience="dsl",
        heading=f"Safeguarding concern: {full or code or 'no pupil named'}, {_moment(book, happened)}",
        sections=tuple(sections),
    )


def _name_here(book: Book, code: str) -> str:
    found = next((one for one in pupils.all_pupils(book) if str(one["code"]) == code), None)
    return (pupils.name_of(book, found.id) or "") if found else ""


def _pupil(full: str, code: str) -> list[Item]:
    if full:
        return [Item(f"{full} ({code})" if code else full, data={"name": full, "code": code or None})]
    if code:
        return [Item(f"{code} (the full name is not known here; --name gives it)", data={"name": None, "code": code})]
    return [Item("none named", data={"name": None, "code": None})]


def _sheet(piece: Piece, number: str) -> list[Section]:
    """The answers of one sheet; of what was added only those that were given."""
    tail = f"_{number}" if number else ""
    added = f" (added {number})" if number else ""
    asked = (
        ("words", "CHILD'S WORDS", _texts(piece, "words")),
        ("saw", "SEEN OR HEARD", _texts(piece, "saw")),
        ("asked", "ASKED", _texts(piece, "asked")),
        ("place", "PLACE", _texts(piece, "place")),
        ("marks", "MARKS", [Item(f"{place}: {words}", data={"on": place}) for place, words in piece.marks]),
        ("told", "TOLD", _told(piece)),
    )
    sections = [Section(f"{id}{tail}", f"{title}{added}", tuple(items)) for id, title, items in asked]
    return [one for one in sections if one.items or not number]


def _texts(piece: Piece, name: str) -> list[Item]:
    said = piece.said(name)
    # Line by line as it was typed: a child's words are quoted, not edited.
    return [Item(said, data={"exactly": said})] if said.strip() else []


def _told(piece: Piece) -> list[Item]:
    whom, at = piece.said("told"), piece.when("told_at")
    if not whom:
        return []
    met = piece.facts.get("in_person")
    person = ", in person" if met is True else ", not in person" if met is False else ""
    return [Item(f"{whom}{f', {at:%a %d %b %Y %H:%M}' if at else ''}{person}")]


def _about(book: Book, concern: Concern) -> list[Item]:
    found = []
    for piece in concern.pieces:
        saved = piece.when("saved_at")
        who = " ".join(part for part in (piece.said("by_name"), f"({piece.said('by')}, {piece.said('role')})") if part)
        what = "Added" if piece.of else "Written"
        found.append(Item(f"{what} by {who}{f', {_moment(book, saved)}' if saved else ''}, id {piece.id}"))
        if piece.said("note") in _MOVED:
            found.append(Item(_MOVED[piece.said("note")]))
        signed = piece.acknowledged_at
        came = f"Came {_moment(book, piece.came_at)}"
        found.append(Item(f"{came}, {f'acknowledged {_moment(book, signed)}' if signed else 'not acknowledged yet'}"))
    found.append(Item("Who wrote it is what the writing device says: ask them. Their own copy was sealed at once."))
    return found


def _moment(book: Book, moment: datetime) -> str:
    return f"{moment.astimezone(book.zone):%a %d %b %Y %H:%M}"
