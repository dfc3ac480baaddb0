"""Another pupil: a letter and a digit; leaving a cover pupil asks to go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.views.choose import Choose
from lsa_tui.daybook import pupils
from lsa_tui.records.vocabulary import KINDS

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

CODE = "A pupil's code, as in K7: initials or a nickname, never the full name."


def switch_pupil(app: LsaApp) -> None:
    """Offers the pupils by digit; 0 adds one."""
    known = pupils.all_pupils(app.book)
    words = [f"{one['code']}{'  (now)' if one.id == app.book.focus else ''}" for one in known]

    def chosen(n: int) -> None:
        _use(app, str(known[n]["code"]))

    def typed(code: str) -> None:
        _typed(app, code.strip())

    app.open(Choose(app, "Whose day is it?", words, chosen, typed, "add one", CODE))


def _typed(app: LsaApp, code: str) -> None:
    """A pupil there is comes into focus; a new one is made after a question, since a slip would be one as well."""
    if not code or pupils.exists(app.book, code):
        _use(app, code)
        return
    code = str(KINDS["pupil"].check({"code": code})["code"])

    def answered(n: int) -> None:
        if n == 0:
            pupils.add(app.book, code)
            _use(app, code)
        else:
            from lsa_tui.app.views.ask import Ask

            app.open(Ask(app, "Whose day is it?", lambda again: _typed(app, again.strip()), code, CODE))

    answers = [f"yes, add {code}", "no, another code"]
    app.open(Choose(app, f"New pupil {code}?", answers, answered, doubt=pupils.doubt(app.book, code)))


def _use(app: LsaApp, code: str) -> None:
    pupil = pupils.use(app.book, code)
    for view in app.views:
        view.refreshed()
    app.say(f"Now {pupil['code']}: everything recorded is for {pupil['code']}")
