"""Sessions: the slots as they were really delivered, and the time really observed.

The first mark inside a planned slot that nobody started starts it ("assumed 09:45"); an assumed session gives way
to the next slot by itself, one that was started by hand stays until somebody ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from lsa_tui import clock
from lsa_tui.clock import from_text
from lsa_tui.daybook import rights
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput, LsaError, NotAllowed
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry

EARLY = timedelta(minutes=15)
"""A slot can be the next one to start this long before its time."""
LONGEST = 62
"""Days of an event that is still looked for on a day of it: longer than the summer holidays."""


def of_day(book: Book, day: str, pupil: str) -> tuple[list[Entry], list[Entry]]:
    """The slots and the sessions of a pupil's day, each in order of time."""
    found = read.between(book.db, day, day, pupil, ("slot", "session"))
    return [one for one in found if one.kind == "slot"], [one for one in found if one.kind == "session"]


def going_on(book: Book, day: str, pupil: str) -> list[Entry]:
    """The slots that began on a day before (at most `LONGEST` ago) and reach into this one, in order of time."""
    return read.reaching_into(book.db, day, pupil, LONGEST)


def is_running(session: Entry) -> bool:
    """Started and neither ended nor missed."""
    return session["status"] == "running" and not session["ended"]


def running(book: Book, pupil: str | None = None) -> Entry | None:
    """The pupil's running session, of today or left over from another day; one's own before another person's."""
    found = read.still_open(book.db, "session", pupil or book.focused())
    mine = [one for one in found if rights.is_own(book, one)]
    return next(iter(reversed(mine or found)), None)


def is_paused(session: Entry) -> bool:
    """Whether its observed time is held just now."""
    pauses = session["pauses"] or []
    return bool(pauses) and pauses[-1][1] is None


def covers(session: Entry, at: datetime) -> bool:
    """Whether a session was going on at a moment."""
    if session["status"] == "missed" or session.when > at or session.when.date() != at.date():
        return False
    return not session["ended"] or at < from_text(session["ended"])


def slot_at(slots: Sequence[Entry], at: datetime) -> Entry | None:
    """The slot planned for a moment."""
    return next((one for one in slots if is_lesson(one) and one.when <= at < from_text(one["ends"])), None)


def is_lesson(slot: Entry) -> bool:
    """Whether a slot can be started: neither cancelled nor a whole-day notice."""
    return not slot["cancelled"] and not slot["all_day"]


def for_mark(book: Book, pupil: str, at: datetime) -> str | None:
    """The id of the session a mark belongs to; starts the planned slot where nobody did. To be called in a step."""
    slots, sessions = of_day(book, at.date().isoformat(), pupil)
    current = next((one for one in reversed(sessions) if covers(one, at)), None)
    planned = slot_at(slots, at)
    taken = {one["slot"] for one in sessions}
    if current is not None:
        if not _gives_way(current, slots, planned, taken, at):
            return current.id
        if rights.is_own(book, current):
            ends = next(slot["ends"] for slot in slots if slot.id == current["slot"])
            book.revise(current, {"ended": ends, "status": "done"})
    if planned is None or planned.id in taken:
        return None
    over = from_text(planned["ends"]) <= book.now()
    return _begin(
        book,
        pupil,
        planned.when,
        slot=planned.id,
        assumed=True,
        ended=planned["ends"] if over else None,
        status="done" if over else "running",
    ).id


def _gives_way(current: Entry, slots: Sequence[Entry], planned: Entry | None, taken: set[Any], at: datetime) -> bool:
    if not current["assumed"] or planned is None or planned.id in taken:
        return False
    own = next((slot for slot in slots if slot.id == current["slot"]), None)
    return own is not None and from_text(own["ends"]) <= at


def _begin(book: Book, pupil: str, started: datetime, **fields: Any) -> Entry:
    return book.record("session", {"started": clock.to_text(started), **fields}, pupil=pupil)


def find_slot(book: Book, wanted: str | None, at: datetime) -> Entry | None:
    """The slot that a user means: by id, by number in the day, by title; without a word the present or next one.

    Raises BadInput where nothing of the day fits.
    """
    day, pupil = at.date().isoformat(), book.focused()
    today = [one for one in of_day(book, day, pupil)[0] if is_lesson(one)]
    if wanted is None:
        return slot_at(today, at) or next((one for one in today if at < one.when <= at + EARLY), None)
    slots = [*(one for one in going_on(book, day, pupil) if is_lesson(one)), *today]
    if wanted.isdigit() and 1 <= int(wanted) <= len(slots):
        return slots[int(wanted) - 1]
    for one in slots:
        if one.id.startswith(wanted.lower()) and len(wanted) >= 4:
            return one
    fits = [one for one in slots if wanted.casefold() in str(one["title"]).casefold()]
    if not fits:
        titles = ", ".join(str(one["title"]) for one in slots) or "none today"
        raise BadInput(f"no slot of this day is called {wanted!r}; the slots are: {titles}")
    return next((one for one in fits if from_text(one["ends"]) > at), fits[-1])


def called_alike(book: Book, wanted: str | None, found: Entry | None, at: datetime) -> list[Entry]:
    """The other slots of the day that a title could have meant; none where it was a number, an id or nothing."""
    title = (wanted or "").casefold()
    if found is None or not title or title.isdigit() or found.id.startswith(title):
        return []
    slots = of_day(book, at.date().isoformat(), book.focused())[0]
    return [one for one in slots if one.id != found.id and is_lesson(one) and title in str(one["title"]).casefold()]


def start(book: Book, slot: Entry | None, at: datetime | None = None) -> Entry:
    """Starts a slot (or a session outside the plan); what one was running ends at that moment. Sets the slot's pupil.

    Another person's session stays theirs: nobody ends it for them.
    """
    moment = at or book.now()
    pupil = (slot.pupil if slot else None) or book.focused()
    with book.step():
        for one in of_day(book, moment.date().isoformat(), pupil)[1]:
            if is_running(one) and covers(one, moment) and rights.is_own(book, one):
                if slot is not None and one["slot"] == slot.id:
                    return _confirmed(book, one, moment if at else None)
                _finish(book, one, moment)
        held = of_day(book, moment.date().isoformat(), pupil)[1]
        later = [one for one in held if one.when > moment and rights.is_own(book, one)]
        # Started for an earlier time: it lasted until the next one began.
        ended = clock.to_text(later[0].when) if later else None
        status = "done" if ended else "running"
        return _begin(book, pupil, moment, slot=slot.id if slot else None, ended=ended, status=status)


def _confirmed(book: Book, session: Entry, at: datetime | None) -> Entry:
    """Starting what was assumed: it is no longer assumed, and a given time corrects it."""
    values: dict[str, Any] = {"assumed": False}
    if at:
        values["started"] = clock.to_text(at)
    return book.revise(session, values)


def stop(
    book: Book,
    at: datetime | None = None,
    missed: str | None = None,
    adapted: str | None = None,
    session: Entry | None = None,
) -> Entry:
    """Ends the running session; with `missed` says that the slot was not delivered, and why.

    What still runs in it (durations) is left running: `marks.open_bouts` lists it for the user's choice.
    Raises LsaError where nothing is running and no slot is there to be missed.
    """
    moment = at or book.now()
    current = session or running(book)
    if missed is not None:
        return _miss(book, current, moment, missed)
    current = _own(book, current)
    if at is None and current.when.date() != moment.date():
        title, day = book.names.slot(current["slot"]), f"{current.when:%A %d %B}"
        when = f"{current.when:%Y-%m-%d}THH:MM"
        raise LsaError(f"{title} of {day} is still open; say when it ended: lsa stop --at {when}")
    if moment < current.when:
        raise BadInput(f"it cannot end at {moment:%H:%M}, before it began at {current.when:%H:%M}")
    return _finish(book, current, moment, adapted)


def _finish(book: Book, session: Entry, at: datetime, adapted: str | None = None) -> Entry:
    values: dict[str, Any] = {"ended": clock.to_text(at), "status": "done"}
    if is_paused(session):
        values["pauses"] = [*session["pauses"][:-1], [session["pauses"][-1][0], clock.to_text(at)]]
    if adapted is not None:
        values["adapted"] = _added(session["adapted"], adapted)
    return book.revise(session, values)


def _miss(book: Book, current: Entry | None, at: datetime, reason: str) -> Entry:
    if current is not None and rights.is_own(book, current):
        return book.revise(current, {"status": "missed", "missed_reason": reason, "ended": clock.to_text(at)})
    slot = find_slot(book, None, at)
    if slot is None:
        raise LsaError("no session is running and no slot is planned now; name one: lsa stop --slot SLOT --missed WHY")
    return miss_slot(book, slot, reason)


def miss_slot(book: Book, slot: Entry, reason: str) -> Entry:
    """Says that a planned slot was not delivered, and why."""
    pupil = slot.pupil or book.focused()
    sessions = of_day(book, slot.when.date().isoformat(), pupil)[1]
    known = next((one for one in sessions if one["slot"] == slot.id and rights.is_own(book, one)), None)
    if known is not None:
        return book.revise(known, {"status": "missed", "missed_reason": reason})
    return _begin(book, pupil, slot.when, slot=slot.id, status="missed", missed_reason=reason)


def adapt(book: Book, words: str, slot: Entry | None = None, at: datetime | None = None) -> Entry:
    """Adds what was adapted to the running session; starts the planned one where nobody did."""
    pupil = (slot.pupil if slot else None) or book.focused()
    moment = at or book.now()
    with book.step():
        sessions = of_day(book, moment.date().isoformat(), pupil)[1]
        found = next((one for one in reversed(sessions) if slot and one["slot"] == slot.id), None)
        if found is None:
            assumed = for_mark(book, pupil, moment)
            found = book.entry(assumed) if assumed else running(book, pupil)
        if found is None:
            raise LsaError("no session is running; start one first, then say what was adapted")
        return book.revise(found, {"adapted": _added(found["adapted"], words)})


def _added(held: str | None, more: str) -> str:
    return more if not held or held == more else f"{held}; {more}"


def pause(book: Book, at: datetime | None = None) -> Entry:
    """Holds the observed time: nobody is watching from here on. Raises LsaError."""
    current = _now_running(book)
    if is_paused(current):
        raise LsaError("the observed time is held already; `lsa resume` goes on")
    if at is not None and at < current.when:
        raise BadInput(f"it cannot be held from {at:%H:%M}, before it began at {current.when:%H:%M}")
    moment = clock.to_text(at or book.now())
    return book.revise(current, {"pauses": [*(current["pauses"] or []), [moment, None]]})


def resume(book: Book, at: datetime | None = None) -> Entry:
    """Observes again. Raises LsaError where nothing was held."""
    current = _now_running(book)
    if not is_paused(current):
        raise LsaError("the observed time is not held; `lsa pause` holds it")
    pauses = current["pauses"]
    return book.revise(current, {"pauses": [*pauses[:-1], [pauses[-1][0], clock.to_text(at or book.now())]]})


def _now_running(book: Book) -> Entry:
    return _own(book, running(book))


def _own(book: Book, session: Entry | None) -> Entry:
    """The session, where one is running and is one's own. Raises LsaError, or NotAllowed for another person's."""
    if session is None:
        raise LsaError("no session is running; start one with `lsa start`")
    if not rights.is_own(book, session):
        title = book.names.slot(session["slot"])
        raise NotAllowed(f"{title} was started by {session.by}, who ends it; `lsa start` begins one of your own")
    return session


def ended_at(session: Entry, slot: Entry | None, now: datetime) -> datetime:
    """Until when a session counts as observed: its end; while it runs, `now`.

    One that nobody started by hand, or that was left open on another day, counts to its slot's planned end at most.
    """
    if session["ended"]:
        return from_text(session["ended"])
    planned = from_text(slot["ends"]) if slot else None
    if session.when.date() != now.date():
        return planned or session.when
    reached = min(now, planned) if planned and session["assumed"] else now
    return max(reached, session.when)


def lesson_change(book: Book, now: datetime) -> tuple[str, Entry | None]:
    """What one key does now: ("start", slot), ("stop", None), ("next", slot) or ("start", None) without a plan."""
    slots, sessions = of_day(book, now.date().isoformat(), book.focused())
    current = next((one for one in reversed(sessions) if is_running(one) and rights.is_own(book, one)), None)
    taken = {one["slot"] for one in sessions}
    lessons = [one for one in slots if is_lesson(one) and one.id not in taken]
    present = slot_at(lessons, now)
    coming = present or next((one for one in lessons if one.when > now), None)
    if current is None:
        return "start", coming
    if present is not None or (coming is not None and coming.when - now <= EARLY):
        return "next", coming
    return "stop", None
