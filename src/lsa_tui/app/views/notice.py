"""Sentences that need room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Picture, fit, wrapped
from lsa_tui.app.views.base import View

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


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
