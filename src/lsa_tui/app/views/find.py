"""Find: words in the log; on Today a date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.views.ask import Ask
from lsa_tui.app.views.today import Today
from lsa_tui.daybook.when import parse_day

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


def find(app: LsaApp) -> None:
    """Asks for a day on Today, for words elsewhere."""
    if app.view.name == "today":

        def day(words: str) -> None:
            on = parse_day(words, app.book.now())
            app.views[:] = [Today(app, on)]

        app.open(Ask(app, "Which day?", day, hint="2026-11-24, yesterday, Tue, -7"))
        return

    def words(text: str) -> None:
        from lsa_tui.app.views.log import Log

        app.views[:] = [Log(app, text.strip())]

    app.open(Ask(app, "Find in the log", words, hint="words of a note, a behaviour, a target"))
