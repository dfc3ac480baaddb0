"""What happens every hour: check-ins, incidents, care notes, morning flags."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from lsa_tui import clock
from lsa_tui.daybook import sessions
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import read
from lsa_tui.records.kinds import Entry


def _record(book: Book, kind: str, values: dict[str, Any], at: datetime | None, pupil: str | None) -> Entry:
    whose = pupil or book.focused()
    moment = at or book.now()
    with book.step():
        if kind in ("check", "incident"):
            values["session"] = sessions.for_mark(book, whose, moment)
        return book.record(kind, {"at": clock.to_text(moment), **values}, pupil=whose)


def check(
    book: Book,
    zone: str | None = None,
    said_by: str = "adult",
    wellbeing: int | None = None,
    involvement: int | None = None,
    text: str | None = None,
    at: datetime | None = None,
    pupil: str | None = None,
) -> Entry:
    """A check-in: a colour (b g y r) and who said it, wellbeing and involvement 1-5. Raises BadInput for none."""
    if zone is None and wellbeing is None and involvement is None and not text:
        raise BadInput("a check-in needs a colour (--zone b|g|y|r), a wellbeing or involvement 1-5, or a note")
    values = {
        "zone": zone,
        "said_by": said_by,
        "wellbeing": wellbeing,
        "involvement": involvement,
        "text": text,
    }
    return _record(book, "check", values, at, pupil)


def incident(
    book: Book,
    before: str,
    seen: str,
    next_: str,
    at: datetime | None = None,
    pupil: str | None = None,
    **more: Any,
) -> Entry:
    """An incident: before, what was seen, what happened next. `more`: minutes, place, free_to_leave, communicating,
    hurt, text."""
    return _record(book, "incident", {"before": before, "seen": seen, "next": next_, **more}, at, pupil)


def care(
    book: Book, what: str, value: str | None = None, at: datetime | None = None, pupil: str | None = None
) -> Entry:
    """A care note: food, drink, toilet or bump, and what."""
    return _record(book, "care", {"what": what, "value": value}, at, pupil)


def flag(book: Book, name: str, at: datetime | None = None, pupil: str | None = None) -> Entry:
    """A morning flag, in the words of the presets or one's own; once a day is enough."""
    moment = at or book.now()
    whose = pupil or book.focused()
    day = moment.date().isoformat()
    for one in read.between(book.db, day, day, whose, ("flag",)):
        if one["what"].casefold() == name.strip().casefold():
            return one
    return _record(book, "flag", {"what": name}, moment, whose)
