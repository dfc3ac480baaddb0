"""Tally: the screen that is open all day."""

from __future__ import annotations

from datetime import timedelta

from lsa_tui.app.drawing import Picture, between, fit, right
from lsa_tui.app.views.base import Box, View, boxes
from lsa_tui.daybook import behaviours, marks, pupils
from lsa_tui.records.kinds import Entry


class Tally(View):
    """Tiles with letters, counts and running times; the current target with its levels."""

    name = "tally"
    title = "Tally"
    beside = True
    unknown = 0

    def press(self, key: str, character: str | None) -> bool:
        """A tile's letter; a letter without a tile is kept as an unknown mark, to be named afterwards."""
        return tile_key(self, key)

    def draw(self, width: int, height: int) -> Picture:
        found = Picture()
        tiles = behaviours.for_pupil(self.book, self.book.focus)
        columns, air, tall = arranged(len(tiles), width, height)
        if tiles:
            self._tiles(found, tiles, width, columns, air, tall)
        else:
            _empty(found, width)
        self._target(found, width, air, tall)
        return found

    def _tiles(self, found: Picture, tiles: list[Entry], width: int, columns: int, air: int, tall: int) -> None:
        counts = marks.counts(self.book, self.book.today().isoformat())
        running = {one["behaviour"]: one for one in marks.open_bouts(self.book, self.book.focus)}
        self.totals = marks.timed_today(self.book, self.book.focus)
        wide = (width + 1) // columns - 1
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
            return Box(("", f"   {key}"), "tile", key, style)
        number = self._time(tile, bout) if tile["measure"] == "duration" else str(counts.get(tile.id, 0))
        head = [
            (f" {key} ", "run-number" if bout else "tile-key"),
            (right(number, wide - 4), f"{style}-number"),
            (" ", style),
        ]
        quiet = "run" if bout else "tile-label"
        first, second = _two_lines(str(tile["label"]), wide - 1)
        if bout:
            second = "RUN" if not second else fit(second, wide - 5) + "RUN"
        lines = (head, [(fit(f" {first}", wide), quiet)], [(fit(f" {second}", wide), quiet)])
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

    def _level(self, digit: str, label: str, count: int, wide: int) -> Box:
        action = {"9": "level.no", "0": "level.none"}.get(digit, f"level.{digit}")
        number = "" if self.app.letters_only else str(count) if count else "·"
        return Box(([(f" {digit}", "tile-key")], [(f" {label}"[: wide + 1], "tile-label")], f" {number}"), action)

    def _target(self, found: Picture, width: int, air: int, tall: int) -> None:
        pupil = self.book.focus
        target = pupils.current_target(self.book, pupil) if pupil else None
        if target is None or pupil is None:
            found.add((fit(" No target yet: lsa target add T1 'What …'", width), "muted"))
            return
        text = "" if self.app.letters_only else f" {target['text']}"
        found.add((between(f" {target['code']}{text}", f"{self.app.keymap.shown('target')} next ", width), "strong"))
        counts = marks.trial_counts(self.book, str(target["code"]), self.book.today().isoformat(), pupil)
        ladder = pupils.ladder_of(target)
        wide = (width + 1) // (len(ladder.levels) + 2) - 1
        # "Gestural" does not fit a small screen, its usual letter does; "Prompt" is understood when it is cut.
        codes = max(map(len, ladder.levels)) <= 2 and max(map(len, ladder.labels)) > wide
        labels = ladder.levels if codes else ladder.labels
        levels = [*zip(ladder.levels, labels, strict=True), ("no", "Not"), ("none", "None")]
        row = [
            self._level(digit, "" if self.app.letters_only else label, counts.get(level, 0), wide)
            for digit, (level, label) in zip([*"123456"[: len(ladder.levels)], "9", "0"], levels, strict=True)
        ]
        boxes(found, row, width, tall=tall)
        for _ in range(air):
            found.add(("", "text"))
        if self.unknown:
            words = f" {self.unknown} unknown to name: {self.app.keymap.shown('screen.log')} log"
            found.add((fit(words, width), "warning"))
            return
        w, n, i = (self.app.keymap.shown(name) for name in ("check", "screen.note", "incident"))
        found.add((fit(f" {w} wellbeing   {n} note   {i} incident", width), "muted"))


def arranged(tiles: int, width: int, height: int) -> tuple[int, int, int]:
    """How so many tiles stand: columns, empty lines after each row, lines of each box."""
    columns = max(4 if width < 60 else 5 if tiles > 8 else 4, -(-tiles // 3))
    rows = -(-tiles // columns) if tiles else 2
    # What is left over becomes air: a line between the rows first, then taller boxes.
    spare = height - (3 * rows + 5)
    air = 1 if spare >= rows + 1 else 0
    return columns, air, 3 + max(0, min((spare - air * (rows + 1)) // (rows + 1), 3))


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
