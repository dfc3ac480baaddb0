"""What a key means everywhere: each method answers one action of the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.daybook import entries, marks, pupils, sessions
from lsa_tui.errors import LsaError
from lsa_tui.records.vocabulary import KINDS

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

FIRST_TARGET = (
    "What the pupil will do, as agreed with the teacher: Asks for help with the card. `lsa target add` makes more."
)
TABS = ("today", "tally", "note", "log", "end")


class Deeds:
    """`do_screen_today` answers `screen.today`, and so on; a view on top is asked first, with the same names.

    Views are imported where they are opened: a day begins with one of them.
    """

    def __init__(self, app: LsaApp) -> None:
        self.app = app

    def do_screen_today(self, _: str) -> None:
        self.app.go("today")

    def do_screen_tally(self, _: str) -> None:
        self.app.go("tally")

    def do_screen_log(self, _: str) -> None:
        self.app.go("log")

    def do_screen_end(self, _: str) -> None:
        self.app.go("end")

    def do_screen_note(self, _: str) -> None:
        from lsa_tui.app.views.note import Note

        self.app.open(Note(self.app))

    def _beside_tab(self, by: int) -> None:
        here = next((view.name for view in reversed(self.app.views) if view.name in TABS), "today")
        tabs = [name for name in TABS if name != "note"]
        self.app.go(tabs[(tabs.index(here) + by) % len(tabs)])

    def do_screen_previous(self, _: str) -> None:
        self._beside_tab(-1)

    def do_screen_next(self, _: str) -> None:
        self._beside_tab(1)

    def do_undo(self, _: str) -> None:
        """The last thing; what belongs to the set-up (a timetable, a target) only after a question."""
        taken = entries.can_undo(self.app.book)
        if taken is None or KINDS[taken.entry.kind].listed:
            self._undo()
            return
        from lsa_tui.app.views.choose import Choose

        answers = ["no, keep it", "yes, take it back"]
        self.app.open(Choose(self.app, f"Take back {taken.says}?", answers, lambda n: self._undo() if n else None))

    def _undo(self) -> None:
        taken = entries.undo(self.app.book)
        self.app.look_back()
        self.app.view.refreshed()
        self.app.said = f"Undone: {taken.says}"

    def do_redo(self, _: str) -> None:
        taken = entries.redo(self.app.book)
        self.app.heard.looked_at(taken.entry)
        self.app.recorded(taken.entry)
        self.app.said = f"Back again: {taken.says}"

    def do_level(self, answer: str) -> None:
        """A response on the current target: a level's number, `no` or `none`."""
        target = pupils.current_target(self.app.book, self.app.book.focused())
        if target is None:
            raise LsaError(f"no target yet: {self.app.keymap.shown('target')} takes the first")
        if answer.isdigit():
            levels = pupils.ladder_of(target).levels
            if int(answer) > len(levels):
                raise LsaError(f"{target['code']} has levels 1 to {len(levels)}; nothing was recorded")
            answer = levels[int(answer) - 1]
        self.app.marked(marks.trial(self.app.book, str(target["code"]), answer))

    def do_target(self, _: str) -> None:
        target = pupils.next_target(self.app.book, self.app.book.focused())
        if target is None:
            from lsa_tui.app.views.ask import Ask

            self.app.open(Ask(self.app, "The first target", self._first_target, hint=FIRST_TARGET))
            return
        self.app.view.refreshed()
        self.app.say(f"Target {target['code']}: {target['text']}")

    def _first_target(self, words: str) -> None:
        if not words.strip():
            raise LsaError("a target says what the pupil will do")
        book = self.app.book
        made = pupils.add_item(book, "target", pupils.new_code(book, "target", "T", book.focused()), words)
        self.app.recorded(made)

    def do_lesson(self, _: str) -> None:
        from lsa_tui.app.views.lesson import change

        change(self.app)

    def do_watch(self, _: str) -> None:
        session = sessions.running(self.app.book)
        if session is not None and sessions.is_paused(session):
            self.app.recorded(sessions.resume(self.app.book))
            self.app.say("Watching again")
        else:
            self.app.recorded(sessions.pause(self.app.book))
            self.app.say("Not watching: the observed time is held (g: back)")

    def do_letters(self, _: str) -> None:
        self.app.letters_only = not self.app.letters_only

    def do_tile(self, letter: str) -> None:
        """A tile, by tap; its key goes the same way."""
        self.app.marked(marks.tally(self.app.book, letter, unknown=True))

    def do_check(self, _: str) -> None:
        from lsa_tui.app.views.check import Check

        self.app.open(Check(self.app))

    def do_incident(self, _: str) -> None:
        from lsa_tui.app.views.incident import Incident

        self.app.open(Incident(self.app))

    def do_concern(self, _: str) -> None:
        from lsa_tui.app.views.concern import Reminder

        self.app.open(Reminder(self.app))

    def do_handson(self, _: str) -> None:
        from lsa_tui.app.views.handson import press

        press(self.app)

    def do_handson_sheet(self, uid: str) -> None:
        from lsa_tui.app.views.handson import sheet

        sheet(self.app, uid)

    def do_care(self, _: str) -> None:
        from lsa_tui.app.views.care import care

        care(self.app)

    def do_pupil(self, _: str) -> None:
        from lsa_tui.app.views.switch import switch_pupil

        switch_pupil(self.app)

    def do_adapted(self, _: str) -> None:
        from lsa_tui.app.views.lesson import adapted

        adapted(self.app)

    def do_missed(self, _: str) -> None:
        from lsa_tui.app.views.lesson import missed

        missed(self.app)

    def do_blank(self, _: str) -> None:
        from lsa_tui.app.views.blank import Blank

        self.app.open(Blank(self.app))

    def do_lock(self, _: str) -> None:
        self.app.guard.lock(deliberate=True)

    def do_find(self, _: str) -> None:
        from lsa_tui.app.views.find import find

        find(self.app)

    def do_inbox(self, _: str) -> None:
        from lsa_tui.app.views.inbox import Inbox

        self.app.open(Inbox(self.app))

    def do_conflicts(self, _: str) -> None:
        from lsa_tui.app.views.conflicts import Conflicts

        self.app.open(Conflicts(self.app))

    def do_cover(self, _: str) -> None:
        from lsa_tui.app.views.cover import cover

        cover(self.app)

    def do_help(self, _: str) -> None:
        from lsa_tui.app.views.help import Help

        self.app.open(Help(self.app, self.app.view))

    def do_more(self, _: str) -> None:
        from lsa_tui.app.views.help import More

        self.app.open(More(self.app, self.app.view))

    def do_palette(self, _: str) -> None:
        self.app.action_command_palette()

    def do_back(self, _: str) -> None:
        if len(self.app.views) > 1:
            self.app.close()
        elif self.app.view.name == "today":
            self.app.action_leave()
        else:
            self.app.go("today")
