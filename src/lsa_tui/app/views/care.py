"""Care: food, drink, toilet, a bump; two digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.views.choose import Choose
from lsa_tui.daybook import events

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

WHAT = ("food", "drink", "toilet", "bump")
VALUES = {
    "food": ("all", "most", "half", "little", "none"),
    "drink": ("drank well", "some", "little", "none"),
    "toilet": ("went", "needed help", "accident", "did not want to"),
    "bump": ("head: first aid told", "knee or hand", "cold pack", "no mark seen"),
}


def care(app: LsaApp) -> None:
    """Asks what, then how much or where; the words can be typed too."""

    def chosen(n: int) -> None:
        what = WHAT[n]

        def said(words: str) -> None:
            app.recorded(events.care(app.book, what, words))

        app.open(Choose(app, what.capitalize(), VALUES[what], lambda m: said(VALUES[what][m]), said))

    app.open(Choose(app, "Care", WHAT, chosen))
