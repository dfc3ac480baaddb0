"""End: the day's summary, what goes to others, and one line for tomorrow."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, Tap, between, fit, length, wrapped
from lsa_tui.app.views import syncing
from lsa_tui.app.views.ask import Ask
from lsa_tui.app.views.base import Box
from lsa_tui.app.views.entry import deed
from lsa_tui.app.views.window import Windowed
from lsa_tui.daybook import audit, notes
from lsa_tui.errors import LsaError
from lsa_tui.paths import write_whole
from lsa_tui.records import read

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp
    from lsa_tui.documents.document import Document, Item

WIDEST = 84
"""Columns of text that an eye follows from line to line."""
_ID = re.compile(r" [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class End(Windowed):
    """The hand-over of a day, drawn from its document; `home` shows the home sheet in its place."""

    name = "end"
    title = "End"

    def __init__(self, app: LsaApp, on: date | None = None, home: bool = False) -> None:
        super().__init__(app)
        self.on = on or app.book.today()
        self.home = home
        self.saved = ""
        self.old_sync = app.syncing if app.syncing is not None and app.syncing.read else None
        """One whose sentence was read already; a line is enough for it."""
        self.document: Document | None = None
        self.lines: dict[int, list[Line]] = {}

    def refreshed(self) -> None:
        """What was recorded since is in it at the next drawing, not before the key is answered."""
        self.document = None
        self.lines = {}

    def _document(self) -> Document | None:
        from lsa_tui.documents import audiences, summary  # not before this screen is opened

        audience = "home" if self.home else self.book.role
        if self.book.focus is None or audience not in audiences.AUDIENCES:
            return None
        if self.document is None:
            self.document = summary.build(self.book, self.on, audience, self.book.focus)
        return self.document

    # Drawing

    def head(self, width: int) -> Picture:
        day = "Today" if self.on == self.book.today() else f"{self.on:%a %d %b}"
        title = "Home sheet" if self.home else "Hand-over"
        found = Picture()
        found.add((" ‹ ", "accent"), (day, "strong"), (" › ", "accent"))
        rest = width - length(found.lines[0])
        found.lines[0].append((between("", f"{title} ", rest), "muted"))
        found.taps += [Tap(0, 0, 6, 1, "end.earlier"), Tap(6, 0, len(day), 1, "end.later")]
        return found

    def content(self, width: int) -> Picture:
        wide = min(width, WIDEST)
        if wide not in self.lines:
            self.lines = {wide: self._drawn(wide)}
        return Picture([*self._why(wide), *self.lines[wide]])

    def _drawn(self, width: int) -> list[Line]:
        try:
            document = self._document()
        except LsaError as problem:  # a home sheet in which somebody is named: which entry it is
            # The id is what a command takes; here the time finds it in the log.
            words = _ID.sub("", str(problem))
            if words != str(problem):
                words += f"\n{self.app.keymap.shown('screen.log')} opens the log, where it is found by its time."
            parts = [part for line in words.split("\n") for part in wrapped(line, width - 2)]
            return [[("", "text")], *([(fit(f" {part}", width), "warning")] for part in parts)]
        return drawn(document, width) if document else self._none(width)

    def _why(self, width: int) -> list[Line]:
        """The sentence of a sync where it is too long for the line above the buttons."""
        sync = self.app.syncing
        if sync is None or sync.running or sync is self.old_sync:
            return []
        whole = sync.sentence(width)
        return [*whole, [("", "text")]] if len(whole) > syncing.SHORT else []

    def _none(self, width: int) -> list[Line]:
        words = "A hand-over is for LSA, teacher and SENCo; nothing of it is shown to the DSL here."
        if self.book.focus is None:
            words = f"No pupil yet; {self.app.keymap.shown('pupil')} adds one."
        return [[("", "text")], *([(fit(f" {part}", width), "muted")] for part in wrapped(words, width - 2))]

    def status(self, width: int) -> list[Line]:
        """What was saved, and how the sync stands."""
        found = [[(fit(f" {part}", width), "success")] for part in wrapped(self.saved, width - 2, 4) if part]
        if self.app.syncing is not None:
            self.app.syncing.read = not self.app.syncing.running
            found += self.app.syncing.lines(width, brief=self.app.syncing is self.old_sync)
        return found

    def below(self) -> list[Box]:
        running = self.app.syncing is not None and self.app.syncing.running
        return [
            deed(self.app, "end.stop", "Stop") if running else deed(self.app, "end.sync", "Sync"),
            deed(self.app, "end.save", "Save"),
            deed(self.app, "end.tomorrow", "Tomorrow"),
            deed(self.app, "end.home", "Day" if self.home else "Home"),
        ]

    # Keys and taps

    def hints(self) -> list[tuple[str, str, str]]:
        return [*super().hints(), ("Esc", "Stop", "While a sync runs: stops it, between two steps")]

    def press(self, key: str, character: str | None) -> bool:
        """Escape stops a sync that runs."""
        if key == "escape" and self.app.syncing is not None and self.app.syncing.running:
            self.do_end_stop("")
            return True
        return super().press(key, character)

    def do_end_sync(self, _: str) -> None:
        self.saved = ""
        syncing.start(self.app)

    def do_end_stop(self, _: str) -> None:
        """Ends a sync between two steps; what was not sent goes with the next one."""
        sync = self.app.syncing
        if sync is None or not sync.running:
            raise LsaError("no sync is running")
        sync.stop()

    def do_end_shared(self, _: str) -> None:
        """Who may open the shared store."""
        from lsa_tui.app.views.sharing import sharing

        sharing(self.app)

    def do_end_save(self, _: str) -> None:
        """Writes what is shown as HTML and as Markdown, for its owner alone."""
        from lsa_tui.documents.render import render

        document = self._document()
        if document is None:
            raise LsaError("there is no summary to save here")
        name = f"{self.on.isoformat()}-{document.pupil}-{document.audience}"
        for ending in ("html", "md"):
            write_whole(self.book.paths.saved / f"{name}.{ending}", render(document, ending))
        audit.note(self.book, "document saved", name)
        self.saved = f"Saved in {self.book.paths.saved}: {name}.html and .md"

    def do_end_tomorrow(self, _: str) -> None:
        """One line, the present one to start from."""
        day = self.book.today().isoformat()
        held = read.between(self.book.db, day, day, self.book.focused(), ("tomorrow",))

        def done(words: str) -> None:
            self.app.recorded(notes.tomorrow(self.book, words))

        text = str(held[-1]["text"]) if held else ""
        self.app.open(Ask(self.app, "For tomorrow", done, text, "one line: what to begin with, what to bring"))

    def do_end_home(self, _: str) -> None:
        """What the family would read; again: back to the hand-over."""
        self._show(self.on, not self.home)

    def do_end_earlier(self, _: str) -> None:
        self._show(self.on - timedelta(days=1), self.home)

    def do_end_later(self, _: str) -> None:
        self._show(min(self.on + timedelta(days=1), self.book.today()), self.home)

    def _show(self, on: date, home: bool) -> None:
        self.on, self.home, self.saved, self.top = on, home, "", 0
        self.refreshed()

    def do_back(self, _: str) -> None:
        """From the home sheet or another day to today's hand-over."""
        if self.home or self.on != self.book.today():
            self._show(self.book.today(), False)
        else:
            self.app.deeds.do_back("")


def drawn(document: Document, width: int) -> list[Line]:
    """A document as lines: its heading, each section with something in it, then the names of the empty ones."""
    found: list[Line] = [[(fit(f" {part}", width), "strong")] for part in wrapped(document.heading, width - 2)]
    for section in document.sections:
        if section.items:
            found += [[("", "text")], [(fit(f" {section.title}", width), "accent")]]
            for item in section.items:
                found += _item(item, width)
    empty = [section.title.capitalize() for section in document.sections if not section.items]
    if empty:
        found.append([("", "text")])
        found += [[(fit(f" {p}", width), "muted")] for p in wrapped(f"None recorded: {', '.join(empty)}", width - 2)]
    return found


def _item(item: Item, width: int) -> list[Line]:
    style = "warning" if item.emphasis else "text"
    time = f"{item.time} " if item.time else ""
    indent = " " * len(time)
    found: list[Line] = []
    for n, part in enumerate(wrapped(item.text, width - 4 - len(time))):
        sign = " ! " if item.emphasis and n == 0 else "   "
        found.append([(sign, style), (indent if n else time, "muted"), (part, style)])
    for line in item.lines:
        for n, part in enumerate(wrapped(line, width - 6)):
            found.append([("   " if n else "   · ", "muted"), ("  " if n else "", "text"), (part, "text")])
    return found
