"""Problems for the teacher, and their way back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from lsa_tui import clock
from lsa_tui.daybook import rights
from lsa_tui.daybook.book import Book
from lsa_tui.errors import BadInput
from lsa_tui.records import log, read
from lsa_tui.records.kinds import Entry

CLOSE = "close a problem"
"""The deed, in daybook/rights.py."""


@dataclass(frozen=True)
class Problem:
    """A raised problem with its answers, oldest first; `status` is open, answered or closed."""

    entry: Entry
    status: str
    replies: tuple[Entry, ...]


def raise_problem(book: Book, text: str, at: datetime | None = None, pupil: str | None = None) -> Entry:
    """Raises a problem for the class teacher."""
    return book.record("problem", {"at": clock.to_text(at or book.now()), "text": text}, pupil=pupil)


def inbox(book: Book, pupil: str | None = None) -> list[Problem]:
    """Raised problems, of one pupil where named; the open ones first, then the newest."""
    rights.require(book, "read the class's records")
    replies: dict[str, list[Entry]] = {}
    for one in read.of_kind(book.db, "reply"):
        replies.setdefault(str(one["problem"]), []).append(one)
    found = [
        Problem(one, book.names.status(one.id), tuple(replies.get(one.id, ())))
        for one in reversed(read.of_kind(book.db, "problem", pupil))
    ]
    return sorted(found, key=lambda problem: problem.status != "open")


def reply(book: Book, problem_id: str, text: str | None, close: bool = False, at: datetime | None = None) -> Entry:
    """Answers a problem, and closes it with `close`. Raises BadInput for an id that is no problem, NotAllowed where
    this person's role may not close one."""
    problem = book.entry(problem_id)
    if problem.kind != "problem":
        raise BadInput(f"{problem_id!r} is a {problem.kind}, not a raised problem; `lsa inbox` lists those")
    if not text and not close:
        raise BadInput("an answer needs a text, or --close")
    values = {"at": clock.to_text(at or book.now()), "problem": problem.id, "text": text, "close": close}
    return book.record("reply", values, pupil=problem.pupil)


def unseen(book: Book, pupil: str | None = None) -> list[Entry]:
    """Answers of others that were not opened on this device yet, oldest first."""
    seen = set(json.loads(log.get_meta(book.db, "replies_seen") or "[]"))
    return [one for one in read.of_kind(book.db, "reply", pupil) if one.by != book.initials and one.id not in seen]


def mark_seen(book: Book, replies: list[Entry]) -> None:
    """Remembers that these answers were opened here. Stays on this device."""
    seen = json.loads(log.get_meta(book.db, "replies_seen") or "[]")
    with book.store.writing():
        log.set_meta(book.db, "replies_seen", json.dumps(sorted({*seen, *(one.id for one in replies)})))
