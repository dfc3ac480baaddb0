"""What to do, to read in a moment of need: a safeguarding concern, a restrictive intervention. Nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Picture, between, fit, wrapped
from lsa_tui.app.views.page import Page

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

LABEL = 13
"""Cells of the words at the left; the rest says what to do."""
WIDEST = 64


class Reminder(Page):
    """A heading and lines of "when: what to do". That it was opened leaves no trace."""

    name = "reminder"
    heading = ""
    lines: tuple[tuple[str, str], ...] = ()

    def head(self, width: int) -> Picture:
        found = Picture()
        found.add((between(f" {self.heading}", "nothing is kept here ", width), "strong"))
        found.add(("", "text"))
        return found

    def content(self, width: int) -> Picture:
        found = Picture()
        for label, words in self.lines:
            for n, line in enumerate(wrapped(words, min(width, WIDEST) - LABEL)):
                found.add((fit(f" {label}" if n == 0 else "", LABEL), "accent"), (line, "text"))
        return found

    def other(self, key: str) -> bool:
        """Someone who takes the page for a form must not record something with every letter."""
        held = super().other(key)
        if held and len(key) == 1:
            self.app.say("Nothing is typed here; Enter closes it")
        return held


class Concern(Reminder):
    """A safeguarding concern: whom to tell, what to ask, where to write."""

    heading = "A concern"
    lines = (
        ("Danger now", "999"),
        ("Tell now", "the DSL or the deputy"),
        ("About staff", "tell the headteacher"),
        ("About head", "the chair of governors or the LADO"),
        ("Promise", "no confidentiality"),
        ("Ask only", "Tell, Explain, Describe"),
        ("Write", "the child's exact words, the time, the place"),
        ("Where", "in the school's own system, such as CPOMS or MyConcern"),
    )


class HandsOn(Reminder):
    """A restrictive intervention: whom to tell today; the facts may be recorded as an incident."""

    heading = "Hands-on"
    lines = (
        ("Tell now", "SLT"),
        ("Today", "the school's own record is due"),
        ("Parents", "the school tells them"),
        ("Not here", "this program is not the statutory record"),
        ("Here", "the incident: before, seen, next, minutes, free to leave"),
    )

    def __init__(self, app: LsaApp, recorded: bool = False) -> None:
        super().__init__(app)
        self.recorded = recorded
        """Whether it is opened by an incident that was just recorded."""

    def buttons(self) -> list[tuple[str, str, str]]:
        if self.recorded:
            return super().buttons()
        key = self.app.keymap.shown("incident")
        return [*super().buttons(), (f"{key}: incident", "incident", "")]

    def other(self, key: str) -> bool:
        """The key of an incident records one."""
        if self.app.keymap.on("everywhere").get(key) == "incident" and not self.recorded:
            return False
        return super().other(key)

    def do_incident(self, _: str) -> None:
        """Goes on to the incident."""
        self.app.close()
        self.app._perform("incident", "")
