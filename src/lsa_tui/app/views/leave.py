"""Leaving: with recordings not yet shared, or a sync that runs, it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.views.choose import Choose
from lsa_tui.errors import LsaError
from lsa_tui.records import log

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


def leave(app: LsaApp) -> None:
    """Leaves at once where everything is shared, or where there is nothing to share with."""
    if isinstance(app.view, Choose):
        app.exit(0)
        return
    if app.syncing is not None and app.syncing.running:
        _while_syncing(app)
        return
    here = log.backlog(app.book.db)
    words = f"{here} not yet shared" if here else _sealed(app)
    if not words or not app.book.config["shared.url"]:
        app.exit(0)
        return

    def chosen(answer: int) -> None:
        if answer == 0:
            app.go("end")
            app._perform("end.sync", "")
        elif answer == 1:
            app.exit(0)

    app.open(Choose(app, words, ["sync now", "leave, they stay here", "go back"], chosen))


def _sealed(app: LsaApp) -> str:
    """A word, and no count, for what is sealed for the DSL and only here."""
    from lsa_tui.daybook import concerns

    try:
        return "Something waits to be passed on" if concerns.to_send(app.book) else ""
    except LsaError:
        return ""  # what is wrong with the file is said by doctor, and must not keep anybody here


def _while_syncing(app: LsaApp) -> None:
    def chosen(answer: int) -> None:
        sync = app.syncing
        if answer == 2 or sync is None:
            return
        if not sync.running:
            app.exit(0)
            return
        sync.then_leave = True
        if answer == 1:
            sync.stop()
        app.say("Leaving as soon as the sync is done")

    app.open(Choose(app, "A sync is running", ["leave when it is done", "stop it, then leave", "go back"], chosen))
