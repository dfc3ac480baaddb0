"""Unlocking: the PIN or the passphrase, as dots; a wrong one costs nothing but a wait that grows."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, Tap, fit, wrapped
from lsa_tui.app.typed import Typed
from lsa_tui.app.views.base import Box, View, boxes, centred
from lsa_tui.daybook import locking
from lsa_tui.errors import LsaError

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

PATIENCE = 30
"""Seconds without a key after which asking goes back to the tiles: Enter may have been a slip."""
TOO_OFTEN = "Wrong too often"


class Asking(View):
    """A field that shows dots, and for a PIN digits to tap."""

    name = "unlock"
    hides = True

    def __init__(self, app: LsaApp, first: str = "") -> None:
        super().__init__(app)
        self.door = locking.Door(app.book)
        self.field = Typed(first, most=1000)
        self.problem = ""
        self.touched = time.monotonic()
        self._say_wait()

    def refreshed(self) -> None:
        pass  # nothing of the records is shown

    def draw(self, width: int, height: int) -> Picture:
        assert self.field is not None
        wide = min(width, 60)
        left = (width - wide) // 2
        found = Picture()
        pin = self.door.asks == "pin"
        for _ in range(max((height - (14 if pin else 10)) // 2, 0)):
            found.add(("", "text"))
        found.add((fit(f" {'PIN' if pin else 'Passphrase or recovery key'}", wide), "strong"))
        found.add(*self._dots(wide))
        said = self.problem or self._about(pin)
        for part in [*wrapped(said, wide - 2, 2), "", ""][: 2 if height < 14 else 3]:
            found.add((fit(f" {part}", wide), "warning" if self.problem else "muted"))
        if pin:
            key = (wide + 1) // 5 - 1
            for row in ("12345", "67890"):
                line = [Box(("", [(centred(one, key), "tile-key")]), "unlock.digit", one) for one in row]
                boxes(found, line, wide, 5)
                if height >= 14:
                    found.add(("", "text"))
        found.lines = [[(" " * left, "text"), *line] for line in found.lines]
        found.taps = [Tap(left + one.x, one.y, one.width, one.height, one.action, one.argument) for one in found.taps]
        return found

    def _about(self, pin: bool) -> str:
        if not pin:
            return "Nothing you type here is shown or kept."
        return "" if self.book.plain else "The passphrase opens, too."

    def _dots(self, width: int) -> Line:
        assert self.field is not None
        dots = "•" * len(self.field.text)
        return [("  ", "panel"), (dots[-(width - 4) :], "panel-strong"), (" ", "nav-current"), *self._rest(dots, width)]

    def _rest(self, dots: str, width: int) -> Line:
        return [(" " * max(width - 3 - min(len(dots), width - 4), 0), "panel")]

    def buttons(self) -> list[tuple[str, str, str]]:
        return [("Back", "back", ""), ("rub out", "unlock.erase", ""), ("Enter", "unlock.enter", "")]

    # Keys and taps

    def typed(self) -> None:
        """A key in the field."""
        self.touched = time.monotonic()
        self._say_wait()

    def enter(self) -> None:
        """Tries what was typed. It takes its time, and what is typed on meanwhile waits for the answer."""
        assert self.field is not None
        self.touched = time.monotonic()
        if not self.field.text:
            self.do_back("")
            return
        try:
            opened = self.door.opens(self.field.text)
        except LsaError as problem:  # the wait is not over, or the key file cannot be read
            self.problem = str(problem)
            self._say_wait()
            return
        self.field = Typed(most=1000)
        if opened:
            self.app.guard.unlock()
            return
        what = "the PIN" if self.door.asks == "pin" else "the passphrase"
        self.problem = f"That is not {what}. Nothing is lost: try again"
        self._say_wait()

    def tick(self) -> None:
        """Each second: the wait goes down; after a while without a key the tiles come back."""
        if self.app.guard.away or time.monotonic() - self.touched > PATIENCE:
            self.app.guard.back()
        else:
            self._say_wait()

    def _say_wait(self) -> None:
        wait = self.door.wait()
        if wait > 0:
            self.problem = f"{TOO_OFTEN}: wait {locking.wait_words(wait)}. Nothing is lost."
        elif self.problem.startswith(TOO_OFTEN):
            self.problem = "Now press Enter" if self.field and self.field.text else "Now try again"

    def do_unlock_digit(self, digit: str) -> None:
        """A tap on a digit."""
        assert self.field is not None
        self.field.put(digit)
        self.typed()

    def do_unlock_erase(self, _: str) -> None:
        """A tap: the last one goes."""
        assert self.field is not None
        self.field.press("backspace", None)
        self.typed()

    def do_unlock_enter(self, _: str) -> None:
        """A tap on Enter."""
        self.enter()

    def do_back(self, _: str) -> None:
        """Back to the tiles."""
        self.app.guard.back()
