"""Leaving: with recordings not yet shared, it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.views.choose import Choose
from lsa_tui.records import log

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


def leave(app: LsaApp) -> None:
    """Leaves at once where everything is shared, or where there is nothing to share with."""
    here = log.backlog(app.book.db)
    if not here or not app.book.config["shared.url"] or isinstance(app.view, Choose):
        app.exit(0)
        return

    def chosen(answer: int) -> None:
        if answer == 0:
            app.go("end")
            app._perform("end.sync", "")
        elif answer == 1:
            app.exit(0)

    app.open(Choose(app, f"{here} not yet shared", ["sync now", "leave, they stay here", "go back"], chosen))
