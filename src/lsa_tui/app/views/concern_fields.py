"""The fields of a concern: text kept with every key, a moment, places on the body, whom one told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, fit, length, wrapped
from lsa_tui.app.typed import Typed
from lsa_tui.app.views.base import Box, View, boxes, button_rows
from lsa_tui.app.views.choose import Choose
from lsa_tui.app.views.page import Page
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.concerns import LOCATIONS
from lsa_tui.daybook.when import parse_when
from lsa_tui.errors import BadInput, LsaError

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

TOLD = (
    "the DSL",
    "the deputy DSL",
    "the headteacher",
    "the chair of governors",
    "the LADO",
    "social care",
    "999",
)
IN_PERSON = ("in person\nface to face", "not in person\nby phone, message or note")

KEYS = "123456789abcdefghijklmnoprstuvwxy"
"""A key for each place on the body; `q` and `z` stay what they are everywhere."""


class WordsField(View):
    """A question and a field. What is typed is handed on with every key; Enter goes on, Esc goes back."""

    name = "words"

    def __init__(
        self,
        app: LsaApp,
        question: str,
        text: str,
        changed: Callable[[str], None],
        done: Callable[[], None],
        hint: str = "",
        chips: Sequence[str] = (),
        several: bool = True,
    ) -> None:
        super().__init__(app)
        self.question = question
        self.changed = changed
        self.done = done
        self.hint = hint
        self.chips = chips
        self.field = Typed(text, several=several)
        self.problem = ""

    def draw(self, width: int, height: int) -> Picture:
        assert self.field is not None
        below = Picture()
        chips = [(one, "words.put", one) for one in self.chips]
        button_rows(below, [*chips, ("new line", "words.line", "")] if self.field.several else chips, width)
        found = Picture()
        found.add((fit(f" {self.question}", width), "strong"))
        for words, style in ((self.hint, "muted"), (self.problem or self.meaning(), self._style())):
            for part in wrapped(words, width - 2, 3) if words else ():
                found.add((fit(f" {part}", width), style))
        room = max(height - len(found.lines) - len(below.lines) - 1, 2)
        rows, _ = self.field.lines(width - 2, room)
        # The field stands there in its whole height, so that nothing moves under the thumb while it fills.
        for row in [*rows, *([[]] * (room - len(rows)))][:room]:
            line: Line = [(" ", "panel"), *row]
            found.add(*line, (" " * max(width - length(line), 0), "panel"))
        found.add(("", "text"))
        top = len(found.lines)
        found.lines += below.lines
        found.taps += [replace(tap, y=tap.y + top) for tap in below.taps]
        return found

    def _style(self) -> str:
        return "warning" if self.problem else "accent"

    def meaning(self) -> str:
        """How what is typed is understood; empty where it is only kept."""
        return ""

    def buttons(self) -> list[tuple[str, str, str]]:
        return [("Enter: next", "words.next", ""), ("Esc: back", "back", "")]

    def typed(self) -> None:
        """Keeps every key."""
        assert self.field is not None
        self.problem = ""
        self.app._guarded(lambda: self.changed(self.field.text))

    def enter(self) -> None:
        self.app.close()
        self.done()

    def do_words_next(self, _: str) -> None:
        """The tap on Enter."""
        self.enter()

    def do_words_put(self, words: str) -> None:
        """A chip in the place of what is typed; it says all, so this goes on."""
        assert self.field is not None
        self.field = Typed(words, several=self.field.several)
        self.typed()
        self.enter()

    def do_words_line(self, _: str) -> None:
        """The chip for a new line."""
        assert self.field is not None
        self.field.newline()
        self.typed()


class WhenField(WordsField):
    """A moment, typed as everywhere; only one that is understood is handed on."""

    def __init__(
        self,
        app: LsaApp,
        question: str,
        held: datetime | None,
        changed: Callable[[datetime], None],
        done: Callable[[], None],
    ) -> None:
        self.moment = held or app.book.now()
        hint = "10:42, -10 (minutes ago), yesterday 14:05"
        super().__init__(app, question, "", lambda _: None, done, hint, ("now", "-5", "-10", "-30"), several=False)
        self.moved = changed

    def meaning(self) -> str:
        return f"{self.moment:%H:%M, %A %d %B}"

    def typed(self) -> None:
        assert self.field is not None
        self.problem = ""
        try:
            self._understand()
        except BadInput:
            return  # half of a time is none yet; Enter says so

    def _understand(self) -> None:
        assert self.field is not None
        if not self.field.text.strip():
            return
        moment = parse_when(self.field.text, self.book.now())
        if moment > self.book.now():
            raise BadInput(f"{self.field.text.strip()!r} has not been yet; write when it was")
        self.moment = moment
        self.moved(moment)

    def enter(self) -> None:
        try:
            self._understand()
        except LsaError as problem:
            self.problem = str(problem)
            return
        self.moved(self.moment)
        super().enter()


class Marks(Page):
    """Places on the body as tiles; a chosen one takes words. No drawing, no photograph."""

    name = "marks"
    step = 3

    def __init__(
        self,
        app: LsaApp,
        marks: Sequence[tuple[str, str]],
        changed: Callable[[list[tuple[str, str]]], None],
        done: Callable[[], None],
    ) -> None:
        super().__init__(app)
        self.marks: dict[str, str] = {}
        for place, words in marks:
            self.marks[place] = f"{self.marks[place]}; {words}" if place in self.marks else words
        self.changed = changed
        self.done = done

    def head(self, width: int) -> Picture:
        found = Picture()
        found.add((fit(" Marks: where on the body?", width), "strong"))
        said = ", ".join(self.marks) or "the place, then what you saw there"
        found.add((fit(f" {said}", width), "muted"))
        return found

    def content(self, width: int) -> Picture:
        found = Picture()
        columns = max((width + 1) // 12, 2)
        wide = (width + 1) // columns - 1
        tiles = [self._tile(key, place, wide) for key, place in zip(KEYS, LOCATIONS, strict=False)]
        for start in range(0, len(tiles), columns):
            boxes(found, tiles[start : start + columns], width, columns)
        return found

    def _tile(self, key: str, place: str, wide: int) -> Box:
        words = self.marks.get(place, "").replace("\n", " ")
        head: Line = [(f" {key} ", "tile-key" if not words else "run-number")]
        lines = wrapped(place, wide - 3, 2)
        head.append((lines[0], "tile" if not words else "run"))
        second = f"   {lines[1]}" if len(lines) > 1 else ""
        rest = [second, f" {fit(words, wide - 2)}"] if second or words else []
        style = "run" if words else "tile"
        return Box((head, *(rest if words else rest[:1])), "marks.place", place, style)

    def buttons(self) -> list[tuple[str, str, str]]:
        return [*super().buttons(), (f"{self.app.keymap.shown('back')}: sheet", "back", "")]

    def closing(self) -> tuple[str, str, str]:
        return ("Enter: on", "marks.next", "")

    def hints(self) -> list[tuple[str, str, str]]:
        return [*super().hints(), (f"{KEYS[0]}-{KEYS[-1]}", "Place", "The place with that key"), ("Enter", "Next", "")]

    def press(self, key: str, character: str | None) -> bool:
        """The key of a place; Enter goes on."""
        if len(key) == 1 and key in KEYS:
            place = KEYS.index(key)
            if place < len(LOCATIONS):
                self.do_marks_place(LOCATIONS[place])
            return True
        if key == "enter":
            self.do_marks_next("")
            return True
        return super().press(key, character)

    def do_marks_place(self, place: str) -> None:
        """What was seen there, in words; without words there is no mark."""
        hint = "What you saw: size, shape, colour. Not how it came about."
        field = WordsField(
            self.app,
            f"Mark: {place}",
            self.marks.get(place, ""),
            lambda text: self._set(place, text),
            lambda: None,
            hint,
        )
        self.app.open(field)

    def _set(self, place: str, text: str) -> None:
        self.marks.pop(place, None) if not text.strip() else self.marks.update({place: text})
        self.changed(list(self.marks.items()))

    def do_marks_next(self, _: str) -> None:
        """Done with the marks."""
        self.app.close()
        self.done()


class Whom(Choose):
    """Whom one told, by digit; 0 for a name, kept with every key. Who types the name at once records nothing."""

    through = ("back", "blank", "lock", "help")

    def __init__(self, app: LsaApp, held: str, changed: Callable[[str], None], done: Callable[[], None]) -> None:
        def chosen(n: int) -> None:
            changed(TOLD[n])
            done()

        super().__init__(app, "Whom did you tell?", TOLD, chosen, lambda _: None, "somebody else")
        self.held = held if held not in TOLD else ""
        self.changed = changed
        self.done = done

    def do_choose_digit(self, digit: str) -> None:
        """Takes the answer with that digit; 0 takes a name."""
        if digit != "0":
            super().do_choose_digit(digit)
            return
        self.app.close()
        self.app.open(WordsField(self.app, "Whom did you tell?", self.held, self.changed, self.done, several=False))


def in_person(app: LsaApp, chosen: Callable[[bool], None]) -> None:
    """Asks whether it was said face to face."""
    app.open(Choose(app, "How did you tell them?", IN_PERSON, lambda n: chosen(n == 0)))


def clock_words(book: Book, moment: datetime | None) -> str:
    """A moment as the sheet shows it; the day where it is not today."""
    if moment is None:
        return ""
    local = moment.astimezone(book.zone)
    return f"{local:%H:%M}" if local.date() == book.today() else f"{local:%a %d %b %H:%M}"
