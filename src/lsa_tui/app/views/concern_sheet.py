"""The concern sheet: its fields, and Save, which seals it so that only the DSL can read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lsa_tui.actions import ACTIONS
from lsa_tui.app.drawing import Line, Picture, Tap, between, fit, wrapped
from lsa_tui.app.views.base import Box, View, boxes
from lsa_tui.app.views.choose import Choose
from lsa_tui.app.views.concern import WIDEST, Reminder
from lsa_tui.app.views.concern_fields import Marks, WhenField, Whom, WordsField, clock_words, in_person
from lsa_tui.daybook import concerns, pupils
from lsa_tui.errors import BadInput

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

TEXTS = {
    "words": ("The child's exact words", "Kept exactly as you type them. Your own questions go under Asked."),
    "saw": ("What was seen", "What you saw and heard, not what it might mean."),
    "asked": ("What you asked", "Your own words to the child. Only Tell, Explain, Describe."),
    "place": ("Where was it?", ""),
}
PLACES = ("classroom", "corridor", "playground", "hall", "toilets", "gate")
ORDER = ("at", "place", "words", "saw", "asked", "marks", "told", "told_at", "in_person")
"""The fields in the order in which Enter goes through those that are empty."""
ABOUT_TELLING = ("told", "told_at", "in_person")

NO_KEY = (
    "What was said and seen is not kept here: no key of the DSL is trusted on this device. "
    "Write it in the school's own system, such as CPOMS or MyConcern. "
    "Here stays only whom you told, and when."
)
COPY = "Copy this into the school's own system. It stays where it was written until you say it may go."
WRITTEN_ELSEWHERE = (
    "keep it\nit stays where it was written",
    "wipe it here\nit is in the school's own system",
)
WAS_SHARED = "It was shared before: tell the DSL so"
NEWER = "A newer DSL's key waits: lsa dsl trust"


class Sheet(View):
    """The fields of a concern, each a digit and a tap; all of it is kept while it is typed, and Save seals it."""

    name = "concern"
    title = "Concern"
    apart = True

    def __init__(self, app: LsaApp, draft: concerns.Draft) -> None:
        super().__init__(app)
        self.draft = draft
        self.refreshed()
        if self.draft.at is None:
            self.draft.at = app.book.now()

    def refreshed(self) -> None:
        """A key of the DSL may have been trusted meanwhile by a command."""
        self.ready = concerns.ready(self.book)
        self.newer = concerns.unconfirmed(self.book)
        self.fields = ORDER if self.ready else ABOUT_TELLING

    # Drawing

    def draw(self, width: int, height: int) -> Picture:
        found = Picture()
        title = f"Add to {self.draft.adds_to[:8]}" if self.draft.adds_to else "A concern"
        found.add((between(f" {title}", f"{self._kept()} ", width), "strong"))
        if self.ready:
            self._draw_fields(found, width, height)
        else:
            self._draw_telling(found, width, height)
        return found

    def _kept(self) -> str:
        if not self.ready:
            return "no text is kept here"
        return "kept as a draft" if concerns.keeps_drafts(self.book) else "not kept before Save"

    def _draw_fields(self, found: Picture, width: int, height: int) -> None:
        rows = [
            [self._box("concern.pupil"), self._box("concern.at"), self._box("concern.place")],
            [self._box("concern.words", "“", "”")],
            [self._box("concern.saw"), self._box("concern.asked"), self._box("concern.marks")],
            [self._box(f"concern.{name}") for name in ABOUT_TELLING],
        ]
        if height < 13:  # the smallest screen: the child's words share a row
            del found.lines[0]
        status = self._status()
        tall = 5 if height >= 18 else 3
        air = height >= len(found.lines) + 12 + (tall - 3) + 3 + bool(status)
        for n, row in enumerate(rows):
            if n and air:
                found.add(("", "text"))
            wide = [self._filled(box, width, len(row), tall if n == 1 else 3) for box in row]
            boxes(found, wide, width, tall=tall if n == 1 else 3)
        if status and len(found.lines) < height:
            found.add((fit(f" {status}", width), "warning" if status in (WAS_SHARED, NEWER) else "muted"))

    def _draw_telling(self, found: Picture, width: int, height: int) -> None:
        moved = self._moved_text()
        for line in wrapped(COPY if moved else NO_KEY, min(width, WIDEST) - 2):
            found.add((fit(f" {line}", width), "text"))
        found.add(("", "text"))
        if moved:
            room = max(height - len(found.lines) - 5, 1)
            whole = wrapped(moved, width - 2, 10_000)
            for line in whole[:room]:
                found.add((fit(f" {line}", width), "panel"))
            more = f" {self.app.keymap.shown('concern.saw')}: all {len(whole)} lines of it"
            top = found.add((fit(more if len(whole) > room else "", width), "accent"))
            found.taps.append(Tap(0, 3, width, max(top - 2, 3), "concern.saw"))
        row = [self._box(f"concern.{name}") for name in ABOUT_TELLING]
        boxes(found, [self._filled(box, width, 3, 3) for box in row], width)

    def _moved_text(self) -> str:
        """A text that came from a note or the log, where there is no DSL key to seal it to: to be copied by hand."""
        return "\n".join(one for one in (self.draft.place, self.draft.words, self.draft.saw) if one.strip())

    def _box(self, action: str, before: str = "", after: str = "") -> Box:
        label = next(one.label for one in ACTIONS if one.id == action)
        if action == "concern.words":
            label = TEXTS["words"][0]  # it has the width of the screen
        head: Line = [(f" {self.app.keymap.shown(action)} ", "tile-key"), (label, "tile-label")]
        shown = self._shown(action.partition(".")[2]).replace("\n", " ").strip()
        return Box((head, f"{before}{shown}{after}" if shown else ""), action)

    @staticmethod
    def _filled(box: Box, width: int, columns: int, tall: int) -> Box:
        """The box with its text in as many lines as it has."""
        wide = (width + 1) // columns - 1
        head, text = box.lines
        lines = wrapped(str(text), wide - 2, tall - 1) if text else ["·"]
        return Box((head, *(f" {line}" for line in lines)), box.action)

    def _shown(self, name: str) -> str:
        draft = self.draft
        if name == "pupil":
            return self.book.names.pupil(draft.pupil or self.book.focus)
        if name in ("at", "told_at"):
            return clock_words(self.book, getattr(draft, name))
        if name == "marks":
            return ", ".join(place for place, _ in draft.marks)
        if name == "in_person":
            return "" if draft.in_person is None else "yes" if draft.in_person else "no"
        return str(getattr(draft, name))

    def _status(self) -> str:
        if self.draft.note == "was shared":
            return WAS_SHARED
        if self.newer:
            return NEWER
        if self.draft.note == "moved":
            return "Moved here, and wiped where it stood" if not self.draft.sources else "Save wipes it where it stood"
        return "" if self.draft.told or self.draft.empty else "Nobody told yet: 7 is whom you told"

    def buttons(self) -> list[tuple[str, str, str]]:
        key = self.app.keymap.shown
        return [
            (f"{key('concern.save')}: save", "concern.save", ""),
            (f"{key('concern.list')}: list", "concern.list", ""),
            (f"{key('concern.drop')}: wipe", "concern.drop", ""),
            (f"{key('back')}: keep", "back", ""),
        ]

    # Fields

    def _keep(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.draft, name, value)
        if self.draft.pupil is None:
            self.draft.pupil = self.book.focus  # who it is about must not change with the pupil in focus
        concerns.keep_draft(self.book, self.draft)

    def _after(self, name: str) -> None:
        """Goes on to the next field that is empty; after the last one, to the sheet."""
        self.ready = concerns.ready(self.book)
        rest = self.fields[self.fields.index(name) + 1 :] if name in self.fields else ()
        for one in rest:
            if not getattr(self.draft, one) and getattr(self.draft, one) is not False:
                self._open(one)
                return

    def _open(self, name: str) -> None:
        if not self.ready and name == "saw" and self._moved_text():
            self.app.say_at_length("To be copied", [self._moved_text()])
            return
        if name not in (*self.fields, "pupil"):
            raise BadInput("No text is kept here without a key of the DSL")
        if name in TEXTS:
            question, hint = TEXTS[name]
            held, several = getattr(self.draft, name), name != "place"
            self.app.open(
                WordsField(
                    self.app,
                    question,
                    held,
                    lambda text: self._keep(**{name: text}),
                    lambda: self._after(name),
                    hint,
                    PLACES if name == "place" else (),
                    several,
                )
            )
        else:
            {
                "pupil": self._open_pupil,
                "at": self._open_at,
                "marks": self._open_marks,
                "told": self._open_told,
                "told_at": self._open_told_at,
                "in_person": self._open_in_person,
            }[name]()

    def _open_pupil(self) -> None:
        known = pupils.all_pupils(self.book)
        codes = [str(one["code"]) for one in known]
        self.app.open(Choose(self.app, "About whom?", codes, lambda n: self._keep(pupil=known[n].id)))

    def _open_at(self) -> None:
        self._moment("When was it?", "at")

    def _open_told_at(self) -> None:
        self._moment("When did you tell them?", "told_at")

    def _moment(self, question: str, name: str) -> None:
        def changed(moment: datetime) -> None:
            self._keep(**{name: moment})

        held = getattr(self.draft, name)
        self.app.open(WhenField(self.app, question, held, changed, lambda: self._after(name)))

    def _open_marks(self) -> None:
        marks = self.draft.marks
        self.app.open(Marks(self.app, marks, lambda held: self._keep(marks=held), lambda: self._after("marks")))

    def _open_told(self) -> None:
        def changed(whom: str) -> None:
            self._keep(told=whom, told_at=self.draft.told_at or self.book.now())

        self.app.open(Whom(self.app, self.draft.told, changed, lambda: self._after("told")))

    def _open_in_person(self) -> None:
        in_person(self.app, lambda yes: self._keep(in_person=yes))

    # Keys and taps

    def do_concern_pupil(self, _: str) -> None:
        self._open("pupil")

    def do_concern_at(self, _: str) -> None:
        self._open("at")

    def do_concern_place(self, _: str) -> None:
        self._open("place")

    def do_concern_words(self, _: str) -> None:
        self._open("words")

    def do_concern_saw(self, _: str) -> None:
        self._open("saw")

    def do_concern_asked(self, _: str) -> None:
        self._open("asked")

    def do_concern_marks(self, _: str) -> None:
        self._open("marks")

    def do_concern_told(self, _: str) -> None:
        self._open("told")

    def do_concern_told_at(self, _: str) -> None:
        self._open("told_at")

    def do_concern_in_person(self, _: str) -> None:
        self._open("in_person")

    def do_concern_next(self, _: str) -> None:
        """The first field that is empty."""
        empty = (one for one in self.fields if getattr(self.draft, one) in ("", None, []))
        first = next(empty, None)
        if first is None:
            self.app.say(f"All is filled in; {self.app.keymap.shown('concern.save')} saves it")
        else:
            self._open(first)

    def do_concern_save(self, _: str) -> None:
        """Seals the sheet; where nobody was told, only after asking."""
        if self.draft.empty:
            raise BadInput("Nothing stands on the sheet yet; a digit opens a field")
        self.refreshed()
        if self.draft.told.strip():
            if self.ready:
                self._save()
            else:
                self._save_telling()
            return
        if not self.ready:
            raise BadInput("First whom you told (7): that is all that is kept here")
        answers = ("write whom I told", "save now, tell after\nit stays in view as to pass on")
        ways = (self._open_told, self._save)
        self.app.open(Choose(self.app, "Nobody was told yet", answers, lambda n: ways[n]()))

    def _save_telling(self) -> None:
        """Where no text is kept, a moved one is wiped where it stands only for who says that it is written down."""
        lost = concerns.standing(self.book, self.draft.sources)
        if not lost:
            self._save()
            return

        def answered(n: int) -> None:
            self._save(keep=not n)

        self.app.open(Choose(self.app, f"Wipe here? “{' '.join(' '.join(lost).split())}”", WRITTEN_ELSEWHERE, answered))

    def _save(self, keep: bool | None = None) -> None:
        """Saves the sheet. `keep`: whether what was moved stays where it was written; None where nothing was."""
        draft = self.draft if keep is None else replace(self.draft, sources=[])
        if draft.adds_to:
            passed = concerns.add(self.book, draft.adds_to, draft)
        else:
            passed = concerns.save(self.book, draft)
        self.app.close()
        if keep is False:
            concerns.wipe(self.book, self.draft.sources)
            self.app.view.refreshed()
        self.app.look_back()  # an entry that was moved is nothing to take back any more
        kept = "sealed for the DSL" if passed.sealed else "only that is kept here"
        if passed.sealed and self.newer:
            kept = "sealed, to her older key"
        if keep is not None:
            kept = "its words stay where they were" if keep else "its words were wiped here"
        self.app.say(f"{passed.says[:1].upper()}{passed.says[1:]}, id {passed.id[:8]}: {kept}")

    def do_concern_drop(self, _: str) -> None:
        """Wipes the sheet, after asking."""
        if self.draft.empty:
            self.app.close()
            return
        answers = ("keep it", f"wipe it\n{self._lost()}")
        self.app.open(Choose(self.app, "Wipe this sheet?", answers, lambda n: self._wipe() if n else None))

    def _lost(self) -> str:
        if concerns.standing(self.book, self.draft.sources):
            return "what was moved stays where it was"
        return "its words are nowhere then" if self.draft.note else "nothing of it was saved"

    def _wipe(self) -> None:
        stays = concerns.standing(self.book, self.draft.sources)
        concerns.drop_draft(self.book)
        self.app.close()
        left = "what was moved stays where it was" if stays else "nothing of it was saved"
        self.app.say(f"The sheet was wiped; {left}")

    def do_concern_list(self, _: str) -> None:
        """What was passed on."""
        from lsa_tui.app.views.concern_list import PassedOn

        self.app.open(PassedOn(self.app))

    def do_concern(self, _: str) -> None:
        """Its own key once more: the reminder stays one key away."""
        self.app.open(Reminder(self.app, over=True))
