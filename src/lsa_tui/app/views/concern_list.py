"""What one has passed on: when, and an id. Nothing of what it says can be read here any more; it can be added to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, between, fit, wrapped
from lsa_tui.app.views.base import Box, boxes
from lsa_tui.app.views.choose import Choose
from lsa_tui.app.views.concern_fields import WhenField, Whom, clock_words, in_person
from lsa_tui.app.views.window import Windowed
from lsa_tui.daybook import concerns
from lsa_tui.errors import BadInput

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

EMPTY = (
    "Nothing was passed on from this device.",
    "What you save on the sheet stands here with its time and an id; its text only the DSL can read.",
)


class PassedOn(Windowed):
    """The own list, newest first: a tap or a digit tells somebody more, or adds to it."""

    name = "passed"
    apart = True

    def __init__(self, app: LsaApp) -> None:
        super().__init__(app)
        self.passed = concerns.passed_on(app.book)

    def refreshed(self) -> None:
        self.passed = concerns.passed_on(self.book)

    def head(self, width: int) -> Picture:
        found = Picture()
        found.add((between(" Passed on", f"{len(self.passed)} " if self.passed else "", width), "strong"))
        found.add((fit(" a digit or a tap: tell, or add to it" if self.passed else "", width), "muted"))
        return found

    def content(self, width: int) -> Picture:
        found = Picture()
        if not self.passed:
            for words in EMPTY:
                for line in wrapped(words, width - 2):
                    found.add((fit(f" {line}", width), "muted"))
                found.add(("", "text"))
        for n, one in enumerate(self.passed):
            boxes(found, [self._box(n, one, width)], width)
            found.add(("", "text"))
        return found

    def _box(self, n: int, one: concerns.Passed, width: int) -> Box:
        key = f" {n + 1} " if n < 9 else "   "
        local = one.at.astimezone(self.book.zone)
        day = "" if local.date() == self.book.today() else f"{local:%a %d %b}"
        head: Line = [(key, "tile-key"), (fit(between(one.says, f"{day} ", width - 3), width - 3), "tile-number")]
        whom = f"{one.told}, " if one.told else ""
        return Box((head, f"   {one.id[:8]}", f"   {whom}{self._state(one)}"), "passed.choose", str(n))

    def _state(self, one: concerns.Passed) -> str:
        if one.acknowledged is not None:
            return f"the DSL has read it, {clock_words(self.book, one.acknowledged)}"
        if not one.sealed:
            return "its text is not kept here"
        return "delivered to the DSL" if one.delivered else "sealed; goes with the next sync"

    def buttons(self) -> list[tuple[str, str, str]]:
        back = (f"{self.app.keymap.shown('back')}: back", "back", "")
        return [back, ("Up", "window.page", "-1"), ("Down", "window.page", "1")]

    def hints(self) -> list[tuple[str, str, str]]:
        return [("1-9", "Choose", "Tells somebody of that one, or adds to it"), *super().hints()]

    def press(self, key: str, character: str | None) -> bool:
        """A digit chooses."""
        if len(key) == 1 and key.isdecimal() and key.isascii():
            self.app._guarded(lambda: self.do_passed_choose(str(int(key) - 1)))
            return True
        return super().press(key, character)

    def do_passed_choose(self, place: str) -> None:
        """What can be done with one of them."""
        if not 0 <= int(place) < len(self.passed):
            raise BadInput("there is none with that digit")
        one = self.passed[int(place)]
        answers = ["whom I told\nand when", "add to it\nwhat it says stays as it is"]
        if not one.sealed:
            answers[1] = "wipe this line\nit was entered by mistake"
        self.app.open(Choose(self.app, f"{one.says}, {one.id[:8]}", answers, lambda n: self._do(one, n)))

    def _do(self, one: concerns.Passed, n: int) -> None:
        if n == 0:
            tell(self.app, one.id)
        elif one.sealed:
            self._add(one)
        else:
            concerns.untell(self.book, one.id)
            self.refreshed()
            self.app.say("Wiped: whom you told, and when")

    def _add(self, one: concerns.Passed) -> None:
        from lsa_tui.app.views.concern_sheet import Sheet

        held = concerns.load_draft(self.book)
        if not held.empty and held.adds_to != one.id:
            raise BadInput("A sheet is being written already; save or wipe it first, then add to this one")
        held.adds_to = one.id
        self.app.close()
        self.app.open(Sheet(self.app, held))


def tell(app: LsaApp, uid: str) -> None:
    """Asks whom, how and when, then keeps that somebody was told of a saved concern."""
    whom = ""

    def named(words: str) -> None:
        nonlocal whom
        whom = words

    def how() -> None:
        if not whom.strip():
            raise BadInput("Nobody was named, so nothing was kept")
        in_person(app, when)

    def when(personally: bool) -> None:
        moment = app.book.now()

        def moved(at: datetime) -> None:
            nonlocal moment
            moment = at

        def done() -> None:
            passed = concerns.told(app.book, uid, whom, moment, personally)
            app.view.refreshed()
            app.say(f"Kept: {passed.says}, id {uid[:8]}")

        app.open(WhenField(app, "When did you tell them?", moment, moved, done))

    app.open(Whom(app, "", named, how))
