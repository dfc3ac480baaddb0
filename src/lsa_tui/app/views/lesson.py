"""One key for a change of lesson; missed and adapted by digit; what still runs is closed only by a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsa_tui.app.views.choose import Choose
from lsa_tui.clock import from_text
from lsa_tui.daybook import marks, rights, sessions
from lsa_tui.daybook.when import parse_when
from lsa_tui.records.kinds import Entry

if TYPE_CHECKING:
    from lsa_tui.app.app import LsaApp


def change(app: LsaApp, slot: Entry | None = None) -> None:
    """Starts the slot, ends what runs, or goes on to the next; asks about durations that still run."""
    book = app.book
    current = sessions.running(book)
    if current is not None and not rights.is_own(book, current):
        _others(app, current, slot)
    else:
        _change(app, slot)


def _others(app: LsaApp, current: Entry, slot: Entry | None) -> None:
    """Somebody else is with the pupil. Their session is theirs, and one of one's own is not begun by one key."""
    title = app.book.names.slot(current["slot"])
    question = f"{title} was started by {current.by}, who ends it"
    answers = ["leave it", "start one of my own"]
    app.open(Choose(app, question, answers, lambda n: _change(app, slot) if n else None))


def _change(app: LsaApp, slot: Entry | None) -> None:
    book = app.book
    verb, coming = sessions.lesson_change(book, book.now())
    wanted = slot or coming
    if slot is not None:
        current = sessions.running(book)
        mine = current is not None and rights.is_own(book, current)
        verb = "stop" if mine and current is not None and current["slot"] == slot.id else "start"
    if verb == "stop":
        app.recorded(sessions.stop(book))
    else:
        app.recorded(sessions.start(book, wanted))
    if app.last is not None:
        app.said = _said(app, app.last)
    ask_open(app)


def _said(app: LsaApp, session: Entry) -> str:
    title = app.book.names.slot(session["slot"])
    return f"{title} ended" if session["ended"] else f"{title} started {session.when:%H:%M}"


def ask_open(app: LsaApp) -> None:
    """Asks about each duration that still runs: ended when, still going, or discard."""
    running = marks.open_bouts(app.book, app.book.focus)
    if not running:
        return
    bout = running[0]
    label = app.book.names.behaviour(bout["behaviour"])

    def chosen(answer: int) -> None:
        if answer == 0:
            app.recorded(marks.stop_bout(app.book, bout, app.book.now()))
        elif answer == 3:
            from lsa_tui.daybook import entries

            app.recorded(entries.remove(app.book, bout.id, "started by mistake"))
        if answer in (0, 3) and len(running) > 1:
            ask_open(app)

    def typed(words: str) -> None:
        app.recorded(marks.stop_bout(app.book, bout, parse_when(words, app.book.now())))

    def numbered(answer: int) -> None:
        if answer == 1:
            from lsa_tui.app.views.ask import Ask

            app.open(Ask(app, f"{label} ended at", typed, hint="10:42, or -5 (minutes ago)"))
        else:
            chosen(answer)

    answers = ["ended now", "ended at …", "still going", "discard it"]
    app.open(Choose(app, f"{label} runs since {bout.when:%H:%M}", answers, numbered))


def left_open(app: LsaApp) -> None:
    """A session left running on another day is closed only by a choice."""
    session = sessions.running(app.book)
    if session is None or session.when.date() == app.book.today() or not rights.is_own(app.book, session):
        return
    slot = app.book.entry(session["slot"]) if session["slot"] else None
    planned = from_text(slot["ends"]) if slot else None
    title = app.book.names.slot(session["slot"])
    answers = ["still going", "discard it"]
    if planned:
        answers.insert(0, f"ended as planned, {planned:%H:%M}")

    def chosen(answer: int) -> None:
        choice = answers[answer]
        if choice == "discard it":
            from lsa_tui.daybook import entries

            app.recorded(entries.remove(app.book, session.id, "left open, discarded"))
        elif planned and choice != "still going":
            app.recorded(sessions.stop(app.book, planned, session=session))

    def typed(words: str) -> None:
        when = parse_when(words, session.when.replace(hour=23, minute=59))
        app.recorded(sessions.stop(app.book, when, session=session))

    question = f"{title} of {session.when:%a %d %b} is still open"
    app.open(Choose(app, question, answers, chosen, typed, "ended at …"))


def missed(app: LsaApp, slot: Entry | None = None) -> None:
    """This slot was not delivered, and why: a digit."""
    reasons = app.book.config.presets("missed")

    def said(reason: str) -> None:
        if slot is not None:
            app.recorded(sessions.miss_slot(app.book, slot, reason))
        else:
            app.recorded(sessions.stop(app.book, missed=reason))

    app.open(Choose(app, "Not delivered: why?", reasons, lambda n: said(reasons[n]), said))


def adapted(app: LsaApp, slot: Entry | None = None) -> None:
    """What was adapted: a digit."""
    ways = app.book.config.presets("adapted")

    def said(words: str) -> None:
        app.recorded(sessions.adapt(app.book, words, slot))

    app.open(Choose(app, "What was adapted?", ways, lambda n: said(ways[n]), said))
