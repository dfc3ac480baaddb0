"""Views longer than the screen: a head that stays, a window that scrolls, buttons that stay below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, Tap, crop, length
from lsa_tui.app.views.base import Box, View, boxes

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

EDGE = 5
"""Columns at the right that take the taps for scrolling, where there is more than fits."""


class Windowed(View):
    """Scrolls by keys, by the wheel and by the arrows at its right edge; the rest of the screen stays in place."""

    def __init__(self, app: LsaApp) -> None:
        super().__init__(app)
        self.top = 0
        self.room = 1
        self.seek: tuple[int, int] | None = None
        """The first and last line that the next drawing must have in sight."""

    def head(self, width: int) -> Picture:
        """What stays above the window."""
        return Picture()

    def content(self, width: int) -> Picture:
        """What the window shows, as long as it needs to be."""
        raise NotImplementedError

    def status(self, width: int) -> list[Line]:
        """Lines that stay between the window and the buttons."""
        return []

    def below(self) -> Sequence[Box]:
        """The buttons under it all."""
        return ()

    def draw(self, width: int, height: int) -> Picture:
        found = self.head(width)
        status, row = self.status(width), self.below()
        whole = self.content(width - 2)
        self.room = max(height - len(found.lines) - len(status) - (3 if row else 0), 1)
        self._aim(len(whole.lines))
        self._window(found, whole, width)
        found.lines += status
        if row:
            boxes(found, row, width)
        return found

    def _aim(self, lines: int) -> None:
        if self.seek is not None:
            first, last = self.seek
            # One line more on either side, so that it can be seen that there is more.
            self.top = min(max(self.top, last + 2 - self.room), max(first - 1, 0))
            self.seek = None
        self.top = max(0, min(self.top, lines - self.room))

    def _window(self, found: Picture, whole: Picture, width: int) -> None:
        start, end = len(found.lines), self.top + self.room
        up, down = self.top > 0, end < len(whole.lines)
        if up or down:
            half = max(self.room // 2, 1)
            found.taps.append(Tap(width - EDGE, start, EDGE, half, "window.page", "-1"))
            found.taps.append(Tap(width - EDGE, start + half, EDGE, self.room - half, "window.page", "1"))
        for n in range(self.room):
            line = whole.lines[self.top + n] if self.top + n < len(whole.lines) else [("", "text")]
            sign = "▲" if up and n == 0 else "▼" if down and n == self.room - 1 else " "
            found.lines.append(_with_sign(line, sign, width))
        for tap in whole.taps:
            first, last = max(tap.y, self.top), min(tap.y + tap.height, end)
            if first < last:
                found.taps.append(replace(tap, y=first - self.top + start, height=last - first))

    def scrolled(self, by: int) -> bool:
        """The wheel, and two fingers."""
        self.top += by
        return True

    def do_window_page(self, way: str) -> None:
        """A tap at the right edge."""
        self.top += int(way) * max(self.room - 1, 1)

    def hints(self) -> list[tuple[str, str, str]]:
        return [("up down", "Scroll", "A line; PgUp PgDn a page; Home End to either end")]

    def press(self, key: str, character: str | None) -> bool:
        """Arrows and page keys scroll."""
        page = max(self.room - 1, 1)
        far = 1_000_000
        moves = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, " ": page, "home": -far, "end": far}
        if key not in moves:
            return False
        self.top = max(self.top + moves[key], 0)
        return True


def _with_sign(line: Line, sign: str, width: int) -> Line:
    last = line[-1][1] if line else "text"
    fill = last if last in ("now-strong", "panel") else "text"
    parts = crop(line, width - 1)
    return [*parts, (" " * (width - 1 - length(parts)), fill), (sign, "muted" if fill == "text" else fill)]


class Listing(Windowed):
    """A list with one thing chosen: arrows and taps choose."""

    def __init__(self, app: LsaApp) -> None:
        super().__init__(app)
        self.chosen = 0
        self.follow = True
        """Whether the chosen thing is to be in sight."""

    def count(self) -> int:
        """How many things the list has."""
        raise NotImplementedError

    def choose(self, place: int) -> None:
        """Chooses, and brings it into sight."""
        self.chosen = max(0, min(place, self.count() - 1))
        self.follow = True

    def show(self, first: int, last: int) -> None:
        """Tells, while drawing, on which lines the chosen thing stands."""
        if self.follow:
            self.seek, self.follow = (first, last), False

    def hints(self) -> list[tuple[str, str, str]]:
        return [("up down", "Choose", "The one before or after; PgUp PgDn a page; Home End the first or last")]

    def press(self, key: str, character: str | None) -> bool:
        """Arrows, page keys, home and end choose."""
        page = max(self.room - 2, 1)
        moves = {"up": -1, "down": 1, "pageup": -page, "pagedown": page, "home": -self.count(), "end": self.count()}
        if key not in moves:
            return False
        self.choose(self.chosen + moves[key])
        return True
