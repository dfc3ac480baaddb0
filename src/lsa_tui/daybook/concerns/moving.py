"""A note or an entry that turns out to be a concern: its text moves to the sheet and is wiped where it stood."""

from __future__ import annotations

from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns.sheet import Draft
from lsa_tui.records.kinds import Entry


def from_note(book: Book, text: str) -> Draft:
    """The sheet with what was being typed as a note, kept as a draft.

    Whoever held the note's own draft wipes it after this returned (only then is the text safe in the sheet).
    """
    raise NotImplementedError


def from_entry(book: Book, entry: Entry) -> Draft:
    """The sheet with what an entry says; the entry is wiped from log, history and database, and what was raised of
    it with it. `Draft.note` says "moved", or "was shared" where it had left this device.

    Where no draft outlives a kill (`keeps_drafts`) nothing is wiped before `save`, lest the text be lost
    (`Draft.source`). Raises NotAllowed for what somebody else wrote.
    """
    raise NotImplementedError
