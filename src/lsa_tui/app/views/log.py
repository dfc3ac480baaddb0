"""Log: what was recorded, in order of time; wrong ones are put right here."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Line, Picture, Tap, between, crop, fit, length, right
from lsa_tui.app.views import concern_move, correct
from lsa_tui.app.views.base import Box
from lsa_tui.app.views.entry import EntryView, deed, deeds, details, is_unnamed
from lsa_tui.app.views.window import Listing
from lsa_tui.app.views.words import corrected
from lsa_tui.daybook import entries
from lsa_tui.errors import LsaError
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

KINDS_SHOWN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("all", ()),
    ("notes", ("note", "problem", "reply", "tomorrow")),
    ("marks", ("tally", "bout", "trial")),
    ("incidents", ("incident", "intervention")),
    ("unnamed", ("tally",)),
)
DAYS_FOUND = 60
"""How many days back `find` looks."""
MOST_FOUND = 300
ASIDE = 100
"""From so many columns on the chosen entry's text and history stand beside the list."""


class Log(Listing):
    """The entries of a day, or with `find` those of the last 60 days that hold some words; the newest is chosen."""

    name = "log"
    title = "Log"

    def __init__(self, app: LsaApp, find: str = "", on: date | None = None) -> None:
        super().__init__(app)
        self.find = find
        self.on = on or app.book.today()
        self.shown = 0
        self.entries: list[Entry] = []
        self.rows: list[tuple[str, str, str]] = []
        self.refreshed()

    @property
    def entry(self) -> Entry | None:
        """The chosen entry."""
        return self.entries[self.chosen] if self.chosen < len(self.entries) else None

    def count(self) -> int:
        return len(self.entries)

    def refreshed(self) -> None:
        before, at_end = self.entry, self.chosen >= len(self.entries) - 1
        self.entries = [one for one in self._read() if self._fits(one)]
        self.rows = [self._row(one) for one in self.entries]
        ids = [one.id for one in self.entries]
        place = ids.index(before.id) if before and before.id in ids else self.chosen
        # Whoever stood at the newest entry sees the one that has come since.
        self.choose(len(ids) - 1 if at_end else place)

    def _read(self) -> list[Entry]:
        pupil = self.book.focus
        if not self.find:
            return entries.of_days(self.book, self.on, self.on, pupil)
        today = self.book.today()
        wanted = self.find.casefold()
        found = entries.of_days(self.book, today - timedelta(days=DAYS_FOUND), today, pupil)
        return [one for one in found if wanted in self._text(one)][-MOST_FOUND:]

    def _text(self, entry: Entry) -> str:
        typed = [value for value in entry.data.values() if isinstance(value, str)]
        return "\n".join([self.book.line(entry), *typed]).casefold()

    def _fits(self, entry: Entry) -> bool:
        name, kinds = KINDS_SHOWN[self.shown]
        return (not kinds or entry.kind in kinds) and (name != "unnamed" or is_unnamed(entry))

    def _row(self, entry: Entry) -> tuple[str, str, str]:
        """What it says, its state in a word, by whom."""
        state = "own" if entry.own else ""
        if is_unnamed(entry):
            state = "to name"
        elif entry.conflict:
            state = entries.undecided(self.book, entry)
        elif entry.revisions and corrected(entries.history(self.book, entry.id)):
            state = "own, corrected" if entry.own else "corrected"
        return self.book.line(entry), state, entry.by

    # Drawing

    def head(self, width: int) -> Picture:
        found = Picture()
        shown = f"{self.app.keymap.shown('log.kinds')} {KINDS_SHOWN[self.shown][0]} "
        count = f"{len(self.entries)} entr{'y' if len(self.entries) == 1 else 'ies'}"
        if self.find:
            found.add((between(f" Find: {self.find}", f"{count}   {shown}", width), "strong"))
        else:
            day = "Today" if self.on == self.book.today() else f"{self.on:%a %d %b}"
            found.add((" ‹ ", "accent"), (day, "strong"), (" › ", "accent"))
            rest = width - length(found.lines[0])
            found.lines[0].append((between(f"  {count}", shown, rest), "muted"))
            found.taps += [Tap(0, 0, 6, 1, "log.earlier"), Tap(6, 0, len(day), 1, "log.later")]
        found.taps.append(Tap(width - len(shown) - 1, 0, len(shown) + 1, 1, "log.kinds"))
        return found

    def content(self, width: int) -> Picture:
        if not self.entries:
            return self._empty(width)
        found = Picture()
        wide = width if width < ASIDE else width * 3 // 5
        for n, row in enumerate(self.rows):
            found.lines.append(self._line(n, row, wide))
            found.taps.append(Tap(0, n, wide, 1, "log.choose", str(n)))
        self.show(self.chosen, self.chosen)
        return found

    def draw(self, width: int, height: int) -> Picture:
        found = super().draw(width, height)
        if width >= ASIDE and self.entry is not None:
            wide = (width - 2) * 3 // 5
            lines = list(details(self.book, self.entry, width - wide - 5))
            for n, line in enumerate(lines[: self.room]):
                row = crop(found.lines[n + 1], wide)
                found.lines[n + 1] = [*row, (" " * (wide - length(row)), "text"), ("   ", "text"), *line]
        return found

    def _line(self, n: int, row: tuple[str, str, str], width: int) -> Line:
        said, state, by = row
        when = self.entries[n].when
        chosen = n == self.chosen
        start = f"{'>' if chosen else ' '}{f'{when:%d %b} ' if self.find else ''}{when:%H:%M} "
        end = right(by, 4)
        room = width - len(start) - len(end)
        if chosen:
            return [(start + between(said, state, room) + end, "now-strong")]
        words = fit(said, room - len(state) - 1 if state else room)
        style = "warning" if state.startswith("to ") else "accent"
        return [(start, "muted"), (words, "text"), (f" {state}" if state else "", style), (end, "muted")]

    def _empty(self, width: int) -> Picture:
        keys = self.app.keymap.shown
        kind = KINDS_SHOWN[self.shown][0]
        if self.find:
            lines = [f"Nothing in {DAYS_FOUND} days holds these words.", f"{keys('find')} finds other ones."]
        elif self.shown:
            lines = [f"No {kind} on this day." if kind != "unnamed" else "No mark is to be named.", ""]
            lines.append(f"{keys('log.kinds')} shows other kinds.")
        else:
            lines = ["Nothing recorded on this day.", "", f"{keys('screen.tally')} opens the tiles,"]
            lines += [f"{keys('screen.note')} writes a note,", f"{keys('log.earlier')} shows the day before."]
        found = Picture()
        for words in ("", *lines):
            found.add((fit(f" {words}", width), "muted"))
        return found

    def below(self) -> list[Box]:
        if self.entry is None:
            return []
        found = deeds(self.app, self.entry)
        if len(found) > 4:  # a sixth would cut their words at 40 columns; when it was stands under Open, too
            found = [one for one in found if one.action != "log.time"]
        return [*found, deed(self.app, "log.open", "Open")]

    # Keys and taps

    def _wanted(self) -> Entry:
        if self.entry is None:
            raise LsaError("there is no entry here to do that with")
        return self.entry

    def do_log_correct(self, _: str) -> None:
        correct.correct(self.app, self._wanted())

    def do_log_remove(self, _: str) -> None:
        correct.remove(self.app, self._wanted())

    def do_log_time(self, _: str) -> None:
        correct.move_time(self.app, self._wanted())

    def do_log_move(self, _: str) -> None:
        correct.move(self.app, self._wanted())

    def do_log_release(self, _: str) -> None:
        """What was suggested for home goes there, or no longer."""
        correct.release(self.app, self._wanted())

    def do_log_concern(self, _: str) -> None:
        """For the DSL: its words move to the sheet. With nothing chosen, or no words in it, a sheet of its own."""
        concern_move.entry(self.app, self.entry)

    def do_log_open(self, _: str) -> None:
        """The whole text, and the history."""
        self.app.open(EntryView(self.app, self._wanted()))

    def do_log_choose(self, place: str) -> None:
        """A tap chooses a line; a second one opens it."""
        if int(place) == self.chosen:
            self.do_log_open("")
        else:
            self.chosen = int(place)

    def do_log_before(self, _: str) -> None:
        """The line above."""
        self.choose(self.chosen - 1)

    def do_log_after(self, _: str) -> None:
        """The line below."""
        self.choose(self.chosen + 1)

    def do_log_kinds(self, _: str) -> None:
        """The next kinds of entry."""
        self.shown = (self.shown + 1) % len(KINDS_SHOWN)
        self._newest()

    def do_log_earlier(self, _: str) -> None:
        self._go(-1)

    def do_log_later(self, _: str) -> None:
        self._go(1)

    def _go(self, days: int) -> None:
        if self.find:
            return
        self.on = min(self.on + timedelta(days=days), self.book.today())
        self._newest()

    def _newest(self) -> None:
        """Reads anew, with the newest chosen."""
        self.entries = []
        self.refreshed()

    def do_back(self, _: str) -> None:
        """From what was found, or from another day, to the log of today."""
        if self.find or self.on != self.book.today():
            self.app.go("log")
        else:
            self.app.deeds.do_back("")
