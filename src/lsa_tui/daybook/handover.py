"""Whether a pupil's day was handed over: what a teacher or a SENCo has received of it from the LSA.

A hand-over is due for a day with a lesson in the plan, once the last of them is over. That there is none can mean that
nobody recorded, or that the other device has not synced; which of the two cannot be told from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from lsa_tui.clock import from_text
from lsa_tui.daybook.book import Book
from lsa_tui.records import read

WAITING = ("teacher", "senco")
"""The roles that wait for a hand-over."""

BESIDE = (
    "session", "tally", "bout", "trial", "check", "incident", "intervention", "care", "flag", "note", "tomorrow"
)  # fmt: skip
"""What somebody beside the pupil records."""

LOOK_BACK = timedelta(days=14)
"""So far back a day without a hand-over is still spoken of; two weeks are a half-term break and a week."""

MOST = 3
"""Days named in one line; of more only how many."""


@dataclass(frozen=True)
class Missing:
    """The days of a pupil without a hand-over, oldest first, and when what was received last was recorded."""

    pupil: str
    days: tuple[date, ...]
    last: datetime | None


def missing(book: Book, pupil: str, on: date | None = None) -> Missing | None:
    """The days of a pupil for which nothing was received since the last that was; with `on` that day alone.

    None where nothing is missing, and for a role that waits for nothing. Reads only what is here.
    """
    return next(iter(_missing(book, pupil, on)), None)


def every_missing(book: Book) -> list[Missing]:
    """`missing` of each pupil, in order of their codes."""
    return sorted(_missing(book, None, None), key=lambda one: book.names.pupil(one.pupil))


def last_received(book: Book, pupil: str) -> datetime | None:
    """When the newest that was received of a pupil was recorded; None where nothing ever was."""
    sql = f"SELECT recorded FROM record r WHERE pupil = ? AND day <= ? AND {_RECEIVED} ORDER BY day DESC, ord DESC"
    found = book.db.execute_sql(f"{sql} LIMIT 1", (pupil, book.today().isoformat(), *BESIDE, book.initials)).fetchone()
    return from_text(found[0]).astimezone(book.zone) if found else None


def says(book: Book, found: Missing) -> str:
    """In one line: no hand-over for Tue; last received Mon 15:31."""
    today = book.today()
    if len(found.days) > MOST:
        days = f"{len(found.days)} days since {_day(found.days[0], today)}"
    else:
        *others, last = [_day(one, today) for one in found.days]
        days = f"{', '.join(others)} and {last}" if others else last
    return f"no hand-over for {days}; {received_says(book, found.last)}"


def received_says(book: Book, last: datetime | None) -> str:
    """In a few words: last received Mon 15:31, with its date where that was not of late."""
    return f"last received {_day(last.date(), book.today())} {last:%H:%M}" if last else "nothing received yet"


def as_json(book: Book, found: Missing) -> dict[str, Any]:
    """As commands print it."""
    return {
        "pupil": book.names.pupil(found.pupil),
        "days": [one.isoformat() for one in found.days],
        "last_received": found.last.isoformat() if found.last else None,
        "says": says(book, found),
    }


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
        lacking: list[date] = []
        for day in sorted(days, reverse=True):
            if _received(book, whose, day):
                break
            lacking.insert(0, day)
        if lacking:
            found.append(Missing(whose, tuple(lacking), last_received(book, whose)))
    return found


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
