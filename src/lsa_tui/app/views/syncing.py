"""The sync as the application runs it: in a thread of its own, told of as it goes, while recording goes on."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsa_tui import text, unexpected
from lsa_tui.app.drawing import Line, between, fit, wrapped
from lsa_tui.app.views.ask import Ask
from lsa_tui.app.views.window import Windowed
from lsa_tui.daybook import damage
from lsa_tui.daybook.setup import share_with
from lsa_tui.errors import BadInput, Locked, LsaError, SyncIncomplete
from lsa_tui.records import log, read

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp
    from lsa_tui.sync.keys import NeedsPassphrase
    from lsa_tui.sync.result import Progress, Result


SHORT = 3
"""Lines of a sentence that leave the summary its room; a longer one stands above the summary."""


class Stopped(Exception):
    """Ends a sync between two of its steps. What was shared by then is found again by the next one."""


class Syncing:
    """One sync: whether it runs, how far it is, and at its end one sentence."""

    def __init__(self, app: LsaApp, words: str = "", new: bool = False) -> None:
        """`words`: what was typed to get in: with `new` the passphrase that a new shared store gets, else the join
        passphrase or an invitation."""
        self.app = app
        self.words, self.new = words, new
        self.asks: str = ""
        """What was missing to get in: "new" (a passphrase to be chosen), "join", or nothing."""
        self.running = True
        self.says = ""
        self.failed = False
        self.phase = "connecting"
        self.done = self.of = 0
        self.counts: dict[str, tuple[int, int]] = {}
        """Of each phase begun how far it is, in changes."""
        self.ended: datetime | None = None
        self.then_leave = False
        self.read = False
        """Whether its sentence stood on the day's end since it ended."""
        self._stop = False
        # Its thread has a database connection of its own, and changes nothing here but by posting back.
        self.worker = app.run_worker(self._work, thread=True, group="sync", exit_on_error=False)

    def stop(self) -> None:
        """Asks it to end at its next step."""
        self._stop = True

    @property
    def stopping(self) -> bool:
        """Whether it was asked to end, and has not yet."""
        return self._stop and self.running

    def _work(self) -> None:
        from lsa_tui.sync import keys, run  # not before somebody syncs

        says, failed = "", True
        store = self.app.book.store
        try:
            store.connect()
            self._join()
            result = run.sync(self.app.book, progress=self._progress, ask=self._passphrase)
            says, failed = self._done(result), False
        except Stopped:
            says = self._stopped()
        except keys.NeedsPassphrase as problem:
            self.asks = "new" if problem.new else "join"
            says = text.sentence(problem, self._here())
        except Locked as problem:
            self.asks = "join"
            says = text.sentence(problem, self._here())
        except SyncIncomplete as problem:  # says itself how much is still here
            cause = problem.__cause__
            if isinstance(cause, keys.KeyChanged) and not isinstance(cause, keys.AnotherStore):
                self.asks = "join"
            says = text.sentence(problem)
        except LsaError as problem:
            says = text.sentence(problem, self._here())
        except Exception as problem:  # a fault of the program must not take the screen from the classroom
            # Its words are not shown: an address, and a password in it, may stand in them.
            damaged = damage.said(self.app.book, problem)
            words = str(damaged) if damaged else unexpected.sentence(problem, "sync", self.app.book.paths)
            says = f"The sync failed: {words}; {self._here()}."
        finally:
            store.close()
        self._post(self._end, says, failed)

    def _done(self, result: Result) -> str:
        """With the key that opens what is to be decided."""
        opens = f" {self.app.keymap.shown('conflicts')} opens what is to decide." if result.conflicts else ""
        return f"{text.sentence(result.says)}{opens}"

    def _stopped(self) -> str:
        """What was sent is not checked by then, so it is not called shared."""
        done, of = self.counts.get("sending", (0, 0))
        sent = f"{done} of {of} were sent and not checked yet; " if done else ""
        received, _ = self.counts.get("taking in", (0, 0))
        came = f"{received} received; " if received else ""
        return f"The sync was stopped; {came}{sent}{self._here()}, and the next sync goes on from there."

    def _here(self) -> str:
        """How many changes are on this device alone."""
        try:
            left = log.backlog(self.app.book.db)
        except Exception:  # the local database itself is what is wrong, and that is said
            return "everything is still on this device"
        if not left:
            return "everything of this device is shared"
        return f"{left} {'change is' if left == 1 else 'changes are'} still here"

    def _join(self) -> None:
        if self.words and not self.new:
            from lsa_tui.sync import joining  # hardly ever

            joining.join(self.app.book, lambda _: self.words)

    def _passphrase(self, needed: NeedsPassphrase) -> str:
        from lsa_tui.sync import keys

        return self.words if self.words and needed.new else keys.nobody_asks(needed)

    def _progress(self, progress: Progress) -> None:
        self.counts[progress.phase] = (progress.done, progress.of)
        if self._stop or self.worker.is_cancelled:
            raise Stopped
        self._post(self._show, progress)

    def _post(self, work: Any, *values: Any) -> None:
        if not self.worker.is_cancelled and self.app.is_running:
            self.app.call_from_thread(work, *values)

    def _show(self, progress: Progress) -> None:
        self.phase, self.done, self.of = progress.says, progress.done, progress.of
        self.app.draw()

    def _end(self, says: str, failed: bool) -> None:
        app = self.app
        self.running, self.says, self.failed, self.ended = False, says, failed, app.book.now()
        app.book.names = read.Names(app.book.db)
        app.counted()
        app.look_back()
        for view in app.views:
            view.refreshed()
        if self.then_leave and (self._stop or not failed):
            app.exit(0)
        elif isinstance(app.view, Windowed) and app.view.name == "end":
            app.view.top = 0
            if self.asks:
                _ask_to_get_in(app, self.asks, says if self.words else "")
        else:  # one line in the foot: a page of its own would open over what is being typed
            app.said = f"The sync is not complete; {app.keymap.shown('screen.end')} tells why" if failed else says
        app.draw()

    def sentence(self, width: int) -> list[Line]:
        """Its sentence, with the time, in as many lines as it needs."""
        when = f"{self.ended:%H:%M} " if self.ended else ""
        style = "warning" if self.failed else "success"
        return [[(fit(f" {part}", width), style)] for part in wrapped(f"{when}{self.says}", width - 2)]

    def lines(self, width: int, brief: bool) -> list[Line]:
        """The bar while it runs, then its sentence; `brief` or too long, only the start of it."""
        if not self.running:
            whole = self.sentence(width)
            if len(whole) <= (1 if brief else SHORT):
                return whole
            return [[(fit(f" {self.ended:%H:%M} {self.says}", width), whole[0][0][1])]]
        full = width * min(self.done, self.of) // self.of if self.of else 0
        bar: Line = [("█" * full, "accent"), ("░" * (width - full), "rule")]
        count = f" {self.done:,} of {self.of:,}" if self.of else ""
        stop = "stopping" if self.stopping else f"{self.app.keymap.shown('end.stop')} stops it"
        return [bar, [(between(f" {self.phase}{count}", f"{stop} ", width), "text")]]


def start(app: LsaApp) -> None:
    """Starts a sync; where no shared store is known it asks for one first."""
    if app.syncing is not None and app.syncing.running:
        app.say("A sync is running already")
    elif not app.book.config["shared.url"]:
        ask_where(app)
    else:
        app.syncing = Syncing(app)


ASKS = "Where do you share?"
HINT = (
    "A file's path (/srv/school/school.db), a folder that a cloud client copies, or postgresql://HOST/NAME; the same "
    "on every device."
)


def url_of(typed: str) -> str:
    """The shared store's URL, as typed or from a plain path: a folder that is there is a folder, else it is a file.

    Empty for none. Raises BadInput, for a folder too that is not there now: what is typed in passing is never checked
    again, and a slip would show at every sync.
    """
    words = typed.strip()
    try:
        return _checked(words) if words else ""
    except (OSError, RuntimeError) as problem:
        from lsa_tui.address import unusable

        raise unusable(words, problem) from None


def _checked(words: str) -> str:
    from lsa_tui.address import parse
    from lsa_tui.sync import clouds  # needed only where an address is given

    if ":" not in words and not _PATH.match(words):
        raise BadInput(f"{words!r} is not a whole path; it begins with / or a drive, as in /srv/school/school.db")
    url = _of_path(words) if _PATH.match(words) else words
    location = parse(url)
    clouds.check(location)
    if location.path is None:
        return url  # a server is asked when it is synced with
    folder = location.path.parent
    if not folder.is_dir():
        raise BadInput(
            f"there is no folder {folder}; mend the path, or connect the stick or share and press Enter again"
        )
    if location.kind == "sqlite" and not location.path.suffix and not location.path.exists():
        raise BadInput(
            f"{location.path} is not there: a folder must be there already, and a file's name ends in .db, as in "
            f"{location.path}.db"
        )
    return url


_PATH = re.compile(r"[/~]|[A-Za-z]:[\\/]")


def _of_path(words: str) -> str:
    path = Path(words).expanduser()
    kind = "folder" if path.is_dir() or words.endswith(("/", "\\")) else "sqlite"
    return f"{kind}:///{path.as_posix()}"


def ask_where(app: LsaApp) -> None:
    """Asks for the shared store; then syncs with it."""

    def done(typed: str) -> None:
        url = url_of(typed)
        if url:
            share_with(app.book, url)
            app.syncing = Syncing(app)

    app.open(Ask(app, ASKS, done, hint=HINT))


def _ask_to_get_in(app: LsaApp, what: str, problem: str) -> None:
    """Asks for the passphrase of a new shared store, or for what joins one; then syncs. `problem`: why again."""
    from lsa_tui.app.views import ask_secret  # once on a device
    from lsa_tui.vault.keyfile import check_passphrase

    def begin(words: str) -> None:
        if words:
            app.syncing = Syncing(app, words, new=what == "new")

    if what == "new":
        hint = "The shared store is encrypted. Everybody who shares joins with this passphrase once: write it down."
        ask_secret.ask_new(app, "A join passphrase for the shared store", check_passphrase, begin, hint)
        return
    hint = "Its join passphrase, or the six words of an invitation (`lsa shared invite`). Once on this device."
    asking = ask_secret.AskSecret(app, "Join the shared store", begin, hint)
    asking.problem = problem
    app.open(asking)
