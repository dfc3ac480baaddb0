"""After unlocking: what was marked while the screen was locked, to keep or to drop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, between, fit
from lsa_tui.app.views.base import Box, boxes
from lsa_tui.app.views.window import Windowed
from lsa_tui.daybook.meanwhile import Group, Meanwhile

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


class Marked(Windowed):
    """A box for each tile that was pressed, with how often and when. Its letter changes keep to drop and back."""

    name = "marked"
    through = ("back", "blank", "lock", "help", "palette", "handson")
    alone = True

    def __init__(self, app: LsaApp, meanwhile: Meanwhile) -> None:
        super().__init__(app)
        self.meanwhile = meanwhile
        self.until = app.book.now()
        self.groups: list[Group] = []
        self.dropped: set[tuple[str, str]] = set()
        self.gone = 0
        """How many were dropped when it was done."""
        self.wanted: tuple[str, str] | None = None
        """Whose box the next drawing must have in sight."""
        self.refreshed()

    def refreshed(self) -> None:
        self.groups = self.meanwhile.groups()

    def left(self) -> None:
        """Whatever closes it keeps what is there then, and says so."""
        kept = sum(len(group.presses) for group in self.meanwhile.groups())
        self.meanwhile.settled()
        dropped = f", {self.gone} dropped" if self.gone else ""
        self.app.said = f"{kept} kept{dropped}"

    def head(self, width: int) -> Picture:
        found = Picture()
        total = sum(len(group.times) for group in self.groups)
        words = f" Marked while locked: {total}"
        since = self.meanwhile.since
        today = since.date() == self.until.date()
        when = f"{since:%H:%M}-{self.until:%H:%M} " if today else f"since {since:%a %H:%M} "
        found.add((between(words, when, width), "strong"))
        found.add((fit(" A letter or a tap: keep or drop", width), "muted"))
        return found

    def content(self, width: int) -> Picture:
        found = Picture()
        columns = 2 if width >= 70 else 1
        wide = (width + 1) // columns - 1
        tiles = [self._box(group, wide) for group in self.groups]
        for start in range(0, len(tiles), columns):
            found.add(("", "text"))
            boxes(found, tiles[start : start + columns], width, columns)
            if self.wanted in [self._key(group) for group in self.groups[start : start + columns]]:
                self.seek, self.wanted = (len(found.lines) - 3, len(found.lines) - 1), None
        return found

    def _box(self, group: Group, wide: int) -> Box:
        drop = self._key(group) in self.dropped
        style = "tile-label" if drop else "tile"
        times = " ".join(group.times)
        verdict = "DROP " if drop else "keep "
        head: Line = [(f" {group.letter} ", "tile-key")]
        number = str(len(group.times))
        head += [(between(f" {group.label}", f"{number} ", wide - 3), style if drop else "tile-number")]
        whose: Line = [(between(f"    {group.pupil}", verdict, wide), "tile-key" if drop else "tile-label")]
        return Box(
            (head, [(fit(f"    {times}", wide), "tile-label")], whose), "marked.turn", "|".join(self._key(group))
        )

    @staticmethod
    def _key(group: Group) -> tuple[str, str]:
        return group.pupil, group.letter

    def buttons(self) -> list[tuple[str, str, str]]:
        if not self.dropped:
            return [("Enter: keep all", "marked.done", ""), ("0: drop all", "marked.all", "")]
        every = len(self.dropped) == len(self.groups)
        drop, keep = self._numbers()
        done = ("Enter: drop all" if every else f"Enter: drop {drop} of {drop + keep}", "marked.done", "")
        return [done, ("0: keep all", "marked.all", "") if every else ("0: drop all", "marked.all", "")]

    def _numbers(self) -> tuple[int, int]:
        """How many marks are to be dropped, and how many kept."""
        drop = sum(len(group.times) for group in self.groups if self._key(group) in self.dropped)
        return drop, sum(len(group.times) for group in self.groups) - drop

    def hints(self) -> list[tuple[str, str, str]]:
        return [
            ("letter", "Keep/drop", "Keeps or drops what was marked with it"),
            ("0", "All", "Drops all, or keeps all again"),
            ("Enter", "Done", "Keeps and drops as shown"),
            *super().hints(),
        ]

    # Keys and taps

    def press(self, key: str, character: str | None) -> bool:
        """Letters turn keep into drop; Enter does it. No letter records anything here."""
        if key == "enter":
            self.app._guarded(lambda: self.do_marked_done(""))
        elif key == "0":
            self.do_marked_all("")
        elif any(group.letter == key for group in self.groups):
            for group in self.groups:
                if group.letter == key:
                    self._turn(self._key(group))
        elif not super().press(key, character):
            return not self.lets(self.app.keymap.on("everywhere").get(key, ""))
        return True

    def _turn(self, key: tuple[str, str]) -> None:
        """Keep becomes drop, or back; it is brought into sight, so that nothing is dropped unseen."""
        self.dropped ^= {key}
        self.wanted = key

    def do_marked_turn(self, which: str) -> None:
        """A tap on one."""
        pupil, letter = which.split("|")
        self._turn((pupil, letter))

    def do_marked_all(self, _: str) -> None:
        """Drops all, or keeps all again."""
        every = {self._key(group) for group in self.groups}
        self.dropped = set() if self.dropped == every else every

    def do_back(self, _: str) -> None:
        """Keeps all, as long as nothing is set to be dropped; else it asks."""
        if not self.dropped:
            self.app.close()
            return
        from lsa_tui.app.views.choose import Choose  # seldom

        drop, keep = self._numbers()
        answers = [f"drop {drop}, keep {keep}" if keep else "drop all", f"keep all {drop + keep}"]
        self.app.open(Choose(self.app, "Leaving this list:", answers, self._leave))

    def _leave(self, answer: int) -> None:
        if answer == 1:
            self.dropped = set()
        self.do_marked_done("")

    def do_marked_done(self, _: str) -> None:
        """Does what is shown, and goes back to where it was locked."""
        unwanted = [group for group in self.groups if self._key(group) in self.dropped]
        self.gone = self.meanwhile.drop(unwanted) if unwanted else 0
        self.app.close()
        self.app.look_back()
