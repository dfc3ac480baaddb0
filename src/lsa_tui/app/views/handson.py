"""Hands-on: one key starts the stopwatch, one ends it, then the facts; until the school's own form is done."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lsa_tui.app.drawing import Picture
from lsa_tui.app.views import handson_picture as picture
from lsa_tui.app.views.ask import Ask
from lsa_tui.app.views.base import View
from lsa_tui.app.views.choose import Choose
from lsa_tui.app.views.several import Several
from lsa_tui.clock import from_text
from lsa_tui.daybook import entries, interventions
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

INJURY = ("nobody seen hurt", "the pupil", "another pupil", "an adult")
NEAR = timedelta(minutes=60)
"""An incident that was written down so soon after a hands-on tells of the same event."""


class HandsOn(View):
    """The running stopwatch, or the facts of one that is over; without either, what to do and how to begin.

    `uid` is the intervention shown; `incident` the one that asks for it, where that opened this.
    """

    name = "handson"
    title = "Hands-on"

    def __init__(self, app: LsaApp, uid: str = "", incident: Entry | None = None) -> None:
        super().__init__(app)
        self.uid = uid
        self.incident = incident
        self.entry: Entry | None = read.get(self.book.db, uid) if uid else None

    def refreshed(self) -> None:
        """An undo may have taken the start back: then nothing is left to show, and the view goes."""
        if not self.uid:
            return
        held = read.get(self.book.db, self.uid)
        self.entry = held if held is not None and not held.removed else None
        if self.entry is None and self.app.view is self:
            self.app.close()

    @property
    def runs(self) -> bool:
        """Whether the stopwatch shown here is running."""
        return self.entry is not None and not self.entry["ended"]

    # Drawing

    def draw(self, width: int, height: int) -> Picture:
        found = Picture()
        if self.entry is None:
            picture.begin(self.app, found, width)
        elif self.runs:
            picture.running(self.app, found, self.entry, width, height)
        else:
            picture.facts(self.app, found, self.entry, width, height)
        return found

    def buttons(self) -> list[tuple[str, str, str]]:
        if self.entry is None:
            return [("Back", "back", "")]
        undo, done, save = (self.app.keymap.shown(name) for name in ("undo", "handson.enter", "handson.save"))
        if self.runs:
            return [("Back, it runs on", "back", ""), (f"{undo}: undo", "undo", "")]
        return [
            (f"{done}: done", "handson.enter", ""),
            (f"{undo}: undo", "undo", ""),
            (f"{save}: save", "handson.save", ""),
        ]

    # The stopwatch

    def do_handson(self, _: str) -> None:
        """Ends what runs; else starts another one at once."""
        self._shows(interventions.toggle(self.book))

    def do_handson_enter(self, _: str) -> None:
        """Ends the stopwatch; closes what is over."""
        if self.entry is None or not self.runs:
            self.app.close()
        elif self.entry.when.astimezone(self.book.zone).date() != self.book.today():
            self._ask_times(self.entry)
        else:
            self._shows(interventions.stop(self.book, self.entry))

    def do_handson_past(self, _: str) -> None:
        """It is over already: its minutes are asked for."""
        if self.entry is not None:
            raise BadInput("Its times are here already; Times puts them right")

        def typed(words: str) -> None:
            try:
                minutes = float(words.strip())
            except ValueError:
                raise BadInput("a number of minutes is needed, such as 2 or 0.5") from None
            at, pupil = None, None
            if self.incident is not None:
                at, pupil = self.incident.when - timedelta(minutes=minutes), self.incident.pupil
            self._shows(interventions.record(self.book, minutes, at, pupil))

        self.app.open(Ask(self.app, "How many minutes did it take?", typed, hint="a number, such as 2 or 0.5"))

    def _shows(self, entry: Entry) -> None:
        earlier, self.uid, self.entry = self.entry, entry.id, entry
        self.app.recorded(entry, earlier)

    # The facts

    def _over(self) -> Entry:
        if self.entry is None or self.runs:
            raise BadInput(f"First {self.app.keymap.shown('handson')} ends it; then the facts")
        return self.entry

    def _set(self, **facts: Any) -> None:
        self._shows(interventions.add(self.book, self._over(), **facts))

    def _type(self, name: str, question: str, hint: str = "", held: str = "", several: bool = False) -> None:
        text = str(self._over()[name] or held)
        ask = Ask(self.app, question, lambda words: self._set(**{name: words.strip() or None}), text, hint, several)
        self.app.open(ask)

    def _pick(self, name: str, question: str, answers: tuple[str, ...]) -> None:
        self._over()
        self.app.open(
            Choose(
                self.app,
                question,
                answers,
                lambda n: self._set(**{name: answers[n]}),
                lambda words: self._set(**{name: words.strip() or None}),
            )
        )

    def _several(self, name: str, question: str, presets: str) -> None:
        self._over()
        self.app.open(
            Several(
                self.app,
                question,
                self.book.config.presets(presets),
                lambda: str(self._over()[name] or ""),
                lambda words: self._set(**{name: words or None}),
            )
        )

    def do_handson_persons(self, _: str) -> None:
        """Who was hands-on, and who saw it: typed, beginning with oneself."""
        hint = "initials of every adult, then who saw it: JT, LP; seen by MB"
        self._type("persons", "Who was hands-on?", hint, self.book.initials)

    def do_handson_tried(self, _: str) -> None:
        self._several("tried_before", "What was tried before?", "tried")

    def do_handson_held(self, _: str) -> None:
        self._several("held", "What was done?", "held")

    def do_handson_place(self, _: str) -> None:
        self._pick("place", "Where?", self.book.config.presets("where"))

    def do_handson_injury(self, _: str) -> None:
        self._pick("injury", "Was anybody hurt?", INJURY)

    def do_handson_free(self, _: str) -> None:
        """Yes or no: making a child believe that leaving will be punished counts as seclusion too."""
        self._over()
        answers = ("yes\nand the pupil knew it", "no\nor leaving would be punished")
        chosen = ("yes", "no")
        self.app.open(Choose(self.app, "Free to leave?", answers, lambda n: self._set(free_to_leave=chosen[n])))

    def do_handson_told(self, _: str) -> None:
        self._pick("told", "Whom did you tell?", self.book.config.presets("told"))

    def do_handson_words(self, _: str) -> None:
        self._type("text", "The rest in words", several=True)

    def do_handson_times(self, _: str) -> None:
        self._ask_times(self._over())

    def _ask_times(self, entry: Entry) -> None:
        held = picture.times(entry)

        def typed(words: str) -> None:
            began, ended = self._moments(entry, words)
            self._shows(interventions.move(self.book, entry, began, ended))

        self.app.open(Ask(self.app, "When did it begin and end?", typed, held, "two times, as in 10:42 to 10:44"))

    def _moments(self, entry: Entry, words: str) -> tuple[datetime, datetime]:
        """The two times typed. One that was left as it stood keeps its seconds."""
        typed = re.findall(r"\d{1,2}[:.]\d{2}|-\d+(?![:.\d])", words)
        if len(typed) != 2:
            raise BadInput("two times are needed: when it began and when it ended, as in 10:42 to 10:44")
        held = (entry.when, from_text(entry["ended"]) if entry["ended"] else None)
        found = [
            old
            if old is not None and word == f"{old:%H:%M}"
            else from_text(entries.parse_value(entry, "at", word, self.book.now()))
            for word, old in zip(typed, held, strict=True)
        ]
        return found[0], found[1]

    # The school's form

    def do_handson_form(self, _: str) -> None:
        """Ticks the school's form; again takes the tick away."""
        entry = self._over()
        done = not entry["school_form_done"]
        self._shows(interventions.form_done(self.book, entry, done=done))
        self.app.said = "The school's form is done" if done else "The school's form is not done: it stays on Today"

    def do_handson_save(self, _: str) -> None:
        """A page to write the school's form from, for its owner alone."""
        from lsa_tui.documents.intervention import save

        entry = self._over()
        paths = save(self.book, entry)
        self.app.say(f"Saved in {self.book.paths.saved}: {' and '.join(path.name for path in paths)}")

    def do_handson_sheet(self, _: str) -> None:
        """It is open already."""


def press(app: LsaApp) -> None:
    """The key, anywhere: starts the stopwatch or ends it, then shows it."""
    entry = interventions.toggle(app.book)
    app.recorded(entry)
    app.open(HandsOn(app, entry.id))


def sheet(app: LsaApp, uid: str = "") -> None:
    """Opens the sheet: the one named, else what runs, what waits for its form, the last of today; else how to begin."""
    found = read.get(app.book.db, uid) if uid else interventions.latest(app.book)
    if found is None and app.book.focus is None:
        raise LsaError("no pupil yet; add one first")
    app.open(HandsOn(app, found.id if found else ""))


def after_incident(app: LsaApp, incident: Entry) -> None:
    """What an incident in which the pupil was held goes on to: the hands-on just recorded, or how to record one."""
    for one in reversed(interventions.all_of(app.book, incident.pupil)):
        if abs(incident.when - one.when) <= NEAR:
            app.open(HandsOn(app, one.id))
            return
    app.open(HandsOn(app, incident=incident))
