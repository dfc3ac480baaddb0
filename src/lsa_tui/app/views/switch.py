"""Another pupil: a letter and a digit; leaving a cover pupil asks to go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.views.choose import Choose
from lsa_tui.daybook import pupils

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


def switch_pupil(app: LsaApp) -> None:
    """Offers the pupils by digit; 0 adds one."""
    known = pupils.all_pupils(app.book)
    words = [f"{one['code']}{'  (now)' if one.id == app.book.focus else ''}" for one in known]

    def chosen(n: int) -> None:
        _use(app, str(known[n]["code"]))

    def added(code: str) -> None:
        pupils.add(app.book, code.strip())
        _use(app, code.strip())

    app.open(Choose(app, "Whose day is it?", words, chosen, added, "add one"))


def _use(app: LsaApp, code: str) -> None:
    pupil = pupils.use(app.book, code)
    for view in app.views:
        view.refreshed()
    app.say(f"Now {pupil['code']}: everything recorded is for {pupil['code']}")
