"""Inbox: what was raised, and its way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Picture, Tap, between, fit, wrapped
from lsa_tui.app.views.ask import Ask
from lsa_tui.app.views.base import Box
from lsa_tui.app.views.entry import deed
from lsa_tui.app.views.window import Listing
from lsa_tui.daybook import handover, problems, rights
from lsa_tui.daybook.problems import Problem
from lsa_tui.errors import LsaError

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


class Inbox(Listing):
    """Raised problems of all pupils with their answers: unseen answers first, then what is open, then the rest."""

    name = "inbox"

    def __init__(self, app: LsaApp) -> None:
        super().__init__(app)
        self.new: set[str] = set()
        self.problems: list[Problem] = []
        self.missing: list[str] = []
        self.refreshed()

    def refreshed(self) -> None:
        before = self.problem
        unseen = problems.unseen(self.book)
        if unseen:
            problems.mark_seen(self.book, unseen)
            self.new |= {one.id for one in unseen}
        self.missing = [
            f"{self.book.names.pupil(one.pupil)} {handover.says(self.book, one)}"
            for one in handover.every_missing(self.book)
        ]
        found = problems.inbox(self.book)
        self.problems = sorted(found, key=lambda one: not any(reply.id in self.new for reply in one.replies))
        ids = [one.entry.id for one in self.problems]
        self.choose(ids.index(before.entry.id) if before and before.entry.id in ids else 0)

    @property
    def problem(self) -> Problem | None:
        """The chosen one."""
        return self.problems[self.chosen] if self.problems else None

    def count(self) -> int:
        return len(self.problems)

    def head(self, width: int) -> Picture:
        found = Picture()
        waiting = sum(one.status == "open" for one in self.problems)
        found.add((between(" Raised, and the answers", f"{waiting} open " if waiting else "", width), "strong"))
        return found

    def content(self, width: int) -> Picture:
        found = Picture()
        for words in self.missing:
            for n, part in enumerate(wrapped(words, width - 3)):
                found.add((fit(f" {'' if n == 0 else '  '}{part}", width), "late"))
        if self.missing:
            found.add(("", "text"))
        if not self.problems:
            key = self.app.keymap.shown("screen.note")
            for words in (
                "",
                "Nothing raised.",
                "",
                f"A note ({key}) with !teacher in it",
                "is raised to the teacher.",
            ):
                found.add((fit(f" {words}", width), "muted"))
        for n, one in enumerate(self.problems):
            top = len(found.lines)
            self._problem(found, one, n == self.chosen, width)
            if n == self.chosen:
                self.show(top, len(found.lines) - 1)
            found.add(("", "text"))
            found.taps.append(Tap(0, top, width, len(found.lines) - top, "inbox.choose", str(n)))
        return found

    def _problem(self, found: Picture, one: Problem, chosen: bool, width: int) -> None:
        entry = one.entry
        words = f"{'>' if chosen else ' '}{self.book.names.pupil(entry.pupil)} {entry.when:%a %d %b %H:%M} {entry.by}"
        style = "now-strong" if chosen else "muted" if one.status == "closed" else "strong"
        found.add((between(words, one.status, width), style))
        quiet = "muted" if one.status == "closed" else "text"
        for part in wrapped(str(entry["text"]), width - 3, 6):
            found.add((f"  {part}", quiet))
        for reply in one.replies:
            new = reply.id in self.new
            said = str(reply["text"] or "") + (
                "" if not reply["close"] else " (closed)" if reply["text"] else "Closed."
            )
            found.add((f"  {reply.by} {reply.when:%a %H:%M}", "muted"), ("  NEW" if new else "", "accent"))
            for part in wrapped(said, width - 5, 8):
                found.add((f"    {part}", "accent" if new else quiet))

    def below(self) -> list[Box]:
        if self.problem is None:
            return []
        found = [deed(self.app, "inbox.answer", "Answer")]
        if self.problem.status != "closed" and rights.may(self.book.role, problems.CLOSE):
            found.append(deed(self.app, "inbox.close", "Close it"))
        return found

    # Keys and taps

    def _wanted(self) -> Problem:
        if self.problem is None:
            raise LsaError("nothing was raised that could be answered")
        return self.problem

    def do_inbox_choose(self, place: str) -> None:
        """A tap chooses; a second one answers."""
        if int(place) == self.chosen:
            self.do_inbox_answer("")
        else:
            self.chosen = int(place)

    def do_inbox_answer(self, _: str) -> None:
        """Asks for an answer."""
        about = self._wanted().entry

        def done(words: str) -> None:
            self.app.recorded(problems.reply(self.book, about.id, words.strip()))

        question = f"Answer to {about.by}, {self.book.names.pupil(about.pupil)}"
        self.app.open(Ask(self.app, question, done, hint=str(about["text"]), several=True))

    def do_inbox_close(self, _: str) -> None:
        """It is settled."""
        problem = self._wanted()
        if problem.status == "closed":
            raise LsaError("it is closed already")
        self.app.recorded(problems.reply(self.book, problem.entry.id, None, close=True))
