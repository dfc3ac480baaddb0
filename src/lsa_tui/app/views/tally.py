"""Tally: the screen that is open all day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, Tap, between, fit, right
from lsa_tui.app.views.base import Box, View, boxes
from lsa_tui.daybook import behaviours, marks, pupils
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.measures.support import Ladder

LEVEL_LEAST = 4
"""Cells of a level's box; the gap beside it takes its tap, too."""


class Tally(View):
    """Tiles with letters, counts and running times; the current target with its levels."""

    name = "tally"
    title = "Tally"
    beside = True
    unknown = 0
    close = False
    """Whether the rows of tiles touch, and something else must show where each begins."""

    def press(self, key: str, character: str | None) -> bool:
        """A tile's letter; a letter without a tile is kept as an unknown mark, to be named afterwards."""
        return tile_key(self, key)

    def draw(self, width: int, height: int) -> Picture:
        found = Picture()
        tiles = behaviours.for_pupil(self.book, self.book.focus)
        columns, air, tall = arranged(len(tiles), width, height)
        self.close = bool(tiles) and not air
        if tiles:
            self._tiles(found, tiles, width, columns, air, tall)
        else:
            _empty(found, width)
        self._target(found, width, height, air, tall)
        return found

    def _tiles(self, found: Picture, tiles: list[Entry], width: int, columns: int, air: int, tall: int) -> None:
        counts = marks.counts(self.book, self.book.today().isoformat())
        running = {one["behaviour"]: one for one in marks.open_bouts(self.book, self.book.focus)}
        self.totals = marks.timed_today(self.book, self.book.focus)
        wide = (width + 1) // columns - 1
        words = [word for tile in tiles for word in str(tile["label"]).split(" ")]
        # Before a long word is broken, the blank before every label goes.
        self.lead = " " if max(map(len, words)) < wide else ""
        for start in range(0, len(tiles), columns):
            row = [self._tile(tile, counts, running, wide) for tile in tiles[start : start + columns]]
            boxes(found, row, width, columns, tall=tall)
            for _ in range(air):
                found.add(("", "text"))
        self.unknown = counts.get(None, 0)

    def _tile(self, tile: Entry, counts: dict[str | None, int], running: dict[str, Entry], wide: int) -> Box:
        key = str(tile["key"])
        bout = running.get(tile.id)
        style = "run" if bout else "tile"
        if self.app.letters_only:
            return letter_box(key, "tile", style, "", self.close)
        number = self._time(tile, bout) if tile["measure"] == "duration" else str(counts.get(tile.id, 0))
        head = [
            (f" {key} ", "nav-current" if self.close else "run-number" if bout else "tile-key"),
            (right(number, wide - 4), f"{style}-number"),
            (" ", style),
        ]
        quiet = "run" if bout else "tile-label"
        lead = self.lead
        first, second = _two_lines(str(tile["label"]), wide - len(lead))
        if bout:
            # Whole words: rather than to cut the label's second line, RUN stands in its place.
            second = f"{second} RUN" if second and len(lead + second) + 4 <= wide else "RUN"
        lines = (head, [(fit(lead + first, wide), quiet)], [(fit(lead + second, wide), quiet)])
        return Box(lines, "tile", key, style)

    def _time(self, tile: Entry, bout: Entry | None) -> str:
        """The running time, else what the day has so far, else a dash."""
        if bout is None and tile.id not in self.totals:
            return "-"
        spent = self.book.now() - bout.when if bout else timedelta(seconds=self.totals[tile.id])
        seconds = int(max(spent, timedelta(0)).total_seconds())
        if seconds >= 3600:
            return f"{seconds // 3600}h{seconds % 3600 // 60:02}"
        return f"{seconds // 60}:{seconds % 60:02}"

    def _target(self, found: Picture, width: int, height: int, air: int, tall: int) -> None:
        pupil = self.book.focus
        target = pupils.current_target(self.book, pupil) if pupil else None
        if target is None or pupil is None:
            self._no_target(found, width)
        else:
            self._levels(found, target, pupil, width, tall)
        for _ in range(air):
            found.add(("", "text"))
        self._ways(found, width, height)

    def _no_target(self, found: Picture, width: int) -> None:
        key = self.app.keymap.shown("target")
        if self.book.focus is None:
            return
        found.add((fit(" No target yet", width), "strong"))
        words: Line = [(f" {key} ", "tile-key"), ("the first one: what the pupil will do", "tile")]
        boxes(found, [Box(("", words), "target")], width)

    def _levels(self, found: Picture, target: Entry, pupil: str, width: int, tall: int) -> None:
        text = "" if self.app.letters_only else f" {target['text']}"
        line = between(f" {target['code']}{text}", f"{self.app.keymap.shown('target')} next ", width)
        found.taps.append(Tap(0, found.add((line, "strong")), width, 1, "target"))
        counts = marks.trial_counts(self.book, str(target["code"]), self.book.today().isoformat(), pupil)
        ladder = pupils.ladder_of(target)
        labels, lead, needs = _labels(ladder, width)
        row = []
        for digit, label, level in zip(
            [*"123456"[: len(ladder.levels)], "9", "0"], labels, [*ladder.levels, "no", "none"], strict=True
        ):
            action = {"9": "level.no", "0": "level.none"}.get(digit, f"level.{digit}")
            count = counts.get(level, 0)
            number = "" if self.app.letters_only else str(count) if count else "·"
            words = "" if self.app.letters_only else label
            lines = ([(f"{lead}{digit}", "tile-key")], [(f"{lead}{words}", "tile-label")], f"{lead}{number}")
            row.append(Box(lines, action))
        boxes(found, row, width, tall=tall, needs=needs)

    def _ways(self, found: Picture, width: int, height: int) -> None:
        """What is needed every hour: as boxes where there is room for them, else as words."""
        ways = [("check", "wellbeing"), ("screen.note", "note"), ("incident", "incident")]
        if self.unknown:
            ways = [("screen.log", f"log: {self.unknown} unknown to name")]
        style = "warning" if self.unknown else "muted"
        if height - len(found.lines) >= 3:
            row = []
            for action, words in ways:
                line: Line = [(f" {self.app.keymap.shown(action)} ", "tile-key"), (words, "tile-label")]
                row.append(Box(("", line), action))
            boxes(found, row, width)
            return
        said = ""
        for action, words in ways:
            part = f" {self.app.keymap.shown(action)} {words}  "
            found.taps.append(Tap(len(said), len(found.lines), len(part), 1, action))
            said += part
        found.add((fit(said, width), style))


def _labels(ladder: Ladder, width: int) -> tuple[list[str], str, list[int]]:
    """What stands on the digits, none of it cut: the ladder's words, else its letters ("Gestural" does not fit a
    small screen, its usual letter does); what stands before each; and the cells each needs. No cells where even that
    is too much."""
    short = max(map(len, ladder.levels)) <= 2
    room = width - len(ladder.levels) - 1
    for words in (ladder.labels, ladder.levels) if short else (ladder.labels,):
        labels = [*words, "Not", "None"]
        for lead in (" ", ""):
            needs = [max(len(lead + one), LEVEL_LEAST) for one in labels]
            if sum(needs) <= room:
                return labels, lead, needs
    return labels, "", []


def arranged(tiles: int, width: int, height: int) -> tuple[int, int, int]:
    """How so many tiles stand: columns, empty lines after each row, lines of each box."""
    columns = max(4 if width < 60 else 5 if tiles > 8 else 4, -(-tiles // 3))
    rows = -(-tiles // columns) if tiles else 2
    # What is left over becomes air: a line between the rows first, then boxes for the ways out, then taller ones.
    spare = height - (3 * rows + 5)
    air = 1 if spare >= rows + 1 else 0
    if spare - air * (rows + 1) >= 2:
        spare -= 2
    return columns, air, 3 + max(0, min((spare - air * (rows + 1)) // (rows + 1), 3))


def letter_box(key: str, action: str, style: str, said: str, close: bool) -> Box:
    """A tile of which only the letter is shown, and what became of it. Where the rows touch, its last line stays
    empty."""
    letter: Line = [(f"   {key}", style if said or style == "run" else "tile-key")]
    last: str | Line = [(" " * 80, "text")] if close and not said else f" {said}"
    return Box(("", letter, last), action, key, style)


def tile_key(view: View, key: str) -> bool:
    """Logs the tile of a letter; false for a key that is an action here."""
    if len(key) != 1 or not key.isalpha() or key in view.app.keymap.on(view.name):
        return False
    view.app._guarded(lambda: view.app.deeds.do_tile(key))
    return True


def _two_lines(label: str, width: int) -> tuple[str, str]:
    if len(label) <= width:
        return label, ""
    cut = label.rfind(" ", 0, width + 1)
    if cut <= 0:
        return label[:width], label[width:]
    return label[:cut], label[cut + 1 :]


def _empty(found: Picture, width: int) -> None:
    for line in (
        "",
        " No tiles yet.",
        " lsa behaviour add c 'Calling out'",
        " makes the first; a letter pressed here",
        " is kept all the same, to be named later.",
        "",
    ):
        found.add((fit(line, width), "muted"))
