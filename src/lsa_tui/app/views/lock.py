"""Locked: tiles as letters that still record, and nothing to read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, Tap, fit, wrapped
from lsa_tui.app.views.base import Box, View, boxes, centred
from lsa_tui.app.views.blank import TALL, clock
from lsa_tui.app.views.tally import arranged, letter_box
from lsa_tui.daybook import interventions, locking
from lsa_tui.daybook.meanwhile import Meanwhile, tiles
from lsa_tui.errors import LsaError

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp
    from lsa_tui.records.kinds import Entry

KEPT, NOT_KEPT = "kept", "NOT KEPT"
AWAY = "The records were away and came back. Look at the last entries: what was marked in that second may be missing."
WORDS = {"pin": "PIN", "passphrase": "passphrase", "nothing": "unlock"}


class Lock(View):
    """The letters of the tiles, where the Tally has them. Each still records, and says no more than that it did."""

    name = "lock"
    title = "Locked"
    hides = True

    def __init__(self, app: LsaApp, again: bool = False) -> None:
        """`again`: it begins locked because it was left so; what was marked before counts as marked meanwhile."""
        super().__init__(app)
        self.since = app.book.now()
        self.records: bool = app.book.config["lock.records"]
        self.meanwhile = Meanwhile.left_over(app.book) if again else Meanwhile(app.book)
        self.last = ("", "")
        self.problems: list[str] = []
        self.was_away = False
        self.letters: list[str] = []
        self.asks = "nothing"
        self._read()

    def _read(self) -> None:
        try:
            self.letters = tiles(self.book)
            self.asks = locking.asks_for(self.book)
        except Exception:  # records that were pulled out a moment ago: read when they are back
            self.letters = []

    def refreshed(self) -> None:
        pass  # what the tiles are called is of no interest here, and their letters are read when it locks

    # What is seen

    def draw(self, width: int, height: int) -> Picture:
        found = Picture()
        if self.app.guard.away or not self.records or not self.letters:
            self._words(found, width, height)
            return found
        # The tiles stand where they stand on the Tally, so that a thumb finds them without looking.
        side = 28 if width >= 72 else 0
        plan = 34 if side and width >= 110 else 0
        inner = Picture()
        columns, air, tall = arranged(len(self.letters), width - side - plan, height)
        for start in range(0, len(self.letters), columns):
            row = [self._tile(letter, air == 0) for letter in self.letters[start : start + columns]]
            boxes(inner, row, width - side - plan, columns, tall=tall)
            for _ in range(air):
                inner.add(("", "text"))
        found.lines = [[(" " * plan, "text"), *line] for line in inner.lines]
        found.taps = [Tap(plan + one.x, one.y, one.width, one.height, one.action, one.argument) for one in inner.taps]
        self._state(found, width, height, plan)
        return found

    def _tile(self, letter: str, close: bool) -> Box:
        said = self.last[1] if self.last[0] == letter else ""
        return letter_box(letter, "lock.tile", "pressed" if said else "tile", said, close)

    def _state(self, found: Picture, width: int, height: int, indent: int) -> None:
        lead = " " * indent
        for words, style in self._sentences():
            for part in wrapped(words, width - indent - 2):
                if len(found.lines) < height:
                    found.add((fit(f"{lead} {part}", width), style))

    def _sentences(self) -> list[tuple[str, str]]:
        opens = {"pin": "the PIN opens", "passphrase": "the passphrase opens", "nothing": "no PIN is set"}[self.asks]
        found = [(f"Locked {self.since:%H:%M}, {opens}", "strong")]
        held = interventions.running(self.book)
        if held is not None:
            # Whose it is, or what for, is not said; that it runs must be.
            seconds = int(interventions.lasted(held, self.book.now()).total_seconds())
            found.insert(0, (f"{self.app.keymap.shown('handson')} stops: RUN {seconds // 60}:{seconds % 60:02}", "now"))
        if self.last[1] == NOT_KEPT:
            return [*found, ("That mark could NOT be recorded. Why is said after unlocking.", "warning")]
        if self.last[0] and self.last[0] not in self.letters:
            found.append((f"{self.last[0]} {self.last[1]}", "text"))
        return [*found, ("Letters still record. What was marked is listed after unlocking.", "muted")]

    def _words(self, found: Picture, width: int, height: int) -> None:
        """No tiles: why not, under a large clock."""
        sentences = self._without_tiles()
        lines: list[Line] = []
        for words, style in sentences:
            lines += [[(centred(part, width), style)] for part in wrapped(words, min(width - 4, 60))]
        for _ in range(max((height - TALL - 1 - len(lines)) // 2, 0)):
            found.add(("", "text"))
        found.lines += clock(f"{self.book.now():%H:%M}", width)
        found.add(("", "text"))
        found.lines += lines

    def _without_tiles(self) -> list[tuple[str, str]]:
        if self.app.guard.away == "other":
            return [
                ("Locked: the records were replaced", "strong"),
                ("Another file stands where the records were. Leave, and open lsa again.", "warning"),
            ]
        if self.app.guard.away:
            return [
                ("Locked: the records are not there", "strong"),
                ("Nothing is recorded until the stick or folder is back where it was.", "warning"),
            ]
        found = [(f"Locked {self.since:%H:%M}", "strong")]
        if not self.records:
            return [*found, ("Nothing is recorded while it is locked.", "warning")]
        return found

    def buttons(self) -> list[tuple[str, str, str]]:
        if self.app.guard.away:
            return [("q: leave", "lock.leave", "")]
        enter = (f"Enter: {WORDS[self.asks]}", "lock.ask", "")
        return [(self.app.keymap.shown("handson"), "lock.handson", ""), enter] if self.records else [enter]

    # Keys and taps

    def press(self, key: str, character: str | None) -> bool:
        """Letters record, Enter asks; everything else means nothing here, the palette and the help too."""
        if self.app.guard.away:
            if self.app.keymap.on("everywhere").get(key) == "back":
                self.app.exit(0)
        elif key == "enter":
            self.do_lock_ask("")
        elif key in self.letters:
            self.do_lock_tile(key)
        elif self.app.keymap.on("tally").get(key) == "handson":
            self.do_lock_handson("")
        elif self.asks == "pin" and len(key) == 1 and key.isascii() and key.isdecimal():
            self.do_lock_ask(key)
        return True

    def do_lock_tile(self, letter: str) -> None:
        """One mark, committed before anything changes on the screen."""
        if not self.records or self.app.guard.away:
            return
        self._record(letter, self.meanwhile.mark)

    def do_lock_handson(self, _: str) -> None:
        """The stopwatch of a restrictive intervention: nobody has a hand free for a PIN then."""
        if self.records and not self.app.guard.away:
            self._record(self.app.keymap.shown("handson"), self.meanwhile.hands_on)

    def _record(self, letter: str, work: Callable[[str], Entry]) -> None:
        self.last = (letter, NOT_KEPT)
        try:
            self.app.marked(work(letter))
        except LsaError as problem:
            self.problems.append(f"{letter} {self.book.now():%H:%M}: {problem}")
            return
        self.last = (letter, KEPT)

    def do_lock_ask(self, first: str) -> None:
        """Asks for what unlocks; where nothing does, it unlocks."""
        if self.app.guard.away:
            return
        if self.asks == "nothing":
            self.app.guard.unlock()
            return
        from lsa_tui.app.views.unlock import Asking

        self.app.guard.view = Asking(self.app, first)

    def do_lock_leave(self, _: str) -> None:
        """The tap on Leave."""
        self.app.exit(0)

    # For the guard

    def remember(self, locked: bool) -> None:
        """Keeps in the records that it is locked, so that a kill does not open it."""
        if self.asks == "nothing" and locked:
            return
        try:
            locking.keep_locked(self.book, locked)
        except Exception as problem:  # pulled out, or the disk is full: it is locked all the same
            if not self.app.guard.away:
                self.problems.append(str(problem))

    def returned(self) -> None:
        """The records are back where they were."""
        self.was_away = True
        self._read()

    def tell(self) -> None:
        """After unlocking: what went wrong, and what was marked meanwhile."""
        app, groups = self.app, self.meanwhile.groups()
        if self.was_away:
            self.problems.insert(0, AWAY)
        if groups:
            from lsa_tui.app.views.marked import Marked  # seldom

            app.said = "Unlocked"
            app.open(Marked(app, self.meanwhile))
        elif self.records and not self.problems and not any(view.name == "marked" for view in app.views):
            app.said = "Unlocked; nothing was marked meanwhile"
        else:
            app.said = "Unlocked"
        if self.problems:
            app.say_at_length("While it was locked", self.problems)
