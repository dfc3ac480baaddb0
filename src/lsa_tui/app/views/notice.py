"""Sentences that need room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Picture, fit, wrapped
from lsa_tui.app.views.base import View
from lsa_tui.daybook import recovery

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


WHAT_FOR = (
    "It opens these records when the passphrase is forgotten. Keep it where the school keeps keys, "
    "not with this device.",
    "After Enter it is not shown again.",
)


class Notice(View):
    """A heading and paragraphs; Enter, q or a tap closes it."""

    name = "notice"

    def __init__(self, app: LsaApp, heading: str, paragraphs: Sequence[str]) -> None:
        super().__init__(app)
        self.heading = heading
        self.paragraphs = list(paragraphs)

    def draw(self, width: int, height: int) -> Picture:
        found = Picture()
        found.add((fit(f" {self.heading}", width), "strong"))
        for paragraph in self.paragraphs:
            found.add(("", "text"))
            for line in wrapped(paragraph, width - 2):
                found.add((fit(f" {line}", width), "text"))
        return found

    def buttons(self) -> list[tuple[str, str, str]]:
        return [("Enter: go on", "back", "")]

    def press(self, key: str, character: str | None) -> bool:
        if key in ("enter", "space", " "):
            self.app.close()
            return True
        return False


class Recovery(Notice):
    """The recovery key, in two lines of whole groups. It was shown when this page is closed, not before."""

    through = ("blank", "lock")
    alone = True

    def __init__(self, app: LsaApp, key: str) -> None:
        groups = key.split("-")
        half = len(groups) // 2
        super().__init__(app, "Recovery key: write it down", WHAT_FOR)
        self.halves = ["-".join(groups[:half]), "-".join(groups[half:])]

    def draw(self, width: int, height: int) -> Picture:
        found, said = Picture(), super().draw(width, height).lines
        found.lines = [said[0], [("", "text")]]
        for half in self.halves:
            found.add((fit(f"   {half}", width), "strong"))
        found.lines += said[1:]
        return found

    def buttons(self) -> list[tuple[str, str, str]]:
        return [("Enter: it is written down", "recovery.written", "")]

    def press(self, key: str, character: str | None) -> bool:
        """Closed by Enter alone: no other key must take it away unread."""
        if key == "enter":
            self.app.close()
            return True
        if self.app.keymap.on("everywhere").get(key) == "back":
            self.app.said = "Enter closes this page, when it is written down"
        return not self.lets(self.app.keymap.on("everywhere").get(key, ""))

    def do_recovery_written(self, _: str) -> None:
        """The tap on the button."""
        self.app.close()

    def do_back(self, _: str) -> None:
        """Nothing else closes it."""

    def left(self) -> None:
        recovery.seen(self.book)
