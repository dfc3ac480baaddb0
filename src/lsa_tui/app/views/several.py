"""Choosing several by digit: each press is kept at once, a second one takes it away again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from lsa_tui.app.views.ask import Ask
from lsa_tui.app.views.choose import Choose

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

BETWEEN = "; "
"""What stands between two answers in the text that is kept."""


class Several(Choose):
    """As Choose, but it stays open: digits put answers into a text or take them out of it, Enter closes.

    `held` gives the text as it is kept now; `keep` keeps a new one.
    """

    def __init__(
        self,
        app: LsaApp,
        question: str,
        answers: Sequence[str],
        held: Callable[[], str],
        keep: Callable[[str], None],
    ) -> None:
        super().__init__(app, question, answers, lambda _: None, keep)
        self.plain = list(self.answers)
        self.held = held
        self.keep_text = keep
        self.refreshed()

    def refreshed(self) -> None:
        parts = self._parts()
        self.answers = [f"{words} ✓" if words in parts else words for words in self.plain]

    def _parts(self) -> list[str]:
        return [part for part in self.held().split(BETWEEN) if part]

    def buttons(self) -> list[tuple[str, str, str]]:
        return [("Enter: done", "back", ""), (f"0: {self.other_words}", "choose.digit", "0")]

    def press(self, key: str, character: str | None) -> bool:
        """A digit, or Enter."""
        if key == "enter":
            self.app.close()
            return True
        return super().press(key, character)

    def do_choose_digit(self, digit: str) -> None:
        """Puts the answer in, or takes it out; 0 opens the text itself."""
        if digit == "0":
            self.app.open(Ask(self.app, self.question, lambda words: self.keep_text(words.strip()), self.held()))
        elif int(digit) <= len(self.plain):
            parts, words = self._parts(), self.plain[int(digit) - 1]
            parts = [part for part in parts if part != words] if words in parts else [*parts, words]
            self.keep_text(BETWEEN.join(parts))
            self.refreshed()
