"""Asking for something secret: a field that shows dots."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line
from lsa_tui.app.typed import Typed
from lsa_tui.app.views.ask import Ask
from lsa_tui.errors import LsaError

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


class Dots(Typed):
    """Text being typed that is not shown; how long it is can be seen."""

    def lines(self, width: int, height: int) -> tuple[list[Line], int]:
        shown = Typed("•" * len(self.text))
        shown.cursor = self.cursor
        return shown.lines(width, height)


class AskSecret(Ask):
    """A question and a field of dots."""

    def __init__(self, app: LsaApp, question: str, done: Callable[[str], None], hint: str = "") -> None:
        super().__init__(app, question, done, hint=hint)
        self.field = Dots(most=1000)


def ask_new(app: LsaApp, question: str, check: Callable[[str], None], done: Callable[[str], None], hint: str) -> None:
    """Asks for a new secret, twice. `check` raises LsaError for one that will not do."""

    def first(typed: str) -> None:
        check(typed)

        def again(repeated: str) -> None:
            if repeated != typed:
                raise LsaError("that is not the same; type it again, or go back and begin anew")
            done(typed)

        app.open(AskSecret(app, "The same again", again))

    app.open(AskSecret(app, question, first, hint))
