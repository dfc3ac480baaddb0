"""Restrictive interventions: a stopwatch that is started first, the facts afterwards, and the school's form until done.

The school's own record stays the statutory one. What stands here is for writing it: the times to the second, what was
tried before, who did what, and a reminder that does not go away before somebody has ticked the form.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from lsa_tui import clock
from lsa_tui.daybook import rights, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, LsaError
from lsa_tui.records import log, read
from lsa_tui.records.kinds import Entry

KIND = "intervention"
DEED = "record an intervention"

REMINDER = (
    ("Tell now", "SLT"),
    ("Today", "the school's own record is due"),
    ("Parents", "the school tells them"),
    ("Not here", "this program is not the statutory record"),
)
"""What to do, each with the word that it begins with."""

FACTS = ("persons", "tried_before", "held", "place", "injury", "free_to_leave", "told", "told_at", "text")
"""What can be added once it runs or is over."""


def running(book: Book) -> Entry | None:
    """The stopwatch that runs: one's own, whosever day is shown, or one of the pupil in focus; the newest."""
    found = read.open_of_anybody(book.db, KIND)
    if not found:
        return None
    focus = book.focus
    mine = [one for one in found if rights.is_own(book, one) or one.pupil == focus]
    return mine[-1] if mine else None


def to_stop(book: Book) -> Entry | None:
    """The stopwatch that a press of the key ends: one's own of today. What was left open on another day is ended by
    a time that somebody says, and another person's by that person."""
    found = running(book)
    today = found is not None and found.when.astimezone(book.zone).date() == book.today()
    return found if found is not None and today and rights.is_own(book, found) else None


def start(book: Book, at: datetime | None = None, pupil: str | None = None) -> Entry:
    """Starts the stopwatch, for the pupil in focus; committed when this returns. Raises LsaError where one's own of
    today runs already."""
    rights.require(book, DEED)
    held = to_stop(book)
    if held is not None:
        raise LsaError(f"hands-on runs already since {held.when:%H:%M:%S}; end it before another one starts")
    return _record(book, at or book.now(), None, pupil or book.focused(), {})


def stop(book: Book, entry: Entry | None = None, at: datetime | None = None) -> Entry:
    """Ends the stopwatch, or the one named. Raises LsaError where none runs, BadInput for an end before its start."""
    found = entry or to_stop(book) or running(book)
    if found is None:
        raise LsaError("no hands-on stopwatch is running")
    if found["ended"]:
        raise BadInput(f"it ended at {clock.from_text(found['ended']):%H:%M:%S} already")
    return book.revise(found, {"ended": _end(found.when, at or book.now())})


def toggle(book: Book) -> Entry:
    """The key: starts the stopwatch, or ends the one that runs."""
    held = to_stop(book)
    return start(book) if held is None else stop(book, held)


def record(
    book: Book,
    minutes: float,
    at: datetime | None = None,
    pupil: str | None = None,
    **facts: Any,
) -> Entry:
    """One that is over: it lasted `minutes` (0 to 1440, fractions too) from `at`, or until now. Raises BadInput."""
    rights.require(book, DEED)
    if not 0 <= minutes <= 1440:
        raise BadInput(f"it cannot have lasted {minutes:g} minutes; that is a number from 0 to 1440")
    now, lasted = book.now(), timedelta(minutes=minutes)
    began = at or (now.astimezone(UTC) - lasted).astimezone(now.tzinfo)
    ended = (began.astimezone(UTC) + lasted).astimezone(began.tzinfo)
    if ended > now:
        raise BadInput(f"it would have ended at {ended:%H:%M}, which is still to come; check its start and its minutes")
    return _record(book, began, ended, pupil or book.focused(), _facts(book, facts, None))


def add(book: Book, entry: Entry, **facts: Any) -> Entry:
    """Adds facts (see FACTS); None empties one. `told` without `told_at` was told now. Raises BadInput."""
    return book.revise(_present(entry), _facts(book, facts, entry))


def move(book: Book, entry: Entry, began: datetime, ended: datetime | None) -> Entry:
    """Puts its times right. Raises BadInput for an end before the start."""
    return book.revise(_present(entry), {"at": clock.to_text(began), "ended": _end(began, ended) if ended else None})


def form_done(book: Book, entry: Entry, at: datetime | None = None, done: bool = True) -> Entry:
    """Ticks that the school's own form is done, or takes the tick away. Whoever works with the class may: it is no
    observation of the writer's. Raises LsaError while the stopwatch runs."""
    rights.require(book, DEED)
    found = _present(entry)
    moment = at or book.now()
    if done and not found["ended"]:
        raise LsaError("hands-on is still running; end it first, then the school's form can be done")
    if done and moment < (ended := clock.from_text(found["ended"])):
        raise BadInput(f"the form cannot have been done at {moment:%H:%M}, before it ended at {ended:%H:%M}")
    ticked = clock.to_text(moment) if done else None
    book.write([log.Draft(KIND, found.id, {"school_form_done": ticked})])
    return book.entry(found.id)


def of_id(book: Book, uid: str | None) -> Entry:
    """The one meant: by its id, or without one what `latest` finds. Raises BadInput and LsaError."""
    if uid is None:
        found = latest(book)
        if found is None:
            raise LsaError("no restrictive intervention is recorded for today, and no form is waiting")
        return found
    found = book.entry(uid)
    if found.kind != KIND:
        raise BadInput(f"{uid!r} is no restrictive intervention; `lsa handson list` lists those")
    return _present(found)


def latest(book: Book) -> Entry | None:
    """What runs; else what waits longest for the school's form; else the last one of today. One's own, and those of
    the pupil in focus."""
    waiting = due(book)
    found = running(book) or (waiting[0] if waiting else None)
    if found is not None:
        return found
    todays = [one for one in all_of(book) if one.when.date() == book.today() and _concerns(book, one)]
    return todays[-1] if todays else None


def listed(book: Book, pupil: str | None = None) -> list[Entry]:
    """As `all_of`, for whoever writes the school's form or has to know of it. Raises NotAllowed."""
    rights.require(book, "write for the school's form")
    return all_of(book, pupil)


def all_of(book: Book, pupil: str | None = None) -> list[Entry]:
    """All of a pupil, or of all pupils, in order of time."""
    return read.of_kind(book.db, KIND, pupil)


def due(book: Book) -> list[Entry]:
    """Those whose school's form is not done yet, of today and of days before; one's own and the focused pupil's."""
    return [one for one in all_of(book) if not one["school_form_done"] and _concerns(book, one)]


def of_day(book: Book, pupil: str, on: date) -> list[Entry]:
    """A pupil's of a day, and those of the days before whose form is still not done; in order of time."""
    return [
        one
        for one in all_of(book, pupil)
        if one.when.date() == on or (one.when.date() < on and not one["school_form_done"])
    ]


def lasted(entry: Entry, now: datetime) -> timedelta:
    """How long it took; while it runs, until `now`."""
    end = clock.from_text(entry["ended"]) if entry["ended"] else now
    return max(end - entry.when, timedelta(0))


def _concerns(book: Book, entry: Entry) -> bool:
    return rights.is_own(book, entry) or entry.pupil == book.focus


def _record(book: Book, began: datetime, ended: datetime | None, pupil: str, facts: dict[str, Any]) -> Entry:
    with book.step():
        values = {"at": clock.to_text(began), "ended": clock.to_text(ended) if ended else None, **facts}
        return book.record(KIND, {**values, "session": sessions.for_mark(book, pupil, began)}, pupil=pupil)


def _facts(book: Book, facts: dict[str, Any], entry: Entry | None) -> dict[str, Any]:
    if unknown := set(facts) - set(FACTS):
        raise BadInput(f"there is no fact {sorted(unknown)[0]!r} of a restrictive intervention")
    if facts.get("told") and not facts.get("told_at") and (entry is None or entry["told"] != facts["told"]):
        return {**facts, "told_at": clock.to_text(book.now())}
    if "told" in facts and not facts["told"]:
        return {**facts, "told_at": None}
    return facts


def _present(entry: Entry) -> Entry:
    if entry.removed:
        raise BadInput(f"this entry was removed: {entry.removed}")
    return entry


def _end(began: datetime, ended: datetime) -> str:
    if ended < began:
        raise BadInput(f"it cannot end at {ended:%H:%M:%S}, before it began at {began:%H:%M:%S}")
    return clock.to_text(ended)
