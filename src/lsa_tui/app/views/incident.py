"""Incident: three digits and it is saved; what else is known is added to what is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsa_tui.actions import ACTIONS
from lsa_tui.app.drawing import Line, Picture, between, fit, wrapped
from lsa_tui.app.views.ask import Ask
from lsa_tui.app.views.base import Box, View, boxes, digit_box
from lsa_tui.app.views.choose import Choose
from lsa_tui.daybook import entries, events
from lsa_tui.errors import BadInput
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

STEPS = (("before", "What came before?"), ("seen", "What was seen?"), ("next", "What happened next?"))
EXTRAS = {
    "incident.began": "at",
    "incident.minutes": "minutes",
    "incident.place": "place",
    "incident.communicating": "communicating",
    "incident.free": "free_to_leave",
    "incident.hurt": "hurt",
    "incident.words": "text",
}
HURT = ("nobody", "the pupil", "another pupil", "an adult")


class Incident(View):
    """Nine presets a step, as on a telephone's keys, then the saved entry with what can be added to it."""

    name = "incident"
    title = "Incident"

    def __init__(self, app: LsaApp) -> None:
        super().__init__(app)
        self.words: list[str] = []
        self.uid = ""
        self.entry: Entry | None = None

    def refreshed(self) -> None:
        """An undo takes the saved entry back: then the third step is open again. A redo brings it."""
        held = read.get(self.book.db, self.uid) if self.uid else None
        self.entry = held if held is not None and not held.removed else None

    # Drawing

    def draw(self, width: int, height: int) -> Picture:
        found = Picture()
        if self.entry is None:
            rows = self._draw_step(found, width)
        else:
            rows = self._draw_saved(found, self.entry, width)
        gap = height >= len(found.lines) + 3 * len(rows) + len(rows) - 1
        for n, row in enumerate(rows):
            if n and gap:
                found.add(("", "text"))
            boxes(found, row, width, len(row) if self.entry else 3)
        return found

    def _draw_step(self, found: Picture, width: int) -> list[list[Box]]:
        step = len(self.words)
        name, question = STEPS[step]
        found.add((between(f" {question}", f"{step + 1} of 3 ", width), "strong"))
        so_far = " > ".join(self.words) or "a digit, or 0 for your own words"
        found.add((fit(f" {so_far}", width), "muted"))
        found.add(("", "text"))
        presets = [without_stars(words) for words in self.book.config.presets(name)]
        tiles = [digit_box(str(n), words, (width + 1) // 3 - 1, "incident.digit") for n, words in enumerate(presets, 1)]
        return [tiles[start : start + 3] for start in range(0, len(tiles), 3)]

    def _draw_saved(self, found: Picture, entry: Entry, width: int) -> list[list[Box]]:
        saved = f" Saved for {self.book.names.pupil(entry.pupil)}"
        found.add((between(saved, "add what you know ", width), "strong"))
        course = wrapped(" > ".join(str(entry[name]) for name, _ in STEPS), width - 2, 2)
        for line in [*course, ""][:2]:
            found.add((fit(f" {line}", width), "muted"))
        *few, last = EXTRAS
        tiles = [self._extra(action, entry, (width + 1) // 3 - 1) for action in few]
        return [tiles[:3], tiles[3:], [self._extra(last, entry, width)]]

    def _extra(self, action: str, entry: Entry, wide: int) -> Box:
        label = next(one.label for one in ACTIONS if one.id == action)
        head: Line = [(f" {self.app.keymap.shown(action)} ", "tile-key"), (label, "tile-label")]
        shown = wrapped(_said(entry, EXTRAS[action]).replace("\n", " ") or "·", wide - 2, 2)
        return Box((head, *(f" {line}" for line in shown)), action)

    def buttons(self) -> list[tuple[str, str, str]]:
        if self.entry is None:
            return [("Back", "back", ""), ("0: own words", "incident.digit", "0")]
        undo, done = (self.app.keymap.shown(name) for name in ("undo", "incident.done"))
        return [(f"{undo}: undo", "undo", ""), (f"{done}: done", "incident.done", "")]

    # The three steps

    def hints(self) -> list[tuple[str, str, str]]:
        if self.entry is not None:
            return []
        presets = self.book.config.presets(STEPS[len(self.words)][0])
        found = [(str(n), without_stars(words), "") for n, words in enumerate(presets, 1)]
        return [*found, ("0", "Own words", "Something else, typed"), ("Bksp", "A step back", "To the question before")]

    def press(self, key: str, character: str | None) -> bool:
        """Digits answer, and never reach the tiles; Backspace goes a step back."""
        if key == "backspace":
            if self.entry is None and self.words:
                self.words.pop()
        elif len(key) == 1 and key.isdecimal():
            self.app._guarded(lambda: self.do_incident_digit(key))
        else:
            return False
        return True

    def do_incident_digit(self, digit: str) -> None:
        """Takes the answer with that digit; 0 asks for words."""
        if self.entry is not None:
            return
        name, question = STEPS[len(self.words)]
        presets = self.book.config.presets(name)
        if int(digit) == 0:
            self.app.open(Ask(self.app, question, self._typed))
        elif int(digit) <= len(presets):
            self._answer(presets[int(digit) - 1])
        else:
            raise BadInput(f"There is no {digit} here; the digits are 1 to {len(presets)}, and 0")

    def _typed(self, words: str) -> None:
        if not words.strip():
            raise BadInput("A few words are needed, or Esc to go back")
        self._answer(words.strip(), typed=True)

    def _answer(self, preset: str, typed: bool = False) -> None:
        words = preset if typed else without_stars(preset)
        if len(self.words) + 1 < len(STEPS):
            self.words.append(words)
            return
        before, seen = self.words
        self._shows(events.incident(self.book, before, seen, words))
        if typed:
            return
        if preset.endswith("**"):
            from lsa_tui.app.views.handson import after_incident

            after_incident(self.app, self._saved())
        elif preset.endswith("*"):
            self.do_incident_free("")

    def _shows(self, entry: Entry) -> None:
        earlier, self.uid, self.entry = self.entry, entry.id, entry
        self.app.recorded(entry, earlier)

    def do_back(self, _: str) -> None:
        """A step back; from the first step, or once it is saved, out."""
        if self.entry is None and self.words:
            self.words.pop()
        else:
            self.app.close()

    # What else is known

    def _saved(self) -> Entry:
        if self.entry is None:
            raise BadInput("First the three digits: before, seen, next")
        return self.entry

    def _set(self, name: str, value: Any) -> None:
        self._shows(entries.correct(self.book, self._saved().id, {name: value}))

    def _ask(self, question: str, name: str, hint: str = "", several: bool = False) -> None:
        entry = self._saved()

        def typed(words: str) -> None:
            if words.strip() or name != "at":
                self._set(name, entries.parse_value(entry, name, words, self.book.now()))

        held = "" if name == "at" else _said(entry, name, unit="")
        self.app.open(Ask(self.app, question, typed, held, hint, several))

    def do_incident_began(self, _: str) -> None:
        self._ask("When did it begin?", "at", "10:30, or -10 (minutes ago)")

    def do_incident_minutes(self, _: str) -> None:
        self._ask("How many minutes?", "minutes", "a number, such as 5")

    def do_incident_place(self, _: str) -> None:
        self._ask("Where?", "place", "hall, corridor, playground …")

    def do_incident_communicating(self, _: str) -> None:
        self._ask("What might it have communicated?", "communicating", "too loud, too hard, I need a break …")

    def do_incident_free(self, _: str) -> None:
        """Yes or no: making a child believe that leaving will be punished counts as seclusion too."""
        self._saved()
        answers = ("yes\nand the pupil knew it", "no\nor leaving would be punished")
        chosen = ("yes", "no")
        self.app.open(Choose(self.app, "Free to leave?", answers, lambda n: self._set("free_to_leave", chosen[n])))

    def do_incident_hurt(self, _: str) -> None:
        """Whether anybody was hurt, by digit or typed."""
        self._saved()
        self.app.open(
            Choose(
                self.app,
                "Was anybody hurt?",
                HURT,
                lambda n: self._set("hurt", HURT[n]),
                lambda words: self._set("hurt", words.strip() or None),
            )
        )

    def do_incident_words(self, _: str) -> None:
        self._ask("The rest in words", "text", several=True)

    def do_incident_done(self, _: str) -> None:
        """Back to where you were."""
        self._saved()
        self.app.close()

    def do_incident(self, _: str) -> None:
        """Another one, once this is saved."""
        if self.entry is not None:
            self.app.close()
            self.app.open(Incident(self.app))


def without_stars(preset: str) -> str:
    """A preset's words: the stars at its end only say what to ask."""
    return preset.rstrip("* ")


def _said(entry: Entry, name: str, unit: str = " min") -> str:
    if name == "at":
        return f"{entry.when:%H:%M}"
    value = entry[name]
    return "" if value is None else f"{value:g}{unit}" if name == "minutes" else str(value)
