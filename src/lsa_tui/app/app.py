"""The application: one Textual screen of a few boards, and a stack of views that draw into them.

Keys are answered here, one after another, in the order they arrive, by whatever view is on top at that moment.
Textual's own screens would each have a queue of their own, and `i 1 2 3` typed in one burst would reach the tiles.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal

from lsa_tui import actions, unexpected
from lsa_tui.app.board import Board
from lsa_tui.app.deeds import Deeds
from lsa_tui.app.drawing import Picture
from lsa_tui.app.frame import band, beside, foot, navigation, plan_beside, too_small, waiting
from lsa_tui.app.guard import Guard
from lsa_tui.app.heard import Heard
from lsa_tui.app.look import Look
from lsa_tui.app.themes import load_themes, shipped_theme, variable_defaults
from lsa_tui.app.views.base import ALONE_THROUGH, APART_THROUGH, BODY_LEAST, View
from lsa_tui.daybook import damage, entries, interventions, marks
from lsa_tui.daybook.book import Book
from lsa_tui.errors import LsaError
from lsa_tui.records import log, read
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.views.syncing import Syncing

LEAN = 6
"""So many marks within LEAN_SECONDS are a child leaning on the keys: one undo takes them all."""
LEAN_SECONDS = 1.0
SOMEBODY = (events.Key, events.Paste, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)
"""What only comes from a person."""

NOT_TYPED = {"concern": "Nothing is typed here; a digit opens a field", "choose": "A digit answers"}
"""What is said on a concern's screens of a letter that does nothing there, by view."""


class LsaApp(App[int]):
    """Whose day it is, what view is on top, and the one way from a key or a tap to the daybook."""

    CSS_PATH = "app.tcss"
    ALLOW_SELECT = False
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar = [Binding("ctrl+q", "leave", show=False, priority=True), Binding("ctrl+c", "leave", show=False)]
    TITLE = "lsa"  # the terminal's title tells nothing

    def __init__(self, book: Book, recovery: str = "", given: bool = False) -> None:
        """`recovery` is a recovery key that was made a moment ago, to be shown until somebody closes its page.
        `given`: a passphrase was given just now, so that a program which was left locked begins unlocked."""
        super().__init__()
        self.book = book
        self._recovery = recovery
        self.keymap = actions.keymap(book.config.keys)
        self.look = Look({})
        self.views: list[View] = []
        self.deeds = Deeds(self)
        self.guard = Guard(self, given)
        self.heard = Heard(self)
        self.said = ""
        self.last: Entry | None = None
        self.taken = ""
        self.letters_only: bool = book.config["look.letters_only"]
        self.syncing: Syncing | None = None
        fills = {"band": "band", "plan": "text", "body": "text", "beside": "text", "foot": "panel", "nav": "nav"}
        self._boards = {name: Board(fill, id=name) for name, fill in fills.items()}
        self._themes_problem: list[str] = []
        self._own_themes: list[str] = []
        self._painted = False
        self._marked: list[tuple[float, int]] = []
        self._seen = 0
        self._met: LsaError | None = None
        """Why the last key's work could not be done."""
        self._backlog: tuple[tuple[int, int], int] | None = None
        self.arrived = 0
        """How often something may have come from elsewhere: a sync, a command beside."""
        self._minute = ""
        self._choose_theme(book.config.values.get("look.theme") or self._usual_theme())

    # Starting

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The program's own variables, for the moment before its theme is chosen."""
        return variable_defaults()

    def compose(self) -> ComposeResult:
        yield self._boards["band"]
        with Horizontal(id="middle"):
            yield self._boards["plan"]
            yield self._boards["body"]
            yield self._boards["beside"]
        yield self._boards["foot"]
        yield self._boards["nav"]

    def on_mount(self) -> None:
        """Opens the first view, says what of the settings could not be used."""
        self.theme_changed_signal.subscribe(self, self._recolour)
        self.look_back()
        self._open_first()
        problems = [*self.book.config.problems, *self.keymap.problems, *self._themes_problem]
        if problems:
            self.say_at_length("Settings", problems)
        if self._recovery:
            from lsa_tui.app.views.notice import Recovery  # once in a home's life

            self.open(Recovery(self, self._recovery))
            self._recovery = self.said = ""
        if self.book.plain and not self.book.made_up and self.book.config.exists:
            self.said = "Unencrypted: lsa key encrypt"  # short: what was recorded stays in view above it
        self._seen = self.book.store.version_seen()
        self.guard.start()
        self.set_interval(1.0, self._tick)
        self._listen()
        self.draw()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for name in ("SIGHUP", "SIGTERM"):
            number = getattr(signal, name, None)
            if number is not None:
                # Windows, or not the main thread (tests), has no handlers; nothing shown is unsaved anyway.
                with suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, self.exit, 0)

    def _open_first(self) -> None:
        if self.book.focus is None or not self.book.config.exists:
            from lsa_tui.app.views.setup import Setup

            self.views = [Setup(self)]
        else:
            self.views = [self._tab("today")]

    def _usual_theme(self) -> str:
        """Where nobody chose one: a terminal of sixteen colours would show most of the default's as one grey."""
        few = self.console.color_system == "standard" and not self.no_color
        return "sixteen" if few else str(self.book.config["look.theme"])

    def _choose_theme(self, name: str) -> None:
        theme = shipped_theme(name)
        if theme is None:
            self._load_themes()
            if name not in self.available_themes:
                known = ", ".join(one for one in self.available_themes if one in self._own_themes)
                self._themes_problem.append(f"there is no theme {name!r}; dusk is used. There are: {known}")
                name = "dusk"
        else:
            self.register_theme(theme)
        # Set before the style sheet is read: changing a theme later reads and applies it all again (15 ms).
        self.set_reactive(LsaApp.theme, name)
        self.look = Look(self._variables(name))

    def _load_themes(self) -> None:
        """All themes, for the palette; what is wrong with one is said and never fatal."""
        themes, problems = load_themes(self.book.paths.themes)
        for theme in themes:
            self.register_theme(theme)
        self._own_themes = [theme.name for theme in themes]
        self._themes_problem += [one.problem for one in problems]
        if self._themes_problem and self._painted:
            self.say_at_length("Settings", self._themes_problem)
            self.draw()

    def _variables(self, name: str) -> dict[str, str]:
        theme = self.get_theme(name) or self.current_theme
        return {**theme.to_color_system().generate(), **theme.variables}

    def _recolour(self, theme: Any) -> None:
        self.look = Look(self._variables(theme.name))
        for board in self._boards.values():
            board.refresh()

    # Keys and taps

    async def on_event(self, event: events.Event) -> None:
        """Keys and pasted text go to the view on top, at once; everything else takes Textual's way."""
        mine = len(self.screen_stack) == 1 if self._screen_stacks.get(self._current_mode) else False
        if isinstance(event, SOMEBODY):
            self.guard.touched()
        if mine and isinstance(event, events.Key) and not event.is_forwarded:
            event._set_forwarded()
            self.app_focus = True
            if self.guard.view is not None and event.key not in ("ctrl+q", "ctrl+c"):
                self.press(event.key, event.character)  # no palette in front of a lock
            elif not await self._check_bindings(event.key, priority=True):
                self.press(event.key, event.character)
        elif mine and isinstance(event, events.Paste) and not event.is_forwarded:
            event._set_forwarded()
            if self.view.field is not None:
                self.view.field.put(event.text)
                self.view.typed()
                self.draw()
        else:
            await super().on_event(event)

    @property
    def view(self) -> View:
        """The view on top; while it is locked the one that stands before them all."""
        return self.guard.view or self.views[-1]

    def press(self, key: str, character: str | None) -> None:
        """Answers one key. Capitals count as lower case; a letter never logs while text is being typed."""
        view = self.view
        name = character.lower() if character and character.isprintable() else key
        if view.field is not None:
            self._type(view, key, character)
        elif not self._unseen(view, name):
            self.said = ""
            if not view.press(name, character):
                action = self.keymap.on(view.name).get(name)
                if action is not None and self.keeps_out(action):
                    self.said = NOT_TYPED.get(view.name, "Nothing is typed here")
                elif action == "back" and name == "escape" and view.name == "today" and len(self.views) == 1:
                    self.said = f"{self.keymap.shown('back')} leaves"  # Escape is pressed to be safe, not to be out
                elif action is not None:
                    self._perform(action, "")
        self.draw()

    @property
    def alone(self) -> bool:
        """Whether what is on top stands alone, or asks about one that does."""
        return self.view.alone or (self.view.name == "choose" and any(one.alone for one in self.views))

    def _unseen(self, view: View, name: str) -> bool:
        """Whether this key would answer a page that stands alone, or a question of it, where there is no room to draw
        it: what nobody could read nobody can have meant."""
        action = self.keymap.on("everywhere").get(name, "")
        return self.alone and self.is_small and not (action in ALONE_THROUGH and view.lets(action))

    def keeps_out(self, action: str) -> bool:
        """Whether an action is one of everywhere, and a concern's screen is on top, or what that opened. Over a
        hands-on it is the hands-on's keys that count."""
        if action in APART_THROUGH or action not in self.keymap.on("everywhere").values():
            return False
        above = next((one for one in reversed(self.views) if one.apart or one.name == "handson"), None)
        return above is not None and above.apart

    def _type(self, view: View, key: str, character: str | None) -> None:
        assert view.field is not None
        if view.press(key, character):
            return
        if key == "escape":
            self._perform("back", "")
        elif key in ("ctrl+j", "shift+enter"):
            view.field.newline()
        elif key == "enter":
            if view.field.several and view.field.text[: view.field.cursor].endswith("\\"):
                view.field.press("backspace", None)
                view.field.newline()
            else:
                self._guarded(view.enter)
                return
        else:
            view.field.press(key, character)
        view.typed()

    async def perform(self, action: str, argument: str = "") -> None:
        """A tap: the same as the key."""
        if self.view.field is None:
            self.said = ""
        self._perform(action, argument)
        self.draw()

    def wheel(self, by: int) -> bool:
        """The wheel over the body. False where its board is to scroll."""
        used = self.view.scrolled(by)
        if used:
            self.draw()
        return used

    def _perform(self, action: str, argument: str) -> None:
        name = f"do_{action.replace('.', '_')}"
        method = getattr(self.view, name, None)
        if method is None and self.guard.view is not None:
            return  # nothing else is answered while it is locked
        if method is None and action.startswith("level."):
            self._guarded(lambda: self.deeds.do_level(action.removeprefix("level.")))
            return
        method = method or getattr(self.deeds, name, None)
        if method is not None:
            self._guarded(lambda: method(argument))

    def _guarded(self, work: Any) -> None:
        """Runs what a key means; a mistake becomes a sentence, and nothing typed is lost."""
        writes, self._met = self.book.store.writes, None
        try:
            work()
        except LsaError as problem:
            self._met = problem
            self.say(str(problem))
        except Exception as problem:  # a fault of the records or of the program: said, and the day goes on
            self._met = damage.said(self.book, problem, writes)
            if self._met is None and self.is_headless:
                raise
            self.say(str(self._met or unexpected.sentence(problem, self.view.name, self.book.paths)))

    def _fatal_error(self) -> None:
        """A fault outside of a key's work: the terminal is given back, and a sentence says what is wrong."""
        error = self._exception or RuntimeError()
        known = error if isinstance(error, LsaError) else damage.said(self.book, error)
        if known is not None and self._met is not None and damage.is_of(self.book, self._met):
            known = self._met  # of the key's own work it is known whether something was recorded
        words = str(known) if known else unexpected.sentence(error, "application", self.book.paths)
        self.panic(Text(f"lsa: {words}"))

    def on_unmount(self) -> None:
        """However it ends."""
        self.guard.ended()

    # Views

    def open(self, view: View) -> None:
        """Puts a view on top."""
        self.views.append(view)

    def close(self) -> None:
        """Takes the view on top away."""
        if len(self.views) > 1:
            self.views.pop().left()
            self.view.refreshed()

    def _tab(self, name: str) -> View:
        if name == "tally":
            from lsa_tui.app.views.tally import Tally

            return Tally(self)
        if name == "log":
            from lsa_tui.app.views.log import Log

            return Log(self)
        if name == "end":
            from lsa_tui.app.views.end import End

            return End(self)
        from lsa_tui.app.views.today import Today

        return Today(self)

    def go(self, name: str) -> None:
        """Goes to one of the five screens; what was open above it closes."""
        if name == "note":
            self.deeds.do_screen_note("")
            return
        while len(self.views) > 1:
            self.views.pop().left()
        self.views = [self._tab(name)]

    # What was said

    def say(self, sentence: str) -> None:
        """Says something in the foot; a long sentence gets a page of its own."""
        if len(sentence) > 2 * max(self.size.width - 2, 30) - len(waiting(self, brief=True)):
            self.say_at_length("Please read", [sentence])
        else:
            self.said = sentence

    def say_at_length(self, heading: str, sentences: list[str]) -> None:
        """A page of sentences."""
        from lsa_tui.app.views.notice import Notice

        self.open(Notice(self, heading, sentences))

    def recorded(self, entry: Entry, earlier: Entry | None = None) -> None:
        """Shows what was just committed, for whom, and how to take it back; asks about words that sound like a
        disclosure. `earlier`: the entry as it was before, where it was corrected."""
        says = self.book.says(entry)
        self.last, self.taken = entry, f"removal of {says}" if entry.removed else says
        self.said = ""
        self.view.refreshed()
        self.heard.recorded(entry, earlier)

    def marked(self, entry: Entry) -> None:
        """As `recorded`, for marks: six within a second become one step of undo."""
        self.recorded(entry)
        step = log.last_step(self.book.db, undone=False)
        now = time.monotonic()
        self._marked = [one for one in self._marked if now - one[0] < LEAN_SECONDS]
        if step is not None:
            self._marked.append((now, step))
        if len(self._marked) >= LEAN:
            entries.one_step(self.book, self._marked[0][1])
            self._marked = [(moment, self._marked[0][1]) for moment, _ in self._marked]

    def look_back(self) -> None:
        """What an undo would take back now."""
        taken = entries.can_undo(self.book)
        self.last, self.taken = (taken.entry, taken.says) if taken else (None, "")

    def backlog(self) -> int:
        """How many of this device's recordings are not known to be shared. Counted anew only after a write, here or
        by another process: it stands on every screen, and a key that writes nothing must cost nothing for it."""
        now = (self.book.store.writes, self._seen)
        if self._backlog is None or self._backlog[0] != now:
            self._backlog = (now, log.backlog(self.book.db))
        return self._backlog[1]

    def counted(self) -> None:
        """Something changed without a write of this thread: a sync has ended."""
        self._backlog = None
        self.arrived += 1

    # Drawing

    @property
    def is_small(self) -> bool:
        """Whether the terminal is too small to draw in."""
        return self.size.width < BODY_LEAST[0] or self.size.height < BODY_LEAST[1] + 5

    def on_resize(self) -> None:
        """A terminal of another size."""
        self.call_after_refresh(self.draw)

    def on_ready(self) -> None:
        """The boards have their sizes; what could wait until after the first paint comes now."""
        self._painted = True
        self.draw()
        gc.freeze()  # what is loaded by now stays for good, and need not be looked through again
        gc.enable()
        if not self._own_themes:
            self.call_after_refresh(self._load_themes)

    def draw(self) -> None:
        """Shows the present state; boards repaint only what changed."""
        if not self.views or not self.is_running or len(self.screen_stack) != 1:
            return
        width, height = self.size
        boards = self._boards
        if self.is_small:
            self._small(width, height)
            return
        self.screen.remove_class("-small")
        if self.view.hides:
            boards["beside"].show(Picture())
            boards["plan"].show(Picture())
        side = 28 if self.view.beside and width >= 72 else 0
        # Beside the plan itself a second one would say it twice.
        plan = 34 if side and width >= 110 and self.view.name != "today" else 0
        self.screen.set_class(bool(side), "-beside")
        self.screen.set_class(bool(plan), "-plan")
        body_width, body_height = width - side - plan, height - 6
        boards["band"].show(band(self, width))
        boards["body"].show(self.view.draw(body_width, body_height), self.view.keep)
        boards["foot"].show(foot(self, width))
        boards["nav"].show(navigation(self, width))
        if side:
            boards["beside"].show(beside(self, side, body_height))
        if plan:
            boards["plan"].show(plan_beside(self, plan, body_height))

    def _small(self, width: int, height: int) -> None:
        self.screen.add_class("-small")
        self.screen.remove_class("-beside", "-plan")
        self._boards["body"].show(too_small(self, width, height))

    def _tick(self) -> None:
        """Each second: whether to lock, what commands recorded, the minute, and running times."""
        self.guard.look()
        if self.guard.view is not None:
            self.guard.view.tick()
            self.draw()
            return
        seen = self.book.store.version_seen()
        if seen != self._seen:
            self._seen = seen
            self.arrived += 1
            self.book.names = read.Names(self.book.db)
            self.look_back()
            self.view.refreshed()
            self.draw()
        elif f"{self.book.now():%H:%M}" != self._minute or self._times_run():
            self._minute = f"{self.book.now():%H:%M}"
            self.draw()

    def _times_run(self) -> bool:
        return bool(marks.open_bouts(self.book, self.book.focus)) or interventions.running(self.book) is not None

    def get_system_commands(self, screen: Any) -> Any:
        """Textual's palette lists the registry."""
        from textual.app import SystemCommand

        for action in actions.ACTIONS:
            if action.screen in actions.SCOPES.get(self.view.name, ()) or action.screen == "everywhere":
                yield SystemCommand(action.label, action.help, lambda name=action.id: self._chosen(name))
        for name in self._own_themes:
            now = " (now)" if name == self.theme else ""
            yield SystemCommand(f"Theme {name}", f"Colours of {name}{now}", lambda name=name: self._use_theme(name))

    def _use_theme(self, name: str) -> None:
        """Changes the colours, and remembers it."""
        self.theme = name
        self.book.config.save(look_theme=name)

    def _chosen(self, action: str) -> None:
        self.call_after_refresh(self.perform, action)

    def action_leave(self) -> None:
        """Leaves the program; with recordings not yet shared it asks first, but tells nothing while it is locked."""
        if self.guard.view is not None:
            self.exit(0)
            return
        from lsa_tui.app.views.leave import leave

        leave(self)
        self.draw()
