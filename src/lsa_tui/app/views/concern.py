"""A concern's first screen: what to do now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Picture, Tap, between, fit, wrapped
from lsa_tui.app.views.page import Page
from lsa_tui.daybook import concerns
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

LABEL = 13
"""Cells of the words at the left; the rest says what to do."""
WIDEST = 64
CONFIRM = "one of the DSL's waits to be confirmed: lsa dsl trust, with what she reads out"


def _state(book: Book) -> tuple[bool, int]:
    """Whether a key of the DSL is trusted, and how many concerns are to pass on."""
    return concerns.ready(book), concerns.to_pass_on(book)


class Reminder(Page):
    """What to do now. Enter, or a tap, goes on to the sheet; that it was opened leaves no trace."""

    name = "reminder"
    apart = True
    """Only Hands-on records something through it, which cannot wait: who takes the page for the sheet types words with
    every letter."""

    def __init__(self, app: LsaApp, over: bool = False) -> None:
        """`over`: it lies over a sheet that is open already."""
        super().__init__(app)
        self.over = over
        self.refreshed()

    def refreshed(self) -> None:
        try:
            self.ready, self.open_sheets = _state(self.book)
            self.problem = ""
            self.newer = concerns.unconfirmed(self.book)
        except LsaError as problem:  # whatever is wrong with a file, what to do now is said
            self.ready, self.open_sheets, self.problem, self.newer = False, 0, str(problem), False

    def head(self, width: int) -> Picture:
        found = Picture()
        waits = f"{self.open_sheets} to pass on " if self.open_sheets else ""
        found.add((between(" A concern", waits, width), "strong"))
        found.add(("", "text"))
        return found

    def content(self, width: int) -> Picture:
        found = Picture()
        here = "sealed: only the DSL can read it" if self.ready else self.problem or "only whom you told, and when"
        where = () if self.ready else (("Write it", "in the school's own system: CPOMS, MyConcern"),)
        waits = (("Her key", CONFIRM),) if self.newer else ()
        for label, words in (*concerns.REMINDER, *where, ("Kept here", here), *waits):
            for n, line in enumerate(wrapped(words, min(width, WIDEST) - LABEL)):
                found.add((fit(f" {label}" if n == 0 else "", LABEL), "accent"), (line, "text"))
        return found

    def draw(self, width: int, height: int) -> Picture:
        found = super().draw(width, height)
        found.taps.append(Tap(0, 0, width, height, "concern.next"))  # under those that scroll
        return found

    def closing(self) -> tuple[str, str, str]:
        return ("Enter: go on", "concern.next", "")

    def buttons(self) -> list[tuple[str, str, str]]:
        passed = [(f"{self.app.keymap.shown('concern.list')}: list", "concern.list", "")]
        return [*super().buttons(), *passed, (f"{self.app.keymap.shown('back')}: back", "back", "")]

    def press(self, key: str, character: str | None) -> bool:
        """Enter goes on."""
        if key == "enter":
            self.app._guarded(lambda: self.do_concern_next(""))
            return True
        return super().press(key, character)

    def other(self, key: str) -> bool:
        """Someone who takes the page for a form must not record something with every letter."""
        if key in self.app.keymap.keys["concern.list"]:
            self.app._guarded(lambda: self.do_concern_list(""))
            return True
        held = super().other(key)
        if held and len(key) == 1:
            self.app.say("Nothing is typed here; Enter goes on to the sheet")
        return held

    def do_concern_next(self, _: str) -> None:
        """Goes on to the sheet, in the place of this page."""
        from lsa_tui.app.views.concern_sheet import Sheet

        sheet = None if self.over else Sheet(self.app, concerns.load_draft(self.book))
        self.app.close()
        if sheet is not None:
            self.app.open(sheet)

    def do_concern_list(self, _: str) -> None:
        """What was passed on."""
        from lsa_tui.app.views.concern_list import PassedOn

        self.app.open(PassedOn(self.app))
