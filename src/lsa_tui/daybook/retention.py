"""How long records are kept: a time in months for each class (`[retention]` in the settings), and what is past it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lsa_tui.daybook import rights
from lsa_tui.daybook.book import Book

CLASSES: Mapping[str, tuple[str, ...]] = {
    "notes": ("note", "tomorrow", "release"),
    "marks": ("session", "tally", "bout", "trial", "cover"),
    "wellbeing": ("check", "care", "flag"),
    "incidents": ("incident", "intervention"),
    "plan": ("slot",),
    "problems": ("problem", "reply"),
}
"""Class to the kinds of record in it. What has no day (a pupil, targets, tiles) is erased with its pupil."""


@dataclass(frozen=True)
class Period:
    """One class: how many months it is kept (0: always), the first day kept, and the records (ids) before that."""

    name: str
    months: int
    kept_from: date | None
    rows: tuple[str, ...]
    oldest: date | None


def periods(book: Book) -> list[Period]:
    """Each class with what is past its time now, removed records and private marks too. Raises NotAllowed."""
    rights.require(book, "read the class's records")
    return [_period(book, name, kinds) for name, kinds in CLASSES.items()]


def _period(book: Book, name: str, kinds: tuple[str, ...]) -> Period:
    months = int(book.config[f"retention.{name}"])
    marks = ",".join("?" * len(kinds))
    days = f"FROM record WHERE kind IN ({marks}) AND day IS NOT NULL"
    first = book.db.execute_sql(f"SELECT min(day) {days}", kinds).fetchone()[0]
    oldest = date.fromisoformat(first) if first else None
    if not months:
        return Period(name, 0, None, (), oldest)
    kept_from = _before(book.today(), months)
    rows = book.db.execute_sql(f"SELECT uid {days} AND day < ? ORDER BY day, uid", (*kinds, kept_from.isoformat()))
    return Period(name, months, kept_from, tuple(row for (row,) in rows), oldest)


def _before(day: date, months: int) -> date:
    from dateutil.relativedelta import relativedelta  # 5 ms that only this needs

    return day - relativedelta(months=months)


def expired(book: Book) -> list[str]:
    """The records (ids) of all classes that are past their time."""
    return [row for period in periods(book) for row in period.rows]
