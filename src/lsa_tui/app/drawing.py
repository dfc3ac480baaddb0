"""Lines of a terminal as plain values: parts of text with the name of a style, fitted by what cells they take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len, set_cell_size

Part = tuple[str, str]
"""Text and the name of its style (see look.py)."""

Line = list[Part]


@dataclass(frozen=True)
class Tap:
    """A rectangle that takes a tap, and what the tap does: an action's id and an argument for it."""

    x: int
    y: int
    width: int
    height: int
    action: str
    argument: str = ""

    def holds(self, x: int, y: int) -> bool:
        """Whether a cell lies in it."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


@dataclass
class Picture:
    """What a board shows: lines from the top, and where a tap does something."""

    lines: list[Line] = field(default_factory=list)
    taps: list[Tap] = field(default_factory=list)

    def add(self, *parts: Part) -> int:
        """Adds a line; returns its number."""
        self.lines.append(list(parts))
        return len(self.lines) - 1


def fit(text: str, width: int) -> str:
    """`text` on one line in exactly `width` cells: cut with an ellipsis, or filled with blanks."""
    if width <= 0:
        return ""
    text = text.replace("\n", " ")
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, width)


def right(text: str, width: int) -> str:
    """`text` at the right of `width` cells."""
    short = cell_len(text)
    return " " * (width - short) + text if short <= width else fit(text, width)


def between(left: str, end: str, width: int) -> str:
    """`left` and `end` at the two ends of `width` cells; the left one is cut where both do not fit."""
    room = width - cell_len(end)
    if room <= 1:
        return fit(end, width)
    return fit(left, room - 1) + " " + end if end else fit(left, width)


def wrapped(text: str, width: int, most: int = 50) -> list[str]:
    """`text` broken at blanks into lines of at most `width` cells, at most so many lines."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            while cell_len(word) > width:
                if line:
                    lines.append(line)
                    line = ""
                head = set_cell_size(word, width).rstrip()
                lines.append(head)
                word = word[len(head) :]
            joined = f"{line} {word}" if line else word
            if cell_len(joined) > width:
                lines.append(line)
                line = word
            else:
                line = joined
        lines.append(line)
    if len(lines) > most:
        last = lines[most - 1]
        lines = [*lines[: most - 1], set_cell_size(last, min(cell_len(last), max(width - 1, 1))).rstrip() + "…"]
    return lines


def length(parts: Sequence[Part]) -> int:
    """The cells that a line takes."""
    return sum(cell_len(text) for text, _ in parts)


def crop(parts: Line, width: int) -> Line:
    """The parts that lie in the first `width` cells."""
    kept: Line = []
    for text, style in parts:
        cells = cell_len(text)
        if cells > width:
            text = set_cell_size(text, width)
        kept.append((text, style))
        width -= cells
        if width <= 0:
            break
    return kept
