"""Asking for a line of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Picture, fit
from lsa_tui.app.typed import Typed
from lsa_tui.app.views.base import View
from lsa_tui.errors import LsaError

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


class Ask(View):
    """A question, a field, Enter. What cannot be used is said under the field, and what was typed stays there."""

    name = "ask"

    def __init__(
        self,
        app: LsaApp,
        question: str,
        done: Callable[[str], None],
        text: str = "",
        hint: str = "",
        several: bool = False,
    ) -> None:
        super().__init__(app)
        self.question = question
        self.done = done
        self.hint = hint
        self.field = Typed(text, several=several)
        self.problem = ""

    def draw(self, width: int, height: int) -> Picture:
        assert self.field is not None
        found = Picture()
        found.add((fit(f" {self.question}", width), "strong"))
        found.add(("", "text"))
        lines, _ = self.field.lines(width - 2, height - 6)
        for line in lines:
            found.add((" ", "panel"), *line)
            found.lines[-1].append((" " * max(width - sum(len(t) for t, _ in found.lines[-1]), 0), "panel"))
        found.add(("", "text"))
        for words, style in ((self.problem, "warning"), (self.hint, "muted")):
            if words:
                from lsa_tui.app.drawing import wrapped

                for part in wrapped(words, width - 2, max(height - len(found.lines), 6)):
                    found.add((fit(f" {part}", width), style))
        return found

    def buttons(self) -> list[tuple[str, str, str]]:
        return [("Enter: done", "ask.enter", ""), ("Esc: back", "back", "")]

    def do_ask_enter(self, _: str) -> None:
        """The tap on Enter."""
        self.enter()

    def enter(self) -> None:
        assert self.field is not None
        depth = len(self.app.views)
        try:
            self.done(self.field.text)
        except LsaError as problem:
            self.problem = str(problem)
            return
        if self.app.view is self and len(self.app.views) == depth:
            self.app.close()
        elif self in self.app.views:
            self.app.views.remove(self)
