"""Choosing by digit: one list for reasons, presets, pupils and questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Picture, fit, wrapped
from lsa_tui.app.views.base import Box, View, boxes, digit_box

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


class Choose(View):
    """A question and up to nine answers, each a digit and a tap; with `other` a 0 for one's own words."""

    name = "choose"

    def __init__(
        self,
        app: LsaApp,
        question: str,
        answers: Sequence[str],
        chosen: Callable[[int], None],
        other: Callable[[str], None] | None = None,
        other_words: str = "own words",
        other_hint: str = "",
        doubt: str = "",
    ) -> None:
        """`other_hint` stands under the field for one's own words; `doubt` is a sentence to read before answering."""
        super().__init__(app)
        self.question = question
        self.answers = list(answers[:9])
        self.chosen = chosen
        self.other = other
        self.other_words = other_words
        self.other_hint = other_hint
        self.doubt = doubt

    def draw(self, width: int, height: int) -> Picture:
        found = Picture()
        found.add((fit(f" {self.question}", width), "strong"))
        for part in wrapped(self.doubt, width - 2) if self.doubt else ():
            found.add((fit(f" {part}", width), "warning"))
        found.add(("", "text"))
        height -= len(found.lines) - 2
        columns = next((n for n in (1, 2, 3) if -(-len(self.answers) // n) * 4 <= height - 2), 3)
        wide = (width + 1) // columns - 1
        tiles = [self._box(str(n), words, wide) for n, words in enumerate(self.answers, 1)]
        air = -(-len(tiles) // columns) * 4 <= height - 2
        for start in range(0, len(tiles), columns):
            boxes(found, tiles[start : start + columns], width, columns)
            if air:
                found.add(("", "text"))
        return found

    def _box(self, digit: str, words: str, wide: int) -> Box:
        first, _, rest = words.partition("\n")
        if wide < 20 or (not rest and len(first) > wide - 3):
            return digit_box(digit, words.replace("\n", ": "), wide, "choose.digit")
        head = [(f" {digit} ", "tile-key"), (fit(first, wide - 3), "tile")]
        return Box((head, f"   {rest}" if rest else ""), "choose.digit", digit)

    def buttons(self) -> list[tuple[str, str, str]]:
        other = [(f"0: {self.other_words}", "choose.digit", "0")] if self.other else []
        return [("Back", "back", ""), *other]

    def hints(self) -> list[tuple[str, str, str]]:
        found = [(str(n), words.replace("\n", ", "), "") for n, words in enumerate(self.answers, 1)]
        return [*found, ("0", "Own words", self.other_words)] if self.other else found

    def press(self, key: str, character: str | None) -> bool:
        """A digit answers."""
        if len(key) == 1 and key.isdecimal():
            self.app._guarded(lambda: self.do_choose_digit(key))
            return True
        if self.lets(self.app.keymap.on("everywhere").get(key, "")):
            return False
        if len(key) == 1:
            self.app.say("A digit answers" + (f"; 0: {self.other_words}" if self.other else ""))
        return True

    def do_choose_digit(self, digit: str) -> None:
        """Takes the answer with that digit."""
        if digit == "0" and self.other:
            from lsa_tui.app.views.ask import Ask

            other = self.other
            self.app.close()
            self.app.open(Ask(self.app, self.question, other, hint=self.other_hint))
        elif digit != "0" and int(digit) <= len(self.answers):
            self.app.close()
            self.chosen(int(digit) - 1)
