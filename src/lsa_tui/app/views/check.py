"""Wellbeing check-in: a colour is enough, and saves it; two digits before it, if you like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Picture, between
from lsa_tui.app.views.base import Box, View, boxes, centred
from lsa_tui.daybook import events
from lsa_tui.errors import BadInput
from lsa_tui.records.vocabulary import ZONES

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

ROWS = ("wellbeing", "involvement")


class Check(View):
    """Wellbeing and involvement 1-5, each optional, who said it, and four colours."""

    name = "check"
    title = "Wellbeing"

    def __init__(self, app: LsaApp) -> None:
        super().__init__(app)
        self.given: dict[str, int] = {}
        self.said_by = "adult"

    # Drawing

    def draw(self, width: int, height: int) -> Picture:
        found = Picture()
        airy = height >= 17
        for n, row in enumerate(ROWS):
            waits = row == self._waiting()
            words = f"{'>' if waits else ' '}{row.capitalize()}{', if you like' if n == 0 else ''}"
            found.add((between(words, "1 low  5 high ", width), "strong" if waits else "muted"))
            boxes(found, [self._digit(row, digit, width // 5 - 1) for digit in range(1, 6)], width)
            if airy:
                found.add(("", "text"))
        said = f"{self.app.keymap.shown('check.pupil')} said by: {self.said_by} "
        found.add((between(" A colour saves it", said, width), "strong"))
        tall = min(max(height - len(found.lines), 3), 5)
        boxes(found, [self._colour(zone, width // 4 - 1) for zone in ZONES], width, tall=tall)
        return found

    def _digit(self, row: str, digit: int, wide: int) -> Box:
        chosen = self.given.get(row) == digit
        words = centred(f"[{digit}]" if chosen else str(digit), wide)
        return Box(("", words), "check.digit", f"{row} {digit}", "run-number" if chosen else "tile-number")

    def _colour(self, zone: str, wide: int) -> Box:
        key = self.app.keymap.shown(f"check.{zone}")
        rebound = "" if key == zone else centred(f"key {key}", wide)
        said = f"{zone.upper()} {ZONES[zone]}"
        # Where the longest word would fill its box, all begin in one line.
        words = centred(said, wide) if wide >= 11 else f" {said}" if wide >= 9 else said
        return Box(("", words, rebound), f"check.{zone}", "", f"zone-{zone}")

    def buttons(self) -> list[tuple[str, str, str]]:
        enter = self.app.keymap.shown("check.save")
        return [
            ("Back", "back", ""),
            (f"said: {self.said_by}", "check.pupil", ""),
            (f"{enter}: save", "check.save", ""),
        ]

    # Keys and taps

    def hints(self) -> list[tuple[str, str, str]]:
        return [
            ("1-5", "Digits", "The first is wellbeing, the second involvement; both can be left out"),
            ("Bksp", "Digit back", "Takes the last digit away"),
        ]

    def press(self, key: str, character: str | None) -> bool:
        """Digits go to wellbeing, then to involvement; Backspace takes the last away."""
        if key == "backspace":
            if self.given:
                self.given.popitem()
        elif len(key) == 1 and key.isdecimal():
            self._type(int(key))
        else:
            return False
        return True

    def _waiting(self) -> str | None:
        """The row that the next digit belongs to."""
        return next((row for row in ROWS if row not in self.given), None)

    def _type(self, digit: int) -> None:
        row = self._waiting()
        if not 1 <= digit <= 5:
            self.app.say("Wellbeing and involvement go from 1 to 5")
        elif row is None:
            self.app.say("Both digits are there; Backspace takes one away")
        else:
            self.given[row] = digit

    def do_check_digit(self, words: str) -> None:
        """A tap on a box; on the chosen one it takes the digit away again."""
        row, digit = words.split()
        if self.given.pop(row, None) != int(digit):
            self.given[row] = int(digit)

    def do_check_pupil(self, _: str) -> None:
        """Said by the pupil, or by the adult."""
        self.said_by = "adult" if self.said_by == "pupil" else "pupil"

    def do_check_b(self, _: str) -> None:
        self._save("b")

    def do_check_g(self, _: str) -> None:
        self._save("g")

    def do_check_y(self, _: str) -> None:
        self._save("y")

    def do_check_r(self, _: str) -> None:
        self._save("r")

    def do_check_save(self, _: str) -> None:
        """Without a colour it needs a digit."""
        if not self.given:
            raise BadInput("A colour saves it, or a digit 1-5 and Enter")
        self._save(None)

    def do_check(self, _: str) -> None:
        """It is open already."""

    def _save(self, zone: str | None) -> None:
        entry = events.check(self.book, zone, self.said_by, self.given.get("wellbeing"), self.given.get("involvement"))
        self.app.close()
        self.app.recorded(entry)
