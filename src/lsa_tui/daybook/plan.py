"""The plan: slots from a calendar export or typed, and how each of a day stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from lsa_tui import clock
from lsa_tui.clock import from_text
from lsa_tui.daybook import rights, sessions
from lsa_tui.daybook.book import Book
from lsa_tui.daybook.when import existing
from lsa_tui.errors import BadInput
from lsa_tui.records import ids, log, read
from lsa_tui.records.kinds import Entry
from lsa_tui.records.vocabulary import KINDS

LARGEST = 20_000_000
"""Bytes of a calendar file; a school year of one class is below 1 MB."""
TYPED = "plan:"
"""Before the name of a series that was typed here and stands in no calendar."""


@dataclass(frozen=True)
class SlotOfDay:
    """A slot of a day and how it stands: planned, running, done, missed or cancelled."""

    slot: Entry
    status: str
    sessions: tuple[Entry, ...]
    on: date

    @property
    def begins_text(self) -> str:
        """Its beginning as that day is told it: "09:45", or "Mon 20:00" of one that began before it."""
        return f"{self.slot.when:%H:%M}" if self.slot.when.date() == self.on else f"{self.slot.when:%a %H:%M}"

    @property
    def ends_text(self) -> str:
        """Its end likewise: "10:45", or "Tue 09:00"."""
        return f"{self.ends:%H:%M}" if self.ends.date() == self.on else f"{self.ends:%a %H:%M}"

    @property
    def ends(self) -> datetime:
        """Its planned end."""
        return from_text(self.slot["ends"])

    @property
    def minutes(self) -> int:
        """Planned minutes."""
        return round((self.ends.astimezone(UTC) - self.slot.when.astimezone(UTC)).total_seconds() / 60)


def day(book: Book, on: date, pupil: str | None = None) -> list[SlotOfDay]:
    """The slots of a day with their state, what began before it and goes on first; those for everybody included."""
    day, whose = on.isoformat(), pupil or book.focused()
    slots, held = sessions.of_day(book, day, whose)
    longer = sessions.going_on(book, day, whose)
    held += read.referring(book.db, "session", "slot", [one.id for one in longer])
    return [
        SlotOfDay(slot, _status(slot, mine), mine, on)
        for slot in (*longer, *slots)
        for mine in [tuple(one for one in held if one["slot"] == slot.id)]
    ]


def _status(slot: Entry, mine: Sequence[Entry]) -> str:
    if any(sessions.is_running(one) for one in mine):
        return "running"
    if any(one["status"] == "done" for one in mine):
        return "done"  # it was delivered, whatever the calendar says of it since
    if slot["cancelled"]:
        return "cancelled"
    return "missed" if mine else "planned"


@dataclass(frozen=True)
class Imported:
    """What an import did: how many slots are new, changed, the same, gone from the calendar; what was left out.

    `absent`: titles of what came from a calendar before, is still planned, and does not stand in this file at all, each
    with the number of its slots to come.
    """

    new: int
    changed: int
    same: int
    gone: int
    unreadable: tuple[str, ...]
    endless: tuple[str, ...]
    first: date | None
    last: date | None
    absent: dict[str, int]


def import_calendar(
    book: Book, file: Path, pupil: str | None = None, partial: bool = False, whole: bool = False
) -> Imported:
    """Takes a calendar export into the plan; doing it again updates what changed.

    What cannot be read is listed with its line; the rest is taken only with `partial`. Raises BadInput with the list
    otherwise, and nothing is changed. A series that the file does not have may be another calendar's: it is listed,
    and only with `whole`, which says that this file is all there is, what is to come of it is cancelled.
    """
    if partial and whole:
        raise BadInput("a file that is taken in part is not the whole plan; give one of --partial and --whole")
    from lsa_tui.daybook.calendar import read_calendar  # the calendar libraries cost 0.2 s

    whose = pupil or book.focused()
    try:
        if file.stat().st_size > LARGEST:
            raise BadInput(f"{file} is larger than {LARGEST // 1_000_000} MB; export one class's calendar only")
        data = file.read_bytes()
    except OSError as problem:
        raise BadInput(f"{file} cannot be read ({problem.strerror})") from None
    found = read_calendar(data, source=str(file), zone=book.zone, today=book.today())
    unreadable = tuple(f"line {one.line}: {one.problem}" for one in found.unreadable)
    if unreadable and not partial:
        raise BadInput(
            f"{file}: {len(unreadable)} part(s) cannot be read, so nothing was taken (--partial takes the rest):\n"
            + "\n".join(f"  {line}" for line in unreadable)
        )
    wanted = {ids.natural_id("slot", whose, one.uid, one.recurrence): _values(one) for one in found.planned}
    # What could not be read is not gone: only a calendar that was read whole can take lessons away.
    series = set() if unreadable else {one.uid for one in found.planned}
    absent = _absent(book, whose, {one.uid for one in found.planned})
    new, changed, same, gone = _update(book, whose, wanted, series, absent if whole else [])
    left = {} if whole else Counter(str(one["title"]) for one in absent)
    return Imported(new, changed, same, gone, unreadable, tuple(found.endless), found.first, found.last, dict(left))


def _absent(book: Book, pupil: str, series: set[str]) -> list[Entry]:
    """What some calendar planned and this one does not know: still to come, not cancelled, not started."""
    now = book.now()
    coming = [
        one
        for one in read.of_kind(book.db, "slot", pupil)
        if one["series"] and not one["series"].startswith(TYPED) and one["series"] not in series
        if not one["cancelled"] and one.when > now
    ]
    started = {one["slot"] for one in read.referring(book.db, "session", "slot", [one.id for one in coming])}
    return [one for one in coming if one.id not in started]


def _values(one: Any) -> dict[str, Any]:
    return {
        "starts": clock.to_text(one.starts),
        "ends": clock.to_text(one.ends),
        "title": one.title or "(no title)",
        "aim": one.aim or None,
        "need_to_know": one.need_to_know or None,
        "feedback": one.feedback or None,
        "targets": list(one.targets) or None,
        "provision": one.provision or None,
        "place": one.place or None,
        "all_day": one.all_day,
        "cancelled": one.cancelled,
        "series": one.uid,
        "recurrence": one.recurrence,
    }


def _update(
    book: Book, pupil: str, wanted: dict[str, dict[str, Any]], series: set[str], also: Sequence[Entry]
) -> tuple[int, int, int, int]:
    """One step: new slots, changed fields, and what the calendar no longer has (cancelled, never deleted)."""
    kind = KINDS["slot"]
    known = {one.id: one for one in read.of_kind(book.db, "slot", pupil, removed=True)}
    drafts, new, changed, gone = [], 0, 0, 0
    for uid, values in wanted.items():
        held = known.get(uid)
        if held is None:
            given = {name: value for name, value in kind.complete(values).items() if value is not None}
            drafts.append(log.Draft("slot", uid, {**given, "pupil": pupil}))
            new += 1
            continue
        # An aim or need that the teacher typed here is not blanked by a calendar that never had one.
        differs = {name: value for name, value in kind.check(values).items() if value not in (None, held[name])}
        if held.removed:
            differs["removed"] = None
        if differs:
            drafts.append(log.Draft("slot", uid, differs))
            changed += 1
    others = {one.id for one in also}
    for uid, held in known.items():
        mine = uid in others or held["series"] in series
        if uid not in wanted and mine and not held["cancelled"] and not held.removed:
            drafts.append(log.Draft("slot", uid, {"cancelled": True}))
            gone += 1
    if drafts:
        rights.require_write(book, "slot")
        book.write(drafts)
    return new, changed, len(wanted) - new - changed, gone


def add(
    book: Book,
    title: str,
    start: str,
    end: str,
    on: date | None = None,
    repeat: str | None = None,
    until: date | None = None,
    **more: Any,
) -> list[Entry]:
    """Plans a slot on one day, or on the days of a recurrence rule (`FREQ=WEEKLY;BYDAY=MO,WE`) from that day on.

    A rule without an end is planned to `until`, by default the 31 August after the day. Raises BadInput.
    """
    first = on or book.today()
    days = _days(repeat, first, until or _year_end(first)) if repeat else [first]
    if not days:
        raise BadInput(f"the rule {repeat!r} gives no day from {first:%d %B %Y} on")
    made = []
    with book.step():
        for one in days:
            starts, ends = _at(book, one, start), _at(book, one, end)
            if ends <= starts:
                raise BadInput(f"the slot would end at {end}, not after its start at {start}")
            key = {"series": f"{TYPED}{title}", "recurrence": clock.to_text(starts.astimezone(UTC))}
            values = {
                "title": title,
                "starts": clock.to_text(starts),
                "ends": clock.to_text(ends),
                **key,
                **more,
            }
            made.append(book.put("slot", values, pupil=book.focused()))
    return made


def _at(book: Book, on: date, typed: str) -> datetime:
    try:
        hour, minute = (int(part) for part in typed.replace(".", ":").split(":"))
        return existing(datetime(on.year, on.month, on.day, hour, minute, tzinfo=book.zone), f"{on} {typed}")
    except ValueError:
        raise BadInput(f"{typed!r} is not a time of day; write it like 09:45") from None


def _year_end(first: date) -> date:
    return date(first.year + (first.month > 8), 8, 31)


def _days(rule: str, first: date, last: date) -> list[date]:
    from dateutil.rrule import rrulestr  # 40 ms that only a repeating slot needs

    if any(f"FREQ={name}" in rule.upper() for name in ("SECONDLY", "MINUTELY", "HOURLY")):
        raise BadInput(f"{rule!r} repeats within a day; a slot repeats daily or less often")
    try:
        found = rrulestr(rule, dtstart=datetime(first.year, first.month, first.day), ignoretz=True)  # noqa: DTZ001
        return [one.date() for one in found.between(_midnight(first), _midnight(last), inc=True)]
    except (ValueError, TypeError, KeyError) as problem:
        raise BadInput(f"{rule!r} is not a recurrence rule; write it like FREQ=WEEKLY;BYDAY=MO") from problem


def _midnight(on: date) -> datetime:
    # Naive on purpose: the rule counts days of the calendar, the times of day are put to them later.
    return datetime(on.year, on.month, on.day)  # noqa: DTZ001
