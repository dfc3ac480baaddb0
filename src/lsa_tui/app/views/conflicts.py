"""Edits that did not see each other: both values are kept, and somebody decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsa_tui.app.drawing import Picture, Tap, between, fit, wrapped
from lsa_tui.app.views.base import Box
from lsa_tui.app.views.window import Windowed
from lsa_tui.app.views.words import field_words, value_words
from lsa_tui.clock import from_text
from lsa_tui.daybook import entries
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

MOST = 5
"""Values that one screen offers; of more the older ones follow after a decision."""
NOTHING = "Nothing to decide.\n\nWhere two people change the same thing at once, both are kept and stand here."


class Conflicts(Windowed):
    """One field at a time: each of its values with who wrote it and when; a digit decides."""

    name = "conflicts"

    def __init__(self, app: LsaApp) -> None:
        super().__init__(app)
        self.at = 0
        self.open: list[tuple[Entry, str]] = []
        self.refreshed()

    def refreshed(self) -> None:
        found = entries.conflicts(self.book)
        self.open = [(one, name) for one in found for name in sorted(one.conflict or {})]
        self.at = max(0, min(self.at, len(self.open) - 1))

    def _values(self) -> list[dict[str, Any]]:
        """The values that differ, the one shown now first."""
        if not self.open:
            return []
        entry, name = self.open[self.at]
        found: list[dict[str, Any]] = []
        for one in (entry.conflict or {})[name]:
            if all(one["value"] != other["value"] for other in found):
                found.append(one)
        return found[:MOST]

    def head(self, width: int) -> Picture:
        found = Picture()
        if not self.open:
            found.add((fit(" To decide", width), "strong"))
            return found
        entry, name = self.open[self.at]
        found.add((between(" To decide", f"‹ {self.at + 1} of {len(self.open)} › ", width), "strong"))
        found.taps += [Tap(width - 12, 0, 6, 1, "conflicts.go", "-1"), Tap(width - 6, 0, 6, 1, "conflicts.go", "1")]
        for part in wrapped(f"{entries.about(self.book, entry)}: {field_words(name)}", width - 2, 2):
            found.add((fit(f" {part}", width), "text"))
        return found

    def content(self, width: int) -> Picture:
        found = Picture()
        if not self.open:
            found.add(("", "text"))
            for part in wrapped(NOTHING, width - 2):
                found.add((fit(f" {part}", width), "muted"))
        elif self.open[self.at][1] == "removed":  # what it is about, as it stands with the edit
            for part in wrapped(self.book.line(self.open[self.at][0]), width - 2, 3):
                found.add((fit(f" {part}", width), "muted"))
        for n, one in enumerate(self._values(), 1):
            found.add(("", "text"))
            top = len(found.lines)
            who = f"{one['by']} {from_text(one['at']):%a %d %b %H:%M}"
            said = value_words(self.book, self.open[self.at][1], one["value"])
            parts = wrapped(said, width - 4)
            for row, part in enumerate(parts):
                found.add((f" {n} " if row == 0 else "   ", "accent"), (part, "strong"))
            found.add((fit(f"   {who}{', shown now' if n == 1 else ''}", width), "muted"))
            found.taps.append(Tap(0, top, width, len(parts) + 1, "conflicts.digit", str(n)))
        return found

    def below(self) -> list[Box]:
        digits = range(1, len(self._values()) + 1)
        found = [Box(([(f" {n}", "tile-key")], [(" stands", "tile")]), "conflicts.digit", str(n)) for n in digits]
        if len(self.open) > 1:
            found.append(Box(([(" →", "tile-key")], [(" next", "tile")]), "conflicts.go", "1"))
        return found

    # Keys and taps

    def hints(self) -> list[tuple[str, str, str]]:
        return [("1 2 …", "Decide", "This value stands"), ("left right", "Another", "The next one, without deciding")]

    def press(self, key: str, character: str | None) -> bool:
        """A digit decides; left and right go to the next one without deciding."""
        if len(key) == 1 and key.isdigit():
            self.app._guarded(lambda: self.do_conflicts_digit(key))
            return True
        if key in ("left", "right"):
            self.do_conflicts_go("1" if key == "right" else "-1")
            return True
        return super().press(key, character)

    def do_conflicts_digit(self, digit: str) -> None:
        """The value with that digit stands."""
        values = self._values()
        if not 1 <= int(digit) <= len(values):
            return
        entry, name = self.open[self.at]
        found = entries.decide(self.book, entry.id, name, values[int(digit) - 1]["value"])
        self.app.heard.looked_at(found)  # somebody wrote these words before
        self.app.recorded(found)
        self.top = 0

    def do_conflicts_go(self, by: str) -> None:
        """To another one, without deciding."""
        if self.open:
            self.at = (self.at + int(by)) % len(self.open)
            self.top = 0
