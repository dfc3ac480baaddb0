"""One pupil's day as the parts of a document may read it: by kind, and only the fields that their row names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from lsa_tui.clock import from_text
from lsa_tui.daybook import releasing, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.documents.audiences import Row
from lsa_tui.documents.document import Item
from lsa_tui.measures import spans
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry

PLAN = ("pupil", "outcome", "provision", "target", "behaviour")
"""Kinds without a day of their own; a pupil has few of each."""

FIVE_DAYS = 5
LOOK_BACK = (9, 30, 72)
"""Days to look back for the last five with responses: a week with a weekend, a half-term break, the summer."""


class Day:
    """Everything of one day and pupil, read when it is first asked for, and never more than a few days of it."""

    def __init__(self, book: Book, on: date, pupil: str) -> None:
        self.book = book
        self.on = on
        self.pupil = pupil
        self.now = book.now()

    @cached_property
    def window(self) -> spans.Span:
        """From midnight to midnight, in the home's time zone."""
        midnight = datetime(self.on.year, self.on.month, self.on.day, tzinfo=self.book.zone)
        return midnight, midnight + timedelta(days=1)

    @cached_property
    def all(self) -> dict[str, list[Entry]]:
        """The day's records by kind, in order of time, the private ones included."""
        found: dict[str, list[Entry]] = {}
        for entry in read.between(self.book.db, self.on.isoformat(), self.on.isoformat(), self.pupil):
            found.setdefault(entry.kind, []).append(entry)
        return found

    @cached_property
    def plan(self) -> dict[str, list[Entry]]:
        """The pupil's plan and everybody's behaviours, by kind."""
        found = {kind: read.of_kind(self.book.db, kind, self.pupil) for kind in PLAN[1:-1]}
        every = read.of_kind(self.book.db, "behaviour", removed=True)
        pupil = read.get(self.book.db, self.pupil)
        return {
            **found,
            "pupil": [pupil] if pupil else [],
            "behaviour": [one for one in every if one.pupil in (None, self.pupil)],
        }

    @cached_property
    def problems(self) -> list[Entry]:
        """Problems raised on the day, answered on it, or raised before and without an answer; oldest first."""
        found = {one.id: one for one in read.unanswered(self.book.db, self.pupil) if one.when.date() <= self.on}
        found |= {one.id: one for one in self.all.get("problem", ())}
        for uid in {str(one["problem"]) for one in self.all.get("reply", ())} - found.keys():
            problem = read.get(self.book.db, uid)
            if problem is not None and problem.pupil == self.pupil and not problem.removed:
                found[uid] = problem
        return sorted(found.values(), key=lambda one: (one.when, one.order))

    @cached_property
    def replies(self) -> list[Entry]:
        """All answers to these problems, oldest first."""
        return read.replies_to(self.book.db, [one.id for one in self.problems])

    @cached_property
    def recent_answers(self) -> list[read.Answers]:
        """The responses of the last five days (this one included) that have any, oldest first."""
        found: list[read.Answers] = []
        for back in LOOK_BACK:
            first = self.on - timedelta(days=back)
            found = read.answers(self.book.db, self.pupil, first.isoformat(), self.on.isoformat())
            if len({one.day for one in found}) >= FIVE_DAYS:
                break
        days = sorted({one.day for one in found})[-FIVE_DAYS:]
        return [one for one in found if one.day in days]

    @cached_property
    def releases(self) -> list[Entry]:
        """The releases of the day's notes that count, whenever they were given."""
        notes = [one for one in self.all.get("note", ()) if one["home"]]
        return releasing.releases_of(self.book, notes)

    @cached_property
    def phrases(self) -> list[Entry]:
        """The phrases approved for home that count."""
        return releasing.phrases(self.book)

    def open_now(self, kind: str) -> list[Entry]:
        """What began on this day or before and never ended."""
        return [one for one in read.still_open(self.book.db, kind, self.pupil) if one.when.date() <= self.on]

    @cached_property
    def watched_anybody(self) -> list[spans.Span]:
        """The observed time of the day over all pupils: what a mark that carries no pupil refers to."""
        day = self.on.isoformat()
        found = [*self.all.get("session", ()), *self.all.get("slot", ())]
        for pupil in read.of_kind(self.book.db, "pupil"):
            if pupil.id != self.pupil:
                found += read.between(self.book.db, day, day, pupil.id, ("session", "slot"))
        held = [one for one in found if one.kind == "session"]
        return observed(held, [one for one in found if one.kind == "slot"], self.now)


@dataclass(frozen=True)
class View:
    """A day as one row of the table shows it."""

    day: Day
    row: Row

    def of(self, kind: str) -> list[Entry]:
        """The day's records of a kind, with the fields that the row names and no others.

        Raises KeyError for a kind that the row does not name.
        """
        match kind:
            case "problem":
                found = self.day.problems
            case "reply":
                found = self.day.replies
            case "release":
                found = self.day.releases
            case "phrase":
                found = self.day.phrases
            case _ if kind in PLAN:
                found = self.day.plan[kind]
            case _:
                found = self.day.all.get(kind, [])
        return self.seen(kind, found)

    def seen(self, kind: str, entries: Iterable[Entry]) -> list[Entry]:
        """These records of a kind, with the fields that the row names; private ones only where it may read them."""
        names = self.row.reads[kind]
        return [
            Entry(
                id=one.id,
                kind=one.kind,
                pupil=one.pupil,
                at=one.at,
                recorded_at=one.recorded_at,
                by=one.by,
                data={name: one.data[name] for name in names if name in one.data},
                own=one.own,
                removed=one.removed,
                order=one.order,
            )
            for one in entries
            if self.row.own or not one.own
        ]

    def recent_answers(self) -> list[read.Answers]:
        """The responses of the last five days with any. The row must name what is counted of them.

        Raises KeyError for a row that reads no responses.
        """
        if not set(read.Answers._fields) - {"day", "number"} <= set(self.row.reads["trial"]):
            raise KeyError(f"{self.row.section}: the row does not name all that responses are counted by")
        return self.day.recent_answers

    def observed(self) -> list[spans.Span]:
        """The time that was really observed. The row must name the sessions' times and the slots' ends."""
        return observed(self.of("session"), self.of("slot"), self.day.now)


Part = Callable[[View], list[Item]]


def observed(held: Sequence[Entry], slots: Sequence[Entry], now: datetime) -> list[spans.Span]:
    """Session time less pauses; a missed session is none, and one that was cut short as missed takes its time away."""
    planned = {slot.id: slot for slot in slots}
    delivered, pauses, missed = [], [], []
    for one in held:
        span = span_of(one, planned.get(str(one["slot"])), now)
        if one["status"] == "missed":
            missed += [span] if one["ended"] else []
        else:
            delivered.append(span)
            pauses += pauses_of(one, span[1])
    return spans.observed(delivered, pauses, missed)


def span_of(session: Entry, slot: Entry | None, now: datetime) -> spans.Span:
    """From its start to its end, to `now` while it runs."""
    return session.when, sessions.ended_at(session, slot, now)


def pauses_of(session: Entry, end: datetime) -> list[spans.Span]:
    """Its pauses; one that nobody ended lasts to `end`."""
    return [(from_text(start), from_text(stop) if stop else end) for start, stop in session["pauses"] or []]


def minutes(stretches: Iterable[spans.Span]) -> float:
    """Their length in minutes."""
    return spans.total(stretches) / timedelta(minutes=1)


def is_over(slot: Entry, now: datetime) -> bool:
    """Whether its planned time is past."""
    return from_text(slot["ends"]).astimezone(UTC) <= now.astimezone(UTC)


def at(entry: Entry) -> str:
    """Its time of day, as its clock showed it."""
    return f"{entry.when:%H:%M}"


def day_text(on: date) -> str:
    """A day in few letters: "Tue 24 Nov"."""
    return f"{on:%a} {on.day} {on:%b}"
