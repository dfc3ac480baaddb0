"""From a note or the log into the concern sheet: asked first, since it is wiped where it stood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.views.choose import Choose
from lsa_tui.daybook import concerns, hearing, notes, rights
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


def entry(app: LsaApp, chosen: Entry | None) -> None:
    """Asks whether the words of an entry move, or a new sheet is wanted. Where none can move: a new sheet."""
    if chosen is None or not hearing.moves(chosen):
        app.deeds.do_concern("")
        return
    if not rights.is_own(app.book, chosen):
        app.deeds.do_concern("")
        app.say(f"{chosen.by} wrote that: it stays there; tell the DSL of it")
        return
    answers = (_moving(app), "another concern\nthis entry stays as it is")

    def answered(n: int) -> None:
        if n:
            app.deeds.do_concern("")
        else:
            moved(app, chosen)

    app.open(Choose(app, f"For the DSL? {app.book.says(chosen)}", answers, answered))


def moved(app: LsaApp, chosen: Entry) -> None:
    """The words of an entry of one's own on the sheet, with the reminder before it. Raises what `from_entry` does."""
    draft = concerns.from_entry(app.book, chosen)
    app.heard.gone(chosen)
    _sheet(app, draft)


def _moving(app: LsaApp) -> str:
    """What becomes of an entry that is for the DSL, as an answer to choose."""
    if not concerns.ready(app.book):
        return "show its words to copy out\nthe entry stays in the log"
    wiped = "it is wiped from the log" if concerns.keeps_drafts(app.book) else "Save wipes it from the log"
    return f"move its words to the sheet\n{wiped}"


def for_the_dsl(app: LsaApp) -> str:
    """As an answer to choose: what becomes of a typed note that is for the DSL."""
    try:
        ready = concerns.ready(app.book)
    except LsaError:
        ready = False  # the note is neither moved nor lost; moving it says what is wrong
    return f"for the DSL\n{'the text moves to the concern sheet' if ready else 'the sheet shows it to copy out'}"


def note(app: LsaApp, typed: str) -> None:
    """Moves what is being typed as a note, with the pupil and the time that its marks name; closes the note.

    Without a key of the DSL it stays the note's draft as well, until somebody says on the sheet that it may go.
    Raises BadInput while a sheet about somebody else is not saved; the note stays then.
    """
    book = app.book
    meaning = notes.understood(book, typed) if book.focus else None
    about = (meaning.pupil if meaning else None) or book.focus
    held = concerns.load_draft(book)
    if held.has_text and held.pupil not in (None, about):
        raise BadInput(f"A sheet about {book.names.pupil(held.pupil)} is not saved yet; save it first, then move this")
    draft = concerns.from_note(book, typed)
    draft.pupil = about
    draft.at = (meaning.at if meaning else None) or draft.at
    concerns.keep_draft(book, draft)
    app.close()
    _sheet(app, draft)


def _sheet(app: LsaApp, draft: concerns.Draft) -> None:
    from lsa_tui.app.views.concern import Reminder
    from lsa_tui.app.views.concern_sheet import Sheet
    from lsa_tui.app.views.entry import EntryView  # which imports this module
    from lsa_tui.app.views.incident import Incident

    while isinstance(app.view, EntryView | Incident):
        app.views.pop()  # the entry it shows may be gone
    app.look_back()  # and cannot be taken back any more
    app.view.refreshed()
    app.open(Sheet(app, draft))
    app.open(Reminder(app, over=True))
