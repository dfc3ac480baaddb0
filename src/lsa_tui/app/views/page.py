"""Pages to read: scrolled as any window, closed by Enter; while one is open no letter records anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.views.window import Windowed

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


class Page(Windowed):
    """Something to read. Enter, the keys of Back, or a tap close it; only Blank and Hands-on go on to what is below."""

    name = "page"
    step = 1
    """How many lines it scrolls by."""
    through: tuple[str, ...] | None = ("back", "blank", "handson")  # what cannot wait until the page is closed

    def __init__(self, app: LsaApp) -> None:
        super().__init__(app)
        self.long = False

    def _aim(self, lines: int) -> None:
        self.long = lines > self.room
        steps = -(-max(lines - self.room, 0) // self.step)
        self.top = max(0, min(self.top // self.step, steps) * self.step)

    def buttons(self) -> list[tuple[str, str, str]]:
        scrolling = [("Up", "page.scroll", "-1"), ("Down", "page.scroll", "1")] if self.long else []
        return [self.closing(), *scrolling]

    def closing(self) -> tuple[str, str, str]:
        """The button that closes the page."""
        return ("Enter: close", "back", "")

    def press(self, key: str, character: str | None) -> bool:
        """Scrolls or closes."""
        if key in ("up", "down"):
            self.top += self.step if key == "down" else -self.step
        elif key in ("pageup", "pagedown"):
            self.do_page_scroll("-1" if key == "pageup" else "1")
        elif key == "enter":
            self.app.close()
        elif not super().press(key, character):
            return self.other(key)
        return True

    def other(self, key: str) -> bool:
        """A key that neither scrolls nor closes. True where it ends here."""
        return not self.lets(self.app.keymap.on("everywhere").get(key, ""))

    def do_page_scroll(self, way: str) -> None:
        """A screenful up (-1) or down (1), in whole steps, with a line of what was in sight before."""
        self.top += int(way) * max((self.room - 1) // self.step, 1) * self.step
