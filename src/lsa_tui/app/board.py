"""The one widget that draws: lines of styled parts, repainted where they changed, tapped by rectangle.

A line-API widget mounts in a quarter of the time of as many Statics, and its text is never taken for markup.
"""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from lsa_tui.app.drawing import Line, Picture, Tap, length


class Board(Widget):
    """Shows a Picture. Taps and the wheel are handed to the screen."""

    DEFAULT_CSS = "Board { height: 1fr; width: 1fr; background: $background; }"
    ALLOW_SELECT = False

    def __init__(self, fill: str = "text", **kwargs) -> None:
        super().__init__(**kwargs)
        self.fill = fill
        self.lines: list[Line] = []
        self.taps: list[Tap] = []
        self.top = 0

    def show(self, picture: Picture, keep: int | None = None) -> None:
        """Shows a picture; repaints only the lines that differ. `keep` is a line that must be in sight."""
        before, top = self.lines, self.top
        self.lines, self.taps = picture.lines, picture.taps
        height = self.size.height
        if height:
            if keep is not None:
                self.top = min(max(self.top, keep - height + 2), keep)
            self.top = max(0, min(self.top, len(self.lines) - height))
        if self.top != top:
            self.refresh()
            return
        for row in range(max(len(before), len(self.lines))):
            old = before[row] if row < len(before) else None
            new = self.lines[row] if row < len(self.lines) else None
            if old != new and 0 <= row - self.top < (height or 1000):
                self.refresh(Region(0, row - self.top, self.size.width or 1000, 1))

    def scroll(self, by: int) -> None:
        """Moves the window over longer content."""
        top = max(0, min(self.top + by, len(self.lines) - self.size.height))
        if top != self.top:
            self.top = top
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        look = self.app.look  # type: ignore[attr-defined]
        width = self.size.width
        row = y + self.top
        line = self.lines[row] if row < len(self.lines) else []
        segments = [Segment(text, look[style]) for text, style in line]
        rest = width - length(line)
        if rest > 0:
            segments.append(Segment(" " * rest, look[line[-1][1] if line and line[-1][0] == "" else self.fill]))
        return Strip(segments).adjust_cell_length(width, look[self.fill])

    def tap_at(self, x: int, y: int) -> Tap | None:
        """What lies under a cell."""
        return next((tap for tap in self.taps if tap.holds(x, y + self.top)), None)

    async def on_click(self, event: events.Click) -> None:
        """A tap does what its key does."""
        event.stop()
        tap = self.tap_at(event.x, event.y)
        if tap is not None:
            await self.app.perform(tap.action, tap.argument)  # type: ignore[attr-defined]

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel, and two fingers."""
        event.stop()
        self._wheel(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel, and two fingers."""
        event.stop()
        self._wheel(-3)

    def _wheel(self, by: int) -> None:
        if self.id != "body" or not self.app.wheel(by):  # type: ignore[attr-defined]
            self.scroll(by)
