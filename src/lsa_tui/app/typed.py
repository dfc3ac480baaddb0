"""Text being typed: a plain value with a cursor. Every key changes it at once, in the order of the keys.

Textual's Input and TextArea handle letters and editing keys on two paths, which a burst (a phone's keyboard, SSH)
overtakes: `teh`, three backspaces, `the ` became `teht`. And text that arrives together with the key that opens a
field met a field that was not mounted yet. Here there is nothing to mount and one path.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len

from lsa_tui import text as texts
from lsa_tui.app.drawing import Line


@dataclass
class Typed:
    """A field: its text, where the cursor stands (in characters), and whether it takes several lines."""

    text: str = ""
    cursor: int = 0
    several: bool = False
    most: int = texts.LONGEST

    def __post_init__(self) -> None:
        self.cursor = len(self.text)

    def put(self, more: str) -> None:
        """Inserts text at the cursor, without control characters."""
        more = "".join(c for c in more.replace("\r\n", "\n").replace("\r", "\n") if c.isprintable() or c in "\n\u200d")
        if not self.several:
            more = " ".join(more.split("\n"))
        more = more[: max(self.most - len(self.text), 0)]
        self.text = self.text[: self.cursor] + more + self.text[self.cursor :]
        self.cursor += len(more)

    def press(self, key: str, character: str | None) -> bool:
        """Applies an editing key or a letter; False where the key means nothing here."""
        edit = getattr(self, f"_{key.replace('ctrl+', 'ctrl_')}", None)
        if edit is not None:
            edit()
            return True
        if character and character.isprintable():
            self.put(character)
            return True
        return False

    def newline(self) -> None:
        """A new line, where the field takes several."""
        if self.several:
            self.put("\n")

    def _backspace(self) -> None:
        if self.cursor:
            self.text = self.text[: self.cursor - 1] + self.text[self.cursor :]
            self.cursor -= 1

    _ctrl_h = _backspace

    def _delete(self) -> None:
        self.text = self.text[: self.cursor] + self.text[self.cursor + 1 :]

    def _left(self) -> None:
        self.cursor = max(self.cursor - 1, 0)

    def _right(self) -> None:
        self.cursor = min(self.cursor + 1, len(self.text))

    def _home(self) -> None:
        self.cursor = self.text.rfind("\n", 0, self.cursor) + 1

    _ctrl_a = _home

    def _end(self) -> None:
        end = self.text.find("\n", self.cursor)
        self.cursor = len(self.text) if end < 0 else end

    _ctrl_e = _end

    def _up(self) -> None:
        self._home()
        self.cursor = max(self.cursor - 1, 0)

    def _down(self) -> None:
        self._end()
        self.cursor = min(self.cursor + 1, len(self.text))

    def _ctrl_u(self) -> None:
        start = self.text.rfind("\n", 0, self.cursor) + 1
        self.text = self.text[:start] + self.text[self.cursor :]
        self.cursor = start

    def _ctrl_w(self) -> None:
        head = self.text[: self.cursor].rstrip()
        start = max(head.rfind(" "), head.rfind("\n")) + 1
        self.text = self.text[:start] + self.text[self.cursor :]
        self.cursor = start

    def lines(self, width: int, height: int) -> tuple[list[Line], int]:
        """The text in lines of at most `width` cells with the cursor in it, the last `height` of them around the
        cursor; and the number of the line that holds the cursor."""
        rows: list[tuple[int, int]] = []
        start = 0
        for end in [*(n for n, c in enumerate(self.text) if c == "\n"), len(self.text)]:
            rows += _rows(self.text, start, end, width - 1)
            start = end + 1
        at = next((n for n, (first, last) in enumerate(rows) if first <= self.cursor <= last), len(rows) - 1)
        while at + 1 < len(rows) and rows[at + 1][0] <= self.cursor:
            at += 1
        top = max(0, min(at - height + 1, len(rows) - height))
        drawn = [self._drawn(first, last, n == at) for n, (first, last) in enumerate(rows)][top : top + height]
        return drawn, at - top

    def _drawn(self, first: int, last: int, current: bool) -> Line:
        if not current:
            return [(self.text[first:last], "panel")]
        under = self.text[self.cursor : self.cursor + 1] if self.cursor < last else " "
        return [
            (self.text[first : self.cursor], "panel"),
            (under, "nav-current"),
            (self.text[self.cursor + 1 : last], "panel"),
        ]


def _rows(text: str, start: int, end: int, width: int) -> list[tuple[int, int]]:
    """Where the lines of one paragraph begin and end: broken after blanks, or within a word that is too long."""
    rows = []
    while cell_len(text[start:end]) > width:
        fits = start
        cells = 0
        while fits < end and cells + cell_len(text[fits]) <= width:
            cells += cell_len(text[fits])
            fits += 1
        fits = max(fits, start + 1)
        blank = text.rfind(" ", start, fits)
        cut = blank + 1 if blank > start else fits
        rows.append((start, cut))
        start = cut
    rows.append((start, end))
    return rows
