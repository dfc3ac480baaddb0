"""A note or an entry that turns out to be a concern: its text moves to the sheet and is wiped where it stood."""

from __future__ import annotations

import hashlib

from lsa_tui.daybook import rights
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import passing
from lsa_tui.daybook.concerns.sheet import Draft
from lsa_tui.errors import BadInput, NotAllowed
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry

TYPED = "typed:"
"""Before the name of a draft and a digest of its text, in `Draft.sources`."""

_SAW = ("before", "seen", "next", "text", "value", "communicating", "hurt")
"""Fields of an entry that say what happened, in the order in which they are read."""

STAYING = ("intervention", "session")
"""Kinds that never move to the DSL as a whole: the record of a restraint is due, whatever else it tells."""


def from_note(book: Book, text: str) -> Draft:
    """The sheet with what was being typed as a note, kept; the note's own draft is wiped.

    Where no draft outlives a kill (`keeps_drafts`) that is wiped by `save`, lest the text be lost (`Draft.sources`).
    Without a trusted key of the DSL nothing is wiped but by `wipe`: the text could be kept nowhere else.
    """
    draft = passing.load_draft(book)
    source = f"{TYPED}note:{_digest(text)}"
    if source in draft.sources:
        return draft  # it is on the sheet already
    draft.saw = _after(draft.saw, text.strip())
    draft.note = draft.note or "moved"
    return _moved(book, draft, source)


def from_entry(book: Book, entry: Entry) -> Draft:
    """The sheet with what an entry says; the entry is wiped from log, history and database, and what was raised of
    it with it. `Draft.note` says "moved", or "was shared" where it had left this device.

    Where no draft outlives a kill (`keeps_drafts`) nothing is wiped before `save`, lest the text be lost
    (`Draft.sources`); without a trusted key of the DSL nothing is wiped but by `wipe`. Raises NotAllowed for what
    somebody else wrote, BadInput for what stays (`STAYING`), for an entry without words, and while a sheet about
    another pupil is not saved.
    """
    from lsa_tui.records import belonging, erasures  # only when something moves

    rights.require(book, "pass on a concern")
    if not rights.is_own(book, entry):
        raise NotAllowed(f"this was written by {entry.by}; tell the DSL of it, or write a concern of your own")
    if entry.kind in STAYING:
        raise BadInput(
            "the record of a restraint or a session stays; write the concern on a sheet of its own, then take those "
            "words out here"
        )
    draft = passing.load_draft(book)
    if _whole(book, entry).id in draft.sources:
        return draft  # it is on the sheet already
    if draft.has_text and entry.pupil and draft.pupil not in (None, entry.pupil):
        code = book.names.pupil(draft.pupil)
        raise BadInput(f"a sheet about {code} is not saved yet; save it first, then move this one")
    found = said(entry)
    if not found:
        raise BadInput("this entry holds no words that could be moved; open an empty sheet for a concern")
    if entry["own_words"]:
        draft.words = _after(draft.words, found)
    else:
        draft.saw = _after(draft.saw, found)
    draft.place = draft.place or str(entry["place"] or "")
    draft.at = draft.at or entry.when
    draft.pupil = entry.pupil or draft.pupil
    draft.note = draft.note or "moved"
    whole = _whole(book, entry)
    if not erasures.never_shared(book.db, belonging.with_answers(book.db, [whole.id])):
        draft.note = "was shared"
    return _moved(book, draft, whole.id)


def _moved(book: Book, draft: Draft, source: str) -> Draft:
    if source not in draft.sources:
        draft.sources.append(source)
    if passing.keep_draft(book, draft):
        # Only now: the text is in the sheet's own draft, on the disk.
        wipe(book, draft.sources)
        draft.sources = []
        passing.keep_draft(book, draft)
    return draft


def standing(book: Book, sources: list[str]) -> list[str]:
    """The words of what a sheet's text came from, as they stand now: what `wipe` would take away."""
    from lsa_tui.daybook import drafts  # only when something moves

    found = [drafts.load(book, _draft_of(source)) for source in sources if _still_typed(book, source)]
    held = [read.get(book.db, source) for source in sources if not source.startswith(TYPED)]
    return [words for words in (*found, *(said(entry) for entry in held if entry is not None)) if words]


def wipe(book: Book, sources: list[str]) -> None:
    """Wipes what a sheet's text came from, in all files of this home; what is gone already is no matter.

    A note that has been typed on since it moved stays: its new words are on no sheet.
    """
    from lsa_tui.daybook import cleaning, drafts, erasing  # only when something moves

    for source in sources:
        if source.startswith(TYPED):
            if not _still_typed(book, source):
                continue
            drafts.drop(book, _draft_of(source))
            with book.store.writing() as db:
                cleaning.mark(db)
            cleaning.finish(book)
            continue
        entry = read.get(book.db, source)
        if entry is not None:
            erasing.forget(book, entry)


def _whole(book: Book, entry: Entry) -> Entry:
    """The note that a problem was raised with: it says the same, and takes the problem along."""
    note = read.get(book.db, str(entry["note"])) if entry.kind == "problem" and entry["note"] else None
    return note or entry


def moves(entry: Entry) -> bool:
    """Whether its words can move to the concern sheet, and it be wiped where it stands."""
    return entry.kind not in STAYING and bool(said(entry))


def said(entry: Entry) -> str:
    """What an entry says happened, in its own words; empty where there are none to move."""
    return "\n".join(str(entry[name]) for name in _SAW if entry[name])


def _draft_of(source: str) -> str:
    return source.removeprefix(TYPED).partition(":")[0]


def _still_typed(book: Book, source: str) -> bool:
    """Whether a source is a draft that still says what moved."""
    from lsa_tui.daybook import drafts  # only when something moves

    if not source.startswith(TYPED):
        return False
    return source.rpartition(":")[2] == _digest(drafts.load(book, _draft_of(source)))


def _digest(words: str) -> str:
    return hashlib.sha256(words.strip().encode()).hexdigest()


def _after(before: str, more: str) -> str:
    return f"{before}\n{more}" if before.strip() else more
