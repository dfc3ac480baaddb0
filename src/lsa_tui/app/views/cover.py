"""A colleague covers: one key, the initials, a digit; the same key ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.views.ask import Ask
from lsa_tui.app.views.choose import Choose
from lsa_tui.daybook import cover as covering
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

ROLE_WORDS = {"lsa": "as LSA", "teacher": "as class teacher", "senco": "as SENCo"}


def cover(app: LsaApp) -> None:
    """Asks who covers; where somebody does already, whether it ends."""
    found = app.book.cover
    if found is None:
        _ask(app)
        return
    answers = [f"{found.initials} goes on", f"it ends: {app.book.owner} again", "somebody else covers"]

    def chosen(answer: int) -> None:
        if answer == 1:
            _recorded(app, covering.end(app.book), f"{app.book.owner} records here again")
        elif answer == 2:
            _ask(app)

    app.open(Choose(app, f"{_named(found)} covers for {app.book.owner}", answers, chosen))


def _ask(app: LsaApp) -> None:
    def typed(words: str) -> None:
        initials, _, name = words.strip().partition(" ")
        who = covering.checked(app.book, initials, name)
        roles = covering.roles(app.book)

        def chosen(answer: int) -> None:
            entry = covering.begin(app.book, initials, name, roles[answer])
            _recorded(app, entry, f"{who.initials} covers: entries carry {who.initials} now")

        app.open(Choose(app, f"{_named(who)} covers for {app.book.owner}", [ROLE_WORDS[one] for one in roles], chosen))

    hint = "Initials, as in MB; a name may follow and stays on this device. Until the day ends, or this key again."
    app.open(Ask(app, "Who covers?", typed, hint=hint))


def _named(who: covering.Cover) -> str:
    return f"{who.initials} ({who.name})" if who.name else who.initials


def _recorded(app: LsaApp, entry: Entry, says: str) -> None:
    """Everything on the screens depends on who is there: replies that are new, what may be decided."""
    app.recorded(entry)
    app.look_back()
    for view in app.views:
        view.refreshed()
    app.say(says)
