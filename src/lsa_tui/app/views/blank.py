"""Blank: something harmless at once."""

from __future__ import annotations

from lsa_tui.app.drawing import Line, Picture, Tap
from lsa_tui.app.views.base import View, centred

_DIGITS = {
    "0": "111 101 101 101 111",
    "1": "010 110 010 010 111",
    "2": "111 001 111 100 111",
    "3": "111 001 111 001 111",
    "4": "101 101 111 001 001",
    "5": "111 100 111 001 111",
    "6": "111 100 111 101 111",
    "7": "111 001 001 010 010",
    "8": "111 101 111 101 111",
    "9": "111 101 111 001 111",
    ":": "0 1 0 1 0",
}
TALL = 5


class Blank(View):
    """A clock; any key or tap comes back to where you were, the same key again locks."""

    name = "blank"
    hides = True

    def draw(self, width: int, height: int) -> Picture:
        now = self.book.now()
        found = Picture()
        for _ in range(max((height - TALL - 2) // 2, 0)):
            found.add(("", "text"))
        found.lines += clock(f"{now:%H:%M}", width)
        found.add(("", "text"))
        found.add((centred(f"{now:%A} {now.day} {now:%B}", width), "muted"))
        found.taps.append(Tap(0, 0, width, height, "back"))
        return found

    def buttons(self) -> list[tuple[str, str, str]]:
        return [("any key: back", "back", ""), (f"{self.app.keymap.shown('blank')} again: lock", "lock", "")]

    def press(self, key: str, character: str | None) -> bool:
        """Any key comes back, and records nothing; its own key locks."""
        if self.app.keymap.on("everywhere").get(key) in ("blank", "lock"):
            self.app.guard.lock(deliberate=True)
        else:
            self.app.close()
        return True


def clock(time: str, width: int, style: str = "muted") -> list[Line]:
    """The time in large figures, in the middle of `width` cells (36 or more)."""
    rows = [" 0 ".join(_DIGITS[one].split()[row] for one in time) for row in range(TALL)]
    return [
        [(centred("".join("██" if dot == "1" else "  " for dot in row.replace(" ", "")), width), style)] for row in rows
    ]
