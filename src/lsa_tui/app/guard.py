"""When the screen locks, and what stands in front of everything while it is locked.

Small on purpose: it is there at every start. What a lock needs is imported when it locks.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from lsa_tui.daybook import locking
from lsa_tui.records import log, read

if TYPE_CHECKING:
    from datetime import datetime

    from lsa_tui.app.app import LsaApp
    from lsa_tui.app.views.base import View
    from lsa_tui.app.views.lock import Lock


class Guard:
    """Watches for a screen nobody uses, `lsa lock` from another terminal, and a home that is pulled out.

    `view` stands before all views while it is locked: those below stay as they are, with what is typed in them.
    """

    def __init__(self, app: LsaApp, given: bool = False) -> None:
        """`given`: the home was opened by a passphrase that was given just now."""
        self.app = app
        self._given = given
        self.view: View | None = None
        self.away = ""
        """Why the records cannot be reached: "gone", or "other" where another file is in their place."""
        self._lock: Lock | None = None
        self._again = False
        """Whether it is locked because the program was left so, and not by anything that was done since."""
        self._locked_at = 0.0
        self._limit = 60.0 * app.book.config["lock.minutes"]
        self._file = app.book.paths.database
        self._question = locking.lock_now(app.book.paths)
        self._place = self._stat()
        self._device = log.get_meta(app.book.db, "device")
        self._last = time.monotonic()
        self._last_at: datetime = app.book.now()

    def start(self) -> None:
        """At the start: a program that was left while it was locked begins locked; an old question is void.

        Where it was opened with a passphrase since, it begins unlocked, and lists what was marked meanwhile.
        """
        book = self.app.book
        with suppress(OSError):
            self._question.unlink(missing_ok=True)
        self._again = locking.begins_locked(book, self._given)
        if self._again:
            self.lock()
            return
        locking.keep_locked(book, False)
        if locking.marks_left(book) and self.app.views[0].name != "setup":
            self._list_marks()

    def _list_marks(self) -> None:
        from lsa_tui.app.views.marked import Marked  # after a kill
        from lsa_tui.daybook.meanwhile import Meanwhile

        found = Meanwhile.left_over(self.app.book)
        if found.groups():
            self.app.open(Marked(self.app, found))
        else:
            found.settled()  # removed or erased by a command since

    def touched(self) -> None:
        """A key or a tap: somebody is there."""
        self._last = time.monotonic()
        self._last_at = self.app.book.now()

    def idle(self) -> float:
        """Seconds since the last key or tap. While a machine sleeps only the clock on the wall goes on."""
        return max(time.monotonic() - self._last, (self.app.book.now() - self._last_at).total_seconds())

    def look(self) -> None:
        """Each second: locks where it is time to, or where it was asked to."""
        self._look_for_the_records()
        if os.path.exists(self._question):  # Path.exists raises what a pulled stick answers
            self.lock(deliberate=True)
            with suppress(OSError):
                self._question.unlink()
        elif self._limit and self.view is None and self.idle() >= self._limit and self.app.book.config.exists:
            self.lock()

    def lock(self, deliberate: bool = False) -> None:
        """Locks at once. What somebody did on purpose ends the unlock session, too: commands ask again then."""
        app = self.app
        if self.view is None:
            from lsa_tui.app.views.lock import Lock

            while len(app.screen_stack) > 1:  # the palette
                app.pop_screen()
            app.clear_notifications()
            if len(app.views) > 1 and app.views[-1].name == "blank":
                app.views.pop()
            self._device = self._device or self._device_now()
            self._locked_at = time.time()
            self._lock = self.view = Lock(app, self._again)
            self._lock.remember(True)
            app.draw()
        if deliberate:
            self.end_session()

    def unlock(self) -> None:
        """Everything is where it was; what was marked meanwhile is listed."""
        app, lock = self.app, self._lock
        assert lock is not None
        lock.remember(False)
        self._lock = self.view = None
        self._again = False
        self.touched()
        app.book.names = read.Names(app.book.db)
        app.look_back()
        for view in app.views:
            view.refreshed()
        lock.tell()

    def back(self) -> None:
        """From asking back to the locked tiles."""
        self.view = self._lock

    def ended(self) -> None:
        """The program ends, whoever ended it. Locked in this run, it leaves no session of before that: whoever could
        not unlock it would be one command away from the records. A session that opened a program which was left
        locked stays, as does one that was begun with the passphrase since it was locked."""
        if self.view is None or self._again:
            return
        with suppress(OSError):
            if not locking.session_since(self.app.book.paths, self._locked_at):
                self.end_session()

    def end_session(self) -> None:
        """Ends the unlock session of this home."""
        from lsa_tui.vault import session  # a plain home never needs it

        with suppress(OSError):
            session.end(self.app.book.paths)

    # The records

    def _stat(self) -> os.stat_result | None:
        """Which file the database is; None where it is not there."""
        try:
            return os.stat(self._file)
        except OSError:
            return None

    def _device_now(self) -> str | None:
        try:
            return log.get_meta(self.app.book.db, "device")
        except Exception:  # a stick that was pulled a moment ago answers in many ways
            return None

    def _look_for_the_records(self) -> None:
        here, known = self._stat(), self._place
        same = here and known and (here.st_dev, here.st_ino) == (known.st_dev, known.st_ino)
        if same and not self.away:
            self._place = here
            return
        if not self.away:
            self.away = "gone"
            self.lock(deliberate=True)
        if here is None:
            self.away = "gone"
        elif (same or _as_before(here, known)) and locking.opened_again(self.app.book, self._device):
            self._place, self.away = here, ""
            assert self._lock is not None
            self._lock.returned()
        else:
            self.away = "other"


def _as_before(here: os.stat_result, known: os.stat_result | None) -> bool:
    """Whether a file that came back is still as it was left. A stick may get another device and other numbers, but
    what was written since would meet the write-ahead file of before, and the two would be mixed: it is not opened."""
    return known is not None and here.st_size == known.st_size and abs(here.st_mtime - known.st_mtime) <= 2.0
