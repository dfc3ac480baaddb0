"""Today: what others want from me first, then the plan as a time line with the present in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from lsa_tui.app.drawing import Picture, Tap, between, fit, wrapped
from lsa_tui.app.frame import state
from lsa_tui.app.views.base import View
from lsa_tui.app.views.tally import tile_key
from lsa_tui.clock import from_text
from lsa_tui.daybook import entries, events, handover, interventions, plan, problems, pupils, sessions
from lsa_tui.daybook.plan import SlotOfDay
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


HANDOVERS = 3
"""Pupils named for whom nothing was received; the inbox names them all."""


class Today(View):
    """The plan of a day; the chosen slot shows its aim, needs and what the teacher wants to know."""

    name = "today"
    title = "Today"
    beside = True

    def __init__(self, app: LsaApp, on: date | None = None) -> None:
        super().__init__(app)
        self.on = on or app.book.today()
        self.chosen: str | None = None
        self.slots: list[SlotOfDay] = []
        self.missing: list[str] = []
        self._asked_when: tuple[object, ...] = ()
        self.refreshed()

    def refreshed(self) -> None:
        pupil = self.book.focus
        self.slots = plan.day(self.book, self.on, pupil) if pupil else []
        self.replies = problems.unseen(self.book, pupil) if pupil else []
        self.asked = self._asked()
        self._look_for_handovers()
        self.forms = interventions.due(self.book) if pupil else []
        ids = [one.slot.id for one in self.slots]
        if self.chosen not in ids:
            self.chosen = self._present()

    def _present(self) -> str | None:
        """The slot that runs, else the one planned for now, else the next one, else the last."""
        now = self.book.now()
        lessons = [one for one in self.slots if sessions.is_lesson(one.slot)]
        running = next((one for one in lessons if one.status == "running"), None)
        if running is not None:
            return running.slot.id
        for one in lessons:
            if now < one.ends:
                return one.slot.id
        return lessons[-1].slot.id if lessons else None

    @property
    def morning(self) -> bool:
        """Before the first start of today, and before noon, the digits are the morning flags."""
        early = self.on == self.book.today() and self.book.now().hour < 12
        return early and not any(one.sessions for one in self.slots)

    def _asked(self) -> list[Entry]:
        """For the teacher and the SENCo: raised by others and not answered yet."""
        if self.book.role not in ("teacher", "senco"):
            return []
        return [
            one.entry
            for one in problems.inbox(self.book)
            if one.status == "open" and one.entry.by != self.book.initials
        ]

    def _look_for_handovers(self) -> None:
        """Which hand-overs did not come, for whoever waits for them. Looked for anew when something arrived, and each
        quarter of an hour: what is recorded here changes nothing of it."""
        if self.book.role not in handover.WAITING:
            self.missing = []
            return
        now = self.book.now()
        when = (now.date(), now.hour, now.minute // 15, self.app.arrived, self.book.initials)
        if when != self._asked_when:
            self._asked_when = when
            found = handover.every_missing(self.book)
            self.missing = [f"{self.book.names.pupil(one.pupil)} {handover.says(self.book, one)}" for one in found]

    def draw(self, width: int, height: int) -> Picture:
        found = Picture()
        self.keep = None
        self._replies(found, width)
        self._handovers(found, width)
        self._due(found, width)
        if self.morning:
            self._morning(found, width)
        if not self.slots:
            self._empty(found, width)
        for one in self.slots:
            self._slot(found, one, width)
        return found

    def _replies(self, found: Picture, width: int) -> None:
        if self.on != self.book.today():
            top = found.add((between(f" {self.on:%A %d %B %Y}", "q today ", width), "now-strong"))
            found.taps.append(Tap(0, top, width, 1, "back"))
        if self.replies:
            who = ", ".join(sorted({one.by for one in self.replies}))
            words = f" {len(self.replies)} repl{'y' if len(self.replies) == 1 else 'ies'} from {who}"
            top = found.add((between(words, "Enter ", width), "late"))
            found.taps.append(Tap(0, top, width, 1, "today.replies"))
        if self.asked:
            who = ", ".join(sorted({one.by for one in self.asked}))
            top = found.add((between(f" {len(self.asked)} raised by {who}, open", "Enter ", width), "late"))
            found.taps.append(Tap(0, top, width, 1, "today.replies"))

    def _handovers(self, found: Picture, width: int) -> None:
        if self.on != self.book.today():
            return
        shown = self.missing[:HANDOVERS]
        if len(self.missing) > HANDOVERS:
            shown[-1] = f"{len(self.missing) - HANDOVERS + 1} more pupils without a hand-over"
        for words in shown:
            for n, part in enumerate(wrapped(words, width - 3)):
                top = found.add((fit(f" {'' if n == 0 else '  '}{part}", width), "late"))
                found.taps.append(Tap(0, top, width, 1, "inbox"))

    def _due(self, found: Picture, width: int) -> None:
        self._forms(found, width)
        self._share(found, width)
        conflicts = entries.conflicts(self.book)
        if conflicts:
            key = self.app.keymap.shown("conflicts")
            top = found.add((between(f" {len(conflicts)} to decide: edits that differ", f"{key} ", width), "late"))
            found.taps.append(Tap(0, top, width, 1, "today.conflicts"))
        session = sessions.running(self.book) if self.book.focus else None
        if session is not None and session.when.date() != self.book.today():
            title = self.book.names.slot(session["slot"])
            top = found.add((between(f" {title} of {session.when:%a} is still open", "tap ", width), "late"))
            found.taps.append(Tap(0, top, width, 1, "today.left"))

    def _share(self, found: Picture, width: int) -> None:
        """Offered when the day's last lesson is over, never in one; what is offered is begun by a tap alone."""
        here = self.app.backlog() if self.on == self.book.today() and self.book.config["shared.url"] else 0
        lessons = [one for one in self.slots if not one.slot["all_day"] and one.ends.date() <= self.on]
        now = self.book.now()
        over = all(one.status != "running" and (one.status != "planned" or one.ends <= now) for one in lessons)
        if here and lessons and over and (self.app.syncing is None or not self.app.syncing.running):
            keys = f"{self.app.keymap.shown('screen.end')} {self.app.keymap.shown('end.sync')}"
            top = found.add((between(f" {here} not shared yet: sync now", f"{keys} ", width), "late"))
            found.taps.append(Tap(0, top, width, 1, "today.share"))

    def _forms(self, found: Picture, width: int) -> None:
        """Until the school's own form of a restrictive intervention is done, every day begins with it."""
        for one in self.forms:
            began = one.when.astimezone(self.book.zone)
            today = began.date() == self.book.today()
            whose = f"{self.book.names.pupil(one.pupil)} " if one.pupil != self.book.focus else ""
            due = "school's form due" if today else "school's form late"
            when = f"{began:%H:%M}" if today else f"{began:%a %d}"
            words = f" {whose}hands-on {when}: {due if one['ended'] else 'RUN'}"
            top = found.add((between(words, f"{self.app.keymap.shown('handson.sheet')} ", width), "late"))
            found.taps.append(Tap(0, top, width, 1, "handson.sheet", one.id))

    def _morning(self, found: Picture, width: int) -> None:
        day = self.on.isoformat()
        held = {one["what"] for one in read.between(self.book.db, day, day, self.book.focus, ("flag",))}
        names = self.book.config.presets("morning")
        x, parts = 9, [(fit(" morning", 9), "muted")]
        for n, name in enumerate(names, 1):
            words = f"{n} {name}{' ✓' if name in held else ''}  "
            if x + len(words) > width:
                found.add(*parts)
                x, parts = 1, [(" ", "muted")]
            found.taps.append(Tap(x, len(found.lines), len(words), 1, "today.flag", str(n)))
            parts.append((words, "accent" if name in held else "text"))
            x += len(words)
        found.add(*parts)

    def _slot(self, found: Picture, one: SlotOfDay, width: int) -> None:
        slot, now = one.slot, self.book.now()
        if slot["all_day"]:
            found.add((fit(f"   {slot['title']}", width), "accent"))
            return
        current = slot.id == self.chosen
        present = slot.when <= now < from_text(slot["ends"])
        style = "now-strong" if present else "strong" if current else "text"
        if one.status in ("cancelled", "missed", "done") and not current and not present:
            style = "muted"
        pointer = ">" if current else " "
        end = f"{slot['provision'] or ''} {self._state(one)} ".lstrip()
        words = f"{pointer} {one.begins_text} {slot['title']}"
        top = found.add((between(words, end, width), style))
        found.taps.append(Tap(0, top, width, 1, "today.slot", slot.id))
        if current:
            self.keep = top
            self._details(found, one, width)

    def _state(self, one: SlotOfDay) -> str:
        due = one.status == "planned" and one.slot["provision"] and one.slot.when.date() == self.book.today()
        return f"{one.minutes} due" if due else state(one)

    def _details(self, found: Picture, one: SlotOfDay, width: int) -> None:
        slot = one.slot
        lines = [
            ("aim", slot["aim"]),
            ("need", slot["need_to_know"]),
            ("wants", slot["feedback"]),
            ("where", slot["place"]),
            ("for", ", ".join(slot["targets"] or ())),
        ]
        for session in one.sessions:
            lines += [("why", session["missed_reason"]), ("adapted", session["adapted"])]
        if one.status == "running" and not self.app.letters_only:
            target = pupils.current_target(self.book, self.book.focused())
            lines.append(("digits", f"{target['code']} {target['text']}" if target else None))
        for word, text in lines:
            for n, line in enumerate(wrapped(str(text), width - 11, 3) if text else ()):
                found.add((f"  {word if n == 0 else '':>7}  ", "muted"), (fit(line, width - 11), "text"))

    def _empty(self, found: Picture, width: int) -> None:
        key = self.app.keymap.shown("lesson")
        for line in (
            "",
            " No plan for this day.",
            " lsa plan import timetable.ics",
            " brings a calendar in;",
            f" {key} starts a session without one.",
        ):
            found.add((fit(line, width), "muted"))

    # Keys and taps

    def hints(self) -> list[tuple[str, str, str]]:
        names = self.book.config.presets("morning") if self.morning else ()
        flags = [(str(n), name, "Morning flag") for n, name in enumerate(names, 1)]
        return [("up down", "Choose", "Chooses a slot; Enter starts or ends it"), *flags]

    def press(self, key: str, character: str | None) -> bool:
        """Arrows choose a slot; before the first start digits are morning flags; letters are tiles."""
        if key in ("up", "down"):
            self._move(1 if key == "down" else -1)
            return True
        if key == "enter":
            self.app._guarded(self._enter)
            return True
        if self.morning and len(key) == 1 and key.isdecimal() and key != "0":
            self.app._guarded(lambda: self.do_today_flag(key))
            return True
        return tile_key(self, key)

    def _move(self, by: int) -> None:
        ids = [one.slot.id for one in self.slots if not one.slot["all_day"]]
        if ids:
            here = ids.index(self.chosen) if self.chosen in ids else 0
            self.chosen = ids[max(0, min(here + by, len(ids) - 1))]

    def _enter(self) -> None:
        """Enter: replies first, then what the chosen slot needs."""
        from lsa_tui.app.views.lesson import change

        if self.replies or self.asked:
            self.do_today_replies("")
            return
        if self.on != self.book.today():
            self.app.say("Only today's lessons can be started")
            return
        one = next((one for one in self.slots if one.slot.id == self.chosen), None)
        if one is None or self.chosen == self._present():
            change(self.app)
        elif one.status in ("planned", "missed", "running"):
            change(self.app, one.slot)
        else:
            self.app.say(f"{one.slot['title']} is {one.status}; a tap on it offers more")
            return
        self.chosen = None
        self.refreshed()

    def do_lesson(self, _: str) -> None:
        """The tap on Lesson: the same as Enter."""
        self._enter()

    def do_today_flag(self, digit: str) -> None:
        """A morning flag."""
        names = self.book.config.presets("morning")
        if int(digit) <= len(names):
            self.app.recorded(events.flag(self.book, names[int(digit) - 1]))

    def do_today_slot(self, uid: str) -> None:
        """A tap on a slot chooses it; a second one opens what can be done with it."""
        if self.chosen != uid:
            self.chosen = uid
            return
        from lsa_tui.app.views.slot import SlotView

        one = next(one for one in self.slots if one.slot.id == uid)
        self.app.open(SlotView(self.app, one))

    def do_today_replies(self, _: str) -> None:
        """Opens what others answered."""
        from lsa_tui.app.views.inbox import Inbox

        self.app.open(Inbox(self.app))

    def do_today_conflicts(self, _: str) -> None:
        """Opens edits that did not see each other."""
        from lsa_tui.app.views.conflicts import Conflicts

        self.app.open(Conflicts(self.app))

    def do_today_share(self, _: str) -> None:
        """Goes to the day's end, and syncs."""
        self.app.go("end")
        self.app._perform("end.sync", "")

    def do_today_left(self, _: str) -> None:
        """Closes what was left open on another day, by a choice."""
        from lsa_tui.app.views.lesson import left_open

        left_open(self.app)

    def do_back(self, _: str) -> None:
        """From another day back to today, else out."""
        if self.on != self.book.today():
            self.on = self.book.today()
            self.chosen = None
            self.refreshed()
        else:
            self.app.action_leave()
