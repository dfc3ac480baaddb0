"""Blank: something harmless at once."""

from __future__ import annotations

from lsa_tui.app.drawing import Picture
from lsa_tui.app.views.base import View


class Blank(View):
    """Tells nothing; any key or tap comes back to where you were."""

    name = "blank"
    hides = True

    def draw(self, width: int, height: int) -> Picture:
        return Picture()

    def press(self, key: str, character: str | None) -> bool:
        """Any key comes back, and records nothing."""
        self.app.close()
        return True
