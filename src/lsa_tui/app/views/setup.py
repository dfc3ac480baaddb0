"""The first run: a few questions, one a screen. No answer is written before the last is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lsa_tui.app.drawing import Line, Picture, fit, length, wrapped
from lsa_tui.app.typed import Typed
from lsa_tui.app.views.base import Box, View, boxes
from lsa_tui.app.views.syncing import url_of
from lsa_tui.config import ROLES
from lsa_tui.daybook import behaviours, pupils
from lsa_tui.daybook.setup import set_up
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records import checks, log
from lsa_tui.records.vocabulary import KINDS

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


@dataclass(frozen=True)
class Question:
    """A question: what it asks, a sentence about it, and its answers where they are few."""

    id: str
    asks: str
    hint: str
    answers: tuple[str, ...] = ()


ROLE_WORDS = ("LSA", "Class teacher", "SENCo", "DSL")  # in the order of ROLES
PERSON = (
    Question("initials", "Your initials", "1 to 4 letters, as in JT. They sign every entry."),
    Question("name", "Your name", "As others know you; may stay empty. It is kept on this device."),
    Question("role", "What do you do?", "", ROLE_WORDS),
)
PUPIL = (
    Question(
        "pupil",
        "The pupil's code",
        "As in K7: initials or a nickname, never the full name. A teacher may leave it empty.",
    ),
    Question("tiles", "Begin with these tiles?", "", ("Yes, these eight", "No, none yet")),
)
SHARED = Question(
    "shared",
    "Where do you share?",
    "The path of a file, as in /srv/school/school.db, or of a folder; or postgresql://HOST/NAME. Empty: later, at the "
    "day's end.",
)


WIDEST = 72


class Setup(View):
    """Asks who works here, for which pupil, with which tiles; then opens Today."""

    name = "setup"
    through = ()
    alone = True

    def __init__(self, app: LsaApp) -> None:
        super().__init__(app)
        known = app.book.config.exists
        tiles = bool(behaviours.every(app.book))
        asked = [one for one in PUPIL if not (one.id == "tiles" and tiles)]
        ask_pupil = asked if app.book.focus is None else []
        self.questions: list[Question] = [*(() if known else PERSON), *ask_pupil]
        if not app.book.config["shared.url"]:
            self.questions.append(SHARED)
        self.given: dict[str, Any] = {"initials": log.get_meta(app.book.db, "initials") or ""}
        self.at = 0
        self.problem = ""
        self.doubted = ""
        self._ask(0)
        self.refreshed()

    def refreshed(self) -> None:
        if self.at == 0:
            self.app.said = "Answers are kept after the last one"

    @property
    def question(self) -> Question:
        """The one on the screen."""
        return self.questions[self.at]

    def _ask(self, at: int) -> None:
        self.at, self.problem = at, ""
        self.field = None if self.question.answers else Typed(self.given.get(self.question.id, ""))

    # Drawing

    def draw(self, width: int, height: int) -> Picture:
        found, width = Picture(), min(width, WIDEST)
        found.add((fit(f" Setting up   {self.at + 1} of {len(self.questions)}", width), "muted"))
        found.add((fit(f" {self.question.asks}", width), "strong"))
        if self.question.id == "tiles":
            self._tiles(found, width)
        if self.field is not None:
            self._field(found, self.field, width)
        for words, style in ((self.problem, "warning"), (self.question.hint, "muted")):
            for part in wrapped(words, width - 2, 6) if words else ():
                found.add((fit(f" {part}", width), style))
        if self.question.answers and len(found.lines) + 3 * len(self.question.answers) < height:
            found.add(("", "text"))
        for n, words in enumerate(self.question.answers, 1):
            boxes(found, [Box(("", [(f" {n} ", "tile-key"), (words, "tile")]), "setup.digit", str(n))], width)
        return found

    def _field(self, found: Picture, field: Typed, width: int) -> None:
        found.add(("", "panel"))
        for line in field.lines(width - 2, 3)[0]:
            row: Line = [(" ", "panel"), *line]
            found.add(*row, (" " * max(width - length(row), 0), "panel"))
        found.add(("", "panel"))
        found.add(("", "text"))

    def _tiles(self, found: Picture, width: int) -> None:
        said = [f"{one['key']} {one['label']}" for one in behaviours.DEFAULTS]
        wide = (width - 2) // 2
        for start in range(0, len(said), 2):
            found.add((" ", "text"), *[(fit(one, wide), "text") for one in said[start : start + 2]])
        if self.given.get("role", self.book.role) != "lsa":
            found.add((fit(" Where others record already: no; a sync brings theirs.", width), "muted"))

    def buttons(self) -> list[tuple[str, str, str]]:
        back = "Esc: leave" if self.at == 0 else "Esc: back" if self.field else "q: back"
        found = [(back, "back", ""), *([("Enter: go on", "setup.enter", "")] if self.field else [])]
        # Who is set up already stands here while there is no pupil, and a concern does not wait for one.
        return [*found, ("Ctrl+D: DSL", "concern", "")] if self.book.config.exists else found

    # Keys and taps

    def press(self, key: str, character: str | None) -> bool:
        """A digit answers; q goes a question back. A letter may be part of a code, so a concern has its own key."""
        if key == "ctrl+d" and self.book.config.exists:
            self.app.deeds.do_concern("")
            return True
        if self.field is not None:
            return False
        if len(key) == 1 and key.isdigit():
            self.app._guarded(lambda: self.do_setup_digit(key))
        elif key in ("q", "escape", "left", "backspace"):
            self.do_back("")
        return True

    def typed(self) -> None:
        self.problem = ""

    def enter(self) -> None:
        """Takes what was typed; what cannot be used is said, and stays."""
        assert self.field is not None
        try:
            self.given[self.question.id] = _checked(
                self.question.id, self.field.text, str(self.given.get("role") or self.book.role)
            )
        except LsaError as problem:
            self.problem = str(problem)
            return
        if self.question.id == "pupil" and self._in_doubt(self.given["pupil"]):
            return
        self._next()

    def _in_doubt(self, code: str) -> bool:
        """Says once why a code should be another one; Enter again keeps it."""
        if code == self.doubted or not code:
            return False
        doubt = pupils.doubt(self.book, code)
        self.problem = f"{doubt}. Enter again keeps it" if doubt else ""
        self.doubted = code
        return bool(doubt)

    def do_setup_enter(self, _: str) -> None:
        """The tap on Enter."""
        self.enter()

    def do_setup_digit(self, digit: str) -> None:
        """Takes the answer with that digit."""
        if not 1 <= int(digit) <= len(self.question.answers):
            return
        self.given[self.question.id] = ROLES[int(digit) - 1] if self.question.id == "role" else digit == "1"
        self._next()

    def do_back(self, _: str) -> None:
        """The question before; from the first one out of the program."""
        if self.at == 0:
            self.app.exit(0)
            return
        if self.field is not None:
            self.given[self.question.id] = self.field.text
        self._ask(self.at - 1)

    def _next(self) -> None:
        if self.at + 1 < len(self.questions):
            self._ask(self.at + 1)
            return
        try:
            self._write()
        except LsaError as problem:
            self.problem = str(problem)
            return
        self.app.said = ""
        self.app.go("today")
        self.app.look_back()

    def _write(self) -> None:
        book, given = self.book, self.given
        person = (
            {name: given[name] or None for name in ("initials", "name", "role")} if PERSON[0] in self.questions else {}
        )
        if person or given.get("shared"):
            set_up(book, **person, shared=given.get("shared") or None)
        if given.get("pupil"):
            pupils.add(book, given["pupil"])
        if given.get("tiles"):
            behaviours.add_defaults(book)


def _checked(question: str, typed: str, role: str) -> str:
    """What was typed, cleaned. Raises BadInput."""
    words = typed.strip()
    if question == "initials":
        if not (1 <= len(words) <= 4 and words.isalpha()):
            raise BadInput("initials are 1 to 4 letters, as in JT")
        return words.upper()
    if question == "name":
        try:
            return str(checks.line(80)(words)) if words else ""
        except ValueError as problem:
            raise BadInput(f"a name {problem}") from None
    if question == "pupil":
        if not words and role in ("teacher", "senco"):
            return ""  # theirs come with the first sync
        if not words:
            raise BadInput("a code is needed, as in K7")
        return str(KINDS["pupil"].check({"code": words})["code"])
    return url_of(words)
