"""Who may open the shared store: how it stands, inviting a device, a new key, another place. In a thread, since the
store may be far away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lsa_tui import text, unexpected
from lsa_tui.app.drawing import Picture, fit
from lsa_tui.app.views import syncing
from lsa_tui.app.views.ask import Ask
from lsa_tui.app.views.choose import Choose
from lsa_tui.app.views.notice import Notice
from lsa_tui.daybook import damage
from lsa_tui.daybook.setup import share_with
from lsa_tui.errors import LsaError

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp

ANSWERS = ("how it stands", "invite a device", "a new key\nwho does not get it is out", "share somewhere else")
LEFT = (
    "Only this device changes: the others are not told, and go on where you share now. `lsa shared move` takes "
    "everybody along, with all that is shared."
)
"""Before somebody shares elsewhere: it parts one school in two."""
BUSY = "Asking the shared store …"

Said = tuple[str, Sequence[str]]
"""A heading and paragraphs; the first of an invitation are its words."""


def sharing(app: LsaApp) -> None:
    """Offers what can be done about the shared store; where none is known it asks for one."""
    if app.syncing is not None and app.syncing.running:
        raise LsaError("a sync is running; do this when it is done")
    if not app.book.config["shared.url"]:
        syncing.ask_where(app)
        return
    deeds = (_standing, _invite, _rekey, _elsewhere)
    app.open(Choose(app, "The shared store", ANSWERS, lambda n: deeds[n](app)))


class Asking(Notice):
    """A page that waits for the shared store and then tells what it said. Closing it does not stop the work, and
    what came of it is told nevertheless."""

    def __init__(self, app: LsaApp, work: Callable[[], Said]) -> None:
        super().__init__(app, BUSY, ["This can be closed: it goes on meanwhile."])
        self.work = work
        self.done = False
        app.run_worker(self._run, thread=True, group="sharing", exit_on_error=False)

    def _run(self) -> None:
        store = self.app.book.store
        try:
            store.connect()
            said: Said = self.work()
        except LsaError as problem:
            said = ("Please read", [text.sentence(problem)])
        except Exception as problem:  # a fault of the program must not take the screen from the classroom
            damaged = damage.said(self.app.book, problem)
            words = text.sentence(damaged) if damaged else unexpected.sentence(problem, "sharing", self.app.book.paths)
            said = ("Please read", [words])
        finally:
            store.close()
        if self.app.is_running:
            self.app.call_from_thread(self._told, said)

    def _told(self, said: Said) -> None:
        app = self.app
        self.heading, paragraphs = said
        self.paragraphs, self.done = list(paragraphs), True
        app.counted()
        if self not in app.views:
            if app.view.field is None and app.guard.view is None and app.view.name in ("end", "today", "log", "tally"):
                app.open(self)
            else:  # never over what is being typed, nor before a lock
                app.views.insert(1, self)
        app.draw()

    def draw(self, width: int, height: int) -> Picture:
        found = super().draw(width, height)
        if not self.done:
            found.add(("", "text"))
            found.add((fit(" ░░░░░░░░", width), "rule"))
        return found


def _standing(app: LsaApp) -> None:
    app.open(Asking(app, lambda: _stands(app)))


def _stands(app: LsaApp) -> Said:
    from lsa_tui.sync import joining  # never at the start

    found = joining.standing(app.book)
    words = {
        "not there": "nothing is there yet; the next sync makes it",
        "plain": "not encrypted",
        "encrypted": f"encrypted, key {found.key_id}",
        "": "cannot be told",
    }
    told = [f"{_place(app)}: {words.get(found.state, found.state)}."]
    if found.state == "encrypted":
        told.append("This device has joined." if found.joined else "This device has not joined.")
        told.append(f"Invitations that are open: {found.invitations}.")
    return "The shared store", [*told, *([text.sentence(found.problem)] if found.problem else [])]


def _invite(app: LsaApp) -> None:
    def work() -> Said:
        from lsa_tui.sync import joining

        made = joining.invite(app.book)
        return "Invite a device", [
            made.words,
            f"For one device, once, until {made.until[:16].replace('T', ' ')}. There: End, sync, the same place, and "
            "these words when it asks.",
            f"The place: {_place(app)}. Whoever reads the words first gets in; show them to nobody else.",
        ]

    app.open(Asking(app, work))


def _rekey(app: LsaApp) -> None:
    from lsa_tui.app.views import ask_secret
    from lsa_tui.vault.keyfile import check_passphrase

    def begin(words: str) -> None:
        app.open(Asking(app, lambda: _rekeyed(app, words)))

    def sure(answer: int) -> None:
        if answer == 1:
            ask_secret.ask_new(app, "A new join passphrase", check_passphrase, begin, "Everybody else joins with it.")

    question = "All other devices join again then"
    app.open(Choose(app, question, ["no, leave it", "yes, a new key"], sure))


def _rekeyed(app: LsaApp, words: str) -> Said:
    from lsa_tui.sync import rekeying

    _, was_plain = rekeying.rekey(app.book, lambda: words)
    done = "It is encrypted now." if was_plain else "It has a new key."
    return "The shared store", [
        f"{_place(app)}: {done}",
        "Every other device joins again, with the new passphrase or an invitation; nothing recorded there is lost.",
    ]


def _elsewhere(app: LsaApp) -> None:
    """Another place from now on, for this device alone; what was shared before stays where it is."""

    def done(typed: str) -> None:
        url = syncing.url_of(typed)
        if url:
            share_with(app.book, url)
            app.syncing = syncing.Syncing(app)

    hint = f"{LEFT} {syncing.HINT}" if _has_synced(app) else syncing.HINT
    app.open(Ask(app, "Where do you share from now on?", done, hint=hint))


def _has_synced(app: LsaApp) -> bool:
    from lsa_tui.sync import local  # never at the start

    return any(one.name == _place(app) for one in local.memories(app.book.db))


def _place(app: LsaApp) -> Any:
    from lsa_tui.address import parse

    return parse(app.book.config["shared.url"]).name
