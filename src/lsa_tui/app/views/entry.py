"""One entry: all it says, who changed what and when, and a button for whatever can be done with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, between, fit, wrapped
from lsa_tui.app.views import concern_move, correct, words
from lsa_tui.app.views.base import Box
from lsa_tui.app.views.window import Windowed
from lsa_tui.daybook import entries, releasing, rights
from lsa_tui.daybook.book import Book
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

LABEL = 13
"""Columns of a field's name."""


class EntryView(Windowed):
    """An entry of the log, opened. Its keys are the log's."""

    name = "log"

    def __init__(self, app: LsaApp, entry: Entry) -> None:
        super().__init__(app)
        self.entry = entry
        self.lines: dict[int, list[Line]] = {}

    def refreshed(self) -> None:
        held = read.get(self.book.db, self.entry.id)
        if held is not None:
            self.entry = held
        elif self in self.app.views[1:]:
            self.app.views.remove(self)  # undone by a command, or erased
        self.lines = {}

    def head(self, width: int) -> Picture:
        found = Picture()
        title = f" {self.entry.when:%H:%M} {KINDS[self.entry.kind].words}"
        found.add((between(title, f"{self.entry.when:%a %d %b %Y} ", width), "strong"))
        return found

    def content(self, width: int) -> Picture:
        if width not in self.lines:
            self.lines = {width: list(details(self.book, self.entry, width))}
        return Picture(list(self.lines[width]))

    def below(self) -> list[Box]:
        return [] if self.entry.removed else deeds(self.app, self.entry)

    def do_log_correct(self, _: str) -> None:
        correct.correct(self.app, self.entry)

    def do_log_remove(self, _: str) -> None:
        correct.remove(self.app, self.entry)

    def do_log_time(self, _: str) -> None:
        correct.move_time(self.app, self.entry)

    def do_log_move(self, _: str) -> None:
        correct.move(self.app, self.entry)

    def do_log_release(self, _: str) -> None:
        correct.release(self.app, self.entry)

    def do_log_concern(self, _: str) -> None:
        concern_move.entry(self.app, self.entry)


def deed(app: LsaApp, action: str, label: str) -> Box:
    """A button that shows its key."""
    return Box(([(app.keymap.shown(action), "tile-key")], [(label, "tile")]), action)


def deeds(app: LsaApp, entry: Entry | None) -> list[Box]:
    """What this person can do with an entry of the log."""
    found = []
    note = releasing.note_of(app.book, entry) if entry is not None else None
    if note is not None and rights.may(app.book.role, releasing.DEED["release"]):
        goes = releasing.how_stands(app.book, note).status == releasing.RELEASED
        found.append(deed(app, "log.release", "Recall" if goes else "Home"))
    others = entry is not None and not rights.is_own(app.book, entry) and entry.kind != "intervention"
    if others or (entry is not None and entry.kind == "release"):
        return found  # another's observation, which nobody else changes; a release is recalled, not corrected
    unnamed = entry is not None and is_unnamed(entry)
    return [
        *found,
        deed(app, "log.correct", "Name" if unnamed else "Correct"),
        deed(app, "log.remove", "Remove"),
        deed(app, "log.time", "Time"),
        deed(app, "log.move", "Move"),
    ]


def is_unnamed(entry: Entry) -> bool:
    """Whether it is a mark of a letter without a tile."""
    return entry.kind == "tally" and not entry["behaviour"]


def details(book: Book, entry: Entry, width: int) -> Iterator[Line]:
    """Everything an entry says, then its history."""
    whose = book.names.pupil(entry.pupil) or "nobody: your own, it stays on this device"
    yield from _field("for", whose, width)
    if entry.removed:
        yield from _field("removed", entry.removed, width, "warning")
    for name, value in words.told(book, entry):
        yield from _field(name, value, width)
    yield [("", "text")]
    yield [(fit(" Who, when, what changed", width), "muted")]
    for who, what in words.changes(book, entry, entries.history(book, entry.id)):
        for n, part in enumerate(wrapped(what, width - len(who) - 3)):
            yield [(f" {who if n == 0 else ' ' * len(who)}  ", "muted"), (part, "text")]


def _field(name: str, value: str, width: int, style: str = "text") -> Iterator[Line]:
    for n, part in enumerate(wrapped(value, width - LABEL - 1)):
        yield [(f" {fit(name if n == 0 else '', LABEL)}", "muted"), (part, style)]
