"""Help and More: the registry of keys as a page to read, and as tiles for a finger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.actions import ACTIONS, SCOPES, Action, tile_actions
from lsa_tui.app.drawing import Picture, fit, wrapped
from lsa_tui.app.views.base import Box, View, boxes
from lsa_tui.app.views.page import Page

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

KEY = 9
LABEL = 12
WIDE = 60
"""From so many cells on, labels have a column of their own."""
NAMES = {"enter": "Enter", "escape": "Esc", "tab": "Tab", "backspace": "Bksp", "ctrl+p": "^p"}
TYPING = [
    ("Enter", "Done", "Takes what is typed"),
    ("Esc", "Back", "Then the keys below work again: blank the screen, lock it"),
    ("\\ Enter", "New line", "Where a text has several"),
]
HEADINGS = {"tally": "Target and lesson", "everywhere": "Everywhere"}

Row = tuple[str, str, str]
"""Keys, label, what they do."""


def keys_of(app: LsaApp, view: View) -> list[tuple[str, list[Row]]]:
    """The keys that count on a view, under headings: what is nearest first. A key that means something nearer is
    left out further away."""
    scopes = SCOPES.get(view.name, ("everywhere",))
    sections: list[tuple[str, list[Row]]] = [("This screen", view.hints())]
    if view.field is not None:
        sections.insert(0, ("While you type", TYPING))
    if "tally" in scopes:
        sections.append(("Tiles", [(action.keys[0], action.help, "") for action in tile_actions(app.book)]))
    for scope in scopes:
        rows = [_row(app, view, action) for action in ACTIONS if action.screen == scope]
        sections.append((HEADINGS.get(scope, "This screen"), _in_one([row for row in rows if row[0]])))
    return _joined(sections)


def _in_one(rows: list[Row]) -> list[Row]:
    """The levels of support in one line, as long as nobody gave one of them another key."""
    levels = [row for row in rows if row[1].startswith("Level ")]
    if not levels or [row[0] for row in levels] != [str(n) for n in range(1, len(levels) + 1)]:
        return rows
    at = rows.index(levels[0])
    one = (f"1-{len(levels)}", "Level", "A response with that level of support on the current target")
    return [*rows[:at], one, *rows[at + len(levels) :]]


def _row(app: LsaApp, view: View, action: Action) -> Row:
    here = app.keymap.on(view.name)
    keys = [key for key in app.keymap.keys[action.id] if here.get(key) == action.id]
    return " ".join(NAMES.get(key, key) for key in keys), action.label, action.help


def _joined(sections: list[tuple[str, list[Row]]]) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for heading, rows in sections:
        if rows:
            found.setdefault(heading, []).extend(rows)
    return list(found.items())


class Help(Page):
    """The keys of the view it was opened from, first those of this screen, then everywhere."""

    name = "help"
    title = "Help"
    through = ("back", "blank", "handson", "help")

    def __init__(self, app: LsaApp, of: View) -> None:
        super().__init__(app)
        self.of = of

    def content(self, width: int) -> Picture:
        found = Picture()
        for heading, rows in keys_of(self.app, self.of):
            if found.lines:
                found.add(("", "text"))
            found.add((fit(f" {heading}", width), "strong"))
            for row in rows:
                _draw(found, row, width)
        return found

    def do_help(self, _: str) -> None:
        """Its own key closes it too."""
        self.app.close()


def _draw(found: Picture, row: Row, width: int) -> None:
    keys, label, words = row
    column = (fit(f" {keys}", KEY - 1) + " ", "accent")
    if width >= WIDE:
        lines = wrapped(words, width - KEY - LABEL - 1)
        found.add(column, (fit(label, LABEL if words else width - KEY), "text"), (lines[0], "muted"))
        for line in lines[1:]:
            found.add((" " * (KEY + LABEL), "text"), (line, "muted"))
        return
    lines = wrapped(f"{label}  {words}" if words else label, width - KEY - 1)
    found.add(column, (lines[0][: len(label)], "text"), (lines[0][len(label) :], "muted"))
    for line in lines[1:]:
        found.add((" " * KEY, "text"), (line, "muted" if words else "text"))


class More(Page):
    """Everything that can be done on the view it was opened from, as tiles; each does it there."""

    name = "more"
    title = "More"
    step = 3
    through = None  # every key means here what it means below

    def __init__(self, app: LsaApp, of: View) -> None:
        super().__init__(app)
        self.of = of

    def content(self, width: int) -> Picture:
        found = Picture()
        columns = max(width // 12, 2)
        tiles = [self._tile(action, keys.split()[0]) for action, keys in self._actions()]
        for start in range(0, len(tiles), columns):
            boxes(found, tiles[start : start + columns], width, columns)
        return found

    def _actions(self) -> list[tuple[Action, str]]:
        """The actions with a key here: this screen's, then everywhere's; last what has boxes and bars of its own."""
        scopes = SCOPES.get(self.of.name, ("everywhere",))
        found = []
        for scope in scopes:
            for action in ACTIONS:
                keys = _row(self.app, self.of, action)[0]
                if action.screen == scope and keys and action.id != "more":
                    found.append((action, keys))
        return sorted(found, key=lambda one: one[0].id.startswith(("screen.", "level.")))

    def _tile(self, action: Action, key: str) -> Box:
        return Box(([(f" {key}", "tile-key")], f" {action.label}"), "more.do", action.id)

    def closing(self) -> tuple[str, str, str]:
        return ("Back", "back", "")

    def press(self, key: str, character: str | None) -> bool:
        """Scrolls; any other key, Enter too, means what it means below."""
        return self.other(key) if key == "enter" else super().press(key, character)

    def other(self, key: str) -> bool:
        self.app.close()
        if self.app.keymap.on("everywhere").get(key) not in ("more", "back"):
            self.app.press(key, key if len(key) == 1 else None)
        return True

    def do_more_do(self, action: str) -> None:
        """Closes this, then does it on the view below."""
        self.app.close()
        self.app._perform(action, "")
