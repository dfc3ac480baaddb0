"""A note or an entry that turns out to be a concern: its text moves to the sheet and is wiped where it stood."""

from __future__ import annotations

from lsa_tui.daybook import rights
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import passing
from lsa_tui.daybook.concerns.sheet import Draft
from lsa_tui.errors import BadInput, NotAllowed
from lsa_tui.records import log, read
from lsa_tui.records.kinds import Entry

TYPED = "typed:"
"""Before the name of a draft, in `Draft.sources`."""

_SAW = ("before", "seen", "next", "text", "value", "communicating", "hurt")
"""Fields of an entry that say what happened, in the order in which they are read."""


def from_note(book: Book, text: str) -> Draft:
    """The sheet with what was being typed as a note, kept; the note's own draft is wiped.

    Where no draft outlives a kill (`keeps_drafts`) that is wiped by `save`, lest the text be lost (`Draft.sources`).
    """
    draft = passing.load_draft(book)
    draft.saw = _after(draft.saw, text.strip())
    draft.note = draft.note or "moved"
    return _moved(book, draft, f"{TYPED}note")


def from_entry(book: Book, entry: Entry) -> Draft:
    """The sheet with what an entry says; the entry is wiped from log, history and database, and what was raised of
    it with it. `Draft.note` says "moved", or "was shared" where it had left this device.

    Where no draft outlives a kill (`keeps_drafts`) nothing is wiped before `save`, lest the text be lost
    (`Draft.sources`). Raises NotAllowed for what somebody else wrote.
    """
    rights.require(book, "pass on a concern")
    if not rights.is_own(book, entry):
        raise NotAllowed(f"this was written by {entry.by}; tell the DSL of it, or write a concern of your own")
    draft = passing.load_draft(book)
    said = "\n".join(str(entry[name]) for name in _SAW if entry[name])
    if not said:
        raise BadInput("this entry holds no words that could be moved; open an empty sheet for a concern")
    if entry["own_words"]:
        draft.words = _after(draft.words, said)
    else:
        draft.saw = _after(draft.saw, said)
    draft.place = draft.place or str(entry["place"] or "")
    draft.at = draft.at or entry.when
    draft.pupil = draft.pupil or entry.pupil
    draft.note = "was shared" if _was_shared(book, entry) else draft.note or "moved"
    return _moved(book, draft, entry.id)


def _moved(book: Book, draft: Draft, source: str) -> Draft:
    if source not in draft.sources:
        draft.sources.append(source)
    if passing.keep_draft(book, draft):
        # Only now: the text is in the sheet's own draft, on the disk.
        wipe(book, draft.sources)
        draft.sources = []
        passing.keep_draft(book, draft)
    return draft


def wipe(book: Book, sources: list[str]) -> None:
    """Wipes what a sheet's text came from; what is gone already is no matter."""
    from lsa_tui.daybook import drafts, erasing  # only when something moves

    for source in sources:
        if source.startswith(TYPED):
            drafts.drop(book, source.removeprefix(TYPED))
            continue
        entry = read.get(book.db, source)
        for one in [*_raised_of(book, entry), entry] if entry is not None else []:
            erasing.forget(book, one)


def _was_shared(book: Book, entry: Entry) -> bool:
    """Whether any change of it may have left this device: it was sealed for a sync, or came from another."""
    sql = "SELECT 1 FROM change WHERE row = ? AND dev <> ? AND (dev <> ? OR seq <= ?)"
    own, sealed = log.get_meta(book.db, "device") or "", int(log.get_meta(book.db, "sealed") or 0)
    return book.db.execute_sql(sql, (entry.id, log.OWN, own, sealed)).fetchone() is not None


def _raised_of(book: Book, entry: Entry) -> list[Entry]:
    """What says the same once more: the problem that was raised with a note, the words released for home."""
    linked = [one for kind in ("problem", "release") for one in read.of_kind(book.db, kind) if one["note"] == entry.id]
    note = read.get(book.db, str(entry["note"])) if entry.kind == "problem" and entry["note"] else None
    return [*linked, *([note] if note is not None else [])]


def _after(before: str, more: str) -> str:
    return f"{before}\n{more}" if before.strip() else more
