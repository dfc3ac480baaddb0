"""Whether a pupil's day was handed over: what a teacher or a SENCo has received of it from the LSA.

A hand-over is due for a day with a lesson in the plan, once the last of them is over; where no plan is held of a pupil,
for the last weekday. That there is none can mean that nobody recorded, or that the other device has not synced; which
of the two cannot be told from here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from lsa_tui.clock import from_text, to_text
from lsa_tui.daybook.book import Book
from lsa_tui.records import log, read
from lsa_tui.records.kinds import Entry

WAITING = ("teacher", "senco")
"""The roles that wait for a hand-over."""

BESIDE = (
    "session", "tally", "bout", "trial", "check", "incident", "intervention", "care", "flag", "note", "tomorrow",
    "problem"
)  # fmt: skip
"""What somebody beside the pupil records."""

LOOK_BACK = timedelta(days=14)
"""So far back a day without a hand-over is still spoken of: ten school days, or a half-term break and a week. A day
that never comes would stand there for ever."""

OVER = time(15, 30)
"""When a school day is over where no plan says it."""

MOST = 3
"""Days named in one line; of more only how many."""


@dataclass(frozen=True)
class Missing:
    """The days of a pupil without a hand-over, oldest first, and what came last.

    `planned`: a plan says that there were lessons; without one it is a weekday of which nothing has arrived.
    """

    pupil: str
    days: tuple[date, ...]
    last: Last | None
    planned: bool = True


@dataclass(frozen=True)
class Last:
    """The newest that was received of a pupil: when, and whether that is when it arrived here (`received`) or only
    when it was recorded, because nobody noted its arrival; and the newest day of which there is anything."""

    at: datetime
    received: bool
    day: date


def missing(book: Book, pupil: str, on: date | None = None) -> Missing | None:
    """The days of a pupil for which nothing was received, also those before a day that came; with `on` that day alone.

    None where nothing is missing, and for a role that waits for nothing. Reads only what is here.
    """
    return next(iter(_missing(book, pupil, on)), None)


def every_missing(book: Book) -> list[Missing]:
    """`missing` of each pupil, in order of their codes."""
    return sorted(_missing(book, None, None), key=lambda one: book.names.pupil(one.pupil))


def last_received(book: Book, pupil: str) -> Last | None:
    """The newest that was received of a pupil; None where nothing ever was."""
    sql = f"SELECT uid, recorded, day FROM record r WHERE pupil = ? AND day <= ? AND {_RECEIVED}"
    sql += " ORDER BY day DESC, ord DESC LIMIT 1"
    found = book.db.execute_sql(sql, (pupil, book.today().isoformat(), *BESIDE, book.initials)).fetchone()
    if found is None:
        return None
    row, recorded, day = found
    arrived = log.get_meta(book.db, _ARRIVED + pupil)
    received = bool(arrived) and not _recorded_here(book, row)
    at = arrived if arrived and received else recorded
    return Last(from_text(at).astimezone(book.zone), received, date.fromisoformat(day))


def _recorded_here(book: Book, row: str) -> bool:
    """Whether a colleague recorded it on this device: it did not arrive, it was here. Not asked of two clocks."""
    sql = "SELECT DISTINCT dev FROM change WHERE row = ? AND role = 'lsa' AND actor <> ?"
    chains = {dev for (dev,) in book.db.execute_sql(sql, (row, book.initials))}
    return chains <= log.own_chains(book.db).keys()


_ARRIVED = "received:"
"""Among the facts of a database: when something of a pupil by an LSA arrived last."""


def note_arrival(book: Book, db: Any, changes: Iterable[Mapping[str, Any]]) -> None:
    """Notes of whose day something has arrived now; in the transaction that takes it in, folded. Only where it is
    waited for."""
    if book.role not in WAITING:
        return
    rows = {one["row"] for one in changes if one["role"] == "lsa" and one["kind"] in BESIDE}
    marks, pupils = ",".join("?" * _PART), set[str]()
    for start in range(0, len(rows), _PART):
        part = sorted(rows)[start : start + _PART]
        part += [""] * (_PART - len(part))
        pupils |= {one for (one,) in db.execute_sql(f"SELECT DISTINCT pupil FROM record WHERE uid IN ({marks})", part)}
    for pupil in pupils - {None}:
        log.set_meta(db, _ARRIVED + pupil, to_text(book.now()))


_PART = 500


def says(book: Book, found: Missing) -> str:
    """In one line: no hand-over for Tue; last received Mon 15:31."""
    what = "no hand-over for" if found.planned else "nothing has arrived of"
    return f"{what} {_days(found, book.today())}; {received_says(book, found.last)}"


def _days(found: Missing, today: date) -> str:
    *others, last = [_day(one, today) for one in found.days]
    if len(found.days) <= MOST:
        return f"{', '.join(others)} and {last}" if others else last
    if found.last is not None and found.last.day > found.days[0]:  # a day among them came, so it is not all since
        return f"{len(found.days)} days, {others[0]} to {last}"
    return f"{len(found.days)} days since {others[0]}"


def received_says(book: Book, last: Last | None) -> str:
    """In a few words: last received Mon 15:31, with its date where that was not of late; and up to which day, where
    that is an earlier one: what came on Sunday need not be Sunday's."""
    if last is None:
        return "nothing received yet"
    today, on = book.today(), last.at.date()
    what = "last received" if last.received else "last entry"
    reaches = f", up to {_day(last.day, today)}" if last.day < on else ""
    return f"{what} {_day(on, today)} {last.at:%H:%M}{reaches}"


def as_json(book: Book, found: Missing) -> dict[str, Any]:
    """As commands print it."""
    return {
        "pupil": book.names.pupil(found.pupil),
        "days": [one.isoformat() for one in found.days],
        "planned": found.planned,
        **last_json(found.last),
        "says": says(book, found),
    }


def last_json(last: Last | None) -> dict[str, str | None]:
    """When the last arrived, or (that not being known) when it was recorded; null where nothing was received."""
    at = last.at.isoformat() if last else None
    return {"last_received": at, "last_is": ("received" if last.received else "recorded") if last else None}


_RECEIVED = (
    f"kind IN ({','.join('?' * len(BESIDE))}) AND own = 0 AND removed IS NULL "
    "AND EXISTS (SELECT 1 FROM change c WHERE c.row = r.uid AND c.role = 'lsa' AND c.actor <> ?)"
)
"""Recorded by somebody as an LSA who is not the reader. A colleague who covers on the reader's own device counts: what
they recorded is here."""


def _missing(book: Book, pupil: str | None, on: date | None) -> list[Missing]:
    if book.role not in WAITING:
        return []
    last = on or book.today()
    found = []
    for whose, days in _planned(book, on or last - LOOK_BACK, last, pupil).items():
        lacking = tuple(day for day in sorted(days) if not _received(book, whose, day))
        if lacking:
            found.append(Missing(whose, lacking, last_received(book, whose)))
    return found + _unplanned(book, pupil, on)


def _unplanned(book: Book, pupil: str | None, on: date | None) -> list[Missing]:
    """Pupils of whom no plan is held, but something was received: whether the last weekday (or that one) came.

    One day and no more: without a plan nobody knows of a holiday.
    """
    now, day = book.now(), on or book.today()
    if on is None:
        while day.weekday() > _FRIDAY or (day == now.date() and now.time() < OVER):
            day -= timedelta(days=1)
    elif day.weekday() > _FRIDAY or day > now.date() or (day == now.date() and now.time() < OVER):
        return []
    sql = "SELECT DISTINCT pupil FROM record WHERE kind = 'slot' AND removed IS NULL AND pupil IS NOT NULL"
    planned = {one for (one,) in book.db.execute_sql(sql)}
    found = []
    for whose in (one.id for one in read.of_kind(book.db, "pupil") if one.id not in planned):
        last = last_received(book, whose) if whose == (pupil or whose) else None
        if last is not None and not _received(book, whose, day) and not _received_after(book, whose, day, on):
            found.append(Missing(whose, (day,), last, planned=False))
    return found


_FRIDAY = 4


def by_an_lsa(book: Book, found: Iterable[Entry]) -> list[Entry]:
    """Those of these records that somebody wrote as an LSA, whoever covered included."""
    sql = "SELECT DISTINCT row FROM change WHERE role = 'lsa' AND row IN (SELECT value FROM json_each(?))"
    by_id = {one.id: one for one in found}
    return [by_id[row] for (row,) in book.db.execute_sql(sql, (json.dumps(list(by_id)),))]


def _received_after(book: Book, pupil: str, day: date, on: date | None) -> bool:
    """Whether something of a later day came: then only who asks for that day is told."""
    sql = f"SELECT 1 FROM record r WHERE day > ? AND day <= ? AND pupil = ? AND {_RECEIVED} LIMIT 1"
    days = (day.isoformat(), book.today().isoformat())
    return on is None and book.db.execute_sql(sql, (*days, pupil, *BESIDE, book.initials)).fetchone() is not None


def _received(book: Book, pupil: str, day: date) -> bool:
    sql = f"SELECT 1 FROM record r WHERE day = ? AND pupil = ? AND {_RECEIVED} LIMIT 1"
    return book.db.execute_sql(sql, (day.isoformat(), pupil, *BESIDE, book.initials)).fetchone() is not None


def _planned(book: Book, first: date, last: date, pupil: str | None) -> dict[str, list[date]]:
    """Of each pupil (or of one) the days with lessons of which the last is over. A class has thousands of slots in
    a fortnight, so the database counts them."""
    sql = (
        "SELECT pupil, day, max(json_extract(data, '$.ends')) FROM record WHERE kind = 'slot' AND day >= ? "
        "AND day <= ? AND removed IS NULL AND coalesce(json_extract(data, '$.cancelled'), 0) = 0 "
        "AND coalesce(json_extract(data, '$.all_day'), 0) = 0 GROUP BY pupil, day"
    )
    known = {one.id for one in read.of_kind(book.db, "pupil")}
    now, found = book.now(), dict[str, list[date]]()
    for whose, day, ends in book.db.execute_sql(sql, (first.isoformat(), last.isoformat())):
        if whose in known and whose == (pupil or whose) and from_text(ends) <= now:
            found.setdefault(whose, []).append(date.fromisoformat(day))
    return found


def _day(day: date, today: date) -> str:
    near = timedelta() <= today - day < timedelta(days=6)
    return f"{day:%a}" if near else f"{day:%a} {day.day} {day:%b}"
